"""Values to YAML in block style, for people to read and for `parse` to read back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from runner.values import Secret
from runner.yaml import scalars

_PLAIN = re.compile(r"[A-Za-z0-9_./+~^$(\\][^\x00-\x1f\x7f-\xa0\ud800-\udfff\u2028\u2029\ufeff#]*")
_LITERAL = re.compile(r"[^\x00-\x09\x0b-\x1f\x7f-\xa0\ud800-\udfff\u2028\u2029\ufeff]+")
_OTHERS_READ_AS_NUMBER_OR_DATE = re.compile(r"[-+.]?[0-9][0-9_,.:eE+\-]*([tT ].*)?|0[xob].*|[=<]")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def dump(value: Any) -> str:
    """`value` as a YAML document that ends with a line break. Secrets are masked."""
    return "\n".join(_lines(value)) + "\n"


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _entry(_key(key) + ":", item, indent="  ")
    elif isinstance(value, (list, tuple, set, frozenset)) and value:
        for item in value:
            yield from _item(item)
    else:
        yield from _scalar_lines(value)


def _entry(lead: str, item: Any, indent: str) -> Iterator[str]:
    lines = _lines(item)
    first = next(lines)
    if _is_block(item):
        yield lead
        yield indent + first
    else:
        yield f"{lead} {first}"
    for line in lines:
        yield indent + line if line else line


def _item(item: Any) -> Iterator[str]:
    lines = _lines(item)
    yield "- " + next(lines)
    for line in lines:
        yield "  " + line if line else line


def _is_block(value: Any) -> bool:
    return isinstance(value, (Mapping, list, tuple, set, frozenset)) and len(value) > 0


def _key(key: Any) -> str:
    if isinstance(key, str):
        return _quoted(key) if "\n" in key or len(key) > 120 else _inline(key)
    return next(_scalar_lines(key))


def _scalar_lines(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from _text(value)
    elif value is None:
        yield "null"
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, float):
        yield _float(value)
    elif isinstance(value, int):
        yield str(int(value))
    elif isinstance(value, Mapping):
        yield "{}"
    elif isinstance(value, (list, tuple, set, frozenset)):
        yield "[]"
    else:
        yield _quoted(str(value)) if not isinstance(value, Secret) else f"'{value}'"


def _float(value: float) -> str:
    if value != value:
        return ".nan"
    if value in (float("inf"), float("-inf")):
        return ".inf" if value > 0 else "-.inf"
    text = repr(value)
    return text.replace("e", ".0e") if "e" in text and "." not in text else text


def _text(value: str) -> Iterator[str]:
    body = value.removesuffix("\n")
    if "\n" in body and body[0] not in " \n" and body[-1] != "\n" and _LITERAL.fullmatch(body):
        yield "|-" if body == value else "|"
        yield from body.split("\n")
    else:
        yield _inline(value)


def _inline(value: str) -> str:
    if _PLAIN.fullmatch(value) and _is_plain(value):
        return value
    if not value or (_LITERAL.fullmatch(value) and "\n" not in value):
        return "'" + value.replace("'", "''") + "'"
    return _quoted(value)


def _is_plain(value: str) -> bool:
    if ": " in value or value.endswith((":", " ")) or scalars.resolve(value) is not value:
        return False
    return not _OTHERS_READ_AS_NUMBER_OR_DATE.fullmatch(value)


def _quoted(value: str) -> str:
    return '"' + "".join(map(_escaped, value)) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    if 0x20 <= code < 0x7F or (0xA0 < code < 0xD800 and code not in (0x2028, 0x2029)):
        return character
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
