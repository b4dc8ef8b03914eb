"""A host's variables in Ansible's order of precedence, as layers that nobody copies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from runner.engine.world import World
from runner.model import Play, Task
from runner.templating import Variables

_NOTHING: Mapping[str, Any] = {}


class Groups(Mapping[str, Any]):
    """The magic variable `groups`: every group's hosts, a list made when it is asked for."""

    def __init__(self, groups: Mapping[str, Sequence[str]]) -> None:
        self._groups = groups

    def __getitem__(self, name: str) -> list[str]:
        return list(self._groups[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._groups)

    def __len__(self) -> int:
        return len(self._groups)


def magic_variables(world: World, host: str, play: Play, names: list[str]) -> dict[str, Any]:
    """The variables that playrun itself sets; nothing overrides them.

    `names` are the play's hosts: one list for all of them, since a fleet's would add up.
    """
    return {
        **world.magic,
        "inventory_hostname": host,
        "inventory_hostname_short": host.split(".")[0],
        "group_names": list(world.hosts.groups_of(host)),
        "groups": Groups(world.hosts.groups),
        "play_hosts": names,
        "ansible_play_hosts": names,
        "ansible_play_hosts_all": names,
        "ansible_play_batch": names,
        "ansible_play_name": play.name,
        "ansible_check_mode": world.check,
        "ansible_diff_mode": False,
    }


def task_variables(
    world: World,
    host: str,
    play: Play,
    task: Task | None,
    facts: Mapping[str, Any],
    magic: Mapping[str, Any],
) -> Variables:
    """Low to high: inventory, play, task, facts and registered results, -e, the lab, magic."""
    return Variables(
        world.templar,
        (
            (magic, True),
            (world.overrides(host), True),
            (world.extra_vars, False),
            (facts, True),
            (task.vars if task is not None else _NOTHING, False),
            (play.vars, False),
            (world.hosts.vars_of(host), False),
        ),
    )


def other_variables(
    world: World, host: str, facts: Mapping[str, Any], magic: Mapping[str, Any]
) -> Variables:
    """A host as others see it in `hostvars`: without the play's and the task's variables."""
    own = {
        # Rendered as a whole, hostvars within hostvars would have no end.
        **{name: value for name, value in magic.items() if name != "hostvars"},
        "inventory_hostname": host,
        "inventory_hostname_short": host.split(".")[0],
        "group_names": list(world.hosts.groups_of(host)),
    }
    return Variables(
        world.templar,
        (
            (own, True),
            (world.overrides(host), True),
            (world.extra_vars, False),
            (facts, True),
            (world.hosts.vars_of(host), False),
        ),
    )
