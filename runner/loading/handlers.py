"""Handlers: tasks with the names they are notified by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from runner.errors import LoadError, nearest
from runner.loading.standing import Standing
from runner.model import Entry, Handler, Task, tasks_in
from runner.values import Source


def as_handlers(
    entries: Iterable[Entry], role: str | None, standing: Standing
) -> tuple[Handler, ...]:
    """The tasks as handlers, of `role` or of the play."""
    listens = standing.parts.listens
    return tuple(Handler(task, listens.get(task.origin, ()), role) for task in tasks_in(entries))


def unknown_notified(tasks: Iterable[Task], handlers: Iterable[Handler]) -> Iterator[LoadError]:
    """What tasks notify and no handler is called. Nothing where a template could be its name."""
    known = {str(name) for handler in handlers for name in _names(handler)}
    if any("{{" in name for name in known):
        return
    for task in tasks:
        for name in task.notify:
            if name in known or (isinstance(name, Source) and name.has_markers):
                continue
            close = nearest(name, known)
            yield LoadError(
                f"there is no handler `{name}`",
                origin=getattr(name, "origin", None) or task.origin,
                hint=f"did you mean `{close}`?" if close else "add it under `handlers`",
            )


def _names(handler: Handler) -> Iterator[str]:
    """A handler of a role is also known with the role's name before it."""
    yield from handler.listen
    if handler.task.name:
        yield handler.task.name
        if handler.role is not None:
            yield f"{handler.role} : {handler.task.name}"
            yield f"{handler.role.rpartition('.')[2]} : {handler.task.name}"
