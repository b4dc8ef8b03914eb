"""`debug: msg="hello world"`: arguments in one text, the old style."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from runner.values import Source

_WORD = re.compile(
    r"""(?:
        \{\{.*?\}\} | \{%.*?%\}       # a template is one piece, whatever is in it
      | "(?:\\.|[^"\\])*" | '[^']*'   # so is what stands in quotes
      | [^\s"']
    )+""",
    re.VERBOSE | re.DOTALL,
)

_KEY = re.compile(r"((?:\{\{(?:(?!\}\}).)*+\}\}|(?!\{\{)[^=])*+)=(.*)", re.DOTALL)
"""A key, which may be or hold a template, and its value."""

_ESCAPE = re.compile(
    r"""\\(?: U[0-9A-Fa-f]{8} | u[0-9A-Fa-f]{4} | x[0-9A-Fa-f]{2} | N\{[^}]+\} | [\\'"abfnrtv] )""",
    re.VERBOSE,
)

IsKnown = Callable[[str], bool]


def pairs(text: Source, is_known: IsKnown) -> dict[str, Source] | None:
    """The key=value arguments of a text, or None if it is not of that form throughout.

    A backslash and `n` is a line break there, also without quotes and inside a template.
    """
    words = words_in(text)
    if words is None:
        return None
    found: dict[str, Source] = {}
    for word in words:
        key, value = _key_and_value(word)
        if value is None or not is_known(key):
            return None
        name = Source(key, text.origin) if "{{" in key else key
        found[name] = Source(value, text.origin)
    return found or None


def has_pairs(text: str) -> bool:
    """Whether something in a text is `key=value`, templates as keys included."""
    return any(_KEY.fullmatch(word) for word in words_in(text) or ())


def words_in(text: str) -> list[str] | None:
    """The words of a text; None where a quote is left open."""
    return None if _WORD.sub("", text).strip() else _WORD.findall(text)


def first_word(text: str) -> tuple[str, str]:
    """The first word of a text, which may be a template, and what follows it."""
    match = _WORD.match(text.strip())
    if match is None or "{{" not in match[0]:
        word, *rest = text.split(None, 1)
        return word, "".join(rest)
    return match[0], text.strip()[match.end() :].strip()


def is_pair(word: str) -> bool:
    """Whether a word is meant as `key=value`; `a==b` is not."""
    return re.match(r"[\w.-]+=(?!=)", word) is not None


def options_in(text: Source, is_known: IsKnown) -> tuple[dict[str, Source], str]:
    """`ls -l chdir=/tmp`: the known key=value words of a command line, and the line without."""
    found: dict[str, Source] = {}
    rest: list[str] = []
    end = 0
    for start, stop, key, value in _options(text, is_known):
        found[key] = Source(value, text.origin)
        rest.append(text[end:start])
        end = stop
    return found, "".join([*rest, text[end:]]).strip() if found else str(text)


def _options(text: str, is_known: IsKnown) -> Iterator[tuple[int, int, str, str]]:
    for match in _WORD.finditer(text):
        key, value = _key_and_value(match[0])
        if value is not None and is_known(key):
            yield match.start(), match.end(), key, value


def _key_and_value(word: str) -> tuple[str, str | None]:
    """A word's two sides; no value where it has no equals sign outside of templates."""
    match = _KEY.fullmatch(word)
    if match is None:
        return word, None
    return match[1], _unquoted(_ESCAPE.sub(_unescaped, match[2]))


def _unescaped(match: re.Match[str]) -> str:
    try:
        return match[0].encode("ascii").decode("unicode_escape")
    except UnicodeError:
        return match[0]


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted and value[-2] != "\\" else value
