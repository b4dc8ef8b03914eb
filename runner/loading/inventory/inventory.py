"""The inventory: hosts, groups, and what every host's variables are."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from runner.actions.api import AddHost, AddToGroup
from runner.errors import LoadError, nearest
from runner.loading.adjacent import VarsFolder
from runner.loading.inventory.cache import Answers, Keeping
from runner.loading.inventory.groups import Group, Member, Tree
from runner.loading.inventory.growing import Growth, add_host, add_to_group
from runner.loading.inventory.patterns import LOCAL_NAMES
from runner.loading.inventory.sources import Sources
from runner.loading.parsed import ParsedFiles
from runner.loading.scopes import PlainScope, Scope
from runner.loading.vault import Vault
from runner.model import Host
from runner.names import are_harmless, check_host_name, twin_key
from runner.values import EMPTY, Origin


def load_inventory(
    sources: Sequence[str],
    *,
    playbook_dirs: Sequence[Path] = (),
    vault: Vault | None = None,
    cache: Path | None = None,
    keeping: Keeping = Keeping(),  # noqa: B008 - frozen
) -> Inventory:
    """Reads inventory files, folders and comma lists, later ones over earlier ones.

    group_vars/ and host_vars/ are looked for beside each source and in `playbook_dirs`, and
    read when a host that needs them is asked for. `cache` is a folder of our own where parsed
    files are kept; `keeping` says how programs and services are asked. Raises LoadError.
    """
    parsed = ParsedFiles(vault or Vault(), cache)

    def load(*, again: bool) -> Loaded:
        answers = Answers(keeping._replace(refresh=True) if again else keeping)
        reader = Sources(parsed, answers)
        for source in sources:
            reader.read(source)
        reader.tree.finish()
        check_names(reader.tree)
        beside_inventory = [VarsFolder(folder, parsed) for folder in reader.folders]
        folders = dict.fromkeys(playbook_dirs)
        beside_playbook = [VarsFolder(folder, parsed) for folder in folders]
        warnings = [*reader.warnings, *answers.warnings]
        return Loaded(reader.tree, beside_inventory, beside_playbook, warnings, answers.ages)

    return Inventory(load)


def check_names(tree: Tree) -> None:
    """Raises LoadError for a host whose name is dangerous in a path or like another's."""
    if are_harmless(tree.hosts):
        return
    seen: dict[str, Member] = {}
    for name, member in tree.hosts.items():
        if problem := check_host_name(name):
            raise LoadError(f"{name!a} is no name for a host: {problem}", origin=member.where())
        twin = seen.setdefault(twin_key(name), member)
        if twin is not member:
            raise LoadError(
                f"the hosts {twin.name} and {name} differ only in case or look",
                origin=member.where(),
                hint=f"the other stands in {twin.where()}; their files would be the same",
            )


class Loaded(NamedTuple):
    """What the sources of an inventory say."""

    tree: Tree
    beside_inventory: Sequence[VarsFolder] = ()
    beside_playbook: Sequence[VarsFolder] = ()
    warnings: Sequence[str] = ()
    ages: Mapping[str, float] = EMPTY


class Load(Protocol):
    """Reads all sources; `again`: programs and services are asked whatever was kept."""

    def __call__(self, *, again: bool) -> Loaded: ...


class Inventory:
    """All hosts and groups. Variables are merged for the hosts that are asked for."""

    def __init__(self, load: Load) -> None:
        self.version = 0
        """Counts what tasks changed: what was worked out from an earlier one may be old."""
        self._load = load
        self._added: list[AddHost | AddToGroup] = []
        self._take(load(again=False))

    def _take(self, loaded: Loaded) -> None:
        self._tree, self._beside_inventory, self._beside_playbook = loaded[:3]
        self.ages = loaded.ages
        """Seconds since a program or service was asked, by source, where its answer was kept."""
        self._warnings = list(loaded.warnings)
        self._local: dict[str, Member] = {}
        self._source_scopes: dict[str | None, Scope] = {}
        self._groups: Mapping[str, tuple[str, ...]] | None = None
        self._with_hosts: Sequence[VarsFolder] | None = None
        self._twins: dict[str, str] | None = None
        self._values: dict[str, Mapping[str, Any]] = {}
        self._forget_groups()
        for name in self._tree.groups.keys() & self._tree.hosts.keys():
            self._warnings.append(f"{name} is the name of a host and of a group")

    def _forget_groups(self) -> None:
        self._ancestors: dict[tuple[str, ...], frozenset[str]] = {}
        self._group_values: dict[tuple[str, ...], dict[str, Any]] = {}

    def refresh(self) -> None:
        """Reads all sources again, then adds what tasks added.

        Raises LoadError; the inventory is then as it was.
        """
        self._take(self._load(again=True))
        added, self._added = self._added, []
        self.version += 1
        for change in added:
            # A host that a task put into a group may be gone.
            if isinstance(change, AddHost) or self._knows(change.host):
                self.add(change)

    def _knows(self, name: str) -> bool:
        return name in self._tree.hosts or name in LOCAL_NAMES

    def add(self, change: AddHost | AddToGroup) -> bool:
        """Takes in what a task adds; whether that changed anything.

        Raises LoadError for a name that no host may have, and for groups that would loop.
        """
        if isinstance(change, AddHost):
            self._refuse_twin(change.name)
            name, growth = change.name, add_host(self._tree, change, self._own_values(change.name))
        else:
            name = change.host
            growth = add_to_group(self._tree, change, self._member(name))
        self._added.append(change)
        if growth.changed:
            self._changed(name, growth)
        return growth.changed

    def _changed(self, name: str, growth: Growth) -> None:
        self.version += 1
        self._groups = None
        self._values.pop(name, None)
        if growth.regrouped:
            self._values = {}
            self._forget_groups()

    def _own_values(self, name: str) -> dict[str, Any]:
        member = self._tree.hosts.get(name)
        merged: dict[str, Any] = {}
        for scope in self._host_scopes(member) if member else ():
            merged.update(scope.values)
        return merged

    def _refuse_twin(self, name: str) -> None:
        if name in self._tree.hosts:
            return
        if self._twins is None:
            self._twins = {twin_key(known): known for known in self._tree.hosts}
        twin = self._twins.setdefault(twin_key(name), name)
        if twin != name:
            raise LoadError(
                f"the hosts {twin} and {name} differ only in case or look",
                hint="their files would be the same",
            )

    @property
    def warnings(self) -> Sequence[str]:
        """What was odd so far; more may come as files of variables are read."""
        folders = (*self._beside_inventory, *self._beside_playbook)
        return [*self._warnings, *(text for folder in folders for text in folder.warnings)]

    @property
    def hosts(self) -> Sequence[str]:
        """Names of all hosts, in the order in which they were first named."""
        return tuple(self._tree.hosts)

    @property
    def group_names(self) -> Sequence[str]:
        """Names of all groups, `all` and `ungrouped` first."""
        return tuple(self._tree.groups)

    @property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """The magic variable `groups`: the hosts of every group and all under it."""
        if self._groups is None:
            self._groups = {name: tuple(self._tree.hosts_of(name)) for name in self._tree.groups}
        return self._groups

    def hosts_of(self, group: str) -> Sequence[str]:
        """Names of the hosts in a group and all under it."""
        return self.groups[group]

    def children_of(self, group: str) -> Sequence[str]:
        """Names of the groups right under `group`."""
        return tuple(self._tree.groups[group].children)

    def own_hosts_of(self, group: str) -> Sequence[str]:
        """Names of the hosts that stand in `group` itself."""
        return tuple(self._tree.groups[group].hosts)

    def has_host(self, name: str) -> bool:
        """Whether the inventory has a host of that name (an implicit localhost is none)."""
        return name in self._tree.hosts

    def host(self, name: str) -> Host:
        """A host with its groups and variables. Raises LoadError if there is none."""
        return Host(name=name, groups=self.groups_of(name), vars=self.vars_of(name))

    def groups_of(self, name: str) -> tuple[str, ...]:
        """The magic variable `group_names`: all groups of a host, sorted, without `all`."""
        return tuple(sorted(self._above(self._member(name)) - {"all"}))

    def vars_of(self, name: str) -> Mapping[str, Any]:
        """The variables of a host, merged from all groups and files, not rendered.

        With `inventory_file` and `inventory_dir`. Raises LoadError.
        """
        values = self._values.get(name)
        if values is None:
            member = self._tree.hosts.get(name) or self._member(name)
            merged = self._group_vars(member).copy()
            merged.update(self._source_scope(member.source).values)
            for scope in member.scopes:
                merged.update(scope.values)
            folders = self._with_hosts
            for folder in self._host_folders() if folders is None else folders:
                for scope in folder.of_host(name):
                    merged.update(scope.values)
            values = self._values[name] = merged
        return values

    def origin(self, host: str, variable: str | None = None) -> Origin | None:
        """Where a host, or the value one of its variables has, stands; None if nowhere."""
        if variable is None:
            return self._member(host).where()
        scope = self._scope(host, variable)
        return scope.origin(variable) if scope else None

    def text(self, host: str, variable: str) -> str:
        """A variable's value as the text its author meant.

        Raises LoadError, located, for `0123`, `1.10`, `NO` and what is no text at all.
        """
        scope = self._scope(host, variable)
        if scope is None:
            raise LoadError(f"{host} has no variable {variable}")
        return scope.text(variable)

    def _scope(self, host: str, variable: str) -> Scope | None:
        found = None
        for scope in self._scopes(self._member(host)):
            if variable in scope.values:
                found = scope
        return found

    def _member(self, name: str) -> Member:
        member = self._tree.hosts.get(name) or self._local.get(name)
        if member is not None:
            return member
        if name not in LOCAL_NAMES:
            known = nearest(name, self._tree.hosts)
            hint = f"did you mean {known}?" if known else None
            raise LoadError(f"the inventory has no host {name}", hint=hint)
        return self._local_member(name)

    def _local_member(self, name: str) -> Member:
        """The controller, under a name that no source has: an explicit one of its names wins."""
        for other in LOCAL_NAMES:
            if other in self._tree.hosts:
                return self._tree.hosts[other]
        member = self._local[name] = Member(name, None, lambda: None)
        member.scopes.append(PlainScope(_HERE))
        return member

    def _above(self, member: Member) -> frozenset[str]:
        key = tuple(member.groups)
        groups = self._ancestors.get(key)
        if groups is None:
            groups = self._ancestors[key] = frozenset(self._tree.above(key)) | {"all"}
        return groups

    def _group_vars(self, member: Member) -> dict[str, Any]:
        key = tuple(member.groups)
        values = self._group_values.get(key)
        if values is None:
            values = self._group_values[key] = {}
            for scope in self._scopes_of_groups(member):
                values.update(scope.values)
        return values

    def _scopes(self, member: Member) -> Iterator[Scope]:
        yield from self._scopes_of_groups(member)
        yield from self._host_scopes(member)

    def _scopes_of_groups(self, member: Member) -> Iterator[Scope]:
        return self._group_scopes(self._tree.by_precedence(self._above(member)))

    def _group_scopes(self, groups: Sequence[Group]) -> Iterator[Scope]:
        for group in groups:
            yield from group.scopes
        top = [group.name for group in groups if group.name == "all"]
        others = [group.name for group in groups if group.name != "all"]
        for names in (top, others):
            for folder in (*self._beside_inventory, *self._beside_playbook):
                for name in names:
                    yield from folder.of_group(name)

    def _source_scope(self, source: str | None) -> Scope:
        scope = self._source_scopes.get(source)
        if scope is None:
            values = _source_vars(source) if source is not None else {}
            scope = self._source_scopes[source] = PlainScope(values)
        return scope

    def _host_scopes(self, member: Member) -> Iterator[Scope]:
        yield self._source_scope(member.source)
        yield from member.scopes
        for folder in self._host_folders():
            yield from folder.of_host(member.name)

    def _host_folders(self) -> Sequence[VarsFolder]:
        """Those with variables of hosts, the last one wins."""
        if self._with_hosts is None:
            folders = (*self._beside_inventory, *self._beside_playbook)
            self._with_hosts = [folder for folder in folders if folder.has_hosts()]
        return self._with_hosts


_HERE: Mapping[str, Any] = {
    "ansible_connection": "local",
    "ansible_python_interpreter": sys.executable,
}


def _source_vars(source: str) -> Mapping[str, Any]:
    path = Path(source)
    folder = None if "," in source and not path.exists() else str(path.parent.absolute())
    return {"inventory_file": str(path.absolute()) if folder else None, "inventory_dir": folder}
