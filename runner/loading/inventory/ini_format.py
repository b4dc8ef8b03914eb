"""INI inventories: a host a line, sections `[group]`, `[group:vars]`, `[group:children]`.

What makes them special: variables on a host's line are words as a shell splits them, and
every value is read as a Python literal (5, True, ['a']) or else is text, `yes` included.
"""

from __future__ import annotations

import ast
import re
import shlex
import warnings
from functools import partial
from typing import Any

from runner.errors import LoadError
from runner.loading.inventory import ranges
from runner.loading.inventory.groups import GroupLoopError, Tree
from runner.loading.scopes import LineScope, marked
from runner.values import Origin
from runner.yaml.messages import shown_line

_SECTION = re.compile(r"\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?")
_GROUP = re.compile(r"([^:\]\s]+)\s*(?:#.*)?")
_KINDS = ("hosts", "vars", "children")
_WORD = re.compile(r"(?!True$|False$|None$)[A-Za-z_][\w.\-]*")
_SPECIAL = re.compile(r"[\"'\\#]")
_QUOTED = re.compile(r"""(?:[^\r\n\\#"']|"[^"\\]*"|'[^']*')*""")
"""A line that needs no full splitter: quotes, and no backslash or comment outside of them."""
_QUOTED_WORD = re.compile(r"""(?:[^ \t"']|"[^"]*"|'[^']*')+""")
_QUOTES = re.compile(r"""(["'])(.*?)\1""")
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_PAIR = re.compile(r"[A-Za-z_]\w*=\S*")
_ADDRESS = re.compile(r"[0-9]+(?:\.[0-9]+){2,}(?:/[0-9]+)?")
_LONGEST_LITERAL = 20_000


def fill(tree: Tree, text: str, file: str) -> list[str]:
    """Adds what an INI inventory says to the tree; returns warnings. Raises LoadError."""
    filler = _Filler(tree, file)
    for number, line in enumerate(text.splitlines(), 1):
        filler.line(number, line)
    filler.check_declared()
    return filler.warnings


class _Filler:
    def __init__(self, tree: Tree, file: str) -> None:
        self.tree = tree
        self.file = file
        self.warnings: list[str] = []
        self._group = "ungrouped"
        self._kind = "hosts"
        self._declared = {"all", "ungrouped"} | set(tree.groups)
        self._wanted: dict[str, LoadError] = {}
        self._origin = Origin(file, 1, 1)
        self._line = ""

    def line(self, number: int, line: str) -> None:
        """Reads one line."""
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            return
        self._origin = Origin(self.file, number, len(line) - len(line.lstrip()) + 1)
        self._line = line
        if section := _SECTION.fullmatch(stripped):
            self._section(section[1], section[2] or "hosts")
        elif stripped.startswith("[") and stripped.endswith("]"):
            raise self._error("not a section", "write [group], [group:vars] or [group:children]")
        elif self._kind == "hosts":
            self._host(stripped)
        elif self._kind == "vars":
            self._variable(stripped)
        else:
            self._child(stripped)

    def check_declared(self) -> None:
        """Raises for the first group that has variables or parents and no section."""
        for name, error in self._wanted.items():
            if name not in self._declared:
                raise error

    def _error(self, message: str, hint: str | None = None) -> LoadError:
        excerpt = shown_line(self._line)
        return LoadError(message, origin=self._origin, hint=hint, excerpt=excerpt)

    def _section(self, group: str, kind: str) -> None:
        if kind not in _KINDS:
            raise self._error(f"unknown kind of section: {kind}", "known are vars and children")
        self._group, self._kind = group, kind
        if kind == "vars":
            error = self._error(f"[{group}:vars], and no group {group}", f"add a section [{group}]")
            self._wanted.setdefault(group, error)
        else:
            self._declared.add(group)
        self.tree.add_group(group)

    def _host(self, line: str) -> None:
        words = self._words(line)
        names, port = self._names(words[0])
        scope = LineScope()
        if port is not None:
            scope.set("ansible_port", port, str(port), self._origin)
        for word in words[1:]:
            name, equals, written = word.partition("=")
            if not equals or not name:
                raise self._no_pair(word)
            self._set(scope, name, written)
        place = partial(_same, self._origin)
        for name in names:
            member = self.tree.add_host(name, self._group, self.file, place)
            if scope.values:
                member.scopes.append(scope)

    def _no_pair(self, word: str) -> LoadError:
        hint = "quote a value with blanks"
        if word.startswith("=") or f"{word} =" in self._line:
            hint = "no blanks around `=`"
        elif word.endswith(":"):
            hint = f"in an INI inventory write `{word[:-1]}=value`"
        at = self._line.find(word)
        if at >= 0:
            self._origin = self._origin._replace(column=at + 1)
        return self._error("a word that is no key=value", hint)

    def _words(self, line: str) -> list[str]:
        if not _SPECIAL.search(line):
            return line.split()
        if _QUOTED.fullmatch(line):
            return [_QUOTES.sub(r"\2", word) for word in _QUOTED_WORD.findall(line)]
        try:
            return shlex.split(line, comments=True)
        except ValueError:
            raise self._error("a quote is never closed", "close it") from None

    def _names(self, pattern: str) -> ranges.HostNames:
        if pattern.startswith("[") and "]" not in self._line:
            raise self._error("a section without its end", "write [group] on a line of its own")
        if _PAIR.fullmatch(pattern):
            self.warnings.append(
                f"{self._origin}: `{pattern}` is read as the name of a host: variables of a "
                f"group stand in a section [{self._group}:vars]"
            )
        if (pattern.endswith(":") and "[" not in pattern) or pattern == "---":
            raise self._error(
                f"{pattern} is no host", "a YAML inventory needs the suffix .yml or .yaml"
            )
        try:
            return ranges.expand(pattern)
        except ValueError as problem:
            raise self._error(f"the host pattern {pattern} is wrong: {problem}") from None

    def _set(self, scope: LineScope, name: str, written: str) -> None:
        scope.set(name, literal(written, self._origin), written, self._origin)

    def _variable(self, line: str) -> None:
        name, equals, written = (part.strip() for part in line.partition("="))
        if not equals or not name:
            raise self._error("expected key=value", "one on each line: name=value")
        group = self.tree.add_group(self._group)
        if name == "ansible_group_priority":
            group.priority = self._priority(written)
            return
        scope = LineScope()
        self._set(scope, name, written)
        group.scopes.append(scope)

    def _priority(self, written: str) -> int:
        try:
            return int(written)
        except ValueError:
            raise self._error("a group's priority must be a number") from None

    def _child(self, line: str) -> None:
        match = _GROUP.fullmatch(line)
        if match is None:
            hint = "only names of groups stand here, each on its own line"
            raise self._error("expected the name of a group", hint)
        error = self._error(
            f"[{self._group}:children] names {match[1]}, and there is no such group",
            f"add a section [{match[1]}]",
        )
        self._wanted.setdefault(match[1], error)
        try:
            self.tree.add_child(self._group, match[1])
        except GroupLoopError as loop:
            raise self._error(str(loop)) from None


def _same(origin: Origin) -> Origin:
    return origin


def literal(written: str, origin: Origin | None) -> Any:
    """What `written` means in an INI inventory: a Python literal, or else the text itself."""
    if _WORD.fullmatch(written) or len(written) > _LONGEST_LITERAL:
        return written
    if _WHOLE.fullmatch(written):
        return int(written)
    if _ADDRESS.fullmatch(written):
        return written
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            value = ast.literal_eval(written)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        value = written
    return _plain(value, written, origin)


def _plain(value: Any, written: str, origin: Origin | None) -> Any:
    if isinstance(value, str):
        return marked(value, origin)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (list, tuple, set)):
        return [_plain(item, str(item), origin) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item, str(item), origin) for key, item in value.items()}
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return marked(written, origin)
