"""What a template gives back: plain values, with nothing left in them that could act."""

from __future__ import annotations

import datetime
from collections.abc import (
    ItemsView,
    Iterable,
    Iterator,
    KeysView,
    Mapping,
    Sequence,
    Set,
    ValuesView,
)
from types import GeneratorType
from typing import Any

from jinja2 import Undefined
from jinja2.filters import _GroupTuple as Group

from runner.templating.failures import TemplateFault
from runner.values import Secret


class Omit:
    """The value of `omit`: the option, key or element that has it is left out."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "omit"

    def __str__(self) -> str:
        return ""

    def __reduce__(self) -> str:
        return "OMIT"


OMIT = Omit()

ATOMS = frozenset({str, int, float, bool, type(None)})
"""Exact types that need no look inside. A subclass of `str` is not one of them."""

_PENDING = frozenset(
    {
        GeneratorType,
        KeysView,
        ValuesView,
        ItemsView,
        *map(type, ({}.keys(), {}.values(), {}.items(), reversed([]), reversed(()))),
        *(map, filter, zip, enumerate),
    }
)
"""What has not been gone through yet: it has no text, no length and can be read only once."""

_KEPT = (bytes, Omit, datetime.datetime, datetime.date, datetime.time, datetime.timedelta)


def settled(value: Any) -> Any:
    """What a filter or a call gave, as Ansible hands it on: an iterator or a view as a list."""
    return list(value) if type(value) in _PENDING else value


def finished(value: Any) -> Any:
    """`value` as the user's data: plain containers, plain text, no `omit` inside.

    Containers are copied, so nothing done to the result reaches a variable. Raises what
    an undefined value inside raises, and TemplateFault for a thing that is no value.
    """
    kind = type(value)
    if kind in ATOMS:
        return value
    if kind is dict:
        return _dict(value)
    if kind is list:
        return _list(value)
    return _other(value)


def _dict(value: Mapping[Any, Any]) -> dict[Any, Any]:
    atoms = ATOMS
    result = {}
    for key, item in value.items():
        if type(item) not in atoms:
            if item is OMIT:
                continue
            item = finished(item)
        result[key if type(key) in atoms else finished(key)] = item
    return result


def _list(value: Iterable[Any]) -> list[Any]:
    atoms = ATOMS
    return [item if type(item) in atoms else finished(item) for item in value if item is not OMIT]


def _other(value: Any) -> Any:
    if isinstance(value, Undefined):
        return _defined(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, (int, float, *_KEPT)):
        return value
    return _collection(value)


def _collection(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _dict(value)
    if isinstance(value, (Sequence, Set, Iterator)) or _is_view(value):
        return _list(value)
    if callable(value):
        raise TemplateFault(
            "the result is a function, not a value", hint="call it: add parentheses"
        )
    raise TemplateFault(f"the result is a {type(value).__name__}, which is no value")


def _is_view(value: Any) -> bool:
    return isinstance(value, Iterable) and type(value).__name__.startswith("dict_")


def _defined(value: Undefined) -> Any:
    # Touching it raises its own, better message; only Jinja's own lenient kind does not.
    str(value)
    raise TemplateFault(
        "the result is undefined: the condition of an `if` without `else` was false",
        hint="add `else`",
    )


class Lone(str):
    """The text of a `value` that was none: what a template file prints beside blocks."""

    __slots__ = ("value",)
    value: Any


def lone_text(value: Any) -> str:
    """`as_text`, which leaves visible whether the value was text."""
    text = as_text(value)
    if isinstance(value, (str, Secret)):
        return text
    lone = Lone(text)
    lone.value = value
    return lone


def text_of(pieces: Iterable[str]) -> str:
    """What a template file printed, as one text; `Lone` where it is none, as Ansible sees it.

    Nothing at all, and a single number, list or the like, are none: they end as they do.
    Raises TemplateFault where that single thing is no value.
    """
    told = [piece for piece in pieces if type(piece) is not Lone or piece.value is not None]
    if not told:
        return Lone("")
    first = told[0]
    if len(told) > 1 or type(first) is not Lone:
        return "".join(told)
    if first.value is OMIT:
        raise TemplateFault("the whole template gives `omit`, which is no text")
    return Lone(as_text(finished(first.value)))


def as_text(value: Any) -> str:
    """A value as it stands in text: None is nothing, a secret is revealed.

    Raises what an undefined value raises.
    """
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is int or kind is float or kind is bool:
        return str(value)
    if value is None or value is OMIT:
        return ""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, (list, tuple, Mapping)):
        return str(_printed(value))
    return str(value)


def _printed(value: Any) -> Any:
    """A container as it prints: what `groupby` gave are the only tuples that stay some."""
    if type(value) is Group:
        return tuple(map(finished, value))
    if type(value) is list:
        return [_printed(item) for item in value if item is not OMIT]
    return finished(value)
