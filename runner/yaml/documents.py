"""YAML text to values, in one fast pass; where a value stands is found by a second one.

Positions of everything would double the cost of a large inventory, so the first pass keeps
them only for templates. `Document.origin` reads the text again, once, when something is to
be reported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from runner.errors import LoadError
from runner.values import Origin, Secret, Source
from runner.yaml import messages, scalars
from runner.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
    SyntaxProblem,
    reader,
    syntax_problem,
)
from runner.yaml.places import Place, Places

VaultHook = Callable[[str, Origin], Secret]
"""Makes a lazily decrypted value of the text under a `!vault` tag."""

Path = tuple[Any, ...]
"""Keys and indexes that lead from the top of a document to a value."""

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 100
MAX_EXPANDED = 2_000_000
"""Values that aliases may repeat, counted as if each were written out."""

_STANDARD = "tag:yaml.org,2002:"
_VAULT_TAGS = ("!vault", "!vault-encrypted")
_TYPED: dict[str, type | tuple[type, ...]] = {
    "int": int,
    "float": (int, float),
    "bool": bool,
    "null": type(None),
}


class Document:
    """One YAML document: its values, and where they stand."""

    __slots__ = ("_places", "_text", "data", "file", "warnings")

    def __init__(self, data: Any, file: str, text: str, *, duplicates: bool = False) -> None:
        self.data = data
        self.file = file
        self._text = text
        self._places: Place | None = None
        self.warnings: tuple[str, ...] = ()
        if duplicates:
            self.warnings = self._locate().warnings

    def _locate(self) -> Places:
        places = Places(reader(self._text), self.file)
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
            name = path[-1] if path else "this value"
            raise self.error(
                f"{name} wants text, and {written or 'this'} is none", path, hint="quote it"
            )
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
    plain = _decode(text, file)
    builder = _Builder(plain, file, trust=trust, all_sources=all_sources, vault=vault)
    data = builder.document()
    return Document(data, file, plain, duplicates=builder.duplicates)


def _decode(text: str | bytes, file: str) -> str:
    if len(text) > MAX_BYTES:
        raise LoadError(f"the file is larger than {MAX_BYTES >> 20} MB", origin=Origin(file, 1, 1))
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = text[: error.start]
        origin = Origin(file, before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1)
        raise LoadError(
            f"not UTF-8 text (byte 0x{text[error.start]:02x})",
            origin=origin,
            hint="save the file as UTF-8",
        ) from None


_LONE_SURROGATE = SyntaxProblem("character not allowed", "", None, None)


class _Builder:
    """Builds the values from the events. One use only."""

    def __init__(
        self, text: str, file: str, *, trust: bool, all_sources: bool, vault: VaultHook | None
    ) -> None:
        self.duplicates = False
        self._text = text
        self._file = file
        self._trust = trust
        self._all = all_sources
        self._vault = vault
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._plain: dict[str, Any] = {}
        self._size = 0
        self._depth = 0

    def document(self) -> Any:
        try:
            self._next = reader(self._text)
            return self._document()
        except UnicodeEncodeError:
            raise messages.explain(_LONE_SURROGATE, self._text, self._file) from None
        except LoadError:
            raise
        except Exception as error:
            problem = syntax_problem(error)
            if problem is None:
                raise
            raise messages.explain(problem, self._text, self._file) from None

    def _document(self) -> Any:
        self._expect(StreamStartEvent)
        event = self._next()
        if type(event) is StreamEndEvent:
            return None
        data = self._value(self._next())
        self._expect(DocumentEndEvent)
        event = self._next()
        if type(event) is DocumentStartEvent:
            raise self._error("a second document in one file", event, "remove the --- line")
        return data

    def _expect(self, kind: type) -> None:
        event = self._next()
        assert type(event) is kind

    def _error(self, message: str, event: Any, hint: str | None = None) -> LoadError:
        return messages.located(message, self._text, self._origin(event), hint=hint)

    def _origin(self, event: Any) -> Origin:
        mark = event.start_mark
        return Origin(self._file, mark.line + 1, mark.column + 1)

    def _value(self, event: Any) -> Any:
        kind = type(event)
        if kind is ScalarEvent:
            value = self._scalar(event)
            if event.anchor is not None:
                self._anchors[event.anchor] = (value, 1)
            return value
        if kind is AliasEvent:
            return self._alias(event)
        return self._collection(event)

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if event.tag is not None:
            return self._tagged_scalar(event)
        if event.implicit[0]:
            value = self._plain.get(text, self)
            if value is self:
                value = self._plain[text] = scalars.resolve(text)
            if type(value) is not str:
                return value
            text = value
        if self._all or "{" in text:
            return self._string(text, event)
        return text

    def _string(self, text: str, event: Any) -> str:
        if self._all and self._trust:
            return Source(text, self._origin(event))
        return self._marked(text, event)

    def _marked(self, text: str, event: Any) -> str:
        if self._trust and ("{{" in text or "{%" in text or "{#" in text):
            return Source(text, self._origin(event))
        return text

    def _tagged_scalar(self, event: Any) -> Any:
        tag, text = event.tag, event.value
        if tag in ("!", _STANDARD + "str"):
            return self._string(text, event)
        if tag == "!unsafe":
            return text
        if tag in _VAULT_TAGS:
            return self._vaulted(text, event)
        expected = _TYPED.get(tag.removeprefix(_STANDARD))
        if expected is None:
            raise self._unknown_tag(event)
        value = scalars.resolve(text)
        if not isinstance(value, expected):
            raise self._error(f"{text!r} is no {tag.removeprefix(_STANDARD)}", event)
        return value

    def _vaulted(self, text: str, event: Any) -> Secret:
        origin = self._origin(event)
        if self._vault is not None:
            return self._vault(text, origin)
        return Secret(_no_password(origin))

    def _unknown_tag(self, event: Any) -> LoadError:
        tag = event.tag.replace(_STANDARD, "!!")
        return self._error(
            f"unknown tag {tag}",
            event,
            "known are !vault and !unsafe; quote a text that starts with !",
        )

    def _alias(self, event: Any) -> Any:
        if event.anchor not in self._anchors:
            raise self._error(f"*{event.anchor} stands before (or inside) &{event.anchor}", event)
        value, size = self._anchors[event.anchor]
        self._size += size
        if self._size > MAX_EXPANDED:
            raise self._error(
                f"aliases repeat more than {MAX_EXPANDED:,} values", event, "write fewer aliases"
            )
        return value

    def _collection(self, event: Any) -> Any:
        tag, trust, before = event.tag, self._trust, self._size
        is_list = type(event) is SequenceStartEvent
        if tag is not None:
            self._check_collection_tag(event, "seq" if is_list else "map")
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error(f"nested deeper than {MAX_DEPTH} levels", event)
        value: Any = self._sequence() if is_list else self._mapping()
        self._depth -= 1
        self._trust = trust
        self._size += len(value)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, self._size - before + 1)
        return value

    def _check_collection_tag(self, event: Any, expected: str) -> None:
        if event.tag == "!unsafe":
            self._trust = False
        elif event.tag not in ("!", _STANDARD + expected):
            raise self._unknown_tag(event)

    def _sequence(self) -> list[Any]:
        result = []
        while type(event := self._next()) is not SequenceEndEvent:
            result.append(self._value(event))
        return result

    def _mapping(self) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        merges: list[Any] = []
        next_event, scalar, end = self._next, self._scalar, MappingEndEvent
        while type(event := next_event()) is not end:
            if scalars.is_merge(event):
                self._merge(next_event(), merges)
                continue
            key = self._key(event)
            event = next_event()
            if type(event) is ScalarEvent and event.anchor is None:
                value = scalar(event)
            else:
                value = self._value(event)
            if key in result:
                self.duplicates = True
            result[key] = value
        return _merged(merges, result) if merges else result

    def _key(self, event: Any) -> Any:
        if type(event) is ScalarEvent and event.tag is None:
            text = event.value
            key = scalars.resolve(text) if event.implicit[0] else text
            if event.anchor is not None:
                self._anchors[event.anchor] = (key, 1)
            return self._marked(key, event) if type(key) is str and "{" in key else key
        if type(event) is MappingStartEvent and self._starts_template(event):
            raise self._error(messages.QUOTE_TEMPLATE, event)
        key = self._value(event)
        if isinstance(key, (list, dict, Secret)):
            raise self._error("a key must be a text, a number or a boolean", event)
        return key

    def _starts_template(self, event: Any) -> bool:
        line = (messages.excerpt_at(self._text, event.start_mark.line + 1) or "").expandtabs(1)
        return line[event.start_mark.column - 1 :].startswith("{{")

    def _merge(self, event: Any, merges: list[Any]) -> None:
        value = self._value(event)
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, dict):
                raise self._error("<< wants a mapping, or a list of mappings", event)
            merges.append(each)


def _merged(merges: list[dict[Any, Any]], own: dict[Any, Any]) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    for each in reversed(merges):
        result.update(each)
    result.update(own)
    return result


def _no_password(origin: Origin) -> Callable[[], str]:
    def fail() -> str:
        raise LoadError(
            "a vaulted value, and no vault password",
            origin=origin,
            hint="give --vault-password-file FILE or -J",
        )

    return fail
