"""Parsed YAML that is used again as long as the file has the same content.

Parsing is most of what a large inventory costs. What it gives is kept as JSON under the
digest of the file's bytes, so that a changed file is simply another one. Nothing else is
kept: not which files there are, not what was vaulted (that stays encrypted), no merged
values.

What is read back is not trusted with more than data: it counts as a template only if its
text stands in the file itself, where it says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from runner import __version__, safe_files
from runner.errors import PlayrunError
from runner.loading.vault import Vault
from runner.values import Origin, Secret, Source
from runner.yaml import Document, decode, parse
from runner.yaml.building import Built, VaultHook

_LEAST = 32_768
"""Bytes. Parsing less is as fast as looking for what is kept."""
_MOST_FILES = 64
_FORMAT = "1"
_MARK = "\0"
_SOURCE, _VAULTED, _PAIRS = "s", "v", "d"


class _Unfit(Exception):
    """This cannot be kept, or is not what was kept."""


class ParsedFiles:
    """Reads YAML, with the help of a folder if one is given."""

    def __init__(self, vault: Vault, folder: Path | None = None) -> None:
        self.vault = vault
        self._folder = folder

    def parse(self, data: bytes, file: str) -> Document:
        """As `runner.yaml.parse`. Raises LoadError."""
        if self._folder is None or len(data) < _LEAST:
            return parse(data, file, vault=self.vault.secret)
        path = self._folder / f"yaml-{_digest(data)}.json"
        text = decode(data, file)
        kept = safe_files.read_private(path)
        if kept is not None:
            with suppress(_Unfit, ValueError, TypeError, KeyError, RecursionError):
                return Document(
                    _restored(kept.decode("ascii", "replace"), text, file, self.vault.secret),
                    file,
                    text,
                )
        return self._parse_and_keep(text, file, path)

    def _parse_and_keep(self, text: str, file: str, path: Path) -> Document:
        vaulted: dict[int, tuple[str, Origin]] = {}

        def secret(written: str, origin: Origin) -> Secret:
            value = self.vault.secret(written, origin)
            vaulted[id(value)] = written, origin
            return value

        document = parse(text, file, vault=secret)
        if not document.warnings:
            with suppress(_Unfit, ValueError, RecursionError):
                kept = json.dumps(_Keeping(text, vaulted).plain(document.data))
                _write(path, json.dumps([document.pure]) + "\n" + kept)
        return document


def _digest(data: bytes) -> str:
    return hashlib.sha256(f"{__version__} {_FORMAT}\n".encode() + data).hexdigest()


def _write(path: Path, text: str) -> None:
    """What cannot be kept is read the long way next time."""
    with suppress(PlayrunError, OSError):
        path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        safe_files.write_whole(path.parent, path, text.encode("ascii"))
        kept = sorted(path.parent.glob("yaml-*.json"), key=lambda file: file.stat().st_mtime)
        for old in kept[:-_MOST_FILES]:
            old.unlink(missing_ok=True)


class _Keeping:
    """From values to what JSON can say; marks are mappings with the one key NUL."""

    def __init__(self, text: str, vaulted: dict[int, tuple[str, Origin]]) -> None:
        self._stands = _Stands(text)
        self._vaulted = vaulted

    def plain(self, value: Any) -> Any:
        """`value` for `json.dumps`. Raises _Unfit."""
        kind = type(value)
        if kind is dict:
            return self._mapping(value)
        if kind is list:
            return [self.plain(item) for item in value]
        if kind is Source:
            return self._source(value)
        if kind is Secret:
            written, origin = self._vaulted[id(value)]
            return {_MARK: [_VAULTED, written, origin.line, origin.column]}
        return value

    def _mapping(self, value: dict[Any, Any]) -> dict[str, Any]:
        if all(type(key) is str and key != _MARK for key in value):
            return {key: self.plain(item) for key, item in value.items()}
        return {_MARK: [_PAIRS, [[self.plain(k), self.plain(v)] for k, v in value.items()]]}

    def _source(self, value: Source) -> dict[str, Any]:
        origin = value.origin
        if origin is None or not self._stands(value, origin.line):
            raise _Unfit
        return {_MARK: [_SOURCE, str(value), origin.line, origin.column]}


class _Stands:
    """Whether a text stands in a file: in its line, or for one of several lines, anywhere."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: list[str] = []
        self._searches = 200
        """Whole searches that are worth their time."""

    def __call__(self, text: str, line: int) -> bool:
        if not self._lines:
            self._lines = self._text.split("\n")
        if 0 < line <= len(self._lines) and text in self._lines[line - 1]:
            return True
        self._searches -= 1
        return self._searches > 0 and all(part in self._text for part in _parts(text))


def _parts(text: str) -> Iterator[str]:
    return (stripped for part in text.split("\n") if (stripped := part.strip()))


def _restored(kept: str, text: str, file: str, vault: VaultHook) -> Built:
    """What was kept, as the parser would give it. Raises _Unfit and what JSON raises."""
    head, _, body = kept.partition("\n")
    (pure,) = json.loads(head)
    restore = _restorer(_Stands(text), file, vault)
    return Built(json.loads(body, object_hook=restore), duplicates=False, pure=bool(pure))


def _restorer(stands: _Stands, file: str, vault: VaultHook) -> Callable[[dict[str, Any]], Any]:
    def restore(value: dict[str, Any]) -> Any:
        if _MARK not in value:
            return value
        kind, *rest = value[_MARK]
        if kind == _PAIRS:
            return dict(rest[0])
        written, line, column = rest
        if type(written) is not str or type(line) is not int or type(column) is not int:
            raise _Unfit
        origin = Origin(file, line, column)
        if kind == _VAULTED:
            return vault(written, origin)
        if kind != _SOURCE or not stands(written, line):
            raise _Unfit
        return Source(written, origin)

    return restore
