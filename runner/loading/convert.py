"""Reads one mapping of a playbook keyword by keyword, noting every mistake with its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from runner import yaml
from runner.errors import LoadError, PlayrunError, nearest
from runner.loading.keywords import Keyword
from runner.model import Condition
from runner.values import Origin, Source

Path = tuple[str | int, ...]


class Place(NamedTuple):
    """A value in a document, and how to say where it stands."""

    document: yaml.Document
    path: Path

    @property
    def value(self) -> Any:
        """The value itself."""
        found = self.document.data
        for step in self.path:
            found = found[step]
        return found

    def at(self, step: str | int) -> Place:
        """The value one step further in."""
        return Place(self.document, (*self.path, step))

    def origin(self) -> Origin:
        """Where the value begins."""
        return self.document.origin(self.path)

    def error(self, message: str, *, hint: str | None = None) -> LoadError:
        """A LoadError at this place, with the line."""
        return self.document.error(message, self.path, hint=hint)

    def key_error(self, message: str, *, hint: str | None = None) -> LoadError:
        """A LoadError at the key that leads to this place, with the line."""
        return self.document.key_error(message, self.path, hint=hint)


class Reader:
    """Typed access to one mapping's keywords. Mistakes are noted, not raised."""

    def __init__(
        self,
        place: Place,
        known: Mapping[str, Keyword],
        not_yet: frozenset[str],
        what: str,
        problems: list[PlayrunError],
    ) -> None:
        self._place = place
        self._known = known
        self._problems = problems
        self.extra: list[str] = []
        """Keys that are no keyword: of a task, its action."""
        for key in place.value:
            self._sort_key(key, not_yet, what)

    def _sort_key(self, key: Any, not_yet: frozenset[str], what: str) -> None:
        if key in self._known:
            return
        if key in not_yet:
            self._note(key, f"`{key}` is not supported yet in a {what}")
        elif not isinstance(key, str):
            self._note(key, f"a keyword must be text, not {kind_of(key)}")
        elif what == "task":
            self.extra.append(key)
        else:
            close = nearest(key, [*self._known, *not_yet])
            hint = f"did you mean `{close}`?" if close else None
            self._note(key, f"a {what} has no keyword `{key}`", hint)

    def _note(self, key: Any, message: str, hint: str | None = None) -> None:
        self._problems.append(self._place.at(key).key_error(message, hint=hint))

    def _wrong(self, name: str, wanted: str) -> None:
        value = self._place.value[name]
        shown = kind_of(value)
        self._problems.append(self._place.at(name).error(f"`{name}` must be {wanted}, not {shown}"))

    def get(self, name: str) -> Any:
        """The raw value; None when it is absent or null."""
        return self._place.value.get(name)

    def text(self, name: str) -> str | Source | None:
        """A text, or a number whose text is what was written."""
        value = self.get(name)
        if value is None or isinstance(value, str):
            return value
        try:
            return self._place.document.text((*self._place.path, name), value)
        except LoadError as error:
            self._problems.append(error)
            return None

    def word(self, name: str) -> str | None:
        """A text without a template; one of the keyword's choices if it has any."""
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or Source(value).has_markers:
            self._wrong(name, "a plain word")
            return None
        choices = self._known[name].choices
        if choices and value not in choices:
            self._wrong(name, f"one of {', '.join(choices)}")
            return None
        return value

    def flag(self, name: str) -> bool | Source | None:
        """A boolean, a word that means one, or a template."""
        value = self.get(name)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, Source) and value.has_markers:
            return value
        known = as_flag(value)
        if known is None:
            self._wrong(name, "true or false")
        return known

    def number(self, name: str, *, least: int) -> int | Source | None:
        """A whole number from `least`, or a template."""
        value = self.get(name)
        if isinstance(value, Source):
            if value.has_markers:
                return value
            value = int(value) if value.isdecimal() else value
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self._wrong(name, f"a whole number from {least}")
            return None
        return value

    def mapping(self, name: str) -> Mapping[str, Any]:
        """A mapping with text keys; empty when absent."""
        value = self.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            self._wrong(name, "a mapping of names to values")
            return {}
        return value

    def names(self, name: str) -> frozenset[str]:
        """A list of words, or one text with commas."""
        value = self.get(name)
        if value is None:
            return frozenset()
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, (str, int)) for item in items):
            self._wrong(name, "a word or a list of words")
            return frozenset()
        words = (word.strip() for item in items for word in str(item).split(","))
        return frozenset(word for word in words if word)

    def conditions(self, name: str) -> tuple[Condition, ...] | None:
        """One condition or a list of them; None when the keyword is absent."""
        if name not in self._place.value:
            return None
        try:
            return as_conditions(self.get(name))
        except ValueError as error:
            message = f"`{name}` must be a condition or a list of them, not {error}"
            self._problems.append(self._place.at(name).error(message))
            return None

    def output(self, name: str) -> bool | str | None:
        """A path template, or true for the default path."""
        value = self.get(name)
        if value is None or isinstance(value, (bool, str)):
            return value
        self._wrong(name, "a path or true")
        return None


def kind_of(value: Any) -> str:
    """What a value is, in the words of somebody who writes YAML."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return f"the text `{value}`" if isinstance(value, str) else f"the number {value}"


def as_flag(value: Any) -> bool | None:
    """The boolean a word means in Ansible; None if it means none."""
    if isinstance(value, bool):
        return value
    word = str(value).lower() if isinstance(value, (str, int)) else ""
    if word in ("yes", "true", "on", "1", "y", "t"):
        return True
    return False if word in ("no", "false", "off", "0", "n", "f") else None


def as_conditions(value: Any) -> tuple[Condition, ...]:
    """A condition or list of conditions as a tuple. Raises ValueError saying what it is instead."""
    if value is None:
        return ()
    items = value if isinstance(value, list) else [value]
    return tuple(_condition(item) for item in items)


def _condition(item: Any) -> Condition:
    if isinstance(item, (bool, Source)):
        return item
    if isinstance(item, (int, float)):
        return Source(str(item))
    raise ValueError(kind_of(item))
