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

IsKnown = Callable[[str], bool]


def pairs(text: Source, is_known: IsKnown) -> dict[str, Source] | None:
    """The key=value arguments of a text, or None if it is not of that form throughout."""
    words = words_in(text)
    if words is None:
        return None
    found: dict[str, Source] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not is_known(key):
            return None
        found[key] = Source(_unquoted(value), text.origin)
    return found or None


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
        found[key] = Source(_unquoted(value), text.origin)
        rest.append(text[end:start])
        end = stop
    return found, "".join([*rest, text[end:]]).strip() if found else str(text)


def _options(text: str, is_known: IsKnown) -> Iterator[tuple[int, int, str, str]]:
    for match in _WORD.finditer(text):
        key, equals, value = match[0].partition("=")
        if equals and is_known(key):
            yield match.start(), match.end(), key, value


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        quote, inner = value[0], value[1:-1]
        return inner.replace("\\" + quote, quote)
    return value
