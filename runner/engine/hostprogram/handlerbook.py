"""The handlers one host knows, by name and topic, and which of them it has to run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from typing import Any

from runner.engine.frame import Lent
from runner.errors import PlayrunError, nearest
from runner.model import Handler, Task
from runner.values import EMPTY

Key = tuple[Any, ...]
"""A handler's place among the others: what is notified runs in this order."""


class HandlerBook:
    """Notifications are kept by name until a flush.

    While handlers run, a notification counts at once: one that comes later in the order runs
    in the same flush, one that came before in the next.
    """

    def __init__(self, handlers: Sequence[Handler], fill_in: Callable[[Task], str]) -> None:
        """`fill_in` gives a task's name, its templates rendered. Raises PlayrunError."""
        self._static = handlers
        self._fill_in = fill_in
        self._dynamic: dict[Key, Handler] = {}
        self._params: dict[Key, Mapping[str, Any]] = {}
        self._lent: set[Key] = set()
        """Of dynamic ones: those that only other hosts' includes have brought."""
        self._names: dict[str, list[Key]] | None = None
        """By name and topic; made when it is first asked for."""
        self._notified: dict[str, None] = {}
        self._due: set[Key] = set()
        self._open = False
        self.in_last = False
        """The flush under way ends a section of the play: no other comes if it fails."""

    @property
    def idle(self) -> bool:
        """Whether a flush would run nothing."""
        return not self._notified and not self._due

    @property
    def is_open(self) -> bool:
        """Whether a flush is under way."""
        return self._open

    def add(self, place: Key, handlers: Iterable[Handler], params: Mapping[str, Any]) -> None:
        """Makes known what a role brings that is included at `place`; behind those of the play.

        `params` are the variables of the include, which they see too.
        """
        found = self._keyed(place, handlers)
        if found.keys() - (self._dynamic.keys() - self._lent):
            self._take(found, params)
            self._lent -= found.keys()

    def learn(self, lent: Lent) -> None:
        """Makes known what another host's include has brought. What the host itself knows
        under one of the names comes first."""
        found = self._keyed(lent.place, lent.handlers)
        if found.keys() - self._dynamic.keys():
            self._take(found, lent.params)
            self._lent |= found.keys()

    def _keyed(self, place: Key, handlers: Iterable[Handler]) -> dict[Key, Handler]:
        # A text comes next where roles are included deeper down: keys must compare.
        first = (len(self._static), *place, "")
        return {(*first, number): each for number, each in enumerate(handlers)}

    def _take(self, found: Mapping[Key, Handler], params: Mapping[str, Any]) -> None:
        self._dynamic.update(found)
        self._params.update(dict.fromkeys(found, params))
        self._names = None

    def knows(self, name: str) -> bool:
        """Whether any handler answers to `name`."""
        return name in self._index()

    def nearest(self, name: str) -> str | None:
        """The handler or topic most like `name`."""
        return nearest(name, self._index())

    def notify(self, name: str) -> None:
        """A task has changed something."""
        if self._open:
            self._due.update(self._index().get(name, ()))
        else:
            self._notified[name] = None

    def open(self, *, last: bool = False) -> None:
        """A flush begins."""
        self.in_last = last
        for name in self._notified:
            self._due.update(self._index().get(name, ()))
        self._notified.clear()
        self._open = True

    def close(self) -> None:
        """A flush has ended, well or not."""
        self._open = self.in_last = False

    def params_of(self, key: Key) -> Mapping[str, Any]:
        """The variables of the include that brought a handler."""
        return self._params.get(key, EMPTY)

    def next(self, after: Key) -> tuple[Key, Handler] | None:
        """The next handler behind `after` that is to run; it is not to run again after that."""
        key = min((key for key in self._due if key > after), default=None)
        if key is None:
            return None
        self._due.discard(key)
        return key, self._dynamic[key] if key in self._dynamic else self._static[key[0]]

    def _index(self) -> dict[str, list[Key]]:
        if self._names is None:
            self._names = self._indexed()
        return self._names

    def _indexed(self) -> dict[str, list[Key]]:
        own: list[tuple[Key, Handler]] = [
            ((number,), handler) for number, handler in enumerate(self._static)
        ]
        lent: list[tuple[Key, Handler]] = []
        for key, handler in sorted(self._dynamic.items()):
            (lent if key in self._lent else own).append((key, handler))
        return {**self._answering(lent), **self._answering(own)}

    def _answering(self, known: list[tuple[Key, Handler]]) -> dict[str, list[Key]]:
        """One handler of a name counts; of a topic all do, but one of each name."""
        names: dict[str, list[Key]] = {}
        topics: dict[str, dict[str, Key]] = {}
        for key, handler in _by_weight(known):
            own = self._name(handler)
            for name in called(own, handler):
                names.setdefault(name, [key])
            for topic in handler.listen:
                for name in called(str(topic), handler):
                    topics.setdefault(name, {}).setdefault(own or str(key), key)
        for topic, keys in topics.items():
            names[topic] = [*names.get(topic, ()), *keys.values()]
        return names

    def _name(self, handler: Handler) -> str:
        """Its name; empty where that cannot be told, since then nothing can notify it so."""
        name = handler.task.name
        if "{" not in name:
            return name
        try:
            return self._fill_in(handler.task)
        except PlayrunError:
            return ""


def _by_weight(known: list[tuple[Key, Handler]]) -> Iterator[tuple[Key, Handler]]:
    """Of one name, the handler of a later use of a role counts, and the play's own most; of
    those of one use (or of the play's own) the first does."""
    uses = groupby(known, lambda each: (each[0][:-1], id(each[1].role and each[1].task.scope.role)))
    roles = [list(group) for _, group in uses]
    return chain.from_iterable(reversed(roles))


def called(name: str, handler: Handler) -> tuple[str, ...]:
    """What a handler answers to under one of its names or topics: that, also behind its role's
    name, with that of the role's collection or without."""
    role = handler.task.scope.role
    if not name:
        return ()
    if handler.role is None or role is None:
        return (name,)
    return (name, f"{role.name} : {name}", f"{role.short} : {name}")


def answering(handler: Handler) -> set[str]:
    """All that a handler answers to, as far as it is written out."""
    names = (handler.task.name, *handler.listen)
    return {name for each in names for name in called(str(each), handler)}
