"""In which order task results are shown: task by task where the play runs in lockstep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from runner.events import Position
from runner.outputs.lines import Line

_BEFORE, _THROUGH = 0, 1


class Shown(NamedTuple):
    """Lines to show for a task at a position, below its title."""

    position: Position
    title: str
    lines: Sequence[Line]


@dataclass(slots=True)
class _Held:
    title: str
    results: list[Sequence[Line]] = field(default_factory=list)


class TaskOrder:
    """Holds a result back until all hosts are through the tasks before its own.

    Hosts of a lockstep play may run ahead of each other where nothing could tell the
    difference; on screen they are together again, so that a task's header stands once.
    """

    def __init__(self, hosts: Sequence[str]) -> None:
        self._reached: dict[str, tuple[Position, int] | None] = dict.fromkeys(hosts)
        self._held: dict[Position, _Held] = {}

    def started(self, host: str, position: Position) -> list[Shown]:
        """A host begins a task: it is through all earlier ones."""
        self._reach(host, position, _BEFORE)
        return list(self._release())

    def finished(
        self, host: str, position: Position, title: str, lines: Sequence[Line]
    ) -> list[Shown]:
        """A host is through a task; gives all that may be shown now."""
        self._held.setdefault(position, _Held(title)).results.append(lines)
        self._reach(host, position, _THROUGH)
        return list(self._release())

    def left(self, host: str) -> list[Shown]:
        """A host is out: nobody waits for it."""
        self._reached.pop(host, None)
        return list(self._release())

    def _reach(self, host: str, position: Position, how_far: int) -> None:
        if host in self._reached:
            self._reached[host] = (position, how_far)

    def _release(self) -> Iterator[Shown]:
        while self._held:
            position = min(self._held)
            held = self._held[position]
            for lines in held.results:
                yield Shown(position, held.title, lines)
            held.results.clear()
            if not self._all_through(position):
                return
            del self._held[position]

    def _all_through(self, position: Position) -> bool:
        return all(
            reached is not None and reached >= (position, _THROUGH)
            for reached in self._reached.values()
        )
