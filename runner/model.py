"""The playbook and the inventory as frozen data. Imports nothing of the engine.

Strings that may hold templates are `Source`. A keyword that takes a value or a template
has the type `bool | Source` and is rendered when the task runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from runner.values import EMPTY, Origin, Source

Condition = bool | Source
"""One expression of `when`, `changed_when`, `failed_when` or `that`."""

Order = Literal["lockstep", "free"]
Lockstep = Literal["always", "auto", "never"]


class Loop(NamedTuple):
    """`loop` or a `with_*`: what to iterate over, and under which name."""

    items: Any
    style: str = "loop"
    """`loop`, or the lookup's name for `with_<name>` (`items` flattens one level)."""
    variable: str = "item"


class Task(NamedTuple):
    """One task as written. `action` is the canonical name, `written` the user's word."""

    action: str
    args: Mapping[str, Any]
    origin: Origin
    written: str = ""
    name: str = ""
    when: tuple[Condition, ...] = ()
    loop: Loop | None = None
    register: str | None = None
    vars: Mapping[str, Any] = EMPTY
    tags: frozenset[str] = frozenset()
    ignore_errors: bool | Source = False
    changed_when: tuple[Condition, ...] | None = None
    failed_when: tuple[Condition, ...] | None = None
    delegate_to: str | Source | None = None
    run_once: bool | Source = False
    no_log: bool | Source = False
    connection: str | Source | None = None
    check_mode: bool | Source | None = None
    become: bool | Source | None = None
    output: str | Source | None = None
    """Where what a `cli` task prints goes (a path template); None: nowhere."""
    redact: bool = False

    @property
    def label(self) -> str:
        """The task's name, or its action when it has none."""
        return self.name or self.written or self.action


class Play(NamedTuple):
    """One play as written, its `commands` already turned into a `cli` task in `tasks`."""

    name: str
    hosts: str | Source
    tasks: tuple[Task, ...]
    """Everything that runs, in order: pre_tasks, commands, (roles), tasks, post_tasks."""
    origin: Origin
    vars: Mapping[str, Any] = EMPTY
    strategy: str | None = None
    """As written; None means the configured default."""
    lockstep: Lockstep = "auto"
    workers: int | Source | None = None
    processes: int | Source | None = None
    tags: frozenset[str] = frozenset()
    connection: str | Source | None = None
    become: bool | Source | None = None
    become_method: str | Source | None = None
    remote_user: str | Source | None = None
    port: int | Source | None = None
    check_mode: bool | Source | None = None
    ignore_errors: bool | Source = False
    no_log: bool | Source = False


class Playbook(NamedTuple):
    """A playbook file: its path (as given) and its plays."""

    file: str
    plays: tuple[Play, ...]


class Host(NamedTuple):
    """A host of the inventory. `vars` is merged from all groups and files, unrendered."""

    name: str
    groups: tuple[str, ...]
    """Names of all its groups, sorted, without `all` and `ungrouped` unless it is alone there."""
    vars: Mapping[str, Any]
    origin: Origin | None = None


Status = Literal[
    "ok",
    "failed",
    "unreachable",
    "not_tried",
    "lost",
    "unknown",
    "not_run",
]
"""How a host stands at the end of a play.

`lost`: its worker died while nothing was being changed. `unknown`: the worker or the
connection died while a change may have been under way. `not_tried`: its credential was
held back by the lockout breaker. `not_run`: the run ended before its turn.
"""
