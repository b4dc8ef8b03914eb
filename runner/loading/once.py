"""Roles that run once in a play: blocks that say so, kept only where it can matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from runner.model import Block, Entry, Task, tasks_in


def single(sections: Sequence[tuple[Entry, ...]]) -> list[tuple[Entry, ...]]:
    """The sections, with blocks of roles only where a role may come twice."""
    keys = Counter(key for section in sections for key in _once_blocks(section))
    tasks = (task for section in sections for task in tasks_in(section))
    if any(task.action == "include_role" for task in tasks):
        return list(sections)
    repeated = frozenset(key for key, count in keys.items() if count > 1)
    return [_opened(section, repeated) for section in sections]


def _once_blocks(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry, Block):
            if entry.once is not None:
                yield entry.once
            for section in (entry.body, entry.rescue, entry.always):
                yield from _once_blocks(section)


def _opened(entries: Iterable[Entry], repeated: frozenset[str]) -> tuple[Entry, ...]:
    """Roles that stand here once need no block that says so."""
    opened: list[Entry] = []
    for entry in entries:
        if isinstance(entry, Task):
            opened.append(entry)
            continue
        block = entry._replace(
            body=_opened(entry.body, repeated),
            rescue=_opened(entry.rescue, repeated),
            always=_opened(entry.always, repeated),
        )
        opened += block.body if block.once and block.once not in repeated else (block,)
    return tuple(opened)
