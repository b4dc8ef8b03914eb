"""What a command printed, on its way to the caller, with the samples that judging it needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from re import Pattern

from runner.connections.api import Sink

_SAMPLE = 2_048
_FIRST_LINES = 8
_LAST_LINES = 4
_MOST_DECORATIONS = 4


class Output:
    """Takes finished text in pieces; keeps it, or hands it to a sink and keeps only samples."""

    def __init__(self, sink: Sink | None, decorations: Sequence[Pattern[str]]) -> None:
        """`decorations`: lines that belong to the prompt when they stand right above it."""
        self._pieces: list[str] = []
        self._sink = self._pieces.append if sink is None else sink
        self._kept = sink is None
        self._decorations = decorations
        self._held = ""
        self._head = ""
        self._tail = ""
        self._size = 0

    @property
    def tail(self) -> str:
        """The last characters, at least two thousand if there were as many."""
        return self._tail + self._held

    def write(self, text: str) -> None:
        """The next piece."""
        if self._decorations:
            text = self._hold_back(text)
        if not text:
            return
        self._size += len(text)
        if len(self._head) < _SAMPLE:
            self._head += text[: _SAMPLE - len(self._head)]
        self._tail = (self._tail + text[-_SAMPLE:])[-_SAMPLE:]
        self._sink(text)

    def finish(self) -> str | None:
        """The whole text, or None when a sink took it. Decorations held back are dropped."""
        self._held = ""
        return "".join(self._pieces) if self._kept else None

    def sample(self) -> str:
        """The first and the last lines that are not blank: where error messages stand.

        A long output may well contain an error message of something else, in its middle.
        """
        first = _filled(self._head.split("\n"), _FIRST_LINES + _LAST_LINES + 1)
        if self._size <= _SAMPLE and len(first) <= _FIRST_LINES + _LAST_LINES:
            return "\n".join(first)
        last = _filled(reversed(self._tail.split("\n")), _LAST_LINES)
        return "\n".join(first[:_FIRST_LINES] + last[::-1])

    def _hold_back(self, text: str) -> str:
        text = self._held + text
        start = len(text)
        for _ in range(_MOST_DECORATIONS):
            above = text.rfind("\n", 0, max(start - 1, 0)) + 1
            line = text[above:start].strip()
            if above == start or not any(p.fullmatch(line) for p in self._decorations):
                break
            start = above
        self._held = text[start:]
        return text[:start]


def _filled(lines: Iterable[str], most: int) -> list[str]:
    """The first lines that are not blank."""
    return list(islice((line for line in lines if line.strip()), most))
