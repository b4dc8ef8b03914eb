"""Where everything in a document stands: the second, slower pass."""

from __future__ import annotations

from typing import Any

from runner.values import Origin
from runner.yaml import scalars
from runner.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    NextEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    place_of,
)


class Place:
    """One value's place: line and column (from 0), its key's, and those of its children."""

    __slots__ = ("at", "children", "key_at", "text")

    def __init__(self, at: tuple[int, int]) -> None:
        self.at = at
        self.key_at = at
        self.text: str | None = None
        self.children: dict[Any, Place] = {}

    def find(self, path: tuple[Any, ...]) -> Place:
        """The place at `path`, or the last one on the way there that exists."""
        place = self
        for step in path:
            child = place.children.get(step)
            if child is None:
                return place
            place = child
        return place

    def origin(self, file: str) -> Origin:
        """Where the value begins."""
        return Origin(file, self.at[0] + 1, self.at[1] + 1)

    def key_origin(self, file: str) -> Origin:
        """Where the value's key begins."""
        return Origin(file, self.key_at[0] + 1, self.key_at[1] + 1)


class Places:
    """Reads a document that has been read once already, so nothing is checked again."""

    def __init__(self, next_event: NextEvent, file: str) -> None:
        self._next = next_event
        self._file = file
        self._anchors: dict[str, Place] = {}
        self._found: list[str] = []
        self._next()
        event = self._next()
        self.top = Place((0, 0))
        if type(event) is not StreamEndEvent:
            self.top = self._place(self._next())

    @property
    def warnings(self) -> tuple[str, ...]:
        """One line for each duplicate key."""
        return tuple(self._found)

    def _place(self, event: Any) -> Place:
        kind = type(event)
        if kind is AliasEvent:
            return self._anchors[event.anchor]
        place = Place(place_of(event))
        if kind is ScalarEvent:
            place.text = event.value
        elif kind is SequenceStartEvent:
            self._sequence(place)
        elif kind is MappingStartEvent:
            self._mapping(place)
        if event.anchor is not None:
            self._anchors[event.anchor] = place
        return place

    def _sequence(self, place: Place) -> None:
        while type(event := self._next()) is not SequenceEndEvent:
            place.children[len(place.children)] = self._place(event)

    def _mapping(self, place: Place) -> None:
        own: dict[Any, Place] = {}
        while type(event := self._next()) is not MappingEndEvent:
            key_place = self._place(event)
            if scalars.is_merge(event):
                self._merge(place, self._place(self._next()))
                continue
            key = self._key(event, key_place)
            child = self._child(self._place(self._next()), key_place)
            if key in own:
                self._duplicate(key, own[key], child)
            own[key] = child
        place.children.update(own)

    def _key(self, event: Any, place: Place) -> Any:
        if type(event) is ScalarEvent and event.tag is None and event.implicit[0]:
            return scalars.resolve(event.value)
        return scalars.resolve(place.text or "") if type(event) is AliasEvent else place.text

    @staticmethod
    def _child(value: Place, key: Place) -> Place:
        # An anchored value may have many keys: each gets a place of its own.
        child = Place(value.at)
        child.key_at = key.at
        child.text = value.text
        child.children = value.children
        return child

    @staticmethod
    def _merge(place: Place, merged: Place) -> None:
        is_list = 0 in merged.children and merged.text is None
        sources = list(merged.children.values()) if is_list else [merged]
        for source in sources:
            for key, child in source.children.items():
                place.children.setdefault(key, child)

    def _duplicate(self, key: Any, first: Place, second: Place) -> None:
        self._found.append(
            f"{self._file}:{second.key_at[0] + 1}: the key {key} stands twice "
            f"(first in line {first.key_at[0] + 1}); the last one counts"
        )
