"""Which handlers a flush may run: those that something before it may have notified."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from runner.model import Handler
from runner.planning.segments import Part
from runner.planning.walking import Spot
from runner.values import Source


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
        name = handler.task.name
        own = (name, *handler.listen, f"{handler.role} : {name}")
        return self._any or any(
            each in self._names or ("{{" in each and bool(self._names)) for each in own
        )


def flushes(spot: Spot) -> bool:
    """Whether the task runs what was notified."""
    return spot.task.action == "meta" and spot.task.args.get("free_form") == "flush_handlers"
