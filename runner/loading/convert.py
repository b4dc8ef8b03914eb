"""Reads one mapping of a playbook keyword by keyword, noting every mistake with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from runner import yaml
from runner.errors import LoadError, PlayrunError
from runner.loading.keywords import Keyword
from runner.loading.misplaced import advice
from runner.model import Condition
from runner.values import Origin, Source

Path = tuple[str | int, ...]

_VERDICTS = frozenset({"changed_when", "failed_when"})
"""Without a condition they would say nothing; a `when` without one asks nothing."""


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

    def text(self) -> str:
        """The value as the text it stands for. Raises LoadError."""
        return self.document.text(self.path, self.value)


class Spot(NamedTuple):
    """A value of which only the task it belongs to is known."""

    where: Origin
    value: Any = None

    def at(self, step: str | int) -> Spot:
        """The value one step further in."""
        return Spot(self.where, self.value[step])

    def origin(self) -> Origin:
        """Where the task begins."""
        return self.where

    def error(self, message: str, *, hint: str | None = None) -> LoadError:
        """A LoadError at the task."""
        return LoadError(message, origin=self.where, hint=hint)

    def key_error(self, message: str, *, hint: str | None = None) -> LoadError:
        """The same."""
        return self.error(message, hint=hint)

    def text(self) -> str:
        """The value as text. Raises LoadError."""
        text = yaml.as_text(self.value)
        if text is None:
            raise self.error("a text is wanted here")
        return text


Located = Place | Spot


class Reader:
    """Typed access to one mapping's keywords. Mistakes are noted, not raised."""

    def __init__(
        self,
        place: Located,
        known: Mapping[str, Keyword],
        what: str,
        problems: list[PlayrunError],
        *,
        open_ended: bool = False,
    ) -> None:
        self._place = place
        self._known = known
        self.problems = problems
        self.extra: list[str] = []
        """Keys that are no keyword, if there may be any: a task's action, a role's parameters."""
        for key in place.value:
            if key not in known:
                self._sort_key(key, what, open_ended=open_ended)

    def _sort_key(self, key: Any, what: str, *, open_ended: bool) -> None:
        if not isinstance(key, str):
            self._note(key, f"a keyword must be text, not {kind_of(key)}")
        elif open_ended:
            self.extra.append(key)
        else:
            hint = advice(key, what, self._known)
            self._note(key, f"a {what} has no keyword `{key}`", hint)

    def _note(self, key: Any, message: str, hint: str | None = None) -> None:
        error = self._place.at(key).key_error(message, hint=hint)
        error.about = "keyword"
        self.problems.append(error)

    def _wrong(self, name: str, wanted: str, hint: str | None = None) -> None:
        message = f"`{name}` must be {wanted}, not {kind_of(self._place.value[name])}"
        self.problems.append(self._place.at(name).error(message, hint=hint))

    def given(self, names: Iterable[str]) -> dict[str, Any]:
        """Those of `names` that are there and hold something, each read as what it holds."""
        value = self._place.value
        read = {name: self.read(name) for name in names if value.get(name) is not None}
        return {name: item for name, item in read.items() if item is not None}

    def read(self, name: str) -> Any:
        """The value, read as what the keyword holds."""
        return _READ[self._known[name].holds](self, name)

    def get(self, name: str) -> Any:
        """The raw value; None when it is absent or null."""
        return self._place.value.get(name)

    def text(self, name: str) -> str | Source | None:
        """A text, or a number whose text is what was written."""
        value = self.get(name)
        if value is None or isinstance(value, str):
            return value
        try:
            return self._place.at(name).text()
        except LoadError as error:
            self.problems.append(error)
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
            self._wrong(name, f"one of {', '.join(choices)}" if choices[1:] else f"`{choices[0]}`")
            return None
        return value

    def late_word(self, name: str) -> str | None:
        """A word, or a template of one."""
        value = self.get(name)
        if isinstance(value, Source) and value.has_markers:
            return value
        return self.word(name)

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

    def number(self, name: str) -> int | float | Source | None:
        """A number as the keyword wants it, or a template."""
        value, keyword = self.get(name), self._known[name]
        if isinstance(value, Source):
            if value.has_markers:
                return value
            value = _as_number(value, fraction=keyword.fraction)
        if value is None:
            return None
        fits = isinstance(value, (int, float) if keyword.fraction else int)
        if isinstance(value, bool) or not fits or value < keyword.least:
            whole = "a number" if keyword.fraction else "a whole number"
            plain = _as_number(str(value).strip().rstrip("%sm "), fraction=True)
            hint = f"without a unit: {plain:g}" if isinstance(plain, float | int) else None
            hint = None if plain == value else hint
            self._wrong(name, f"{whole} from {keyword.least}", hint)
            return None
        return value  # type: ignore[no-any-return]

    def mapping(self, name: str) -> Mapping[str, Any]:
        """A mapping with text keys; empty when absent."""
        value = self.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            hint = "`name: value` lines, without dashes" if isinstance(value, list) else None
            self._wrong(name, "a mapping of names to values", hint)
            return {}
        return value

    def variables(self, name: str) -> Mapping[str, Any]:
        """A mapping whose keys are names of variables; empty when absent."""
        found = self.mapping(name)
        for key in found:
            if not is_variable(key):
                inside = self._place.at(name).at(key)
                self.problems.append(
                    inside.key_error(f"`{key}` is no name for a variable", hint=NAME_HINT)
                )
        return found

    def variable(self, name: str) -> str | None:
        """The name of a variable, without a template."""
        word = self.word(name)
        if word is not None and not is_variable(word):
            where = self._place.at(name)
            self.problems.append(where.error(f"`{word}` is no name for a variable", hint=NAME_HINT))
            return None
        return word

    def names(self, name: str) -> frozenset[str]:
        """A list of words, or one text with commas; in a list a comma is part of its word."""
        value = self.get(name)
        if value is None:
            return frozenset()
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, (str, int)) for item in items):
            self._wrong(name, "a word or a list of words")
            return frozenset()
        words = map(str, items) if items is value else str(value).split(",")
        origin = self._place.at(name).origin()
        return frozenset(_word(word.strip(), origin) for word in words if word.strip())

    def conditions(self, name: str) -> tuple[Condition, ...] | None:
        """One condition or a list of them; None when the keyword is absent."""
        if name not in self._place.value:
            return None
        value, place = self.get(name), self._place.at(name)
        if value is None and name in _VERDICTS:
            hint = "say what has to hold, or leave the keyword out"
            self.problems.append(place.error(f"`{name}` has no condition", hint=hint))
        try:
            return as_conditions(value, place.origin())
        except ValueError as error:
            message = f"`{name}` must be a condition or a list of them, not {error}"
            self.problems.append(place.error(message))
            return None

    def texts(self, name: str) -> tuple[Any, ...] | None:
        """A text or a list of texts, templates among them; None when absent."""
        value = self.get(name)
        if value is None:
            return None
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, (str, int)) and not isinstance(item, bool) for item in items):
            self._wrong(name, "a text or a list of texts")
            return None
        return tuple(item if isinstance(item, str) else str(item) for item in items)

    def output(self, name: str) -> bool | str | None:
        """A path template, or true for the default path."""
        value = self.get(name)
        if value is None or isinstance(value, (bool, str)):
            return value
        self._wrong(name, "a path or true")
        return None


_READ: Mapping[str, Callable[[Reader, str], Any]] = {
    "any": Reader.get,
    "commands": Reader.get,
    "conditions": Reader.conditions,
    "flag": Reader.flag,
    "list": Reader.texts,
    "loop": Reader.get,
    "mapping": Reader.mapping,
    "names": Reader.names,
    "number": Reader.number,
    "output": Reader.output,
    "tasks": Reader.get,
    "text": Reader.text,
    "word": Reader.word,
}
"""Which method reads what a keyword holds."""


NAME_HINT = "letters, digits and _, beginning with a letter"


def _word(word: str, origin: Origin) -> str:
    return Source(word, origin) if Source(word).has_markers else word


def is_variable(word: str) -> bool:
    """Whether a variable may be called so."""
    return word.isascii() and word.isidentifier()


def _as_number(text: str, *, fraction: bool) -> Any:
    """The number that a text says; the text itself if it says none."""
    try:
        return float(text) if fraction and not text.strip().isdecimal() else int(text)
    except ValueError:
        return text


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


def as_conditions(value: Any, origin: Origin | None = None) -> tuple[Condition, ...]:
    """A condition or list of conditions as a tuple. Raises ValueError saying what it is instead.

    `origin` is that of conditions which are no text, and so have none.
    """
    if value is None:
        return ()
    items = value if isinstance(value, list) else [value]
    return tuple(_condition(item, origin) for item in items)


def _condition(item: Any, origin: Origin | None) -> Condition:
    """Nothing holds, as in Ansible: people leave a lone dash behind."""
    if item is None:
        return True
    if isinstance(item, (bool, Source)):
        return item
    if isinstance(item, (int, float)):
        return Source(str(item), origin)
    raise ValueError(kind_of(item))
