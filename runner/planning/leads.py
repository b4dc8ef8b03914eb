"""What the variables of a play itself lead to: those that are the same for all its hosts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from runner.engine.world import World
from runner.model import Play
from runner.planning.names import NO_NAMES, NameReader, merged
from runner.planning.walking import Spot
from runner.templating import Names


class Leads:
    """By variable: the names in what play, roles, blocks, tasks and -e give it."""

    def __init__(self, world: World, play: Play, spots: Sequence[Spot], reader: NameReader) -> None:
        self._names: dict[str, Names] = {}
        self.broken: list[tuple[str, Any]] = []
        """Names whose text is no valid template, with that text."""
        seen: set[int] = set()
        for mapping in _mappings(world, play, spots):
            if id(mapping) not in seen:
                seen.add(id(mapping))
                self._take(mapping, reader)

    def _take(self, mapping: Mapping[str, Any], reader: NameReader) -> None:
        for name, value in mapping.items():
            read = reader.of_value(value)
            if read is not NO_NAMES:
                self._names[name] = merged((self._names.get(name, NO_NAMES), read))
                if not read.complete:
                    self.broken.append((name, value))

    def __call__(self, name: str) -> Names:
        return self._names.get(name, NO_NAMES)


def _mappings(world: World, play: Play, spots: Sequence[Spot]) -> Iterator[Mapping[str, Any]]:
    yield from (world.extra_vars, play.vars, play.role_vars, play.role_defaults)
    for spot in spots:
        for task in (*spot.outer, spot.task):
            yield from (task.vars, task.scope.vars, task.scope.params)
            if task.scope.role is not None:
                yield from (task.scope.role.vars, task.scope.role.defaults)
