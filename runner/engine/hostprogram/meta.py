"""`meta`: tasks that steer the play itself. They are told to nobody and counted nowhere."""

from __future__ import annotations

from collections.abc import Generator
from typing import get_args

from runner.engine.execution.execution import Ended, Execution
from runner.engine.failures import failure_of
from runner.engine.frame import Frame
from runner.engine.hostprogram.ends import failed_with
from runner.engine.hostprogram.flush import flush
from runner.engine.hostprogram.way import EndRole, Failed, Go, HostLeft, Program, Way
from runner.engine.steps import Before, Need, Once, Order, Result, Yield
from runner.engine.variables.hostvars import NeedRead
from runner.errors import PlayrunError
from runner.events import Position
from runner.model import Task

_ORDERS: dict[str, Order] = {str(order): order for order in get_args(Order)}
"""What the first host of a batch decides for all: its `when` alone is asked."""
_UNCONDITIONAL = ("noop", "refresh_inventory", "reset_connection")
"""Their `when` is not asked, as in Ansible."""


def walk_meta(way: Way, task: Task, position: Position, frame: Frame) -> Program:
    """Does what the word says. Raises HostLeft and EndRole where it says so."""
    word = str(task.args.get("free_form", ""))
    if task.implicit and (word == "noop" or way.handlers.idle):
        return
    if word in _ORDERS:
        yield from _order_all(way, task, position, frame, _ORDERS[word])
        return
    if way.cross and word != "flush_handlers":
        yield from way.ask(Before(position))
    way.go_on(task.label)
    if not (yield from _holds(way, task, position, frame)):
        return
    if word == "flush_handlers":
        yield from flush(way, task, position, frame)
    elif word == "end_host":
        raise HostLeft("ok", None)
    elif word == "end_role":
        raise EndRole(task.scope.role)
    elif word == "reset_connection":
        way.host.reset()


def _order_all(way: Way, task: Task, position: Position, frame: Frame, order: Order) -> Program:
    go = yield from way.ask(Once(position))
    if go.answer == "take":
        return
    way.go_on(task.label)
    holds = yield from _holds(way, task, position, frame)
    yield from way.ask(Result(position, order=order if holds else ""))


def _holds(way: Way, task: Task, position: Position, frame: Frame) -> Generator[Yield, Go, bool]:
    """Whether its `when` holds. Raises Failed when that cannot be told."""
    if not task.when or str(task.args.get("free_form")) in _UNCONDITIONAL:
        return True
    execution = Execution(way.host, task, position, frame)
    while True:
        try:
            return execution.holds()
        except NeedRead as need:
            hosts = need.hosts
        except PlayrunError as error:
            raise _broken(execution, task, error) from error
        yield from way.ask(Need(position, hosts))


def _broken(execution: Execution, task: Task, error: PlayrunError) -> Failed:
    """Only here is a `meta` told: it failed."""
    ended = failed_with(Ended("failed", {"changed": False}), failure_of(error, task.origin))
    execution.tell(ended, ignored=False)
    return Failed("failed", ended.failure)
