"""What a play includes while it runs: files of tasks, roles, files of variables."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from runner.engine.world import Included
from runner.errors import LoadError, PlayrunError
from runner.loading.blocks import read_entries
from runner.loading.convert import Reader, Spot, as_flag
from runner.loading.inherit import narrowed
from runner.loading.keywords import BLOCK
from runner.loading.late import told
from runner.loading.roles import read_role, role_of_task
from runner.loading.standing import (
    Decryption,
    Exporting,
    Loading,
    PlayParts,
    Standing,
    raise_mistakes,
)
from runner.loading.taskfiles import entries_of, find_dynamic
from runner.model import Entry, Role, Scope, Task
from runner.planning.tags import kept
from runner.values import EMPTY

T = TypeVar("T")

Keeps = Callable[[Task], bool]
"""Whether the tags leave a task."""
Told = Callable[[Iterable[Entry], Task], Iterable[Entry]]
"""What a task includes, with tags that are templates filled in."""

_APPLIED = {name: keyword for name, keyword in BLOCK.items() if keyword.holds != "tasks"}


class PlaybookIncludes:
    """`engine.world.Includes` over files. Thread-safe; what was read once stays."""

    def __init__(
        self,
        keeps: Keeps,
        *,
        told: Told = lambda entries, _task: entries,
        vault: Decryption = None,
        roles_path: tuple[Path, ...] = (),
        collections_path: tuple[Path, ...] = (),
        extra_vars: Mapping[str, Any] = EMPTY,
    ) -> None:
        self._keeps = keeps
        self._tags_told = told
        self._given = (vault, roles_path, collections_path, extra_vars)
        self._files = Loading(*self._given)
        self._lock = threading.RLock()
        self._known: dict[tuple[Any, ...], tuple[Scope, Any]] = {}

    def tasks(self, task: Task, file: str) -> Included:
        """See `Includes.tasks`."""
        key = (task.origin, id(task.scope), file)
        return self._once(key, task.scope, lambda: self._read_tasks(task, file))

    def role(self, task: Task, name: str, args: Mapping[str, Any]) -> Included:
        """See `Includes.role`."""
        key = (task.origin, id(task.scope), name, repr(sorted(args.items())))
        return self._once(key, task.scope, lambda: self._read_role(task, name, args))

    def told(self, task: Task, word: str, names: tuple[tuple[str, ...], ...]) -> Task:
        """See `Includes.told`."""
        key = (task.origin, id(task.scope), word, names, "told")
        return self._once(key, task.scope, lambda: told(task, word, names))

    def variables(self, path: Path) -> Mapping[str, Any]:
        """See `Includes.variables`."""
        with self._lock:
            return self._files.variables(path, None)

    def _once(self, key: tuple[Any, ...], scope: Scope, read: Callable[[], T]) -> T:
        """What `read` gave the first time. The scope is kept: its identity is in the key."""
        with self._lock:
            known = self._known.get(key)
            if known is None:
                known = self._known[key] = (scope, _attempt(read))
        result: T | PlayrunError = known[1]
        if isinstance(result, PlayrunError):
            raise result.with_traceback(None)
        return result

    def _read_tasks(self, task: Task, file: str) -> Included:
        standing, spot = self._standing(task)
        found = find_dynamic(file, task.scope, spot, handlers=standing.handlers)
        if isinstance(found, LoadError):
            raise found
        entries = entries_of(found, standing, spot)
        raise_mistakes(standing.problems)
        handlers = tuple(standing.parts.handlers)
        imported = _imported(standing)
        exposed = _exposed(standing.parts.roles)
        return Included(self._left(entries, task), handlers, None, imported, exposed)

    def _read_role(self, task: Task, name: str, args: Mapping[str, Any]) -> Included:
        standing, spot = self._standing(task)
        wanted = role_of_task({**args, "name": name}, spot, standing.scope, standing)
        read = None if wanted is None else read_role(wanted, standing)
        raise_mistakes(standing.problems)
        assert read is not None, "a role that is not read has left a problem"
        handlers = (*standing.parts.handlers, *read.handlers)
        brought = (*_imported(standing), read.role)
        entries = self._left(read.entries, task)
        public = as_flag(args.get("public", False)) is True
        exposed = _exposed([*standing.parts.roles, read._replace(public=public)])
        return Included(entries, handlers, read.role, brought, exposed)

    def _left(self, entries: Iterable[Entry], task: Task) -> tuple[Entry, ...]:
        return kept(self._tags_told(entries, task), self._keeps)

    def _standing(self, task: Task) -> tuple[Standing, Spot]:
        """Where the entries begin: in the scope of the include, under its `apply`."""
        loading = Loading(*self._given)
        spot = Spot(task.origin, task.args.get("apply") or {})
        scope = task.scope
        if spot.value:
            reader = Reader(spot, _APPLIED, "block", loading.problems)
            scope = narrowed(scope, reader, spot, _APPLIED)
        standing = Standing(loading, PlayParts(), scope, read_entries)
        return standing._replace(handlers=_in_handlers(task.scope)), spot


def _imported(standing: Standing) -> tuple[Role, ...]:
    return tuple(read.role for read in standing.parts.roles)


def _exposed(roles: Iterable[Exporting]) -> tuple[Role, ...]:
    """The roles that leave variables to all tasks that follow, with those alone."""
    return tuple(
        read.role._replace(vars=read.exported_vars, defaults=read.exported_defaults)
        for read in roles
        if read.public
    )


def _attempt(read: Callable[[], T]) -> T | PlayrunError:
    try:
        return read()
    except PlayrunError as error:
        return error


def _in_handlers(scope: Scope) -> bool:
    """Whether the entries stand below a role's `handlers`."""
    if scope.role is None:
        return False
    return Path(scope.folder).is_relative_to(Path(scope.role.path, "handlers"))
