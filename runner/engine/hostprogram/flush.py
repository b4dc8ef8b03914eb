"""Handlers: a flush runs those that were notified, each once, in the order of their definition."""

from __future__ import annotations

from runner.engine.frame import Frame
from runner.engine.hostprogram.way import Failed, Program, Way
from runner.events import Failure, Position
from runner.model import Task


def flush(way: Way, task: Task, position: Position, frame: Frame) -> Program:
    """Runs the host's notified handlers. One that fails ends it; the rest stay notified."""
    book = way.handlers
    if book.is_open:
        message = "`flush_handlers` cannot be used in a handler"
        raise Failed("failed", Failure("action", message, where=str(task.origin)))
    book.open(last=task.implicit)
    frame = frame._replace(handler=True)
    try:
        done: Position = ()
        while (found := book.next(done)) is not None:
            done, handler = found
            inside = frame._replace(params=book.params_of(done))
            yield from way.walk(way, (handler.task,), (*position, *done), inside)
    finally:
        book.close()
