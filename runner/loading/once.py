"""Roles that run once in a play: blocks that say so, kept only where it can matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from runner.model import Block, Entry, Task, Use, tasks_in

_DYNAMIC = frozenset({"include_tasks", "include_role"})


def single(sections: Sequence[tuple[Entry, ...]]) -> list[tuple[Entry, ...]]:
    """The sections, with blocks of roles only where a role may come twice."""
    tasks = (task for section in sections for task in tasks_in(section))
    if any(task.action in _DYNAMIC for task in tasks):
        return list(sections)
    uses: dict[str, list[Use]] = {}
    for section in sections:
        for use in _uses(section):
            uses.setdefault(use.key, []).append(use)
    repeated = frozenset(
        key for key, found in uses.items() if not all(use.again for use in found[1:])
    )
    return [_opened(section, repeated) for section in sections]


def _uses(entries: Iterable[Entry]) -> Iterator[Use]:
    for entry in entries:
        if isinstance(entry, Block):
            if entry.once is not None:
                yield entry.once
            for section in (entry.body, entry.rescue, entry.always):
                yield from _uses(section)


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
        is_open = block.once is not None and block.once.key not in repeated
        opened += block.body if is_open else (block,)
    return tuple(opened)
