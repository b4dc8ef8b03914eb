"""The kinds of values that an argument spec may ask for, and what is taken for each of them."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple


class Kind(NamedTuple):
    """One kind: in words, and what makes a value of it. That raises for what is not of it."""

    wanted: str
    taken: Callable[[Any], Any]


MISFITS: tuple[type[Exception], ...] = (ValueError, TypeError, ArithmeticError)
"""What `Kind.taken` raises for a value that is not of the kind."""

_TRUE = frozenset({"y", "yes", "on", "1", "true", "t"})
_FALSE = frozenset({"n", "no", "off", "0", "false", "f"})
FLAGS: Mapping[str, frozenset[Any]] = {"True": _TRUE | {True}, "False": _FALSE | {False}}
"""What means the same as a flag does, by the flag as text."""

_FIELD = re.compile(r"""(?:\\.|'[^']*'?|"[^"]*"?|[^, '"\\])+""", re.DOTALL)
_QUOTED = re.compile(r"""\\(.)|'([^']*)'?|"([^"]*)"?""", re.DOTALL)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        return value.split(",")
    if isinstance(value, (int, float)):
        return [str(value)]
    raise TypeError


def _mapping(value: Any) -> dict[Any, Any]:
    if isinstance(value, dict):
        return value
    if not isinstance(value, str):
        raise TypeError
    if value.startswith("{"):
        return _literal(value)
    fields = [_QUOTED.sub(_unquoted, field) for field in _FIELD.findall(value)]
    if not fields:
        raise ValueError
    return dict(field.split("=", 1) for field in fields)  # raises ValueError without `=`


def _unquoted(match: re.Match[str]) -> str:
    return match[1] or match[2] or match[3] or ""


def _literal(text: str) -> dict[Any, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = _evaluated(text)
    if not isinstance(found, dict):
        raise TypeError
    return found


def _evaluated(text: str) -> Any:
    """A literal as Python writes it; nothing in it is run."""
    try:
        return ast.literal_eval(text)
    except (SyntaxError, MemoryError, RecursionError) as error:
        raise ValueError from error


def _flag(value: Any) -> bool:
    word = value.lower().strip() if isinstance(value, str) else value
    if word is True or word in _TRUE or (type(word) in (int, float) and word == 1):
        return True
    if word is False or word in _FALSE or (type(word) in (int, float) and word == 0):
        return False
    raise ValueError


def _whole(value: Any) -> int:
    if isinstance(value, int):
        return value
    if not isinstance(value, (str, float)):
        raise TypeError
    number = Decimal(value)
    if number != int(number):
        raise ValueError
    return int(number)


def _float(value: Any) -> float:
    return value if isinstance(value, float) else float(value)


def _size(value: Any, *, bits: bool = False) -> int:
    from runner.templating.library.values import human_to_bytes  # few specs have sizes

    try:
        return human_to_bytes(value, isbits=bits)
    except Exception as error:
        raise ValueError from error


def _json(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, default=str)
    raise TypeError


_JSON = Kind("a mapping, a list, or JSON as text", _json)

KINDS: Mapping[str, Kind] = {
    "str": Kind("text", _text),
    "int": Kind("a whole number", _whole),
    "float": Kind("a number", _float),
    "bool": Kind("true or false", _flag),
    "list": Kind("a list", _list),
    "dict": Kind("a mapping", _mapping),
    "path": Kind("a path", _text),
    "raw": Kind("anything", lambda value: value),
    "json": _JSON,
    "jsonarg": _JSON,
    "bytes": Kind("a size in bytes, as `10K` or `2MB`", _size),
    "bits": Kind("a size in bits, as `10Kb`", lambda value: _size(value, bits=True)),
}
