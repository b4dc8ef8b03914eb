"""What tasks add to an inventory while plays run: hosts (`add_host`) and groups (`group_by`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from runner.actions.api import AddHost, AddToGroup
from runner.errors import LoadError
from runner.loading.inventory.groups import GroupLoopError, Member, Tree
from runner.loading.scopes import PlainScope
from runner.names import check_host_name


class Growth(NamedTuple):
    """What a change did to a tree."""

    changed: bool
    regrouped: bool = False
    """Groups that were there before stand elsewhere now: every host may be concerned."""


def check_new_host(name: str) -> None:
    """Raises LoadError for a name that no host may have."""
    if problem := check_host_name(name):
        raise LoadError(f"{name!a} is no name for a host: {problem}")


def add_host(tree: Tree, change: AddHost, before: dict[str, Any]) -> Growth:
    """Takes in a host. `before` are the variables of its own that it has so far."""
    check_new_host(change.name)
    member = tree.hosts.get(change.name)
    changed = member is None
    if member is None:
        member = _new_member(tree, change.name)
    news = {
        name: value
        for name, value in change.vars.items()
        if name not in before or before[name] != value
    }
    if news:
        member.scopes.append(PlainScope(news))
        changed = True
    for group in change.groups:
        changed |= _join(tree, member, group)
    if changed:
        tree.settle(member)
    return Growth(changed)


def _new_member(tree: Tree, name: str) -> Member:
    member = tree.add_host(name, "all", None, _nowhere)
    member.scopes.append(PlainScope({"inventory_file": None, "inventory_dir": None}))
    return member


def _nowhere() -> None:
    return None


def _join(tree: Tree, member: Member, name: str) -> bool:
    """Puts a host into a group, made if it is new; whether it was not in it."""
    known = name in tree.groups
    group = tree.add_group(name)
    if not known:
        tree.link("all", name)
    if member.name in group.hosts:
        return not known
    group.hosts[member.name] = None
    member.groups[name] = None
    return True


def add_to_group(tree: Tree, change: AddToGroup, member: Member) -> Growth:
    """Puts a host into a group under `parents`. Raises LoadError where groups would loop."""
    known = change.group in tree.groups
    linked = _link(tree, change.group, change.parents)
    joined = _join(tree, member, change.group)
    if joined and member.name in tree.hosts:
        tree.settle(member)
    return Growth(linked or joined, regrouped=linked and known)


def _link(tree: Tree, group: str, parents: Iterable[str]) -> bool:
    changed = False
    for parent in parents:
        if parent not in tree.groups:
            tree.link("all", parent)
        try:
            changed |= tree.link(parent, group)
        except GroupLoopError as loop:
            raise LoadError(str(loop)) from None
    return changed
