"""`playrun inventory`: what the inventory says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from runner.cli.asking import ask_secret
from runner.cli.options import HELP, connection_options, options_from, settings_for
from runner.errors import LoadError
from runner.loading.inventory import Inventory
from runner.loading.inventory_kept import spoken
from runner.outputs.terminal import one_line
from runner.values import MASK, Masks, Secret


@click.command("inventory", context_settings=HELP)
@click.option("--list", "as_list", is_flag=True, help="Everything, as JSON.")
@click.option("--graph", is_flag=True, help="Groups and hosts as a tree.")
@click.option("--host", metavar="HOST", help="One host's variables, as JSON.")
@connection_options
def command(as_list: bool, graph: bool, host: str | None, **given: Any) -> int:
    """Show hosts, groups and variables. Secrets are masked."""
    if sum((as_list, graph, host is not None)) != 1:
        raise click.UsageError("one of --list, --graph, --host is needed")
    inventory = _load(given)
    if graph:
        click.echo("\n".join(_tree(inventory, "all", 0)))
    elif host is not None:
        if not inventory.has_host(host):
            from runner.run.setup import unknown_host

            raise unknown_host(inventory, host)
        click.echo(
            json.dumps(_shown(inventory.vars_of(host)), indent=4, sort_keys=True, default=str)
        )
    else:
        click.echo(json.dumps(_listing(inventory), indent=4, sort_keys=True, default=str))
    return 0


def _load(given: dict[str, Any]) -> Inventory:
    from runner.run.credentials import settled, vault_of
    from runner.run.inventories import inventory_sources, read_inventory

    settings = settings_for(Path(), given)
    options = settled(options_from(given), settings)
    sources = inventory_sources(options, settings)
    if not sources:
        raise LoadError("there is no inventory", hint="give one with -i, or run `playrun init`")
    vault = vault_of(options, settings, Masks(), ask_secret)
    inventory = read_inventory(sources, options, settings, Path(), vault)
    for source, age in inventory.ages.items():
        _note(f"{source} was asked {spoken(age)} ago")
    for text in inventory.warnings:
        _note(f"[WARNING]: {text}")
    return inventory


def _note(text: str) -> None:
    click.echo(one_line(text), err=True)


def _tree(inventory: Inventory, group: str, depth: int) -> Iterator[str]:
    """Laid out as `ansible-inventory --graph` does."""
    indent = "  |" * depth
    yield f"{indent}--@{group}:" if depth else f"@{group}:"
    for child in inventory.children_of(group):
        yield from _tree(inventory, child, depth + 1)
    yield from (f"{indent}  |--{host}" for host in _own_hosts(inventory, group))


def _own_hosts(inventory: Inventory, group: str) -> list[str]:
    """As `ansible-inventory` shows them: hosts that stand right under `all` are `ungrouped`."""
    return [] if group == "all" else list(inventory.own_hosts_of(group))


def _listing(inventory: Inventory) -> dict[str, Any]:
    """In the form of a dynamic inventory's --list."""
    groups: dict[str, Any] = {}
    for name in inventory.group_names:
        entry = {
            "children": list(inventory.children_of(name)),
            "hosts": _own_hosts(inventory, name),
        }
        found = {key: value for key, value in entry.items() if value}
        if found:
            groups[name] = found
    hostvars = {host: _shown(inventory.vars_of(host)) for host in inventory.hosts}
    return {"_meta": {"hostvars": hostvars}, **groups}


def _shown(variables: Any) -> Any:
    """Without secrets: vaulted values, and what is plainly named a password."""
    if isinstance(variables, Secret):
        return MASK
    if isinstance(variables, dict):
        return {
            str(name): MASK if _is_secret(str(name)) and isinstance(value, str) else _shown(value)
            for name, value in variables.items()
            if name not in ("inventory_file", "inventory_dir")
        }
    if isinstance(variables, list):
        return [_shown(item) for item in variables]
    return variables


def _is_secret(name: str) -> bool:
    return name.endswith(("password", "_pass", "passphrase", "secret"))
