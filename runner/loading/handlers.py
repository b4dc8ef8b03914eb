"""Handlers: tasks with the names they are notified by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from runner.engine.hostprogram.handlerbook import answering
from runner.errors import LoadError, nearest
from runner.loading.convert import Place
from runner.loading.standing import Standing
from runner.model import Entry, Handler, Task, tasks_in


def as_handlers(
    entries: Iterable[Entry], role: str | None, standing: Standing
) -> tuple[Handler, ...]:
    """The tasks as handlers, of `role` or of the play."""
    listens = standing.parts.listens
    found = [Handler(task, listens.get(task.origin, ()), role) for task in tasks_in(entries)]
    standing.loading.warnings += _never_run(found)
    return tuple(found)


def _never_run(handlers: Iterable[Handler]) -> Iterator[str]:
    """What to say of handlers that nothing can notify."""
    names: dict[str, Task] = {}
    for task, listen, _ in handlers:
        if not task.name and not listen:
            yield f"{task.origin}: nothing can notify a handler without `name` and `listen`"
        first = names.setdefault(task.name, task) if task.name else task
        if first is not task and not listen:
            called = f"a handler is called `{task.name}` in {first.origin.file}:{first.origin.line}"
            yield f"{task.origin}: {called} already; that one runs"


def unknown_notified(places: Iterable[Place], handlers: Iterable[Handler]) -> Iterator[LoadError]:
    """What is notified and no handler is called. Nothing where a template could be its name.

    `places` are those of `notify` keywords.
    """
    known = {name for handler in handlers for name in answering(handler)}
    if any("{{" in name for name in known):
        return
    for place in (one for notify in places for one in _each(notify)):
        if isinstance(place.value, (dict, list)):
            continue  # No name, which has been told.
        name = str(place.value)
        if name not in known and "{{" not in name:
            close = nearest(name, known)
            hint = f"did you mean `{close}`?" if close else "add it under `handlers`"
            yield place.error(f"there is no handler `{name}`", hint=hint)


def _each(place: Place) -> list[Place]:
    """The names in a `notify`, each with its place."""
    if isinstance(place.value, list):
        return [place.at(index) for index in range(len(place.value))]
    return [] if place.value is None else [place]
