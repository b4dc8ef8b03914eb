"""From the parser's events to values, in one fast pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from runner.errors import LoadError
from runner.values import Origin, Secret, Source
from runner.yaml import messages, scalars
from runner.yaml.events import (
    PARSER_ERRORS,
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
    place_of,
    reader,
    syntax_problem,
)

VaultHook = Callable[[str, Origin], Secret]
"""Makes a lazily decrypted value of the text under a `!vault` tag."""

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


class Options(NamedTuple):
    """How strings are marked, and what `!vault` becomes; see `parse`."""

    trust: bool = True
    all_sources: bool = False
    vault: VaultHook | None = None


class Built(NamedTuple):
    """The values, whether a key stood twice, and whether the pure parser read them."""

    data: Any
    duplicates: bool
    pure: bool


def build(text: str, file: str, options: Options) -> Built:
    """Reads one document. Raises LoadError.

    The C parser knows only the YAML of 2005: a colon inside `[http://…]` or `{mac: 00:11:…}`
    is an error to it. What it refuses, the pure parser may still take.
    """
    try:
        return _Builder(text, file, options, pure=False).build()
    except PARSER_ERRORS as error:
        refused = error
    try:
        return _Builder(text, file, options, pure=True).build()
    except PARSER_ERRORS:
        raise messages.explain(syntax_problem(refused), text, file) from None


class _Builder:
    """Builds the values from the events. One use only."""

    def __init__(self, text: str, file: str, options: Options, *, pure: bool) -> None:
        self._text = text
        self._file = file
        self._trust = options.trust
        self._all = options.all_sources
        self._vault = options.vault
        self._pure = pure
        self._next = reader(text, pure=pure)
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._unfinished: list[str | None] = []
        """Anchors of the collections that are being read, outermost first."""
        self._plain: dict[str, Any] = {}
        self._duplicates = False
        self._size = 0
        self._depth = 0

    def build(self) -> Built:
        data = self._document()
        return Built(data, self._duplicates, self._pure)

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
        line, column = place_of(event)
        return Origin(self._file, line + 1, column + 1)

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
            name = event.anchor
            where = f"stands inside &{name}" if name in self._unfinished else "has no value"
            hint = None if name in self._unfinished else f"nothing before it is marked &{name}"
            raise self._error(f"*{name} {where}", event, hint)
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
        self._unfinished.append(event.anchor)
        value: Any = self._sequence() if is_list else self._mapping()
        self._unfinished.pop()
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
                self._duplicates = True
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
            inner = self._origin(event)
            outer = inner._replace(column=inner.column - 1)
            raise messages.located(messages.QUOTE_TEMPLATE, self._text, outer)
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
