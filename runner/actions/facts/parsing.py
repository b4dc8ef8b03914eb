"""What the parsers of all systems need: small questions to a text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

_WIDEST = 400
"""Characters of a line that are read."""
_LONGEST = 2_000_000
"""Characters of a text that are read."""

Ask = Callable[[str], str]
"""Gives what a command prints; nothing where the device refuses it."""

Subset = Callable[[Ask], dict[str, Any]]
"""Gathers one subset: facts by name, without `ansible_net_`."""


class System(NamedTuple):
    """One operating system: what Ansible calls it, and its subsets by name."""

    name: str
    subsets: Mapping[str, Subset]


def tame(text: str) -> str:
    """A text in which no search takes long, whatever a device prints.

    Patterns with blanks or digits before what they look for take the square of a run's length.
    """
    if structure(text) is not None:
        return text
    kept: list[str] = []
    for line in text[:_LONGEST].split("\n"):
        if line.strip() or (kept and kept[-1]):
            kept.append(line.rstrip()[:_WIDEST] if line.strip() else "")
    return "\n".join(kept)


def first(pattern: str, text: str) -> str | None:
    """The first group where `pattern` is found, blanks removed; `^` and `$` are line ends."""
    found = re.search(pattern, text, re.MULTILINE)
    return found[1].strip() if found else None


def number(pattern: str, text: str) -> int | None:
    """The first group as a whole number."""
    found = first(pattern, text)
    return int(found) if found and found.isdecimal() else None


def every(pattern: str, text: str) -> list[str]:
    """What the first group is wherever `pattern` is found."""
    return [found[1] for found in re.finditer(pattern, text, re.MULTILINE)]


def known(**facts: Any) -> dict[str, Any]:
    """The facts that were found."""
    return {name: value for name, value in facts.items() if value is not None}


def blocks(text: str) -> dict[str, str]:
    """Texts by the first word of the line at the margin that begins each."""
    found: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in text.split("\n"):
        if not line.strip():
            continue
        if not line[0].isspace():
            lines = found.setdefault(line.split(None, 1)[0], [])
        if lines is not None:
            lines.append(line)
    return {name: "\n".join(parts) for name, parts in found.items()}


def structure(text: str) -> Any:
    """The JSON in a text; None if it is none."""
    stripped = text.strip()
    if not stripped.startswith(("{", "[")):
        return None
    try:
        return json.loads(stripped)
    except (ValueError, RecursionError):
        return None


def rows(table: Any, *path: str) -> list[Any]:
    """What lies at the end of `path` in a structure, as a list: NX-OS leaves out a list of one."""
    for step in path:
        if isinstance(table, list):
            table = [item for part in table for item in rows(part, step)]
        else:
            table = table.get(step) if isinstance(table, dict) else None
    if table is None or table == "":
        return []
    return table if isinstance(table, list) else [table]


def without_errors(text: str, *signs: str) -> str:
    """The text, or nothing if one of the signs stands in it."""
    return "" if any(sign in text for sign in signs) else text


def config_of(text: str) -> dict[str, Any]:
    """The subset `config`; empty where the device did not show it."""
    return {"config": text.strip()} if text else {}


def running_config(ask: Ask) -> dict[str, Any]:
    """The running configuration."""
    return config_of(ask("show running-config"))
