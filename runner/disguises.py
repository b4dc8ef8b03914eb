"""The other shapes in which a secret shows: quoted, escaped, folded, a line at a time, cut short.

What is shown was often put into words before it is masked: a value within a mapping stands as
Python or JSON writes it, a key of several lines is indented, a long text is cut.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_SHORTEST = 4
_SHORTEST_LINE = 8
"""Characters. Shorter lines of a text are often words that stand everywhere: `exit`, `true`."""
_MOST_LINES = 1_000
_LONG, _HEAD = 24, 12
"""Characters: a secret from this length on is known by what it begins with."""


def shapes_of(secret: str) -> set[str]:
    """All texts in which a reader would find the secret, itself included."""
    if secret.isascii() and secret.isalnum():
        return {secret}
    found = {secret}
    for part in _parts(secret):
        found.add(part)
        for shape in _escaped(part):
            found.add(shape)
            found.update(_escaped(shape))
    return {shape for shape in found if len(shape) >= _SHORTEST}


def head_of(shape: str) -> str | None:
    """What tells that a shape begins here, wherever it is cut; None: it is too short for that."""
    return shape[:_HEAD] if len(shape) >= _LONG else None


def pattern_of(shape: str) -> str:
    """A regular expression for it, wherever it is folded: YAML breaks lines at blanks."""
    return re.escape(shape).replace("\\ ", r"(?:\\?\s)+")


def _parts(secret: str) -> Iterator[str]:
    """The secret without the blanks around it, and its lines."""
    yield secret.strip()
    lines = secret.splitlines()
    if len(lines) > 1:
        stripped = (line.strip() for line in lines[:_MOST_LINES])
        yield from (line for line in stripped if len(line) >= _SHORTEST_LINE)


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
