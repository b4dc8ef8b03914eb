"""Hosts at their yields, by position: the lowest come first, without a look at all hosts."""

from __future__ import annotations

import heapq
from collections.abc import Callable

from runner.engine.steps import Merge, Need, Once, Yield
from runner.events import Position

Key = tuple[Position, int]
_RANKS: dict[type[Yield], int] = {Once: 1, Need: 2, Merge: 3}
"""Of those at one position: first the ones before the task, then by how far they are in it."""


class Waiting:
    """Buckets of hosts in a heap of positions.

    A host that was told to go on otherwise is not taken out: its step's number has changed.
    """

    def __init__(self) -> None:
        self._buckets: dict[Key, list[tuple[str, int]]] = {}
        self._heap: list[Key] = []

    def add(self, at: Yield, host: str, number: int) -> None:
        """`host` has come to rest with step `number`."""
        key = (at.position, _RANKS.get(type(at), 0))
        bucket = self._buckets.get(key)
        if bucket is None:
            self._buckets[key] = [(host, number)]
            heapq.heappush(self._heap, key)
        else:
            bucket.append((host, number))

    def lowest(self, number_at: Callable[[str], int]) -> list[str]:
        """Takes out those at the lowest position that still wait there; empty: nobody waits."""
        while self._heap:
            bucket = self._buckets.pop(heapq.heappop(self._heap))
            names = [host for host, number in bucket if number_at(host) == number]
            if names:
                return names
        return []
