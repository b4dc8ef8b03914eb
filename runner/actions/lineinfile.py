"""`lineinfile`: a file has a line, or has it no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from runner.actions.api import Parameter
from runner.actions.arguments.reading import Arguments
from runner.actions.filesystem.editing import EDIT_PARAMETERS, Edited, Editor, ended, pattern
from runner.errors import ActionFailed


class LineInFile(Editor):
    """Replaces the last line that `regexp` matches by `line`, adds it if none does.

    With `state: absent` it removes every line that matches, or that is `line`.
    """

    parameters: Mapping[str, Parameter] = {
        **EDIT_PARAMETERS,
        "line": Parameter("text", aliases=("value",), says="The line, without its end."),
        "regexp": Parameter("text", aliases=("regex",), says="Which line is replaced or removed."),
        "search_string": Parameter("text", says="The same, as a plain text."),
        "state": Parameter(
            "text", default="present", choices=("present", "absent"), says="There, or not."
        ),
        "insertafter": Parameter("text", says="Behind the last line that matches, or `EOF`."),
        "insertbefore": Parameter("text", says="Before the last line that matches, or `BOF`."),
        "backrefs": Parameter("flag", default=False, says=r"Fill `\1` in `line` from `regexp`."),
        "firstmatch": Parameter("flag", default=False, says="The first line that matches counts."),
        "create": Parameter("flag", default=False, says="Make the file when there is none."),
    }

    def edit(self, args: Arguments, old: bytes) -> Edited:
        """See the class."""
        _refuse_conflicts(args)
        lines = _lines(old)
        if args.text("state") == "absent":
            return _without(args, lines)
        if not args.has("line"):
            raise ActionFailed("`lineinfile` needs `line` to put there")
        message = _Work(args, lines).put()
        return Edited(b"".join(lines), message)

    def kept(self, backup: str | None) -> dict[str, str]:
        """It is always named."""
        return {"backup": backup or ""}


def _lines(data: bytes) -> list[bytes]:
    """Lines end at line feeds only, as a program reads them."""
    return re.findall(rb"[^\n]*\n|[^\n]+", data)


def _refuse_conflicts(args: Arguments) -> None:
    for one, other in (
        ("insertbefore", "insertafter"),
        ("regexp", "search_string"),
        ("backrefs", "search_string"),
    ):
        if args.get(one) not in (None, False) and args.has(other):
            raise ActionFailed(f"`lineinfile` takes `{one}` or `{other}`, not both")
    if args.flag("backrefs") and not args.has("regexp"):
        raise ActionFailed("`backrefs` needs `regexp`: it says what they refer to")


def _without(args: Arguments, lines: list[bytes]) -> Edited:
    if not any(map(args.has, ("regexp", "search_string", "line"))):
        raise ActionFailed("`lineinfile` needs `line`, `regexp` or `search_string` to remove")
    line = _bytes(args.text("line"))
    if args.has("regexp") or args.has("search_string"):
        finds = _finder(args)
        kept = [each for each in lines if not finds(each)]
    else:
        kept = [each for each in lines if each.rstrip(b"\r\n") != line]
    found = len(lines) - len(kept)
    return Edited(b"".join(kept), f"{found} line(s) removed", {"found": found})


def _finder(args: Arguments) -> Callable[[bytes], re.Match[bytes] | bool | None]:
    """Whether a line is the one that `regexp` or `search_string` means."""
    if args.has("regexp"):
        return pattern("regexp", args.text("regexp")).search
    if args.has("search_string"):
        wanted = _bytes(args.text("search_string"))
        return lambda line: wanted in line
    return lambda _line: None


class _Work(NamedTuple):
    args: Arguments
    lines: list[bytes]

    def put(self) -> str:
        """Changes the lines; returns what was done, "" for nothing."""
        line = _bytes(self.args.text("line"))
        place, match = self._match()
        if match:
            if isinstance(match, re.Match) and self.args.flag("backrefs"):
                line = match.expand(line)
            return self._exchange(place, line)
        exact, anchor = self._look(line)
        if exact is not None:
            return self._exchange(exact, line)
        if self.args.flag("backrefs"):
            return ""
        return self._add(line, anchor)

    def _match(self) -> tuple[int, re.Match[bytes] | bool | None]:
        """The line to replace and how it was found: the last, unless the first is wanted."""
        finds = _finder(self.args)
        place = -1
        match: re.Match[bytes] | bool | None = None
        for number, line in enumerate(self.lines):
            found = finds(line)
            if found:
                place, match = number, found
                if self.args.flag("firstmatch"):
                    break
        return place, match

    def _exchange(self, place: int, line: bytes) -> str:
        new = line if line.endswith(b"\n") else line + b"\n"
        if self.lines[place] == new:
            return ""
        self.lines[place] = new
        return "line replaced"

    def _look(self, line: bytes) -> tuple[int | None, int | None]:
        """Where the line is already, and where it belongs by `insertafter` or `insertbefore`."""
        after = self.args.text("insertafter")
        anchor_text = after or self.args.text("insertbefore")
        name = "insertafter" if after else "insertbefore"
        special = anchor_text in ("", "BOF", "EOF")
        finds = None if special else pattern(name, anchor_text).search
        exact: int | None = None
        anchor: int | None = None
        for number, each in enumerate(self.lines):
            if each.rstrip(b"\r\n") == line:
                exact = number
            elif finds is not None and finds(each):
                anchor = number + 1 if after else number
                if self.args.flag("firstmatch"):
                    break
        return exact, anchor

    def _add(self, line: bytes, anchor: int | None) -> str:
        after, before = self.args.text("insertafter"), self.args.text("insertbefore")
        new = line + b"\n"
        if "BOF" in (after, before):
            self.lines.insert(0, new)
        elif anchor is None:
            ended(self.lines)
            self.lines.append(new)
        else:
            near = self.lines[min(anchor, len(self.lines) - 1)].rstrip(b"\r\n")
            if after and near == line:
                return ""
            if anchor == len(self.lines):
                ended(self.lines)
            self.lines.insert(anchor, new)
        return "line added"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
