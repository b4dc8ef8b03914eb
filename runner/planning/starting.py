"""`--start-at-task`: the tasks before the first of that name are left out."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from runner.errors import LoadError, nearest
from runner.model import Block, Entry, Task


class Starting:
    """Leaves out what stands before the task, play after play; what follows it stays.

    `name` may be a pattern (`install*`). Only tasks that are known before the run count.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._found = False
        self._passed: dict[str, None] = {}

    def left(self, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        """What of a play's entries is left: the gathering of facts, and the task with all
        that follows; nothing if the task is in a later play."""
        if self._found:
            return tuple(entries)
        facts = [entry for entry in entries if _gathers(entry)]
        rest = self._after(entry for entry in entries if not _gathers(entry))
        return (*facts, *rest) if self._found else ()

    def check(self) -> None:
        """Raises LoadError when no play had the task."""
        if self._found:
            return
        close = nearest(self._name, self._passed)
        raise LoadError(
            f"--start-at-task: there is no task `{self._name}`",
            hint=f"did you mean `{close}`?"
            if close
            else "see `--list-tasks`; what is included while a play runs cannot be named",
        )

    def _after(self, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        found: list[Entry] = []
        for entry in entries:
            if self._found:
                found.append(entry)
            elif isinstance(entry, Block):
                found += self._of_block(entry)
            elif self._matches(entry):
                self._found = True
                found.append(entry)
        return tuple(found)

    def _of_block(self, block: Block) -> tuple[Block, ...]:
        body = self._after(block.body)
        if self._found:
            return (block._replace(body=body),)
        always = self._after(block.always)
        if self._found:
            return (block._replace(body=always, rescue=(), always=()),)
        return ()

    def _matches(self, task: Task) -> bool:
        if task.implicit:
            return False
        role = task.scope.role
        names = [task.label, *([f"{role.name} : {task.label}"] if role else [])]
        self._passed.update(dict.fromkeys(names))
        return any(name == self._name or fnmatchcase(name, self._name) for name in names)


def _gathers(entry: Entry) -> bool:
    return isinstance(entry, Task) and entry.action == "gather_facts"
