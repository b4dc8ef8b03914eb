"""`blockinfile`: lines between two markers that the task looks after."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from runner.actions.api import Parameter
from runner.actions.arguments.reading import Arguments
from runner.actions.filesystem.editing import EDIT_PARAMETERS, Edited, Editor, ended, pattern
from runner.errors import ActionFailed


class BlockInFile(Editor):
    """Puts `block` between two marker lines, or takes both and all between them out."""

    parameters: Mapping[str, Parameter] = {
        **EDIT_PARAMETERS,
        "block": Parameter("text", default="", aliases=("content",), says="The lines."),
        "state": Parameter(
            "text", default="present", choices=("present", "absent"), says="There, or not."
        ),
        "marker": Parameter(
            "text", default="# {mark} ANSIBLE MANAGED BLOCK", says="The lines around the block."
        ),
        "marker_begin": Parameter("text", default="BEGIN", says="`{mark}` of the first."),
        "marker_end": Parameter("text", default="END", says="`{mark}` of the last."),
        "insertafter": Parameter("text", says="Behind the last line that matches, or `EOF`."),
        "insertbefore": Parameter("text", says="Before the last line that matches, or `BOF`."),
        "create": Parameter("flag", default=False, says="Make the file when there is none."),
        "append_newline": Parameter("flag", default=False, says="An empty line behind it."),
        "prepend_newline": Parameter("flag", default=False, says="An empty line before it."),
    }

    def edit(self, args: Arguments, old: bytes) -> Edited:
        """See the class."""
        if args.has("insertafter") and args.has("insertbefore"):
            raise ActionFailed("`blockinfile` takes `insertafter` or `insertbefore`, not both")
        block = _block(args)
        data = _Work(args, old.splitlines(keepends=True)).put(block)
        return Edited(data, "Block inserted" if block else "Block removed", created="File created")


def _block(args: Arguments) -> list[bytes]:
    """The lines with their markers; none when the block is to go."""
    text = _bytes(args.text("block"))
    if args.text("state") == "absent" or not text:
        return []
    first, last = _markers(args)
    body = text if text.endswith(b"\n") else text + b"\n"
    return [first, *body.splitlines(keepends=True), last]


def _markers(args: Arguments) -> tuple[bytes, bytes]:
    marker = args.text("marker")
    first, last = args.text("marker_begin"), args.text("marker_end")
    return (
        _bytes(marker.replace("{mark}", first) + "\n"),
        _bytes(marker.replace("{mark}", last) + "\n"),
    )


class _Work(NamedTuple):
    args: Arguments
    lines: list[bytes]

    def put(self, block: list[bytes]) -> bytes:
        """The content with the block where it belongs."""
        lines = self.lines
        place = self._taken_out()
        if place is None:
            place = self._wanted()
        if 0 < place == len(lines):
            ended(lines)
        elif place > 0 and not lines[place - 1].endswith(b"\n"):
            lines[place - 1] += b"\n"
        present = self.args.text("state") == "present"
        if present and self.args.flag("prepend_newline") and place and lines[place - 1] != b"\n":
            lines.insert(place, b"\n")
            place += 1
        lines[place:place] = block
        behind = place + len(block)
        if present and self.args.flag("append_newline") and lines[behind : behind + 1] != [b"\n"]:
            lines[behind:behind] = [b"\n"] if behind < len(lines) else []
        return b"".join(lines)

    def _taken_out(self) -> int | None:
        """Takes the present block out and says where it was; None: there is none."""
        first, last = (self._last(marker) for marker in _markers(self.args))
        if first is None or last is None:
            return None
        low, high = min(first, last), max(first, last)
        del self.lines[low : high + 1]
        return low

    def _last(self, marker: bytes) -> int | None:
        found = [number for number, line in enumerate(self.lines) if line == marker]
        return found[-1] if found else None

    def _wanted(self) -> int:
        """Where a block that is not there yet belongs."""
        after, before = self.args.text("insertafter"), self.args.text("insertbefore")
        if before == "BOF":
            return 0
        name = "insertafter" if after else "insertbefore"
        text = after or before
        if text in ("", "EOF"):
            return len(self.lines)
        place = self._found(pattern(name, text), after=bool(after))
        return len(self.lines) if place is None else place + bool(after)

    def _found(self, wanted: re.Pattern[bytes], *, after: bool) -> int | None:
        if wanted.flags & re.MULTILINE:
            content = b"".join(self.lines)
            match = wanted.search(content)
            end = match and (match.end() if after else match.start())
            return None if end is None else content.count(b"\n", 0, end)
        found = [number for number, line in enumerate(self.lines) if wanted.search(line)]
        return found[-1] if found else None


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
