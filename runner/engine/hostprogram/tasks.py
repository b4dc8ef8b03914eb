"""One task on a host's way: waiting before it, doing it, and what follows from how it ended."""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

from runner.engine.execution.execution import Ended, Execution
from runner.engine.frame import Frame
from runner.engine.hostprogram.asked import number
from runner.engine.hostprogram.ends import described, failed_with
from runner.engine.hostprogram.includes import Part, load, walk_includes
from runner.engine.hostprogram.verdicts import hear_verdict
from runner.engine.hostprogram.way import Failed, Go, HostLeft, Program, Way
from runner.engine.steps import ASKING, Before, Need, Yield
from runner.engine.variables.hostvars import NeedRead
from runner.events import Failure, Position
from runner.model import Task


class Done(NamedTuple):
    """A task that a host has behind it."""

    ended: Ended
    ignored: bool
    loaded: tuple[Part, ...]
    """What it includes."""

    @property
    def failed(self) -> bool:
        """Whether it failed, and nothing ignores that."""
        return self.ended.failed and not self.ignored


def walk_task(way: Way, task: Task, position: Position, frame: Frame) -> Program:
    """Does a task. Raises Failed or HostLeft when it did not go well."""
    if way.cross:
        go = yield from way.ask(before(way, task, position, frame))
        if go.answer == "skip":
            return
    way.go_on(task.label)
    done = yield from do(way, task, position, frame)
    if way.cross:
        yield from hear_verdict(way, task, position, frame, done.ended, failed=done.failed)
    if done.failed or done.loaded:
        yield from follow(way, task, position, frame, done)


def before(way: Way, task: Task, position: Position, frame: Frame) -> Before:
    """Where the host waits for the others; a bound that cannot be told is none."""
    if not task.throttle and way.host.world.step is None:
        return Before(position)
    most = number(way, task, task.throttle, position, frame)
    return Before(position, int(most or 0), task.label)


def do(way: Way, task: Task, position: Position, frame: Frame) -> Generator[Yield, Go, Done]:
    """Runs one task; waits and goes on when another host's values are needed first."""
    execution = Execution(way.host, task, position, frame)
    while True:
        try:
            ended, ignored = execution.judge()
            break
        except NeedRead as need:
            hosts = need.hosts
        yield from way.ask(Need(position, hosts))
        way.go_on(task.label)
    if way.host.plan.lends and not all(map(way.handlers.knows, ended.notified)):
        yield from _borrow(way, position)
    return _done(way, task, frame, execution, ended, ignored=ignored)


def _borrow(way: Way, position: Position) -> Program:
    """Learns of handlers of roles that only other hosts have included."""
    yield from way.ask(Before((*position, ASKING)))
    for lent in way.host.borrowed(position):
        way.handlers.learn(lent)


def _done(
    way: Way, task: Task, frame: Frame, execution: Execution, ended: Ended, *, ignored: bool
) -> Done:
    for outcome in ended.outcomes:
        way.host.additions += outcome.inventory
    loaded: tuple[Part, ...] = ()
    if ended.inclusions and not ended.failed:
        ended, loaded = load(way.host.world, task, ended, frame.depth)
    elif ended.notified:
        ended = _notified(way, task, ended)
    if ended.status != "skipped" and task.scope.role is not None:
        way.acted.add(id(task.scope.role))
    execution.tell(ended, ignored=ignored)
    return Done(ended, ignored, loaded)


def _notified(way: Way, task: Task, ended: Ended) -> Ended:
    """Notes what a task notifies; a handler that nobody has defined is the task's failure."""
    for name in ended.notified:
        if not way.handlers.knows(name):
            close = way.handlers.nearest(name)
            hint = f"did you mean `{close}`?" if close else "define it under `handlers`"
            message = f"there is no handler `{name}`"
            return failed_with(ended, Failure("action", message, hint, str(task.origin)))
        way.handlers.notify(name)
    return ended


def follow(way: Way, task: Task, position: Position, frame: Frame, done: Done) -> Program:
    """What comes of a task: its failure, or what it includes."""
    if done.failed:
        raise _failure(way, task, position, frame, done.ended)
    if done.loaded:
        yield from walk_includes(way, done.loaded, position, frame)


def _failure(
    way: Way, task: Task, position: Position, frame: Frame, ended: Ended
) -> Failed | HostLeft:
    """No rescue holds a host that could not be reached."""
    if ended.status == "unreachable":
        return HostLeft(ended.host, ended.failure)
    way.host.lost = not frame.rescued
    if ended.host == "unknown":
        way.doubt = ended.failure
    if frame.rescued:
        way.host.remember("ansible_failed_task", described(task), position)
        way.host.remember("ansible_failed_result", ended.values, position)
    return Failed(ended.host, ended.failure)
