"""The parts of a page that are made, not written.

    <!-- run in=first exit=4: playrun --lab site.yml -->      then a fenced block
    <!-- file: docs/examples/first/site.yml -->               then a fenced block
    <!-- table: settings -->  …  <!-- end -->

A `run` block holds the command and what it printed. `in` is a folder of docs/examples (or
`repository`); a page's commands for one folder follow each other in one copy of it. `exit` is
the exit code it must have (0). `interrupt="text"` presses Ctrl-C once that text has come.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from scripts.docs_pages.running import CommandBroke, Scratch
from scripts.docs_pages.sameness import same
from scripts.docs_pages.tables import TABLES

_RUN = re.compile(r'<!-- run(?P<options>(?: \w+=(?:"[^"]*"|[^\s":]+))*): (?P<command>.*) -->$')
_FILE = re.compile(r"<!-- file: (?P<path>\S+) -->$")
_TABLE = re.compile(r"<!-- table: (?P<name>\S+) -->$")
_END = "<!-- end -->"


class StalePage(Exception):
    """A block that cannot be made; `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def refreshed(text: str, scratch: Scratch) -> str:
    """The page with every block as it is now. Raises StalePage."""
    lines = text.split("\n")
    out: list[str] = []
    at = 0
    while at < len(lines):
        out.append(lines[at])
        made = _made(lines, at, scratch)
        at += 1
        if made is not None:
            new, at = made
            out += new
    return "\n".join(out)


def _made(lines: list[str], at: int, scratch: Scratch) -> tuple[list[str], int] | None:
    """What follows the marker in line `at`, and the first line after it; None: no marker."""
    line = lines[at]
    if found := _RUN.match(line):
        first, last = _fence(lines, at)
        old = "\n".join(lines[first + 1 : last])
        new = _console(found["options"], found["command"], at, scratch)
        body = old if same(old, new) else new
        return [lines[first], *body.split("\n"), lines[last]], last + 1
    if found := _FILE.match(line):
        first, last = _fence(lines, at)
        text = (scratch.root / found["path"]).read_text("utf-8")
        return [lines[first], *text.rstrip("\n").split("\n"), lines[last]], last + 1
    if found := _TABLE.match(line):
        if found["name"] not in TABLES:
            raise StalePage(at + 1, f"there is no table {found['name']}")
        end = next((n for n in range(at, len(lines)) if lines[n] == _END), None)
        if end is None:
            raise StalePage(at + 1, f"`{_END}` is missing")
        return ["", *_table(found["name"], at).split("\n"), "", _END], end + 1
    return None


def _table(name: str, at: int) -> str:
    try:
        return TABLES[name]().rstrip("\n")
    except ValueError as error:
        raise StalePage(at + 1, str(error)) from None


def _fence(lines: list[str], at: int) -> tuple[int, int]:
    """The lines of the opening and closing fence behind a marker."""
    numbers = (n for n in range(at + 1, len(lines)) if lines[n].startswith("```"))
    first, last = next(numbers, None), next(numbers, None)
    if first != at + 1 or last is None:
        raise StalePage(at + 1, "a fenced block must follow")
    return first, last


def _console(options: str, command: str, at: int, scratch: Scratch) -> str:
    given = dict(_options(options))
    try:
        printed = scratch.run(
            command,
            given.get("in", "repository"),
            int(given.get("exit", 0)),
            given.get("interrupt"),
        )
    except CommandBroke as error:
        raise StalePage(at + 1, str(error)) from None
    return f"$ {command}\n{printed}".rstrip("\n")


def _options(text: str) -> Iterator[tuple[str, str]]:
    for word in shlex.split(text):
        key, _, value = word.partition("=")
        yield key, value
