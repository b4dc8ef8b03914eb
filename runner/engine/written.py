"""Which texts of the user's a value is made from: what a template says, and what its names say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runner.model import Loop
from runner.templating import Templar, Variables
from runner.values import Source

_FOLDERS = ("playbook_dir", "inventory_dir", "inventory_file")
"""Paths of the user's that playrun itself puts into variables."""


def written_texts(
    value: Any, variables: Variables, templar: Templar, loop: Loop | None
) -> Iterator[str]:
    """The texts in `value` and in all variables that it reads, and they read, as written.

    What a device or a program gave is in none of them, nor what was computed from it. A
    loop's variable stands for all that is written in the loop's items.
    """
    waiting = [value]
    seen: set[str] = set()
    while waiting:
        part = waiting.pop()
        yield from _texts(part)
        for name in templar.names(part).variables - seen:
            seen.add(name)
            if loop is not None and name == loop.variable:
                waiting.append(loop.items)
            elif name in _FOLDERS:
                yield str(variables.get(name, ""))
            else:
                waiting.append(variables.written(name))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Source):
        yield str(value)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)
