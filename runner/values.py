"""Where a text came from, and whether it may be shown.

Only text that the user wrote is ever compiled as a template: the loaders mark it as
`Source`. Everything else (what a device printed, what a command returned) is plain `str`
and stays data for ever. Secrets are `Secret`, a type that does not print itself.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from runner.disguises import CUT, Finder


class Origin(NamedTuple):
    """A place in a file the user wrote. Lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


def near(path: str | os.PathLike[str]) -> str:
    """`path`, from the current folder where it lies below it: what people like to read."""
    text = os.fspath(path)
    try:
        here = os.path.join(os.getcwd(), "")  # noqa: PTH109, PTH118 - told for every template
    except OSError:  # The folder is gone.
        return text
    whole = os.path.abspath(text)  # noqa: PTH100
    return whole[len(here) :] if whole.startswith(here) else text


def brief(value: object, longest: int = 80) -> str:
    """`repr(value)`, cut if it is long; masks know by the sign for that where a secret was."""
    text = repr(value)
    return text if len(text) <= longest else f"{text[:longest]}{CUT}"


def at_home(path: str | os.PathLike[str]) -> Path:
    """`path` with a leading `~` or `~name` replaced, where there is such a home."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - pathlib's raises where there is none


class Source(str):
    """Text from a file (or flag) of the user's: the only text that may be a template.

    Any string operation on it gives a plain `str`, so the mark is lost rather than spread.
    """

    __slots__ = ("origin",)
    origin: Origin | None

    def __new__(cls, text: str, origin: Origin | None = None) -> Source:
        self = super().__new__(cls, text)
        self.origin = origin
        return self

    def __reduce__(self) -> tuple[type[Source], tuple[str, Origin | None]]:
        return (Source, (str(self), self.origin))

    @property
    def has_markers(self) -> bool:
        """Whether Jinja would do anything at all with it."""
        return "{{" in self or "{%" in self or "{#" in self


class OwnPath(str):
    """A path that the user's own words led to, in a value that is data otherwise.

    What `find`, `stat` or `tempfile` gave may be written to; what a device said may not. Any
    string operation on it gives a plain `str`, so the mark is lost rather than spread.
    """

    __slots__ = ()


EMPTY: Mapping[str, Any] = {}
"""The empty mapping, as a default for records. Nobody writes to it: its type has no way to."""

MASK = "********"
_SHORTEST_MASKED = 4


class Masks:
    """The secret values in use in this run; `mask` replaces them in text for people, also where
    they are quoted, escaped, on several lines or cut short.

    Values shorter than four characters are not masked by value: replacing every `abc` in
    an output tells more than it hides. Thread-safe.
    """

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._finder = Finder()
        self._new: list[str] = []
        self._lock = threading.Lock()

    def add(self, secret: str) -> None:
        """Masks `secret` from now on."""
        if len(secret) < _SHORTEST_MASKED or secret in self._values:
            return
        with self._lock:
            self._values.add(secret)
            self._finder.add(secret)
            self._new.append(secret)

    def take_new(self) -> tuple[str, ...]:
        """What was added since the last time: a worker process tells it to the others."""
        if not self._new:
            return ()
        with self._lock:
            new, self._new = tuple(self._new), []
        return new

    def mask(self, text: str) -> str:
        """`text` with every known secret replaced by asterisks."""
        if not self._values:
            return text
        parts: list[str] = []
        at = 0
        for start, end in self._finder.spans(text):
            parts += text[at:start], MASK
            at = end
        return "".join([*parts, text[at:]]) if parts else text

    def mask_value(self, value: Any) -> Any:
        """`value` with every string in it (dicts and lists, deep) masked."""
        if not self._values:
            return value
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, Mapping):
            return {self.mask_value(k): self.mask_value(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.mask_value(item) for item in value]
        return value


class Secret:
    """A value that is never shown: `str()` and `repr()` give asterisks.

    Revealed lazily (a vaulted text costs 17 ms) and once; the plain value is registered
    with the run's masks at that moment, so it cannot reach the console or a log after.
    """

    __slots__ = ("_masks", "_plain", "_reveal")

    def __init__(self, plain: str | Callable[[], str], masks: Masks | None = None) -> None:
        self._plain: str | None = None
        self._reveal: Callable[[], str] | None = None
        self._masks = masks
        if isinstance(plain, str):
            self._plain = plain
            if masks is not None:
                masks.add(plain)
        else:
            self._reveal = plain

    def reveal(self) -> str:
        """The plain value. Raises what the decryption raises (a `LoadError`)."""
        if self._plain is None:
            assert self._reveal is not None
            plain = self._reveal()
            if self._masks is not None:
                self._masks.add(plain)
            self._plain = plain
        return self._plain

    def __str__(self) -> str:
        return MASK

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self.reveal()

    def __hash__(self) -> int:
        return hash(self.reveal())

    def __bool__(self) -> bool:
        return bool(self.reveal())
