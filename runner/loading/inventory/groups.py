"""The tree of groups and hosts that inventory files fill, one after another."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from runner.loading.scopes import Scope
from runner.values import Origin

Where = Callable[[], Origin | None]
"""Finds out where a host is named; asked for messages only, as it may read a file again."""


_NO_GROUPS = frozenset({"all", "ungrouped"})
"""Groups that a host may be in and yet have none of its own."""


class Group:
    """A group as it is being filled. Names stand for hosts and groups."""

    __slots__ = ("children", "depth", "hosts", "name", "parents", "priority", "scopes")

    def __init__(self, name: str) -> None:
        self.name = name
        self.hosts: dict[str, None] = {}
        self.children: dict[str, None] = {}
        self.parents: dict[str, None] = {}
        self.scopes: list[Scope] = []
        self.priority = 1
        self.depth = 0


class Member:
    """A host as it is being filled: the groups it stands in, and its variables."""

    __slots__ = ("groups", "name", "scopes", "source", "where")

    def __init__(self, name: str, source: str | None, where: Where) -> None:
        self.name = name
        self.where = where
        self.source = source
        """The inventory file (or list) that named it first."""
        self.groups: dict[str, None] = {}
        self.scopes: list[Scope] = []


class GroupLoopError(Exception):
    """A group would be its own child."""


class Tree:
    """All groups and hosts. `all` and `ungrouped` are always there."""

    def __init__(self) -> None:
        self.groups: dict[str, Group] = {}
        self.hosts: dict[str, Member] = {}
        self.add_group("all")
        self.add_child("all", "ungrouped")

    def add_group(self, name: str) -> Group:
        """The group `name`, made if it is new."""
        group = self.groups.get(name)
        if group is None:
            group = self.groups[name] = Group(name)
        return group

    def add_child(self, parent: str, child: str) -> None:
        """Makes `child` a child of `parent`. Raises GroupLoopError."""
        upper, lower = self.add_group(parent), self.add_group(child)
        if child in upper.children:
            return
        if child == "all" or parent in self.below(child):
            raise GroupLoopError(f"the group {child} would contain itself, through {parent}")
        upper.children[child] = None
        lower.parents[parent] = None

    def add_host(self, name: str, group: str, source: str | None, where: Where) -> Member:
        """The host `name`, made if it is new, now in `group`."""
        return self.join(self.add_group(group), name, source, where)

    def join(self, group: Group, name: str, source: str | None, where: Where) -> Member:
        """`add_host` for a group that was looked up: a fleet's hosts join one after another."""
        member = self.hosts.get(name)
        if member is None:
            member = self.hosts[name] = Member(name, source, where)
        group.hosts[name] = None
        member.groups[group.name] = None
        return member

    def link(self, parent: str, child: str) -> bool:
        """`add_child` for a tree that is finished; whether that was new. Raises GroupLoopError."""
        if child in self.add_group(parent).children:
            return False
        self.add_child(parent, child)
        self._deepen(self.groups[child], self.groups[parent].depth + 1)
        return True

    def _deepen(self, group: Group, depth: int) -> None:
        waiting = [(group, depth)]
        while waiting:
            lower, least = waiting.pop()
            if lower.depth < least:
                lower.depth = least
                waiting += [(self.groups[name], least + 1) for name in lower.children]

    def below(self, name: str) -> list[str]:
        """The group and all under it, level by level, each once."""
        return list(self._walk(name, "children"))

    def above(self, names: Iterable[str]) -> set[str]:
        """The groups and all that contain them."""
        return {upper for name in names for upper in self._walk(name, "parents")}

    def _walk(self, name: str, relation: str) -> Iterator[str]:
        seen = {name}
        waiting = deque([name])
        while waiting:
            current = waiting.popleft()
            yield current
            for following in getattr(self.groups[current], relation):
                if following not in seen:
                    seen.add(following)
                    waiting.append(following)

    def hosts_of(self, name: str) -> list[str]:
        """The hosts of a group and of all under it, in Ansible's order."""
        found: dict[str, None] = {}
        for group in self.below(name):
            found.update(self.groups[group].hosts)
        return list(found)

    def finish(self) -> None:
        """Gives every group and host its place under `all` and `ungrouped`, and depths."""
        for group in list(self.groups.values()):
            if not group.parents and group.name != "all":
                self.add_child("all", group.name)
        for member in self.hosts.values():
            self.settle(member)
        self.measure()

    def settle(self, member: Member) -> None:
        """Puts a host without a group of its own into `ungrouped`, and takes others out."""
        groups, ungrouped = member.groups, self.groups["ungrouped"].hosts
        if not groups.keys() <= _NO_GROUPS:
            if "ungrouped" in groups:
                del groups["ungrouped"]
                ungrouped.pop(member.name, None)
        elif "ungrouped" not in groups:
            groups["ungrouped"] = None
            ungrouped[member.name] = None

    def measure(self) -> None:
        """Works out how deep the groups lie; those without parents lie nowhere yet."""
        missing = {name: len(group.parents) for name, group in self.groups.items()}
        ready = deque(name for name, parents in missing.items() if not parents)
        while ready:
            group = self.groups[ready.popleft()]
            for name in group.children:
                child = self.groups[name]
                child.depth = max(child.depth, group.depth + 1)
                missing[name] -= 1
                if not missing[name]:
                    ready.append(name)

    def by_precedence(self, names: Iterable[str]) -> Sequence[Group]:
        """Groups in the order in which their variables are merged: the last one wins."""
        groups = (self.groups[name] for name in names)
        return sorted(groups, key=lambda group: (group.depth, group.priority, group.name))
