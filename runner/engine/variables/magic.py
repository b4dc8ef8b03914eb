"""The variables that playrun itself sets; nothing overrides them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from runner.engine.frame import Lent
from runner.engine.world import World
from runner.events import Position
from runner.model import Play, Role, tasks_in


class Lazy:
    """A value that is worked out when somebody reads it, and then anew for every task."""

    __slots__ = ("make",)

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make


class Magic(dict[str, Any]):
    """Variables some of which are `Lazy`: asking whether one is there costs nothing."""

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        return value.make() if type(value) is Lazy else value


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


class Roster:
    """The hosts of a play, who has left it, and the magic variables that all of them share.

    One for all hosts of a worker: a fleet's lists would add up.
    """

    def __init__(
        self, world: World, play: Play, hosts: Sequence[str], all_hosts: Sequence[str] = ()
    ) -> None:
        self._batch = list(hosts)
        self._all = list(all_hosts or hosts)
        self._here: dict[str, list[str]] = {}
        self._gone: frozenset[str] = frozenset()
        self.lent: dict[Position, tuple[Lent, ...]] = {}
        """Handlers that includes have brought before a position, once somebody asked."""
        self.brought: set[Position] = set()
        """Places where includes have brought some."""
        self.magic = _of_play(world, play, self)

    def leave(self, hosts: Iterable[str]) -> None:
        """These hosts are out of the play from now on."""
        self._gone |= frozenset(hosts)
        self._here = {}

    def join(self, hosts: Iterable[str]) -> None:
        """`add_host` has named these. Ansible counts them among the hosts of the play, whatever
        its pattern, though the play is not for them."""
        new = [name for name in dict.fromkeys(hosts) if name not in self._all]
        if new:
            self._all = [*self._all, *new]
            self._here = {}

    def everybody(self) -> list[str]:
        """All hosts that the play began with, and those that it has added."""
        return self._all

    def play_hosts(self) -> list[str]:
        """Those that are still in the play, of all batches."""
        return self._still("play", self._all)

    def batch(self) -> list[str]:
        """Those of this batch that are still in the play."""
        return self._still("batch", self._batch)

    def _still(self, which: str, names: list[str]) -> list[str]:
        if not self._gone:
            return names
        if which not in self._here:
            self._here[which] = [name for name in names if name not in self._gone]
        return self._here[which]


def _of_play(world: World, play: Play, roster: Roster) -> Magic:
    roles = list(play.role_names)
    return Magic(
        {
            "ansible_playbook_python": sys.executable,
            "ansible_config_file": None,
            "ansible_inventory_sources": [],
            "ansible_diff_mode": False,
            **world.magic,
            **_folder_of(play),
            "ansible_play_name": play.name,
            "ansible_check_mode": world.check,
            "play_hosts": Lazy(roster.batch),
            "ansible_play_batch": Lazy(roster.batch),
            "ansible_play_hosts": Lazy(roster.play_hosts),
            "ansible_play_hosts_all": Lazy(roster.everybody),
            "groups": Lazy(lambda: Groups(world.hosts.groups)),
            "role_names": roles,
            "ansible_play_role_names": roles,
            "ansible_dependent_role_names": Lazy(lambda: _dependencies(play)),
            "ansible_role_names": Lazy(lambda: _unique([*_dependencies(play), *roles])),
        }
    )


def _folder_of(play: Play) -> dict[str, str]:
    """Where the playbook lies that the play stands in: an imported one has its own folder."""
    folder = play.scope.playbook_folder
    return {"playbook_dir": folder} if folder else {}


def _dependencies(play: Play) -> list[str]:
    """The roles that come with the play's roles."""
    roles = [task.scope.role for task in tasks_in(play.entries)]
    return _unique(name for role in roles if role is not None for name in role.dependencies)


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def with_roles(magic: Mapping[str, Any], roles: Sequence[Role]) -> dict[str, list[str]]:
    """The lists of roles, with those that were included too. They are not of the play's own."""
    names = [*magic["ansible_play_role_names"], *(role.name for role in roles)]
    needed = [name for role in roles for name in role.dependencies]
    dependent = _unique([*magic["ansible_dependent_role_names"], *needed])
    return {
        "role_names": names,
        "ansible_play_role_names": names,
        "ansible_dependent_role_names": dependent,
        "ansible_role_names": _unique([*dependent, *names]),
    }


def of_host(world: World, host: str) -> Magic:
    """The magic variables that are a host's own."""
    return Magic(
        {
            "inventory_hostname": host,
            "inventory_hostname_short": host.split(".")[0],
            "group_names": Lazy(lambda: list(world.hosts.groups_of(host))),
        }
    )
