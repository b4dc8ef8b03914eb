"""What a plain (unquoted) scalar means, and the way back from a number to its text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_WORDS: dict[str, Any] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
}

_NUMBER_STARTS = frozenset("+-.0123456789")

_INFINITY = re.compile(r"([-+]?)\.(?:inf|Inf|INF)")
_NAN = re.compile(r"\.(?:nan|NaN|NAN)")
_FLOAT = re.compile(
    r"[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?"
)
_MOST_DIGITS = 4000
"""Longer runs of digits stay text: Python refuses them, and they are no number anyone means."""


def _based(base: int, skip: int) -> Callable[[str], int]:
    def convert(text: str) -> int:
        sign = -1 if text[0] == "-" else 1
        return sign * int(text.lstrip("+-")[skip:], base)

    return convert


_INTEGERS: tuple[tuple[re.Pattern[str], Callable[[str], int]], ...] = (
    (re.compile(r"[-+]?(?:0|[1-9][0-9_]*)"), int),
    (re.compile(r"[-+]?0_*[0-7][0-7_]*"), _based(8, 1)),
    (re.compile(r"[-+]?0x_*[0-9a-fA-F][0-9a-fA-F_]*"), _based(16, 2)),
    (re.compile(r"[-+]?0b_*[01][01_]*"), _based(2, 2)),
)


def resolve(text: str) -> Any:
    """The value of a plain scalar: None, bool, int, float, or the text itself."""
    value = _WORDS.get(text, text)
    if value is not text or text[0] not in _NUMBER_STARTS or len(text) > _MOST_DIGITS:
        return value
    return _number(text)


def _number(text: str) -> Any:
    digits = text.replace("_", "")
    for pattern, convert in _INTEGERS:
        if pattern.fullmatch(text):
            return convert(digits)
    if _FLOAT.fullmatch(text):
        return float(digits)
    if infinity := _INFINITY.fullmatch(text):
        return float(infinity[1] + "inf")
    return float("nan") if _NAN.fullmatch(text) else text


def as_text(value: Any, written: str | None = None) -> str | None:
    """`value` as the text its author meant, or None if that cannot be told.

    A string is itself. A number is its text if that is what stands in the file
    (`written`, when known): `123456` is, `0123`, `1.10` and `1_000` are not.
    """
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    text = str(value)
    return text if written is None or written == text else None


def kind_of(value: Any) -> str:
    """What `value` is, in a sentence that says why it is no text."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, float)):
        return "a number that is not printed as it is written"
    return "a mapping" if isinstance(value, dict) else "a list"


def quoting_hint(value: Any) -> str | None:
    """What to do about it."""
    return None if isinstance(value, (dict, list)) else "quote it"


def is_merge(event: Any) -> bool:
    """Whether `event`, in the place of a key, is the merge key `<<`."""
    return getattr(event, "value", None) == "<<" and event.tag is None and bool(event.implicit[0])
