"""Platform files on top of each other, and which of them said what.

A file may say `extends: OTHER` and then gives only what differs. Mappings are merged key by
key, everything else replaces what was there; a list under `+key` is put behind the one it
inherits, and an empty value (`~`) takes the key away.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from runner.errors import LoadError
from runner.values import Origin
from runner.yaml import Document, parse

KeyPath = tuple[str | int, ...]

_OWN = ("extends", "aliases", "names")
"""What a file says of itself only: a platform is not called like the one it extends."""


class Layer(NamedTuple):
    """One platform file as read, before it is merged with the one it extends."""

    file: Path
    document: Document

    @classmethod
    def read(cls, file: Path) -> Layer:
        """Raises LoadError if the file cannot be read or is no mapping."""
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise LoadError(f"cannot read the platform file {file}: {error}") from error
        document = parse(text, str(file), trust=False)
        if not isinstance(document.data, Mapping):
            raise LoadError(
                "a platform file is a mapping of keys to values",
                origin=Origin(str(file), 1, 1),
            )
        return cls(file, document)

    @property
    def data(self) -> Mapping[str, Any]:
        """What the file says."""
        data: Mapping[str, Any] = self.document.data
        return data

    @property
    def extends(self) -> str | None:
        """The platform this one is built on."""
        base = self.data.get("extends")
        if base is not None and not isinstance(base, str):
            raise self.error(("extends",), "must be the name of a platform")
        return base

    def error(self, path: KeyPath, message: str, hint: str | None = None) -> LoadError:
        """A LoadError about `path`, at the nearest place above it that the file has."""
        where = ".".join(map(str, path))
        return self.document.error(f"{where}: {message}" if where else message, path, hint=hint)


class Merged:
    """Several layers as one mapping (`data`), the later ones over the earlier."""

    def __init__(self, layers: tuple[Layer, ...]) -> None:
        self._layers = layers
        self._lists: dict[KeyPath, list[tuple[int, Layer, KeyPath]]] = {}
        self.data: dict[str, Any] = {}
        for layer in layers:
            inherited = {key: value for key, value in self.data.items() if key not in _OWN}
            self.data = self._over(inherited, layer.data, layer, ())

    def error(self, path: KeyPath, message: str, hint: str | None = None) -> LoadError:
        """A LoadError about `path` in the file that said it last."""
        for index, part in enumerate(path):
            if isinstance(part, int) and path[:index] in self._lists:
                start, layer, written = self._segment(path[:index], part)
                return layer.error((*written, part - start, *path[index + 1 :]), message, hint)
        return self._teller(path).error(path, message, hint)

    def _segment(self, path: KeyPath, index: int) -> tuple[int, Layer, KeyPath]:
        segments = self._lists[path]
        return next(segment for segment in reversed(segments) if segment[0] <= index)

    def _teller(self, path: KeyPath) -> Layer:
        """The last layer that has the key, else the last that has the nearest one above it."""
        while path:
            for layer in reversed(self._layers):
                if _has(layer.data, path):
                    return layer
            path = path[:-1]
        return self._layers[-1]

    def _over(
        self, base: Mapping[str, Any], over: Mapping[str, Any], layer: Layer, path: KeyPath
    ) -> dict[str, Any]:
        merged = dict(base)
        for key, value in over.items():
            here = (*path, key)
            if isinstance(key, str) and key.startswith("+"):
                name = key[1:]
                merged[name] = self._appended(merged.get(name), value, layer, here)
            elif value is None:
                merged.pop(key, None)
            elif isinstance(value, Mapping):
                inner = merged.get(key)
                inherited = inner if isinstance(inner, Mapping) else {}
                merged[key] = self._over(inherited, value, layer, here)
            else:
                merged[key] = value
                self._lists[here] = [(0, layer, here)]
        return merged

    def _appended(self, before: Any, value: Any, layer: Layer, written: KeyPath) -> list[Any]:
        inherited = [] if before is None else before
        if not isinstance(value, list) or not isinstance(inherited, list):
            raise layer.error(written, "only a list can be added to an inherited list")
        here = (*written[:-1], str(written[-1])[1:])
        self._lists.setdefault(here, []).append((len(inherited), layer, written))
        return [*inherited, *value]


def _has(data: Any, path: KeyPath) -> bool:
    for part in path:
        if not isinstance(data, Mapping) or part not in data:
            return False
        data = data[part]
    return True
