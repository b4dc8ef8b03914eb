"""`playrun inventory`: what the inventory says."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Container, Iterator
from pathlib import Path
from typing import Any

import click

from runner.cli.asking import ask_secret
from runner.cli.options import HELP, connection_options, options_from, settings_for
from runner.errors import LoadError
from runner.loading.inventory.cache import spoken
from runner.loading.inventory.inventory import Inventory
from runner.loading.inventory.patterns import limit, split
from runner.outputs.results import plain
from runner.outputs.terminal import one_line
from runner.values import MASK, Masks, Secret

_SECRET = re.compile(r"(?i)(?:password|passwd|_pass|passphrase|secret|token|api_?key)$")


@click.command("inventory", context_settings=HELP)
@click.option("--list", "as_list", is_flag=True, help="Everything, as JSON.")
@click.option("--graph", is_flag=True, help="Groups and hosts as a tree.")
@click.option("--host", metavar="HOST", help="One host's variables, as JSON.")
@connection_options
def command(as_list: bool, graph: bool, host: str | None, **given: Any) -> int:
    """Show hosts, groups and variables. Secrets are masked."""
    if sum((as_list, graph, host is not None)) != 1:
        raise click.UsageError("one of --list, --graph, --host is needed")
    masks = Masks()
    inventory = _load(given, masks)
    hosts = _limited(inventory, given["limit"])
    if graph:
        for line in _tree(inventory, hosts):
            click.echo(line)
    elif host is not None:
        if not inventory.has_host(host):
            from runner.run.hosts import unknown_host

            raise unknown_host(inventory, host)
        _print(_shown(inventory.vars_of(host), masks))
    else:
        _print(_listing(inventory, hosts, masks))
    return 0


def _limited(inventory: Inventory, pattern: str | None) -> dict[str, None]:
    """The hosts that --limit leaves, in order. Raises LoadError."""
    if pattern is None or not split(pattern):
        return dict.fromkeys(inventory.hosts)
    kept = limit(inventory, inventory.hosts, pattern)
    if kept.unknown:
        from runner.run.hosts import unknown_host

        raise unknown_host(inventory, kept.unknown[0], f"--limit {pattern}: ")
    return dict.fromkeys(kept.hosts)


def _print(value: Any) -> None:
    click.echo(json.dumps(plain(value), indent=4, sort_keys=True, default=str))


def _load(given: dict[str, Any], masks: Masks) -> Inventory:
    from runner.run.credentials import settled, vault_of
    from runner.run.inventories import inventory_sources, read_inventory

    settings = settings_for(Path(), given)
    options = settled(options_from(given), settings)
    sources = inventory_sources(options, settings)
    if not sources:
        raise LoadError("there is no inventory", hint="give one with -i, or run `playrun init`")
    vault = vault_of(options, settings, masks, ask_secret)
    inventory = read_inventory(sources, options, settings, Path(), vault)
    for source, age in inventory.ages.items():
        _note(f"{source} was asked {spoken(age)} ago")
    for text in inventory.warnings:
        _note(f"[WARNING]: {text}")
    return inventory


def _note(text: str) -> None:
    click.echo(one_line(text), err=True)


def _tree(inventory: Inventory, hosts: Container[str]) -> Iterator[str]:
    """Laid out as `ansible-inventory --graph` does; groups may lie as deep as they like."""
    waiting: list[tuple[str, int, bool]] = [("all", 0, True)]
    while waiting:
        name, depth, is_group = waiting.pop()
        indent = "  |" * depth
        if not is_group:
            yield f"{indent}--{name}"
            continue
        yield f"{indent}--@{name}:" if depth else f"@{name}:"
        below = [(child, True) for child in inventory.children_of(name)]
        below += [(host, False) for host in _own_hosts(inventory, name, hosts)]
        waiting += [(each, depth + 1, kind) for each, kind in reversed(below)]


def _own_hosts(inventory: Inventory, group: str, hosts: Container[str]) -> list[str]:
    """As `ansible-inventory` shows them: hosts that stand right under `all` are `ungrouped`."""
    own = () if group == "all" else inventory.own_hosts_of(group)
    return [host for host in own if host in hosts]


def _listing(inventory: Inventory, hosts: Collection[str], masks: Masks) -> dict[str, Any]:
    """In the form of a dynamic inventory's --list."""
    groups: dict[str, Any] = {}
    for name in inventory.group_names:
        entry = {
            "children": list(inventory.children_of(name)),
            "hosts": _own_hosts(inventory, name, hosts),
        }
        found = {key: value for key, value in entry.items() if value}
        if found:
            groups[name] = found
    # All are read before any is shown: what is vaulted for one may stand in another.
    hostvars = {host: inventory.vars_of(host) for host in hosts}
    shown = {host: _shown(variables, masks) for host, variables in hostvars.items()}
    return {"_meta": {"hostvars": shown}, **groups}


def _shown(value: Any, masks: Masks) -> Any:
    """Without secrets: vaulted values and files, and what is plainly named a password."""
    if isinstance(value, Secret):
        return MASK
    if isinstance(value, dict):
        return {
            str(name): MASK if _hides(str(name), inner) else _shown(inner, masks)
            for name, inner in value.items()
            if name not in ("inventory_file", "inventory_dir")
        }
    if isinstance(value, list):
        return [_shown(item, masks) for item in value]
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        masked = masks.mask(str(value))
        return value if masked == str(value) else masked
    return value


def _hides(name: str, value: Any) -> bool:
    told = isinstance(value, (dict, list, bool)) or value is None
    return _SECRET.search(name) is not None and not told
