"""The parser's objections in the reader's words, with what to do about them."""

from __future__ import annotations

import re

from runner.disguises import CUT
from runner.errors import LoadError
from runner.values import MASK, Origin
from runner.yaml.events import SyntaxProblem

QUOTE_TEMPLATE = 'a value that starts with a template must be quoted: key: "{{ name }}"'
# Patterns are compiled when there is something to say: that costs 4 ms of every start.
_TEMPLATE_UNQUOTED = r"(?:^|[:\-,\[]\s*)\{[{%]"
_FORBIDDEN = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_EXCERPT = 160
_SENSITIVE = r"(?i)([\w-]*(?:pass|secret|token|community)[\w-]*[\"']?\s*[:=]\s*)[^\s{\[!|>].*"

_SECOND_COLON = "mapping values are not allowed in this context"
_NO_COLON = "could not find expected ':'"
_WORDS = {
    _SECOND_COLON: (
        "a ': ' where no second one may stand",
        "quote the value if the colon belongs to it; otherwise check the indentation",
    ),
    "found unknown escape character": (
        "in double quotes this backslash means nothing",
        "use single quotes, or write the backslash twice",
    ),
    "did not find expected '-' indicator": (
        "a list item (- …) was expected here",
        "items of a list begin with `- ` in one column, the keys of an item stand in one column",
    ),
    "found unexpected ':'": ("a ':' inside [ ] or { }", "quote the value it belongs to"),
    _NO_COLON: (
        "a key without ': '",
        "write `key: value`, or quote a text that runs over several lines",
    ),
    "did not find expected node content": (
        "a value is missing here, or a bracket above is not closed",
        "close it, or write ~ for no value",
    ),
    "found undefined tag handle": ("an unknown tag", "quote a text that starts with '!'"),
    "found a tab character that violates indentation": (
        "a tab where YAML wants spaces",
        "indent with spaces",
    ),
}

_UNCLOSED = {
    "while parsing a flow sequence": ("a list that [ opens here is not closed", "close it with ]"),
    "while parsing a flow mapping": (
        "a mapping that { opens here is not closed",
        "close it with }",
    ),
}

_AFTER_QUOTE = (
    "text after a closing quote",
    "quote the whole value; inside single quotes write a quote twice",
)

_NO_BLANK_AFTER_DASH = ("a list item without a blank after its dash", "write `- key: value`")
_NO_BLANK_AFTER_COLON = ("a key without a blank after its colon", "write `key: value`")
_VALUE_ABOVE = (
    "the line above has its value already: nothing can stand below it",
    "begin this line in the column of the key above, or begin that key's value on a new line",
)


def excerpt_at(text: str, line: int) -> str | None:
    """Line `line` (from 1) of `text`, fit to be shown on a terminal."""
    lines = text.splitlines() if "\r" in text else text.split("\n")
    if not 0 < line <= len(lines):
        return None
    return shown_line(lines[line - 1])


def shown_line(line: str) -> str:
    """A line of the user's, fit for a terminal: cut, escaped, passwords in it masked."""
    line = line.rstrip()
    shown = line if len(line) <= _EXCERPT else f"{line[:_EXCERPT]}{CUT}"
    shown = re.sub(_SENSITIVE, rf"\1{MASK}", shown)
    return "".join(c if c.isprintable() or c == "\t" else ascii(c)[1:-1] for c in shown)


def located(message: str, text: str, origin: Origin, *, hint: str | None = None) -> LoadError:
    """A `LoadError` at `origin` that shows the line of `text` it is about."""
    return LoadError(message, origin=origin, hint=hint, excerpt=excerpt_at(text, origin.line))


def explain(problem: SyntaxProblem, text: str, file: str) -> LoadError:
    """The `LoadError` for a parser's objection to `text`."""
    message, hint, place = _reword(problem, text)
    line, column = place or problem.at or problem.since or (0, 0)
    last_line = text.count("\n") + (not text.endswith("\n")) if text else 1
    origin = Origin(file, line + 1, column + 1)
    if line >= last_line:
        origin = Origin(file, max(last_line, 1), len(_line(text, (last_line - 1, 0))) + 1)
    return located(message, text, origin, hint=hint)


def _reword(problem: SyntaxProblem, text: str) -> tuple[str, str | None, tuple[int, int] | None]:
    if forbidden := _forbidden_character(text):
        return forbidden
    if template := _unquoted_template(problem, text):
        return template
    if "quoted scalar" in problem.context and "end of" in problem.problem:
        return "a quote that opens here is never closed", "close it", problem.since
    if problem.context in _UNCLOSED and _behind_a_quote(text, problem.at):
        return *_AFTER_QUOTE, problem.at
    if problem.context in _UNCLOSED and problem.problem.startswith("did not find expected"):
        return *_UNCLOSED[problem.context], problem.since
    if problem.problem.startswith("found character") and problem.at:
        return *_bad_start(text, problem.at), problem.at
    if problem.problem in ("did not find expected key", "expected <block end>"):
        return *_bad_block(text, problem.at), problem.at
    return _above(problem, text) or _in_words(problem)


def _in_words(problem: SyntaxProblem) -> tuple[str, str | None, tuple[int, int] | None]:
    words = _WORDS.get(problem.problem)
    if words is None:
        return f"not valid YAML: {problem.problem}", None, None
    return *words, problem.since if problem.problem == _NO_COLON else problem.at


def _above(
    problem: SyntaxProblem, text: str
) -> tuple[str, str | None, tuple[int, int] | None] | None:
    """What is wrong with the line above, where the parser objects to the first key of this one."""
    if problem.problem != _SECOND_COLON or problem.at is None:
        return None
    at = problem.at
    above = _line_above(text, at[0])
    if above is None or ": " in _line(text, at)[: at[1]]:
        return None
    number, line = above
    column = len(line) - len(line.lstrip(" "))
    if re.match(r" *-[^\W\d]", line):
        return *_NO_BLANK_AFTER_DASH, (number, column)
    if found := re.match(r" *(?:- +)*[\w.-]+:(?=[^\s:/])", line):
        return *_NO_BLANK_AFTER_COLON, (number, found.end() - 1)
    return *_VALUE_ABOVE, at


def _line_above(text: str, number: int) -> tuple[int, str] | None:
    """The last line with anything in it before line `number` (from 0), and its number."""
    lines = text.split("\n")[:number]
    for before in reversed(range(len(lines))):
        if lines[before].strip():
            return before, lines[before]
    return None


def _forbidden_character(text: str) -> tuple[str, str | None, tuple[int, int]] | None:
    match = re.search(_FORBIDDEN, text)
    if match is None:
        return None
    line = text.count("\n", 0, match.start())
    column = match.start() - (text.rfind("\n", 0, match.start()) + 1)
    message = f"the character U+{ord(match[0]):04X} must not stand in a YAML file"
    return message, 'in double quotes write it as "\\xNN" or "\\uNNNN"', (line, column)


def _unquoted_template(
    problem: SyntaxProblem, text: str
) -> tuple[str, str | None, tuple[int, int]] | None:
    for place in (problem.at, problem.since):
        line = _line(text, place)
        if place and (match := re.search(_TEMPLATE_UNQUOTED, line)):
            return QUOTE_TEMPLATE, None, (place[0], line.index("{", match.start()))
    return None


def _behind_a_quote(text: str, at: tuple[int, int] | None) -> bool:
    line = _line(text, at)
    return bool(at and 0 < at[1] < len(line) and line[at[1] - 1] in "\"'")


def _bad_start(text: str, at: tuple[int, int]) -> tuple[str, str | None]:
    line = _line(text, at)
    character = line[at[1]] if at[1] < len(line) else ""
    if character == "\t" or "\t" in line[: at[1] + 1]:
        return "a tab where YAML wants spaces", "indent with spaces"
    return f"a value must not start with {character!r}", "quote it"


def _bad_block(text: str, at: tuple[int, int] | None) -> tuple[str, str | None]:
    line = _line(text, at)
    before = line[: at[1]] if at else ""
    if before.strip() and re.search(r"[\"'][^\"']*$", before):
        return _AFTER_QUOTE
    if "\t" in line:
        return "a tab where YAML wants spaces", "indent with spaces"
    return (
        "this line does not fit the ones above",
        "check its indentation, and the quotes and brackets above it",
    )


def _line(text: str, at: tuple[int, int] | None) -> str:
    lines = text.split("\n")
    return lines[at[0]] if at and at[0] < len(lines) else ""
