"""YAML text to values, in one fast pass; where a value stands is found by a second one.

Positions of everything would double the cost of a large inventory, so the first pass keeps
them only for templates. `Document.origin` reads the text again, once, when something is to
be reported.
"""

from __future__ import annotations

from typing import Any

from runner.errors import LoadError
from runner.values import Origin
from runner.yaml import messages, scalars
from runner.yaml.building import Built, Options, VaultHook, build
from runner.yaml.events import reader
from runner.yaml.places import Place, Places

Path = tuple[Any, ...]
"""Keys and indexes that lead from the top of a document to a value."""

MAX_BYTES = 64 * 1024 * 1024


class Document:
    """One YAML document: its values, and where they stand."""

    __slots__ = ("_places", "_pure", "_text", "data", "file", "warnings")

    def __init__(self, built: Built, file: str, text: str) -> None:
        self.data = built.data
        self.file = file
        self._text = text
        self._pure = built.pure
        self._places: Place | None = None
        self.warnings: tuple[str, ...] = ()
        if built.duplicates:
            self.warnings = self._locate().warnings

    @property
    def pure(self) -> bool:
        """Whether only the slow parser could read it."""
        return self._pure

    def _locate(self) -> Places:
        places = Places(reader(self._text, pure=self._pure), self.file)
        self._places = places.top
        return places

    def _place(self, path: Path) -> Place:
        if self._places is None:
            self._locate()
        assert self._places is not None
        return self._places.find(path)

    def origin(self, path: Path = ()) -> Origin:
        """Where the value at `path` begins (or the nearest thing above it that exists)."""
        return self._place(path).origin(self.file)

    def key_origin(self, path: Path) -> Origin:
        """Where the key that `path` ends with stands; for list items, the item itself."""
        return self._place(path).key_origin(self.file)

    def scalar_text(self, path: Path) -> str | None:
        """The scalar at `path` as it is written; None if there is no scalar."""
        return self._place(path).text

    def text(self, path: Path, value: Any) -> str:
        """`value`, found at `path`, as the text it stands for.

        Raises LoadError for what is no text and no number that is written as Python
        would write it (`NO`, `0123`, `1.10`).
        """
        written = None if isinstance(value, str) else self.scalar_text(path)
        text = scalars.as_text(value, written)
        if text is None:
            # Neither the value nor its line is shown: this is where passwords come along.
            name = path[-1] if path else "this value"
            message = f"{name} must be text, and YAML reads it as {scalars.kind_of(value)}"
            raise LoadError(message, origin=self.origin(path), hint=scalars.quoting_hint(value))
        return text

    def error(self, message: str, path: Path = (), *, hint: str | None = None) -> LoadError:
        """A `LoadError` about the value at `path`, with the line shown."""
        return messages.located(message, self._text, self.origin(path), hint=hint)

    def key_error(self, message: str, path: Path, *, hint: str | None = None) -> LoadError:
        """A `LoadError` about the key that `path` ends with, with the line shown."""
        return messages.located(message, self._text, self.key_origin(path), hint=hint)


def parse(
    text: str | bytes,
    file: str,
    *,
    trust: bool = True,
    all_sources: bool = False,
    vault: VaultHook | None = None,
) -> Document:
    """Reads one YAML (or JSON) document; an empty text gives None.

    Strings with template markers become `Source` if `trust`, all string values if
    `all_sources`. `vault` makes the values of `!vault`; without it they fail when used.
    Raises LoadError.
    """
    if len(text) > MAX_BYTES:
        raise LoadError(f"the file is larger than {MAX_BYTES >> 20} MB", origin=Origin(file, 1, 1))
    plain = decode(text, file) if isinstance(text, bytes) else text.removeprefix("\ufeff")
    return Document(build(plain, file, Options(trust, all_sources, vault)), file, plain)


def decode(data: bytes, file: str) -> str:
    """UTF-8 text, a byte order mark removed. Raises LoadError at the first wrong byte."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        origin = Origin(file, before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        message = f"not UTF-8 text (byte 0x{data[error.start]:02x})"
        raise LoadError(message, origin=origin, hint="save the file as UTF-8") from None
