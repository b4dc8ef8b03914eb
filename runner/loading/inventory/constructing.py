"""Variables and groups that are worked out from a host's own: `compose`, `groups`, `keyed_groups`.

Every expression is the user's, and is rendered with the variables that inventory sources have
given the host so far; files of variables do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from runner.errors import LoadError, PlayrunError
from runner.loading.inventory.groups import GroupLoopError, Member, Tree
from runner.loading.scopes import PlainScope
from runner.templating import Templar, Variables
from runner.values import Origin, Source
from runner.yaml import Document

OPTIONS = frozenset(
    "compose groups keyed_groups strict use_vars_plugins use_extra_vars leading_separator".split()
)
_NOT_IN_A_NAME = re.compile(r"^[\d\W]|[^\w]")
_EMPTY = (None, "")


class _Undecided(Exception):
    """An expression failed, and the file is not strict about it."""


def safe_group_name(name: str) -> str:
    """`name` as Ansible makes a group's name of it: letters, digits and underscores."""
    return _NOT_IN_A_NAME.sub("_", name)


class Constructor:
    """What one file says about making variables and groups. Raises LoadError when it is wrong."""

    def __init__(self, document: Document, templar: Templar) -> None:
        options: Mapping[str, Any] = document.data
        self._document = document
        self._templar = templar
        self._strict = options.get("strict") is True
        self._leading = options.get("leading_separator") is not False
        self._compose = self._checked(options, "compose", dict)
        self._groups = self._checked(options, "groups", dict)
        self._keyed = self._checked(options, "keyed_groups", list)
        for index, keyed in enumerate(self._keyed):
            self._check_keyed(keyed, ("keyed_groups", index))

    def _checked(self, options: Mapping[str, Any], name: str, kind: type) -> Any:
        value = options.get(name)
        if value is None:
            return kind()
        if not isinstance(value, kind):
            what = "a mapping" if kind is dict else "a list"
            raise self._document.error(f"{name} must be {what}", (name,))
        return value

    def _check_keyed(self, keyed: Any, path: tuple[Any, ...]) -> None:
        if not isinstance(keyed, dict) or not keyed.get("key"):
            raise self._document.error("a keyed group must be a mapping with a `key`", path)
        if keyed.get("default_value") is not None and keyed.get("trailing_separator") is not None:
            message = "default_value and trailing_separator exclude each other"
            raise self._document.error(message, path)

    def apply(self, tree: Tree, hosts: Iterable[str]) -> None:
        """Adds to each host what the expressions say of it."""
        tree.measure()
        for name in hosts:
            member = tree.hosts[name]
            if self._compose:
                self._add_variables(member, self._variables(tree, member))
            if self._groups or self._keyed:
                variables = self._variables(tree, member)
                self._add_groups(tree, member, variables)
                for index, keyed in enumerate(self._keyed):
                    self._add_keyed(tree, member, variables, keyed, ("keyed_groups", index))

    def _variables(self, tree: Tree, member: Member) -> Variables:
        above = tree.above(member.groups) | {"all"}
        values: dict[str, Any] = {}
        for group in tree.by_precedence(above):
            for scope in group.scopes:
                values.update(scope.values)
        for scope in member.scopes:
            values.update(scope.values)
        values["inventory_hostname"] = member.name
        values["inventory_hostname_short"] = member.name.split(".")[0]
        values["group_names"] = sorted(above - {"all"})
        return self._templar.variables(values)

    def _add_variables(self, member: Member, variables: Variables) -> None:
        made: dict[str, Any] = {}
        for name, expression in self._compose.items():
            try:
                made[name] = self._value(expression, variables, ("compose", name), member.name)
            except _Undecided:
                continue
        if made:
            member.scopes.append(PlainScope(made))

    def _add_groups(self, tree: Tree, member: Member, variables: Variables) -> None:
        for name, condition in self._groups.items():
            path = ("groups", name)
            source = condition if isinstance(condition, bool) else self._source(condition, path)
            try:
                holds = self._templar.test(source, variables)
            except PlayrunError as error:
                if self._strict:
                    raise self._failed(error, path, member.name) from None
                continue
            if holds:
                _join(tree, member, safe_group_name(str(name)))

    def _add_keyed(
        self,
        tree: Tree,
        member: Member,
        variables: Variables,
        keyed: Mapping[str, Any],
        path: tuple[Any, ...],
    ) -> None:
        try:
            key = self._value(keyed["key"], variables, (*path, "key"), member.name)
            parent = self._parent(keyed, variables, path, member.name)
        except _Undecided:
            return
        if self._strict and key in (None, "", False, 0) and keyed.get("default_value") is None:
            raise self._document.error(f"the key is empty for the host {member.name}", path)
        for name in self._names(keyed, key, path):
            _join(tree, member, name)
            if parent:
                self._link(tree, parent, name, path)

    def _parent(
        self, keyed: Mapping[str, Any], variables: Variables, path: tuple[Any, ...], host: str
    ) -> str:
        written = keyed.get("parent_group")
        if not written:
            return ""
        try:
            return safe_group_name(self._templar.text(written, variables))
        except PlayrunError as error:
            if self._strict:
                raise self._failed(error, (*path, "parent_group"), host) from None
            raise _Undecided from None

    def _link(self, tree: Tree, parent: str, name: str, path: tuple[Any, ...]) -> None:
        try:
            tree.add_child(parent, name)
        except GroupLoopError as loop:
            raise self._document.error(str(loop), path) from None

    def _names(self, keyed: Mapping[str, Any], key: Any, path: tuple[Any, ...]) -> Iterator[str]:
        prefix, separator = str(keyed.get("prefix") or ""), str(keyed.get("separator", "_"))
        lead = separator if prefix or self._leading else ""
        for bare in self._bare_names(keyed, key, separator, path):
            yield safe_group_name(f"{prefix}{lead}{bare}")

    def _bare_names(
        self, keyed: Mapping[str, Any], key: Any, separator: str, path: tuple[Any, ...]
    ) -> Iterator[Any]:
        default = keyed.get("default_value")
        if key in _EMPTY and default is not None:
            yield default
        elif not key:
            return
        elif isinstance(key, str):
            yield key
        elif isinstance(key, list):
            yield from (default if item in _EMPTY and default is not None else item for item in key)
        elif isinstance(key, Mapping):
            for name, value in key.items():
                if value in _EMPTY and default is None and keyed.get("trailing_separator") is False:
                    yield name
                else:
                    shown = default if value in _EMPTY and default is not None else value
                    yield f"{name}{separator}{shown}"
        else:
            raise self._document.error("the key must give a text, a list or a mapping", path)

    def _source(self, expression: Any, path: tuple[Any, ...]) -> Source:
        if not isinstance(expression, str):
            return Source(str(expression), self._document.origin(path))
        return Source(expression, self._document.origin(path))

    def _value(
        self, expression: Any, variables: Variables, path: tuple[Any, ...], host: str
    ) -> Any:
        if not isinstance(expression, str):
            return expression
        source = Source(f"{{{{ {expression} }}}}", self._document.origin(path))
        try:
            return self._templar.render(source, variables)
        except PlayrunError as error:
            if self._strict:
                raise self._failed(error, path, host) from None
            raise _Undecided from None

    def _failed(self, error: PlayrunError, path: tuple[Any, ...], host: str) -> LoadError:
        return LoadError(
            f"for the host {host}: {error.message}",
            origin=self._document.origin(path),
            hint=error.hint or "without `strict: true` such hosts are passed over",
        )


def _join(tree: Tree, member: Member, group: str) -> None:
    tree.add_group(group).hosts[member.name] = None
    member.groups[group] = None


def place_of(document: Document) -> Origin:
    """Where a plugin's file begins, for hosts that it brings."""
    return Origin(document.file, 1, 1)
