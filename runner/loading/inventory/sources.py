"""Where an inventory comes from: files of either kind, folders of them, lists of names."""

from __future__ import annotations

import os
import re
from pathlib import Path

from runner.errors import LoadError
from runner.loading.files import read_file
from runner.loading.inventory import ini_format, programs, ranges, yaml_format
from runner.loading.inventory.cache import Answers
from runner.loading.inventory.groups import Tree
from runner.loading.parsed import ParsedFiles
from runner.loading.scopes import PlainScope
from runner.loading.vault import is_vaulted
from runner.values import Origin, at_home
from runner.yaml import Document, decode

_YAML_SUFFIXES = (".yml", ".yaml", ".json")
_IGNORED_SUFFIXES = (
    *(".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg"),
    ".retry",
)
_IGNORED_NAMES = ("group_vars", "host_vars", "vars_plugins")
_FIRST_TOKEN_IS_KEY = re.compile(r"""---|[{%]|(?:"[^"]*"|'[^']*'|[^\s\[\]=]+):(?:\s|$)""")


class Sources:
    """Reads one source after another into one tree."""

    def __init__(self, parsed: ParsedFiles, answers: Answers) -> None:
        self.parsed = parsed
        self.answers = answers
        self.tree = Tree()
        self.folders: dict[Path, None] = {}
        """Beside each source: where group_vars/ and host_vars/ are looked for."""
        self.warnings: list[str] = []

    def read(self, source: str) -> None:
        """Reads a file, a folder or a comma list. Raises LoadError."""
        path = at_home(source)
        if "," in source and not os.path.lexists(path):
            # First: a list may be longer than any name of a file.
            self._names(source)
        elif path.is_dir():
            self._beside(path)
            self._folder(path)
        else:
            self._beside(path.parent)
            self._file(path)

    def _beside(self, folder: Path) -> None:
        # The last source's folder wins, also if an earlier source lies in it too.
        self.folders.pop(folder, None)
        self.folders[folder] = None

    def _folder(self, folder: Path) -> None:
        for path in sorted(folder.iterdir(), key=lambda path: path.name):
            if path.name.startswith(".") or path.name in _IGNORED_NAMES:
                continue
            if path.is_dir():
                self._folder(path)
            elif not path.name.endswith(_IGNORED_SUFFIXES):
                self._file(path)

    def _names(self, source: str) -> None:
        for pattern in filter(None, map(str.strip, source.split(","))):
            try:
                names, port = ranges.expand(pattern)
            except ValueError as problem:
                raise LoadError(f"the host pattern {pattern} is wrong: {problem}") from None
            for name in names:
                member = self.tree.add_host(name, "ungrouped", source, _on_the_flag)
                if port is not None:
                    member.scopes.append(PlainScope({"ansible_port": port}))

    def _file(self, path: Path) -> None:
        data = read_file(path, what="inventory")
        file = str(path)
        parsed = self.parsed
        if is_vaulted(data):
            data = parsed.vault.decrypt(data, Origin(file, 1, 1))
            parsed = ParsedFiles(parsed.vault)
        if programs.is_program(path, data):
            self.warnings += programs.read(self.tree, path, data, self.answers)
        elif _is_yaml(path, data):
            self._yaml(parsed.parse(data, file), data)
        elif path.suffix in (".csv", ".toml"):
            self._table(path.suffix, data, file)
        else:
            self.warnings += ini_format.fill(self.tree, decode(data, file), file)

    def _yaml(self, document: Document, data: bytes) -> None:
        if isinstance(document.data, dict) and "plugin" in document.data:
            from runner.loading.inventory.plugins import Plugins

            plugins = Plugins(self.tree, self.answers, self.parsed.vault.masks)
            plugins.read(document, data)
            self.warnings += [*document.warnings, *plugins.warnings]
        else:
            self.warnings += yaml_format.fill(self.tree, document)

    def _table(self, suffix: str, data: bytes, file: str) -> None:
        if suffix == ".csv":
            from runner.loading.inventory import csv_format

            csv_format.fill(self.tree, data, file)
        else:
            from runner.loading.inventory.plugins import fill_toml

            fill_toml(self.tree, decode(data, file), file)


def _on_the_flag() -> Origin:
    return Origin("-i", 1, 1)


def _is_yaml(path: Path, data: bytes) -> bool:
    if path.suffix in _YAML_SUFFIXES:
        return True
    if path.suffix:
        return False
    for line in data.decode("utf-8-sig", "replace").splitlines():
        stripped = line.strip()
        if stripped and stripped[0] not in "#;":
            return _FIRST_TOKEN_IS_KEY.match(stripped) is not None
    return False
