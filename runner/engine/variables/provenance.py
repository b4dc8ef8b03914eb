"""Which texts of the user's a value is made from: what a template says, and what its names say."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from runner.model import Loop
from runner.templating import Templar, Variables
from runner.values import OwnPath

_FOLDERS = ("playbook_dir", "inventory_dir", "inventory_file", "role_path")
"""Paths of the user's that playrun itself puts into variables."""

_OF_THE_ENVIRONMENT = frozenset({"env", "ansible.builtin.env"})


def written_texts(
    value: Any, variables: Variables, templar: Templar, loop: Loop | None
) -> Iterator[str]:
    """The texts in `value` and in all variables that it reads, and they read, as written.

    What a device or a program gave is in none of them, nor what was computed from it. A
    loop's variable stands for all that is written in the loop's items. Paths that the user's
    words led to, and those in our own environment, count as written.
    """
    waiting = [value]
    seen: set[str] = set()
    while waiting:
        part = waiting.pop()
        yield from map(str, _strings(part))
        names = templar.names(part)
        if names.lookups & _OF_THE_ENVIRONMENT:
            yield from filter(_is_path, os.environ.values())
        for name in names.variables - seen:
            seen.add(name)
            if loop is not None and name == loop.variable:
                waiting.append(loop.items)
            elif name in _FOLDERS:
                yield str(variables.get(name, ""))
            else:
                written = variables.written(name)
                waiting.append(written)
                if written is None and name in variables:
                    yield from _own_paths(variables.raw(name))


def _strings(value: Any) -> Iterator[str]:
    """All of a value's texts, as they are: `Source`, `OwnPath` or plain.

    All that is no data is the user's; a text without a template in it is not always marked.
    """
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _strings(item)


def _own_paths(value: Any) -> Iterator[str]:
    """The paths in a value that is data."""
    return (str(text) for text in _strings(value) if isinstance(text, OwnPath))


def _is_path(text: str) -> bool:
    return text.startswith("/")
