"""Which handlers a flush may run: those that something before it may have notified."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from runner.engine.hostprogram.handlerbook import answering
from runner.model import Handler, Play
from runner.planning.segments import Part
from runner.planning.walking import Spot
from runner.values import Source

Brought = Mapping[int, tuple[Handler, ...]]
"""The handlers that an include brings, by the identity of its task."""


class Notified:
    """The handlers of a play with their parts, as notifications come in, task after task."""

    def __init__(self, handlers: Sequence[Handler], parts: Sequence[Part]) -> None:
        self._handlers = tuple(zip(handlers, parts, strict=True))
        self._names: set[str] = set()
        self._any = False
        """One of the names is a template, so it may be any handler's."""

    def take(self, spots: Iterable[Spot]) -> None:
        """Takes in what these tasks notify, and the handlers that they lead to."""
        before = len(self._names)
        for spot in spots:
            self._notify(spot.task.notify)
        if len(self._names) > before:
            self._follow()

    def parts(self) -> list[Part]:
        """Of the handlers that may have been notified by now."""
        return [part for handler, part in self._handlers if self._may_run(handler)]

    def _notify(self, names: Iterable[str | Source]) -> None:
        for name in names:
            self._any |= isinstance(name, Source) and name.has_markers
            self._names.add(str(name))

    def _follow(self) -> None:
        """A handler may notify others."""
        known = -1
        while known < len(self._names):
            known = len(self._names)
            for handler, _ in self._handlers:
                if self._may_run(handler):
                    self._notify(handler.task.notify)

    def _may_run(self, handler: Handler) -> bool:
        return self._any or any(
            each in self._names or ("{{" in each and bool(self._names))
            for each in answering(handler)
        )


def lends(play: Play, spots: Iterable[Spot], brought: Brought, *, complete: bool) -> bool:
    """Whether a host may notify handlers of a role that only other hosts have included. What is
    only known when it is included may notify whatever it likes."""
    if not complete:
        return True
    known = {name for handler in play.handlers for name in answering(handler)}
    return bool(brought) and any(_is_from_elsewhere(spot, known, brought) for spot in spots)


def _is_from_elsewhere(spot: Spot, known: set[str], brought: Brought) -> bool:
    """Whether a task notifies what neither the play nor an include around it has brought."""
    names = spot.task.notify
    if any(isinstance(name, Source) and name.has_markers for name in names):
        return True
    around = (handler for task in spot.outer for handler in brought.get(id(task), ()))
    own = {name for handler in around for name in answering(handler)} if names else set()
    return not known.union(own).issuperset(map(str, names))


def flushes(spot: Spot) -> bool:
    """Whether the task runs what was notified."""
    return spot.task.action == "meta" and spot.task.args.get("free_form") == "flush_handlers"
