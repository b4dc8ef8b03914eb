"""Lookups that need what templates know nothing of: the inventory, and the vault."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from runner.loading.inventory import Inventory
from runner.loading.patterns import select
from runner.loading.vault import Vault, is_vaulted
from runner.templating import LookupCall
from runner.values import Origin

NAMES = ("inventory_hostnames", "unvault")

Lookup = Callable[[LookupCall], list[Any]]


def lookups_of(inventory: Inventory, vault: Vault) -> Mapping[str, Lookup]:
    """`inventory_hostnames` and `unvault`, as Ansible has them."""

    def inventory_hostnames(call: LookupCall) -> list[Any]:
        """The hosts of a pattern; those that earlier tasks have added too."""
        return list(select(inventory, ",".join(map(str, call.terms))).hosts)

    def unvault(call: LookupCall) -> list[Any]:
        """The plain text of files, vaulted or not."""
        found = []
        for term in call.terms:
            path = call.file(term)
            data = path.read_bytes()
            if is_vaulted(data):
                data = vault.decrypt(data, Origin(str(path), 1, 1))
                call.hide(data.decode("utf-8", "replace").strip())
            found.append(data.decode("utf-8", "replace"))
        return found

    return {"inventory_hostnames": inventory_hostnames, "unvault": unvault}
