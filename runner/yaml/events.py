"""The parser underneath: the only file that knows ruamel.yaml.

Both of its parsers give the same stream of events. The C one is used where it is installed
(it is not a part of the ruamel.yaml package itself); the pure one is some five times slower.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, NamedTuple

from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from ruamel.yaml.reader import ReaderError

cyaml: ModuleType | None
try:
    from ruamel.yaml import cyaml
except ImportError:
    cyaml = None

__all__ = [
    "PARSER_ERRORS",
    "AliasEvent",
    "DocumentEndEvent",
    "DocumentStartEvent",
    "MappingEndEvent",
    "MappingStartEvent",
    "ScalarEvent",
    "SequenceEndEvent",
    "SequenceStartEvent",
    "StreamEndEvent",
    "StreamStartEvent",
    "SyntaxProblem",
    "place_of",
    "reader",
    "syntax_problem",
]

NextEvent = Callable[[], Any]


def reader(text: str, *, pure: bool = False) -> NextEvent:
    """A function that gives one event after another; see `syntax_problem` for what it raises."""
    next_event: NextEvent
    if pure or cyaml is None:
        next_event = _pure_events(text).__next__
    else:
        next_event = cyaml.CParser(text).get_event
    return next_event


def _pure_events(text: str) -> Iterator[Any]:
    from ruamel.yaml import YAML

    yield from YAML(typ="safe", pure=True).parse(text)


def place_of(event: Any) -> tuple[int, int]:
    """Line and column, from 0, where a value begins.

    A text below `|` or `>` begins on the line after, so that its own lines can be counted;
    what has a tag (`!vault |`) begins with the tag.
    """
    mark = event.start_mark
    if type(event) is ScalarEvent and event.style in ("|", ">") and event.tag is None:
        return mark.line + 1, 0
    return mark.line, mark.column


PARSER_ERRORS = (YAMLError, UnicodeEncodeError)
"""What the parsers raise for a text that is not YAML (the second: for half a character)."""


class SyntaxProblem(NamedTuple):
    """What the parser objects to. Lines and columns count from 0; None if unknown."""

    problem: str
    context: str
    at: tuple[int, int] | None
    since: tuple[int, int] | None
    """Where the construct that went wrong began."""


def syntax_problem(error: Exception) -> SyntaxProblem:
    """What a parser's exception says."""
    if isinstance(error, (ReaderError, UnicodeEncodeError)):
        return SyntaxProblem("character not allowed", "", None, None)
    return SyntaxProblem(
        str(getattr(error, "problem", None) or error),
        str(getattr(error, "context", None) or ""),
        _place(getattr(error, "problem_mark", None)),
        _place(getattr(error, "context_mark", None)),
    )


def _place(mark: Any) -> tuple[int, int] | None:
    return None if mark is None else (mark.line, mark.column)
