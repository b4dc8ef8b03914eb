"""When two outputs of a command say the same: all but what differs from run to run."""

from __future__ import annotations

import re

_VARYING: tuple[tuple[str, str], ...] = (
    (r"\d{8}T\d{6}Z-[0-9a-f]{8}", "RUN"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?", "TIME"),
    (r"\d\d:\d\d:\d\d\.\d+ UTC \w+ \w+ +\d+ \d+", "TIME"),
    (r'"at": ?[\d.]+', '"at": TIME'),
    (r"uptime is .*", "uptime"),
    (r"slowest host \S+ \([^)]*\)", "slowest host"),
    (r'("(?:seconds|login_seconds|prompt_seconds)": ?)[\d.]+', r"\1N"),
    (r"\b\d+(?:\.\d+)? s\b", "N s"),
    (r"\b\d+:\d\d\b", "N s"),
    (r"^ +\d+\.\d{3} ([<>])", r"N \1"),
    (r"(127(?:\.\d+){3}:)\d+", r"\1PORT"),
    (r"(127(?:\.\d+){3}) +(?:\d+|-) +(?:\d+|-)$", r"\1 PORTS"),
    (r"((?:-p|telnet 127(?:\.\d+){3})) \d+", r"\1 PORT"),
    (r"\b[0-9a-f]{40,}\b", "CIPHER"),
    (r"known_hosts\.\d+", "known_hosts.N"),
    (r"\b[A-Z][a-z]{2} +\d+ \d\d:\d\d\b", "TIME"),
    (r" {2,}", " "),
)
_PATTERNS = tuple((re.compile(pattern, re.MULTILINE), place) for pattern, place in _VARYING)


def same(one: str, other: str) -> bool:
    """Whether both say the same. Hosts finish in any order, so lines may stand in any."""
    return _plain(one) == _plain(other)


def _plain(text: str) -> list[str]:
    for pattern, place in _PATTERNS:
        text = pattern.sub(place, text)
    return sorted(line.rstrip() for line in text.split("\n"))
