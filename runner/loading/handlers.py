"""Handlers: tasks with the names they are notified by."""

from __future__ import annotations

from collections.abc import Iterable

from runner.loading.standing import Standing
from runner.model import Entry, Handler, tasks_in


def as_handlers(
    entries: Iterable[Entry], role: str | None, standing: Standing
) -> tuple[Handler, ...]:
    """The tasks as handlers, of `role` or of the play."""
    listens = standing.parts.listens
    return tuple(Handler(task, listens.get(task.origin, ()), role) for task in tasks_in(entries))
