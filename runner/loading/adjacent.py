"""group_vars/ and host_vars/ in one folder, read name by name as hosts are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from runner.loading.parsed import ParsedFiles
from runner.loading.scopes import YamlScope
from runner.loading.varfiles import SUFFIXES, read_vars


class VarsFolder:
    """What stands in `group_vars/` and `host_vars/` of `folder`."""

    def __init__(self, folder: Path, parsed: ParsedFiles) -> None:
        self.folder = folder
        self._parsed = parsed
        self._names: dict[str, frozenset[str]] = {}
        self._scopes: dict[tuple[str, str], Sequence[YamlScope]] = {}

    @property
    def warnings(self) -> Iterator[str]:
        """What was odd in the files read so far."""
        for scopes in self._scopes.values():
            for scope in scopes:
                yield from scope.document.warnings

    def has_hosts(self) -> bool:
        """Whether there are variables of any host."""
        return bool(self._entries("host_vars"))

    def of_group(self, name: str) -> Sequence[YamlScope]:
        """The variables for a group, in the order in which they are merged."""
        return self._of("group_vars", name)

    def of_host(self, name: str) -> Sequence[YamlScope]:
        """The variables for a host, in the order in which they are merged."""
        return self._of("host_vars", name)

    def _of(self, kind: str, name: str) -> Sequence[YamlScope]:
        scopes = self._scopes.get((kind, name))
        if scopes is None:
            files = self._files(kind, name)
            scopes = tuple(
                read_vars(path, self._parsed.vault, parsed=self._parsed) for path in files
            )
            self._scopes[kind, name] = scopes
        return scopes

    def _files(self, kind: str, name: str) -> list[Path]:
        # Names are looked up in the listing: `../x` in an inventory leads nowhere.
        entries = self._entries(kind)
        for suffix in SUFFIXES:
            if name + suffix in entries:
                path = self.folder / kind / (name + suffix)
                return list(files_below(path)) if path.is_dir() else [path]
        return []

    def _entries(self, kind: str) -> frozenset[str]:
        entries = self._names.get(kind)
        if entries is None:
            folder = self.folder / kind
            paths = folder.iterdir() if folder.is_dir() else ()
            entries = frozenset(path.name for path in paths)
            self._names[kind] = entries
        return entries


def files_below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.name.startswith(".") or path.name.endswith("~"):
            continue
        if path.is_dir():
            if not path.suffix:
                yield from files_below(path)
        elif path.suffix in SUFFIXES:
            yield path
