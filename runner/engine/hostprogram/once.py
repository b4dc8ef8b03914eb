"""`run_once`: the first host of a batch does a task; the others get what came of it."""

from __future__ import annotations

from runner.actions import ACTIONS
from runner.actions.late import LATE
from runner.actions.names import resolve
from runner.engine.execution.execution import Ended
from runner.engine.execution.late import word_of
from runner.engine.frame import Frame, Given
from runner.engine.hostprogram.asked import flag
from runner.engine.hostprogram.tasks import do, follow
from runner.engine.hostprogram.way import Program, Way
from runner.engine.steps import Once, Result
from runner.errors import PlayrunError
from runner.events import Failure, Position
from runner.model import Task


def runs_once(way: Way, task: Task, position: Position, frame: Frame) -> bool:
    """Asked before hosts' ways part, so only of what is the same for all of them."""
    if task.run_once is False:
        return bool(getattr(ACTIONS[_action(way, task, position, frame)], "once", False))
    return flag(way, task, task.run_once, position, frame)


def _action(way: Way, task: Task, position: Position, frame: Frame) -> str:
    """The task's action; one that a template names as far as it can be told by now."""
    if task.action != LATE or task.late is None:
        return task.action
    variables = way.host.variables(task, position, frame._replace(joined=True))
    try:
        return resolve(word_of(way.host.world, task.late, variables)) or LATE
    except PlayrunError:
        return LATE


def walk_once(way: Way, task: Task, position: Position, frame: Frame) -> Program:
    """Does the task if this host is the first; what it includes, that host walks alone."""
    name = "" if way.host.world.step is None else task.label
    go = yield from way.ask(Once(position, name))
    if go.answer != "do":
        return
    way.go_on(task.label)
    way.host.mark()
    done = yield from do(way, task, position, frame._replace(run_once=True))
    gained = _for_all(way, task, done.ended)
    failure = _told_others(way.host.name, task, done.ended) if done.failed else None
    twice = done.failed and done.ended.status == "failed"
    yield from way.ask(Result(position, gained, done.failed, failure, twice))
    yield from follow(way, task, position, frame, done)


def _for_all(way: Way, task: Task, ended: Ended) -> Given:
    """What all hosts get. An action that one host does by itself for all of them (`add_host`)
    gives its result to nobody; facts that are a delegate's are its alone, also when the host
    is its own delegate."""
    gained = way.host.gained()
    if task.run_once is False:
        return Given()
    if way.host.name not in ended.owners:
        return gained
    return Given({name: value for name, value in gained.facts.items() if name == task.register})


def _told_others(host: str, task: Task, ended: Ended) -> Failure:
    why = ended.failure.message if ended.failure is not None else "it failed"
    message = f"`{task.label}` runs once and failed on {host}: {why}"
    return Failure("run_once", message, where=str(task.origin))
