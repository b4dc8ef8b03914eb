"""The host program: one host's way through a play, as a generator.

It yields only where other hosts matter, never inside `finally`. Whoever runs it sends the
answer to each yield; any thread may take the next step, one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, NamedTuple

from runner.engine.execution import Ended, Execution
from runner.engine.frame import Frame
from runner.engine.host import HostState
from runner.engine.hostvars import NeedRead
from runner.engine.steps import Answer, Before, Need, Once, Result, Yield
from runner.events import Failure, Position
from runner.model import Status, Task


class Go(NamedTuple):
    """The answer to a yield, with variables that another host's run_once gave this one."""

    answer: Answer
    variables: Mapping[str, Any]
    failure: Failure | None = None


class HostLeft(Exception):
    """The host leaves the play; `status` says how it stands."""

    def __init__(self, status: Status, failure: Failure | None) -> None:
        super().__init__(status)
        self.status = status
        self.failure = failure


Program = Generator[Yield, Go, None]


def host_program(host: HostState, stopped: Callable[[], bool]) -> Program:
    """Walks the play's items. Raises HostLeft when the host leaves the play early."""
    for item in host.plan.items:
        if item.join:
            yield from _ask(host, Before((item.index,)))
        task = item.entry
        assert isinstance(task, Task)
        if stopped():
            raise HostLeft("not_run", Failure("interrupted", f"stopped before {task.label}"))
        if _runs_once(host, task, (item.index,)):
            yield from _once(host, task, (item.index,), joined=item.cross)
        else:
            ended, ignored = yield from _execute(host, task, (item.index,), joined=item.cross)
            _leave_if_failed(ended, ignored)


def _runs_once(host: HostState, task: Task, position: Position) -> bool:
    """Asked before hosts' ways part, so only of what is the same for all of them."""
    if isinstance(task.run_once, bool):
        return task.run_once
    variables = host.variables(task, position, Frame(joined=True))
    return host.world.templar.text(task.run_once, variables).lower() in ("true", "yes")


def _ask(host: HostState, question: Yield) -> Generator[Yield, Go, Go]:
    """Yields a question; takes in the variables that come with the answer."""
    host.rest()
    go = yield question
    host.facts.update(go.variables)
    return go


def _once(host: HostState, task: Task, position: Position, *, joined: bool) -> Program:
    """The first host of the batch runs the task; the others get its result and its verdict."""
    go = yield from _ask(host, Once(position))
    if go.answer == "take":
        return
    if go.answer == "fatal":
        raise HostLeft("not_run", go.failure)
    before = dict(host.facts)
    ended, ignored = yield from _execute(host, task, position, joined=joined)
    gained = {name: value for name, value in host.facts.items() if before.get(name) is not value}
    failed = ended.failed and not ignored
    yield from _ask(host, Result(position, gained, failed, _ends_the_play(host, task, ended)))
    _leave_if_failed(ended, ignored)


def _ends_the_play(host: HostState, task: Task, ended: Ended) -> Failure:
    """What the other hosts of the batch are told when the one that ran the task failed."""
    why = ended.failure.message if ended.failure is not None else "it failed"
    message = f"`{task.label}` runs once and failed on {host.name}: {why}"
    return Failure("run_once", message, where=str(task.origin))


def _execute(
    host: HostState, task: Task, position: Position, *, joined: bool
) -> Generator[Yield, Go, tuple[Ended, bool]]:
    """Runs one task; waits and begins again when another host's values are needed first."""
    while True:
        try:
            return Execution(host, task, position, Frame(joined=joined)).run()
        except NeedRead as need:
            hosts = need.hosts
        yield from _ask(host, Need(position, hosts))
        joined = True


def _leave_if_failed(ended: Ended, ignored: bool) -> None:
    if ended.failed and not ignored:
        raise HostLeft(ended.host, ended.failure)
