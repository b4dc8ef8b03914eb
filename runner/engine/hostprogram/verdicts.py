"""When one host's failure is others' too: `any_errors_fatal` and `max_fail_percentage`."""

from __future__ import annotations

from runner.engine.execution.execution import Ended
from runner.engine.frame import Frame
from runner.engine.hostprogram.asked import flag, forces_handlers, number
from runner.engine.hostprogram.way import HostLeft, Program, Way
from runner.engine.steps import DONE, Verdict
from runner.events import Failure, Position
from runner.model import Task


def hear_verdict(
    way: Way, task: Task, position: Position, frame: Frame, ended: Ended, *, failed: bool
) -> Program:
    """Waits until all hosts are through with the task, where a failure may concern all.

    Raises Failed when another host's failure is this one's too, HostLeft when too many failed.
    """
    play = way.host.plan.play
    fatal = flag(way, task, task.any_errors_fatal, position, frame) or _fatal_unsaid(way, task)
    limit = number(way, task, play.max_fail_percentage, position, frame)
    if not fatal and limit is None:
        return
    final = failed and ended.status == "failed" and not _sheltered(way, task, position, frame)
    why = told_others(way.host.name, task, ended) if failed else None
    try:
        yield from way.ask(Verdict((*position, DONE), failed, final, fatal, limit, why))
    except HostLeft:
        if failed:
            raise HostLeft(ended.host, ended.failure) from None
        raise


def _sheltered(way: Way, task: Task, position: Position, frame: Frame) -> bool:
    """Whether something still runs whatever happens: `always`, or handlers that are forced.
    Failures before it are none that Ansible counts."""
    book = way.handlers
    if frame.sheltered or book.idle or book.in_last:
        return frame.sheltered
    return forces_handlers(way, task, position, frame)


def _fatal_unsaid(way: Way, task: Task) -> bool:
    """What is set for the run counts where neither play nor block says anything."""
    return way.host.world.any_errors_fatal and "any_errors_fatal" not in task.scope.keywords


def told_others(host: str, task: Task, ended: Ended, lead: str = "any error is fatal") -> Failure:
    """What the other hosts of the batch are told when a failure takes them along."""
    why = ended.failure.message if ended.failure is not None else "it failed"
    message = f"`{task.label}`: {lead}, and it failed on {host}: {why}"
    return Failure("fatal", message, where=str(task.origin))
