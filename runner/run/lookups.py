"""Lookups that need what templates know nothing of: the inventory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from runner.loading.inventory.inventory import Inventory
from runner.loading.inventory.patterns import select
from runner.templating import LookupCall

NAMES = ("inventory_hostnames",)

Lookup = Callable[[LookupCall], list[Any]]


def lookups_of(inventory: Inventory) -> Mapping[str, Lookup]:
    """`inventory_hostnames`, as Ansible has it."""

    def inventory_hostnames(call: LookupCall) -> list[Any]:
        """The hosts of a pattern; those that earlier tasks have added too."""
        return list(select(inventory, ",".join(map(str, call.terms))).hosts)

    return {"inventory_hostnames": inventory_hostnames}
