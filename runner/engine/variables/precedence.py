"""A host's variables in Ansible's order of precedence, as layers that nobody copies.

High to low: magic, the lab's, -e, parameters of includes and roles, facts that were set and
results, `include_vars`, the task's (with its blocks' and role's), the vars of the play's
roles, `vars_files`, the play's, gathered facts, the inventory, role defaults.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from runner.engine.layers import Layers, filled
from runner.engine.variables.hostsettings import standing
from runner.engine.variables.magic import Roster, of_host
from runner.engine.world import World
from runner.model import Play, Task
from runner.templating import Variables
from runner.values import EMPTY, Source

NO_ADDRESS = Source("{{ ansible_ssh_host | default(inventory_hostname) }}")
"""The address of a host that gives none under its usual name."""

_BASE: Mapping[str, Any] = {"ansible_host": NO_ADDRESS, "ansible_facts": {}}


def top(world: World, host: str, own: Mapping[str, Any], roster: Roster) -> Layers:
    """What nothing of the play's overrides."""
    return filled(
        (own, True), (roster.magic, True), (world.overrides(host), True), (world.extra_vars, False)
    )


def of_play(play: Play, files: Iterable[Mapping[str, Any]] = ()) -> Layers:
    """The play's variables; `files` are its `vars_files`, in their order."""
    return filled(
        (play.role_vars, False),
        *((values, False) for values in reversed(list(files))),
        (play.vars, False),
    )


def base(world: World, host: str) -> Mapping[str, Any]:
    """What every host has that says nothing itself."""
    written = standing(world, host, "host")
    return _BASE if written is None else {**_BASE, "ansible_host": written}


def defaults(play: Play, task: Task | None, least: Mapping[str, Any]) -> Layers:
    """What is lower than the inventory; `least` is the host's `base`."""
    role = task.scope.role if task is not None else None
    return (
        *filled((role.defaults if role is not None else EMPTY, False), (play.role_defaults, False)),
        (least, False),
    )


def magic_variables(
    world: World, host: str, play: Play, names: Roster | list[str]
) -> Mapping[str, Any]:
    """The variables that playrun itself sets, before a run; `names` are the play's hosts."""
    roster = names if isinstance(names, Roster) else Roster(world, play, names)
    magic = of_host(world, host)
    for name in roster.magic:
        magic[name] = dict.__getitem__(roster.magic, name)
    return magic


def of_no_host(world: World, play: Play, task: Task) -> Variables:
    """What a task sees of variables that are no host's: of the play, its roles and itself."""
    prepared = world.prepared(task)
    return Variables(
        world.templar,
        (
            *filled((world.extra_vars, False)),
            *prepared.above,
            *prepared.own,
            *of_play(play),
            *defaults(play, task, EMPTY),
        ),
    )


def task_variables(
    world: World,
    host: str,
    play: Play,
    task: Task | None,
    facts: Mapping[str, Any],
    magic: Mapping[str, Any],
) -> Variables:
    """A host's variables as far as they are known before a run."""
    return Variables(
        world.templar,
        (
            *filled((magic, True), (world.overrides(host), True), (world.extra_vars, False)),
            *filled((task.scope.params if task is not None else EMPTY, False)),
            *filled((facts, True), (task.vars if task is not None else EMPTY, False)),
            *of_play(play),
            *filled((world.hosts.vars_of(host), False)),
            *defaults(play, task, base(world, host)),
        ),
    )
