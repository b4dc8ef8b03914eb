"""`hostvars`: the variables of other hosts, and the values they have published."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from runner.engine.world import World
from runner.events import Position
from runner.templating import Signal

LOCALHOST = ("localhost", "127.0.0.1", "::1")


class NeedRead(Signal):
    """Values of `hosts` are read that may not be there yet.

    No LookupError, TypeError or AttributeError, so that neither `default` nor `is defined`
    takes it for a missing value.
    """

    def __init__(self, hosts: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(hosts)))
        self.hosts = hosts


class HostVars(Mapping[str, Any]):
    """All hosts' variables, as one host sees them.

    `joined`: all hosts are known to be here, so what they published may be read.
    """

    def __init__(
        self,
        world: World,
        own: str,
        variables_of: Callable[[str], Mapping[str, Any]],
        is_host: Callable[[str], bool],
        *,
        joined: bool,
    ) -> None:
        self._world = world
        self._own = own
        self._variables_of = variables_of
        self._is_host = is_host
        self._joined = joined

    def __getitem__(self, host: str) -> Mapping[str, Any]:
        if host not in self:
            raise KeyError(host)
        if host != self._own and not self._joined:
            raise NeedRead(frozenset({host}))
        return self._variables_of(host)

    def __contains__(self, host: object) -> bool:
        """The hosts of the inventory, and localhost though it stands in none."""
        return isinstance(host, str) and (host in LOCALHOST or self._is_host(host))

    def __iter__(self) -> Iterator[str]:
        return iter(self._world.hosts.groups["all"])

    def __len__(self) -> int:
        return len(self._world.hosts.groups["all"])


def published_before(world: World, host: str, position: Position) -> dict[str, Any]:
    """What `host` has published before `position`, newest value of each name."""
    seen: dict[str, Any] = {}
    for name, versions in world.shared.get(host, {}).items():
        for at, value in reversed(versions):
            if at < position:
                seen[name] = value
                break
    return seen
