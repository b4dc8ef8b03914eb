"""The other shapes in which a secret shows: quoted, escaped, encoded, folded, a line at a time,
cut short; and where they are in a text.

What is shown was often put into words before it is masked: a value within a mapping stands as
Python or JSON writes it, a key of several lines is indented, a long text is cut.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator

CUT = "…"
"""Stands where a text was cut: what is before it may be the beginning of a secret."""
_SHORTEST = 4
_SHORTEST_CODE = 8
"""Characters of base64. Shorter ones stand in ordinary words."""
_SHORTEST_LINE = 8
"""Characters. Shorter lines of a text are often words that stand everywhere: `exit`, `true`."""
_MOST_LINES = 1_000
_FEW = 32
"""Shapes that are looked for one after another, which is quick, and only then all at once."""
_LONG, _HEAD = 24, 12
"""Characters: a secret from this length on is known by what it begins with."""


class Finder:
    """Finds secrets in texts, in whatever shape. One thread at a time may `add`; others look
    meanwhile."""

    def __init__(self) -> None:
        self._shapes: dict[str, tuple[str, ...]] = {}
        """By what they begin with: four characters, or those before their first blank."""
        self._beginnings: set[tuple[str, ...]] = set()
        """Those of four characters."""
        self._shorter: tuple[int, ...] = ()
        """Lengths of the others."""
        self._folded: dict[str, re.Pattern[str]] = {}
        """How shapes with blanks look where lines are broken."""
        self._probes: tuple[str, ...] = ()
        """A text without any of these has no secret in it; empty: there are too many to try."""
        self._known: set[str] = set()

    def add(self, secret: str) -> None:
        """Finds it from now on."""
        for shape in shapes_of(secret):
            if shape not in self._known:
                self._known.add(shape)
                self._learn(shape)
        few = len(self._known) <= _FEW
        self._probes = tuple(map(_probe_of, self._known)) if few else ()

    def _learn(self, shape: str) -> None:
        beginning = shape[:_SHORTEST].partition(" ")[0] or shape[:_SHORTEST]
        if " " in shape:
            self._folded[shape] = re.compile(_pattern_of(shape))
        self._shapes[beginning] = (*self._shapes.get(beginning, ()), shape)
        if len(beginning) == _SHORTEST:
            self._beginnings.add(tuple(beginning))
        else:
            self._shorter = tuple({*self._shorter, len(beginning)})

    def spans(self, text: str) -> list[tuple[int, int]]:
        """From where to where secrets stand in a text, the longest where there are several."""
        if not self._may_be_in(text):
            return []
        found: list[tuple[int, int]] = []
        over = 0
        for start in range(len(text)):
            if start >= over and (end := self._end(text, start)):
                found.append((start, end))
                over = end
        return found

    def _may_be_in(self, text: str) -> bool:
        """Asked of every text, and so quickly: nearly none has one in it."""
        if self._probes:
            for probe in self._probes:
                if probe in text:
                    return True
            if CUT not in text:
                return False
        if self._shorter:
            return True
        fours = zip(text, text[1:], text[2:], text[3:], strict=False)
        return not self._beginnings.isdisjoint(fours)

    def _end(self, text: str, start: int) -> int:
        """Where the longest one that begins at `start` ends; 0: none does."""
        shapes = self._shapes.get(text[start : start + _SHORTEST], ())
        for length in self._shorter:
            shapes += self._shapes.get(text[start : start + length], ())
        return max((self._end_of(shape, text, start) for shape in shapes), default=0)

    def _end_of(self, shape: str, text: str, start: int) -> int:
        if text.startswith(shape, start):
            return start + len(shape)
        folded = self._folded.get(shape)
        if folded is not None and (found := folded.match(text, start)):
            return found.end()
        known = len(shape) >= _LONG and text.startswith(shape[:_HEAD], start)
        if not known and CUT not in text[start : start + len(shape)]:
            return 0
        end = start + len(os.path.commonprefix([text[start : start + len(shape)], shape]))  # noqa: RUF071
        return end if known or text.startswith(CUT, end) else 0


def shapes_of(secret: str) -> set[str]:
    """All texts in which a reader would find the secret, itself included."""
    found = {secret, *_encoded(secret)}
    if secret.isascii() and secret.isalnum():
        return found
    for part in _parts(secret):
        found.add(part)
        for shape in _escaped(part):
            found.add(shape)
            found.update(_escaped(shape))
    return {shape for shape in found if len(shape) >= _SHORTEST}


def _probe_of(shape: str) -> str:
    """What is in every text with that shape in it, cut short or folded as it may be."""
    known = shape[:_HEAD] if len(shape) >= _LONG else shape
    return max(known.split(" "), key=len) or known


def _pattern_of(shape: str) -> str:
    """A regular expression for it, wherever it is folded: YAML breaks lines at blanks."""
    return re.escape(shape).replace("\\ ", r"(?:\\?\s)+")


def _parts(secret: str) -> Iterator[str]:
    """The secret without the blanks around it, and its lines."""
    yield secret.strip()
    lines = secret.splitlines()
    if len(lines) > 1:
        stripped = (line.strip() for line in lines[:_MOST_LINES])
        yield from (line for line in stripped if len(line) >= _SHORTEST_LINE)


def _encoded(secret: str) -> Iterator[str]:
    """As base64 writes it: by itself, or wherever it stands in what was encoded (`user:secret`).

    Of the latter only the characters that nothing but the secret decides.
    """
    from base64 import b64encode

    data = secret.encode("utf-8", "surrogateescape")
    for before in range(3):
        code = b64encode(b"\0" * before + data).decode()
        inner = code[-(-before * 8 // 6) : (before + len(data)) * 8 // 6]
        for shape in (inner, code) if not before else (inner,):
            if len(shape) >= _SHORTEST_CODE:
                yield shape
                yield shape.replace("+", "-").replace("/", "_")


def _escaped(text: str) -> Iterator[str]:
    """As Python, JSON, YAML, shells and addresses write it."""
    if text.isascii() and text.isalnum():
        return
    from urllib.parse import quote, quote_plus

    python = repr(f'"{text}')[2:-1]
    yield python
    yield python.replace("\\'", "'")
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    yield text.replace("'", "''")
    yield text.replace("'", "'\"'\"'")
    yield text.replace("'", "'\\''")
    yield quote(text, errors="replace")
    yield quote(text, safe="", errors="replace")
    yield quote_plus(text, errors="replace")
