"""Host names as inventories write them: with a port, and with ranges."""

from __future__ import annotations

import ipaddress
import re
import string
from collections.abc import Iterator
from typing import NamedTuple

MOST_HOSTS = 1_000_000
"""One pattern may stand for so many hosts; more is a slip of the finger."""

_RANGE = re.compile(r"\[([^\]]*)\]")
_PORT = re.compile(r"((?:[^:\[\]]|\[[^\]]*\])*):([0-9]{1,5})")
_BRACKETED_PORT = re.compile(r"\[(.+)\]:([0-9]{1,5})")


class HostNames(NamedTuple):
    """The names a pattern stands for, and the port behind it."""

    names: list[str]
    port: int | None


def is_plain(pattern: str) -> bool:
    """Whether a pattern is just a name: nearly all are, and a fleet has many."""
    return ":" not in pattern and "[" not in pattern and "]" not in pattern


def expand(pattern: str) -> HostNames:
    """The hosts that `pattern` (`r[01:50].example.com:2222`) stands for.

    Raises ValueError whose text completes "the host pattern … is wrong: ".
    """
    if is_plain(pattern):
        return HostNames([pattern], None)
    name, port = split_port(pattern)
    if "[" not in name and "]" not in name:
        return HostNames([name], port)
    names = [""]
    position = 0
    for match in _RANGE.finditer(name):
        fixed = name[position : match.start()]
        if "[" in fixed or "]" in fixed:
            raise ValueError("its brackets do not match")
        names = _product(names, fixed, match[1])
        position = match.end()
    rest = name[position:]
    if "[" in rest or "]" in rest:
        raise ValueError("its brackets do not match")
    return HostNames([name + rest for name in names], port)


def split_port(pattern: str) -> tuple[str, int | None]:
    """A pattern without its port, and the port. A bare IPv6 address has none."""
    match = _BRACKETED_PORT.fullmatch(pattern) or _PORT.fullmatch(pattern)
    if match is None:
        return pattern, None
    if match.re is _BRACKETED_PORT and not is_ipv6(match[1]):
        match = _PORT.fullmatch(pattern)
        if match is None:
            return pattern, None
    port = int(match[2])
    if not 0 < port < 65536:
        raise ValueError(f"there is no port {port}")
    return match[1], port


def is_ipv6(text: str) -> bool:
    """Whether `text` is an IPv6 address."""
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _product(names: list[str], fixed: str, expression: str) -> list[str]:
    members = list(_members(expression))
    if len(names) * len(members) > MOST_HOSTS:
        raise ValueError(f"it stands for more than {MOST_HOSTS:,} hosts")
    return [f"{name}{fixed}{member}" for name in names for member in members]


def _members(expression: str) -> Iterator[str]:
    begin, end, step = _bounds(expression)
    if _is_letter(begin) and _is_letter(end):
        letters = string.ascii_letters
        first, last = letters.index(begin), letters.index(end)
        if first > last:
            raise ValueError(f"the range [{expression}] ends before it begins")
        return iter(letters[first : last + 1 : step])
    if not (_is_number(begin) and _is_number(end)):
        raise ValueError(f"[{expression}] is no range of numbers or single letters")
    return _numbers(begin, end, step, expression)


def _bounds(expression: str) -> tuple[str, str, int]:
    parts = expression.split(":")
    if len(parts) not in (2, 3):
        raise ValueError(f"[{expression}] is no range: write [begin:end] or [begin:end:step]")
    begin, end = parts[0] or "0", parts[1]
    if not end:
        raise ValueError(f"the range [{expression}] has no end")
    step = parts[2] if len(parts) == 3 else "1"
    if not _is_number(step) or int(step) < 1:
        raise ValueError(f"the step in [{expression}] must be a number from 1")
    return begin, end, int(step)


def _is_letter(text: str) -> bool:
    return len(text) == 1 and text in string.ascii_letters


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _numbers(begin: str, end: str, step: int, expression: str) -> Iterator[str]:
    width = len(begin) if begin[0] == "0" and len(begin) > 1 else 0
    if width and width != len(end):
        raise ValueError(f"begin and end of [{expression}] must have the same number of digits")
    numbers = range(int(begin), int(end) + 1, step)
    if not numbers:
        raise ValueError(f"the range [{expression}] ends before it begins")
    if len(numbers) > MOST_HOSTS:
        raise ValueError(f"it stands for more than {MOST_HOSTS:,} hosts")
    return (str(number).zfill(width) for number in numbers)
