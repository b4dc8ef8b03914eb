"""One mapping of a platform file, read with the types that are expected of its keys."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from re import Pattern
from typing import Any

from runner.errors import LoadError, nearest
from runner.platforms.layers import KeyPath, Merged


class Section:
    """A mapping at `path`. Every method raises LoadError for what is not as expected."""

    def __init__(self, merged: Merged, data: Mapping[str, Any], path: KeyPath = ()) -> None:
        self._merged = merged
        self._path = path
        self.data = data

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def error(self, key: str | int, message: str, hint: str | None = None) -> LoadError:
        """A LoadError about `key`, with its place."""
        return self._merged.error((*self._path, key), message, hint)

    def allow(self, keys: Collection[str]) -> None:
        """Refuses every other key."""
        for key in self.data:
            if key not in keys:
                best = nearest(str(key), keys)
                hint = f"did you mean {best}?" if best else f"known: {', '.join(keys)}"
                raise self.error(key, "unknown key", hint)

    def refer(self, key: str, name: str, modes: Collection[str]) -> None:
        """Refuses a `name` that is none of `modes`."""
        if name not in modes:
            raise self.error(key, f"there is no mode {name}", f"modes: {', '.join(modes)}")

    def section(self, key: str) -> Section:
        """The mapping under `key`; empty if there is none."""
        value = self.data.get(key, {})
        if not isinstance(value, Mapping):
            raise self.error(key, "must be a mapping of keys to values")
        return Section(self._merged, value, (*self._path, key))

    def items(self, key: str) -> Iterator[Section]:
        """The mappings in the list under `key`."""
        for index, value in enumerate(self._list(key)):
            path = (*self._path, key, index)
            if not isinstance(value, Mapping):
                raise self._merged.error(path, "must be a mapping of keys to values")
            yield Section(self._merged, value, path)

    def text(self, key: str, default: str | None = None) -> str:
        """The text under `key`; required if there is no default."""
        if key not in self.data and default is not None:
            return default
        if key not in self.data:
            raise self.error(key, "is missing")
        return self._text(key, self.data[key])

    def optional(self, key: str) -> str | None:
        """The text under `key`, or None."""
        return self.text(key) if key in self.data else None

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of texts under `key`; empty if there is none."""
        inner = Section(self._merged, {}, (*self._path, key))
        return tuple(inner._text(index, value) for index, value in enumerate(self._list(key)))

    def flag(self, key: str, default: bool) -> bool:
        """The true or false under `key`."""
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            raise self.error(key, "must be true or false")
        return value

    def pair(self, key: str, default: tuple[int, int]) -> tuple[int, int]:
        """The two whole numbers under `key`."""
        match self.data.get(key, list(default)):
            case [int(first), int(second)]:
                return first, second
        raise self.error(key, "must be two whole numbers, as in [511, 0]")

    def pattern(self, key: str, *, whole: bool = False) -> Pattern[str]:
        """The regular expression under `key`, which must be there.

        `whole`: it will have to match a whole line, so `^` and `$` need not mean line ends.
        """
        return self._compiled(key, self.text(key), whole)

    def optional_pattern(self, key: str, *, whole: bool = False) -> Pattern[str] | None:
        """The regular expression under `key`, or None."""
        return self.pattern(key, whole=whole) if key in self.data else None

    def patterns(
        self, key: str, *, whole: bool = False, group: str | None = None
    ) -> tuple[Pattern[str], ...]:
        """The regular expressions listed under `key`, each with a `group` of that name."""
        inner = Section(self._merged, {}, (*self._path, key))
        found = []
        for index, text in enumerate(self.texts(key)):
            pattern = inner._compiled(index, text, whole)
            if group is not None and group not in pattern.groupindex:
                raise inner.error(index, f"has no group (?P<{group}>…)")
            found.append(pattern)
        return tuple(found)

    def _list(self, key: str) -> list[Any]:
        value = self.data.get(key, [])
        if not isinstance(value, list):
            raise self.error(key, "must be a list")
        return value

    def _text(self, key: str | int, value: Any) -> str:
        if not isinstance(value, str):
            raise self.error(key, f"must be text, not {value!r}", "quote it")
        return value

    def _compiled(self, key: str | int, text: str, whole: bool) -> Pattern[str]:
        try:
            return re.compile(text, 0 if whole else re.MULTILINE)
        except re.error as error:
            raise self.error(key, f"is no regular expression: {error}") from error
