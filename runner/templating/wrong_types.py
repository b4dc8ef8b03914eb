"""What Python says of values that do not fit together, in the reader's words."""

from __future__ import annotations

import re
from collections.abc import Callable

_KINDS = {
    "str": "a text",
    "Source": "a text",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a list",
    "dict": "a dictionary",
    "NoneType": "nothing",
}
_TOGETHER = "`~` joins anything as text; `| int` makes a number of a text"


def in_words(error: Exception) -> tuple[str, str | None] | None:
    """The message and what to do; None for what is told as it is."""
    if not isinstance(error, (TypeError, ValueError)):
        return None
    said = str(error)
    for pattern, tell in _KNOWN:
        found = pattern.search(said)
        if found is not None:
            return tell(found)
    return None


def _no_list(found: re.Match[str]) -> tuple[str, str | None]:
    kind = _kind(found[1])
    hint = "`| default([], true)` makes an empty list of it" if kind == "nothing" else None
    return f"a list is wanted here, and this is {kind}", hint


def _no_function(found: re.Match[str]) -> tuple[str, str | None]:
    return f"{_kind(found[1])} cannot be called", "leave the ( ) behind the name out"


def _lacking(found: re.Match[str]) -> tuple[str, str | None]:
    return f"{_function(found[1])} needs the argument {_names(found[2])}", None


def _too_many(found: re.Match[str]) -> tuple[str, str | None]:
    return f"{_function(found[1])} is given too many arguments", None


def _no_argument(found: re.Match[str]) -> tuple[str, str | None]:
    return f"{_function(found[1])} has no argument '{found[2]}'", None


def _no_comparison(found: re.Match[str]) -> tuple[str, str | None]:
    sign, one, other = found[1], _kind(found[2]), _kind(found[3])
    message = f"{one} and {other} cannot be compared with {sign}"
    numbers = {one, other} == {"a text", "a number"}
    return message, "`| int` makes a number of a text" if numbers else None


def _no_operation(found: re.Match[str]) -> tuple[str, str | None]:
    return f"{found[1]} does not go with {_kind(found[2])} and {_kind(found[3])}", _TOGETHER


def _no_joining(found: re.Match[str]) -> tuple[str, str | None]:
    return f"+ does not go with {_kind(found[1])} and {_kind(found[2])}", _TOGETHER


def _unpacked(found: re.Match[str]) -> tuple[str, str | None]:
    return f"there are {found[1]} for the names of this loop", f"it has {found[2]} names"


_KNOWN: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[str, str | None]]], ...] = (
    (re.compile(r"^'(\w+)' object is not iterable$"), _no_list),
    (re.compile(r"^'(\w+)' object is not callable$"), _no_function),
    (re.compile(r"(\w+)\(\) missing \d+ required \S+ arguments?: (.+)$"), _lacking),
    (re.compile(r"(\w+)\(\) takes (?:from \d+ to )?\d+ positional arguments? but"), _too_many),
    (re.compile(r"(\w+)\(\) got an unexpected keyword argument '(\w+)'"), _no_argument),
    (
        re.compile(r"^'(\S+)' not supported between instances of '(\w+)' and '(\w+)'$"),
        _no_comparison,
    ),
    (re.compile(r"^unsupported operand type\(s\) for (\S+): '(\w+)' and '(\w+)'"), _no_operation),
    (re.compile(r'^can only concatenate (\w+) \(not "(\w+)"\) to'), _no_joining),
    (
        re.compile(r"^(too many|not enough) values to unpack \(expected (?:at least )?(\d+)"),
        _unpacked,
    ),
)


def _kind(name: str) -> str:
    return _KINDS.get(name, f"a {name}")


def _names(listed: str) -> str:
    return listed.replace("' and '", "', '").replace(", and ", ", ")


def _function(name: str) -> str:
    """A filter's function, as the filter is called."""
    return f"`{name.removeprefix('do_').strip('_')}`"
