"""YAML inventories: groups as keys, with `hosts`, `vars` and `children` under them."""

from __future__ import annotations

from typing import Any

from runner.errors import LoadError, nearest
from runner.loading.inventory import ranges
from runner.loading.inventory.groups import Group, GroupLoopError, Tree
from runner.loading.scopes import PlainScope, YamlScope
from runner.values import Origin
from runner.yaml import Document

_SECTIONS = ("hosts", "vars", "children")
_NO_LIST = {
    "hosts": "write each as a key: `r1:`",
    "children": "write each as a key: `routers:`",
    "vars": "write `name: value`, without dashes",
}
_DEEPEST = 40

Path = tuple[Any, ...]


def fill(tree: Tree, document: Document) -> list[str]:
    """Adds what the document says to the tree; returns warnings. Raises LoadError."""
    data = document.data
    if data is None:
        return [f"{document.file} is empty: no hosts in it"]
    if not isinstance(data, dict):
        raise document.error(
            "an inventory must be a mapping of groups", hint="begin with `all:` and `hosts:`"
        )
    filler = _Filler(tree, document)
    for name, content in data.items():
        filler.group(name, content, (name,))
    return [*document.warnings, *filler.warnings]


class _Place:
    """Where a host is named. One for each host, so it is small."""

    __slots__ = ("document", "path")

    def __init__(self, document: Document, path: Path) -> None:
        self.document = document
        self.path = path

    def __call__(self) -> Origin | None:
        return self.document.key_origin(self.path)


class _Filler:
    def __init__(self, tree: Tree, document: Document) -> None:
        self.tree = tree
        self.document = document
        self.warnings: list[str] = []

    def group(self, name: Any, content: Any, path: Path) -> None:
        self._check_group(name, content, path)
        self.tree.add_group(name)
        if content is None:
            return
        for section, entries in content.items():
            where = (*path, section)
            if section not in _SECTIONS:
                self._unexpected(section, name, where)
            elif entries is not None:
                self._section(name, section, self._mapping(entries, where), where)

    def _check_group(self, name: Any, content: Any, path: Path) -> None:
        if not isinstance(name, str) or not name:
            raise self.document.key_error("a group's name must be text", path, hint="quote it")
        if len(path) > 2 * _DEEPEST:
            raise self.document.key_error("groups are nested too deep", path)
        if not isinstance(content, dict) and content is not None:
            raise self.document.error(
                f"the group {name} must be a mapping with hosts, vars or children", path
            )

    def _unexpected(self, section: Any, group: str, where: Path) -> None:
        origin = self.document.key_origin(where)
        known = nearest(str(section), _SECTIONS)
        hint = f"did you mean {known}?" if known else "a group has hosts, vars and children"
        self.warnings.append(f"{origin}: {section} under the group {group} is ignored ({hint})")

    def _mapping(self, entries: Any, where: Path) -> dict[Any, Any]:
        if isinstance(entries, str):
            return {str(entries): None}
        if isinstance(entries, dict):
            return entries
        hint = _NO_LIST[where[-1]] if isinstance(entries, list) else None
        raise self.document.error(f"{where[-1]} must be a mapping", where, hint=hint)

    def _section(self, group: str, section: str, entries: dict[Any, Any], where: Path) -> None:
        if section == "hosts":
            into = self.tree.add_group(group)
            for pattern, values in entries.items():
                self._host(into, pattern, values, (*where, pattern))
        elif section == "children":
            for child, content in entries.items():
                self._check_group(child, content, (*where, child))
                self._child(group, child, (*where, child))
                self.group(child, content, (*where, child))
        else:
            self._group_vars(group, entries, where)

    def _child(self, group: str, child: str, where: Path) -> None:
        try:
            self.tree.add_child(group, child)
        except GroupLoopError as loop:
            raise self.document.key_error(str(loop), where) from None

    def _group_vars(self, group: str, values: dict[Any, Any], where: Path) -> None:
        self._check_names(values, where)
        if "ansible_group_priority" in values:
            values = dict(values)
            priority = values.pop("ansible_group_priority")
            self.tree.groups[group].priority = self._priority(priority, where)
        self.tree.groups[group].scopes.append(YamlScope(values, self.document, where))

    def _priority(self, value: Any, where: Path) -> int:
        try:
            return int(value)
        except (TypeError, ValueError):
            path = (*where, "ansible_group_priority")
            raise self.document.error("a group's priority must be a number", path) from None

    def _check_names(self, values: dict[Any, Any], where: Path) -> None:
        for name in values:
            if type(name) is not str:
                path = (*where, name)
                raise self.document.key_error("a variable's name must be text", path)

    def _host(self, group: Group, pattern: Any, values: Any, where: Path) -> None:
        if not isinstance(pattern, str):
            raise self.document.key_error("a host's name must be text", where, hint="quote it")
        if values is not None and not isinstance(values, dict):
            hint = "below the host: `name: value`, an address as `ansible_host: 192.0.2.1`"
            message = f"the variables of {pattern} must be a mapping"
            raise self.document.error(message, where, hint=hint)
        scope = None
        if values:
            self._check_names(values, where)
            scope = YamlScope(values, self.document, where)
        place = _Place(self.document, where)
        if not ranges.is_plain(pattern):
            self._several(group, pattern, scope, place)
            return
        member = self.tree.join(group, pattern, self.document.file, place)
        if scope is not None:
            member.scopes.append(scope)

    def _several(self, group: Group, pattern: str, scope: YamlScope | None, place: _Place) -> None:
        try:
            names, port = ranges.expand(pattern)
        except ValueError as problem:
            raise self._wrong(pattern, problem, place.path) from None
        for name in names:
            member = self.tree.join(group, name, self.document.file, place)
            if scope is not None:
                member.scopes.append(scope)
            if port is not None:
                member.scopes.append(PlainScope({"ansible_port": port}))

    def _wrong(self, pattern: str, problem: ValueError, where: Path) -> LoadError:
        return self.document.key_error(f"the host pattern {pattern} is wrong: {problem}", where)
