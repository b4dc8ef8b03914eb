"""Commands as words: abbreviations, arguments, and what is wrong with a line.

A pattern is written as words: `show ip interface [brief]`. A lower-case word is a keyword,
`[x]` may be left out, UPPER CASE is an argument, and `REST` is everything to the end of the
line. Some arguments take only what fits them (`NUMBER`, `ADDRESS`, `INTERFACE`).
"""

from __future__ import annotations

import ipaddress
import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

T = TypeVar("T")
Fault = Literal["invalid", "incomplete", "ambiguous"]

_TOKEN = re.compile(r'"[^"]*"|\S+')
_PLACE = re.compile(r"[A-Z][A-Z0-9_]*")
REST = "REST"


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """A line that is a command. `line` has its keywords written out."""

    value: T
    line: str
    args: Mapping[str, str]
    keywords: int = 0


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A line that is none; `column` is where the trouble begins, from 0."""

    fault: Fault
    column: int
    word: str
    read: str = ""
    """What was understood, keywords written out."""


@dataclass(slots=True)
class _Node(Generic[T]):
    keywords: dict[str, _Node[T]] = field(default_factory=dict)
    places: dict[str, _Node[T]] = field(default_factory=dict)
    rest: T | None = None
    end: T | None = None


@dataclass(frozen=True, slots=True)
class Habits:
    """How a platform reads words."""

    abbreviate: bool = True
    interfaces: tuple[str, ...] = ()
    """Full interface type names, for `g0/1` and its like."""


class Grammar(Generic[T]):
    """A set of patterns, each with a value."""

    def __init__(self, patterns: Iterable[tuple[str, T]], habits: Habits) -> None:
        self._top: _Node[T] = _Node()
        self._habits = habits
        for pattern, value in patterns:
            for words in _variants(pattern.split()):
                self._add(words, value)

    def _add(self, words: Sequence[str], value: T) -> None:
        node = self._top
        for word in words:
            if word == REST:
                node.rest = value
                return
            edges = node.places if _PLACE.fullmatch(word) else node.keywords
            node = edges.setdefault(word, _Node())
        node.end = value

    def match(self, line: str) -> Match[T] | Mismatch:
        """Reads a line."""
        node = self._top
        said: list[str] = []
        args: dict[str, str] = {}
        keywords = 0
        for found in _TOKEN.finditer(line):
            word = found.group()
            step = self._step(node, word)
            if isinstance(step, str):
                if node.rest is None:
                    return Mismatch("ambiguous" if step else "invalid", found.start(), word)
                rest = line[found.start() :].rstrip()
                return Match(node.rest, " ".join([*said, rest]), {**args, REST: rest}, keywords)
            name, text, node = step
            said.append(text)
            if name:
                args[name] = text
            else:
                keywords += 1
        if node.end is None:
            return Mismatch("incomplete", len(line), "", " ".join(said))
        return Match(node.end, " ".join(said), args, keywords)

    def _step(self, node: _Node[T], word: str) -> tuple[str, str, _Node[T]] | str:
        """(argument's name or "", full word, next node), or the candidates of an ambiguity."""
        lower = word.lower() if self._habits.abbreviate else word
        if lower in node.keywords:
            return "", lower, node.keywords[lower]
        like = self._like(node, lower)
        if len(like) == 1:
            return "", like[0], node.keywords[like[0]]
        for name, following in node.places.items():
            text = self._fits(name, word)
            if text is not None:
                return name, text, following
        return " ".join(like)

    def _like(self, node: _Node[T], lower: str) -> list[str]:
        if not self._habits.abbreviate:
            return []
        return [keyword for keyword in node.keywords if keyword.startswith(lower)]

    def _fits(self, name: str, word: str) -> str | None:
        if name.startswith("INTERFACE"):
            return interface_name(word, self._habits.interfaces)
        check = _KINDS.get(name)
        return word if check is None or check(word) else None

    def completions(self, line: str) -> list[str]:
        """The words that could come next (or complete the last one), for the help key."""
        words = line.split()
        partial = words.pop() if words and not line.endswith(" ") else ""
        node = self._top
        for word in words:
            step = self._step(node, word)
            if isinstance(step, str):
                return []
            node = step[2]
        return self._following(node, partial)

    def _following(self, node: _Node[T], partial: str) -> list[str]:
        found = sorted(word for word in node.keywords if word.startswith(partial.lower()))
        if not partial:
            found += [f"<{name.lower()}>" for name in node.places]
            found += ["LINE"] if node.rest is not None else []
            found += ["<cr>"] if node.end is not None else []
        return found


def interface_name(word: str, types: Sequence[str]) -> str | None:
    """`gi0/1` as `GigabitEthernet0/1`; None if it is no interface of these types."""
    found = re.fullmatch(r"([A-Za-z][A-Za-z-]*?)(\d[\d/.:]*)", word)
    if found is None:
        return None
    like = [name for name in types if name.lower().startswith(found[1].lower())]
    return like[0] + found[2] if like else None


def _variants(words: Sequence[str]) -> Iterable[list[str]]:
    """All spellings of a pattern with optional words."""
    choices = [([word[1:-1]], []) if word.startswith("[") else ([word],) for word in words]
    for chosen in itertools.product(*choices):
        yield [word for part in chosen for word in part]


def _is_address(word: str) -> bool:
    try:
        ipaddress.ip_interface(word)
    except ValueError:
        return False
    return True


_KINDS: Mapping[str, Callable[[str], bool]] = {
    "NUMBER": lambda word: word.isascii() and word.isdigit(),
    "ADDRESS": _is_address,
    "MASK": _is_address,
    "PREFIX": lambda word: "/" in word and _is_address(word),
}
