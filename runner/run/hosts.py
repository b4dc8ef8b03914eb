"""The inventory as the engine sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runner.actions.api import AddHost, AddToGroup
from runner.errors import LoadError, nearest
from runner.loading.inventory.inventory import Inventory


class InventoryHosts:
    """An inventory as the engine sees it."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    @property
    def groups(self) -> Mapping[str, Sequence[str]]:
        """See `Hosts.groups`."""
        return self._inventory.groups

    def vars_of(self, host: str) -> Mapping[str, Any]:
        """See `Hosts.vars_of`."""
        return self._inventory.vars_of(host)

    def groups_of(self, host: str) -> Sequence[str]:
        """See `Hosts.groups_of`."""
        return self._inventory.groups_of(host)

    def text(self, host: str, variable: str) -> str:
        """See `Hosts.text`."""
        return self._inventory.text(host, variable)

    def add(self, change: AddHost | AddToGroup) -> bool:
        """See `Hosts.add`."""
        return self._inventory.add(change)


def unknown_name(inventory: Inventory, name: str) -> str:
    """What to say of a name in `hosts` that no host or group has: it is a warning there."""
    close = nearest(name, [*inventory.hosts, *inventory.group_names])
    meant = f" (did you mean `{close}`?)" if close else ""
    return f"no host or group is called `{name}`{meant}"


def unknown_host(inventory: Inventory, name: str, where: str = "") -> LoadError:
    """The error for a name that no host or group has."""
    close = nearest(name, [*inventory.hosts, *inventory.group_names])
    hint = f"did you mean `{close}`?" if close else "see `playrun inventory --graph`"
    return LoadError(f"{where}no host or group is called `{name}`", hint=hint)
