"""`hostvars`: the variables of other hosts, and the values they have published."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from runner.engine.frame import Given
from runner.engine.layers import filled
from runner.engine.variables.magic import of_host
from runner.engine.world import World
from runner.events import Position
from runner.templating import Signal, Variables
from runner.values import EMPTY

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

    `is_here`: whether a host is known to be where its values may be read.
    """

    def __init__(
        self,
        world: World,
        variables_of: Callable[[str], Mapping[str, Any]],
        is_here: Callable[[str], bool],
    ) -> None:
        self._world = world
        self._variables_of = variables_of
        self._is_here = is_here

    def __getitem__(self, host: str) -> Mapping[str, Any]:
        if host not in self:
            raise KeyError(host)
        if not self._is_here(host):
            raise NeedRead(frozenset({host}))
        return self._variables_of(host)

    def __contains__(self, host: object) -> bool:
        """The hosts of the inventory, and localhost though it stands in none."""
        return isinstance(host, str) and (host in LOCALHOST or self._world.is_host(host))

    def __iter__(self) -> Iterator[str]:
        return iter(self._world.hosts.groups["all"])

    def __len__(self) -> int:
        return len(self._world.hosts.groups["all"])


def other_variables(
    world: World, host: str, given: Sequence[Given], magic: Mapping[str, Any]
) -> Variables:
    """A host as others see it in `hostvars`: without the play's and the task's variables.

    `given` is what tasks gave it, newest first. Without `hostvars` too: rendered as a whole,
    hostvars within hostvars had no end.
    """
    return Variables(
        world.templar,
        filled(
            (of_host(world, host), True),
            (magic, True),
            (world.overrides(host), True),
            (world.extra_vars, False),
            *((part.facts, True) for part in given),
            *((part.included, False) for part in given),
            *((part.gathered, True) for part in given),
            (_NO_FACTS, True),
            (inventory_of(world, host), False),
        ),
    )


_NO_FACTS: Mapping[str, Any] = {"ansible_facts": {}}


def inventory_of(world: World, host: str) -> Mapping[str, Any]:
    """What the inventory says of a host; nothing where it does not know it."""
    if host in LOCALHOST or world.is_host(host):
        return world.hosts.vars_of(host)
    return EMPTY


def given_before(world: World, host: str, position: Position) -> tuple[Given, Given]:
    """What `host` has published before `position`, and what it had from earlier plays."""
    layers: dict[str, dict[str, Any]] = {"facts": {}, "gathered": {}, "included": {}}
    for name, versions in world.shared.get(host, {}).items():
        for at, value, layer in reversed(versions):
            if layer in layers and at < position and name not in layers[layer]:
                layers[layer][name] = value
    kept = Given(
        world.facts.get(host, EMPTY),
        world.gathered.get(host, EMPTY),
        world.included.get(host, EMPTY),
    )
    return Given(**layers), kept
