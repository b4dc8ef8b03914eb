"""Variables that were written together, and where each of them stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from runner.errors import LoadError
from runner.values import Origin, Source
from runner.yaml import Document, as_text


class Scope(Protocol):
    """Variables of one host, group or file."""

    @property
    def values(self) -> Mapping[str, Any]:
        """By name; templates are `Source`."""

    def origin(self, name: str) -> Origin | None:
        """Where the value of `name` stands."""

    def text(self, name: str) -> str:
        """The value of `name` as the text its author meant.

        Raises LoadError for what is no text, nor a number written as it is printed.
        """


class YamlScope:
    """A mapping in a YAML document."""

    __slots__ = ("document", "path", "values")

    def __init__(
        self, values: Mapping[str, Any], document: Document, path: tuple[Any, ...] = ()
    ) -> None:
        self.values = values
        self.document = document
        self.path = path

    def origin(self, name: str) -> Origin:
        """Where the value of `name` stands."""
        return self.document.origin((*self.path, name))

    def text(self, name: str) -> str:
        """See `Scope.text`."""
        return self.document.text((*self.path, name), self.values[name])


class LineScope:
    """`key=value` words of an INI line, a section or a flag, each with its own place."""

    __slots__ = ("_places", "values")

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self._places: dict[str, tuple[Origin | None, str]] = {}

    def set(self, name: str, value: Any, written: str, origin: Origin | None) -> None:
        """Sets a variable; `written` is the text that stands for it."""
        self.values[name] = value
        self._places[name] = (origin, written)

    def origin(self, name: str) -> Origin | None:
        """Where the value of `name` stands."""
        return self._places[name][0]

    def text(self, name: str) -> str:
        """See `Scope.text`. A number is the text it is written as: nothing is lost here."""
        value = self.values[name]
        origin, written = self._places[name]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return written
        text = as_text(value)
        if text is None:
            message = f"{name} must be text, and is read as a Python value"
            raise LoadError(message, origin=origin, hint="quote it twice: name=\"'text'\"")
        return text


class PlainScope:
    """Variables that stand in no file."""

    __slots__ = ("values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def origin(self, name: str) -> None:  # noqa: ARG002 - the same for every name
        """None: it stands nowhere."""
        return

    def text(self, name: str) -> str:
        """See `Scope.text`."""
        text = as_text(self.values[name])
        if text is None:
            raise LoadError(f"{name} must be text")
        return text


def marked(text: str, origin: Origin | None) -> str:
    """`text` of the user's, as a `Source` if it is a template."""
    source = Source(text, origin)
    return source if source.has_markers else text
