"""What a terminal would show: control characters in, finished lines and the current line out.

Only the current line is kept, as a terminal keeps the line its cursor is on; everything
above is final and handed on. Plain text (nearly all of it) is never looked at character by
character.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_BLOCK = 32_768
"""A current line of two blocks gives up its first one, so that memory stays bounded."""
_LONGEST_SEQUENCE = 4_096
_LONGEST_TRACE = 16_384
_ERASED = "\0"
"""A cell that was wiped. NULs from the device are dropped first, so this cannot clash."""

_DROPPED = "\x07\x0b\x0c\x0e\x0f\x7f"
"""Bell, vertical tab, form feed, shifts, delete: nothing that a file should keep."""
_CONTROLS = ("\x1b", "\x08", "\r", *_DROPPED)

_TOKEN = re.compile(
    rf"""
    (?P<text>[^\x1b\x08\r\n{_DROPPED}]+)
  | (?P<newline>\n|\x1b[ED])
  | (?P<back>\x08+)
  | (?P<start>\r+)
  | \x1b\[(?P<numbers>[0-?]*)[ -/]*(?P<final>[@-~])
  | \x1b\][^\x07\x1b]*(?:\x07|\x1b\\)
  | \x1b[PX^_][^\x1b]*(?:\x1b\\)
  | \x1b[ -/]+[0-~]
  | \x1b[0-~]
  | [\x1b{_DROPPED}]
    """,
    re.VERBOSE,
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[PX^_][^\x1b]*\x1b?|[ -/]*)\Z")
_RETURNS = re.compile(r"\r+\n")


def _has_controls(text: str) -> bool:
    for control in _CONTROLS:  # noqa: SIM110 - for every read; a generator takes twice as long
        if control in text:
            return True
    return False


class Screen:
    """The line the cursor is on, and what has scrolled off above it."""

    def __init__(self) -> None:
        self._line = ""
        self._cursor = 0
        self._row: int | None = None
        self._held = ""
        self._out: list[str] = []
        self._wiping_from: int | None = None
        self._erasing = False
        """All that was just printed is to be erased, once the cursor moves away from it."""
        self._pager_at: int | None = None
        self._frozen = False
        self._trace: list[str] | None = None
        self._traced = 0
        self._marked = False
        self.ended = 0
        """How often the current line ended; only good for telling whether it did."""
        self.scrolled = False
        """Whether a line was finished since `mark`."""
        self.repainted = ""
        """What was printed, in order of arrival, on the first line finished since `mark`, if
        the cursor went back on it; else empty."""

    @property
    def line(self) -> str:
        """The current line as shown, trailing blanks included."""
        line = self._line
        return line.rstrip(_ERASED).replace(_ERASED, " ") if _ERASED in line else line

    @property
    def cut(self) -> bool:
        """Whether the head of the current line has been handed on already."""
        return self._frozen

    def mark(self) -> None:
        """From here on `scrolled` and `repainted` are about what comes next."""
        self.scrolled = False
        self.repainted = ""
        self._marked = True
        self._trace, self._traced = None, 0

    def take(self) -> str:
        """Everything finished since the last call; lines end in LF."""
        if not self._out:
            return ""
        text = "".join(self._out)
        self._out.clear()
        return text

    def blank_from(self, column: int) -> None:
        """Takes a pager's words off the line: they stay as blanks until the device moves on."""
        shown = self._line
        self._line = shown[:column] + _ERASED * (len(shown) - column)
        self._pager_at = column

    def feed(self, text: str) -> None:
        """The next characters from the device, cut anywhere."""
        if self._held:
            text, self._held = self._held + text, ""
        if "\0" in text:
            text = text.replace("\0", "")
        if "\r" in text:
            text = self._without_returns(text)
        if not text:
            return
        if self._pager_at is not None or _has_controls(text):
            self._interpret(text)
        else:
            self._plain(text)

    def _without_returns(self, text: str) -> str:
        """CR LF in its many spellings becomes LF; a last CR waits for what follows."""
        if text.endswith("\r"):
            text, self._held = text.rstrip("\r"), "\r"
        text = text.replace("\r\n", "\n")
        if "\r" in text:
            text = _RETURNS.sub("\n", text).replace("\n\r", "\n")
        return text

    def _plain(self, text: str) -> None:
        """Text without any control character but LF."""
        if (
            self._marked
            or self._cursor < len(self._line)
            or self._wiping_from is not None
            or self._line.endswith(_ERASED)
        ):
            head, newline, text = text.partition("\n")
            self._write(head)
            if not newline:
                return
            self._newline()
        last = text.rfind("\n")
        if last >= 0:
            self._out.append(self.line + text[: last + 1])
            self._blank_line()
            text = text[last + 1 :]
        self._append(text)

    def _blank_line(self) -> None:
        self.scrolled = True
        self.ended += 1
        self._frozen = False
        self._line, self._cursor, self._wiping_from, self._row = "", 0, None, None
        self._erasing = False

    def _append(self, text: str) -> None:
        if not text:
            return
        self._erasing = False
        self._note(text)
        self._line += text
        if len(self._line) >= 2 * _BLOCK:
            self._freeze()
        self._cursor = len(self._line)

    def _note(self, text: str) -> None:
        if self._trace is not None:
            self._trace.append(text)
            self._traced += len(text)
            if self._traced > _LONGEST_TRACE:
                # No echo is as long as this: a progress bar that never ends its line.
                self._trace, self._marked = None, False

    def _freeze(self) -> None:
        """Hands on whole blocks of an endless line; what is left is what the cursor can reach."""
        whole = len(self._line) // _BLOCK - 1
        head = self._line[: whole * _BLOCK]
        self._out.append(head.replace(_ERASED, " "))
        self._line = self._line[whole * _BLOCK :]
        self._frozen = True

    def _newline(self) -> None:
        if self._pager_at is not None and not self._line[: self._pager_at].strip(_ERASED):
            # The pager's own line end: nothing was erased by the device before it.
            self._pager_at = None
            self._blank_line()
            return
        self._pager_at = None
        if self._marked:
            self._marked = False
            self.repainted = "".join(self._trace) if self._trace else ""
        self._trace = None
        self._out.append(self.line + "\n")
        self._blank_line()

    def _interpret(self, text: str) -> None:
        unfinished = _UNFINISHED.search(text, max(0, len(text) - _LONGEST_SEQUENCE))
        if unfinished is not None:
            self._held = unfinished.group() + self._held
            text = text[: unfinished.start()]
        for token in _TOKEN.finditer(text):
            if token.lastgroup == "text":
                self._write(token.group())
            elif token.lastgroup == "newline":
                self._newline()
            else:
                self._control(token)

    def _control(self, token: re.Match[str]) -> None:
        if token.lastgroup == "start":
            self._return()
        elif token.lastgroup == "back":
            self._go(self._cursor - len(token.group()))
        elif token.lastgroup == "final":
            action = _ACTIONS.get(token["final"])
            numbers = token["numbers"]
            if action is not None and numbers[:1] not in ("?", ">", "=", "<"):
                action(self, [int(n) if n.isdigit() else None for n in numbers.split(";")])

    def _return(self) -> None:
        if self._frozen:
            # Column 0 has long been handed on; a new line loses nothing.
            self._out.append(self.line)
            self._line, self._cursor = "", 0
        self._go(0)

    def _write(self, text: str) -> None:
        if self._pager_at is not None:
            self._line = self._line[: self._pager_at]
            self._cursor = len(self._line)
            self._pager_at = None
        if self._cursor == len(self._line) and self._wiping_from is None:
            self._append(text)
        else:
            self._put(text)

    def _put(self, text: str) -> None:
        """Writes over cells. Blanks written first after a move are a wipe, not content."""
        if not text:
            return
        self._erasing = False
        self._note(text)
        line, cursor = self._line, self._cursor
        if self._wiping_from is not None:
            if not text.strip(" "):
                text = _ERASED * len(text)
            else:
                start, self._wiping_from = self._wiping_from, None
                line = line[:start] + " " * (cursor - start) + line[cursor:]
        self._line = line[:cursor] + text + line[cursor + len(text) :]
        if len(self._line) >= 2 * _BLOCK:
            before = len(self._line)
            self._freeze()
            cursor -= before - len(self._line)
        self._cursor = max(0, cursor) + len(text)

    def _go(self, column: int) -> None:
        """Moves the cursor. Moving is what tells an overwritten line from a plain one."""
        self._pager_at = None
        self._erase_now()
        if self._trace is None and self._marked:
            self._trace = [self._line]
        column = max(0, min(column, _BLOCK))
        if column > len(self._line):
            self._line += _ERASED * (column - len(self._line))
        self._cursor = column
        self._wiping_from = column if column < len(self._line) else None

    def left(self, numbers: list[int | None]) -> None:
        """CSI n D."""
        self._go(self._cursor - (numbers[0] or 1))

    def right(self, numbers: list[int | None]) -> None:
        """CSI n C."""
        self._go(self._cursor + (numbers[0] or 1))

    def to_column(self, numbers: list[int | None]) -> None:
        """CSI n G."""
        self._go((numbers[0] or 1) - 1)

    def to_place(self, numbers: list[int | None]) -> None:
        """CSI row ; column H: another row than before ends the line, as there is only one."""
        row = numbers[0] or 1
        column = (numbers[1] if len(numbers) > 1 else None) or 1
        self._erase_now()
        if self._row is not None and row != self._row and self.line.strip():
            self._newline()
        self._row = row
        self._go(column - 1)

    def erase_line(self, numbers: list[int | None]) -> None:
        """CSI n K: 0 to the end, 1 from the start, 2 all of it.

        Words that are erased behind the cursor, which then goes on or ends the line, are kept:
        they may be an error message. To write anew, a device moves the cursor.
        """
        self._pager_at = None
        which = numbers[0] or 0
        if which in (1, 2) and self._cursor == len(self._line):
            self._erasing = True
            return
        if which in (1, 2):
            rest = "" if which == 2 else self._line[self._cursor :]
            self._line = _ERASED * self._cursor + rest
        if which == 0:
            self._line = self._line[: self._cursor]
        if self._cursor >= len(self._line):
            self._wiping_from = None

    def _erase_now(self) -> None:
        if self._erasing:
            self._erasing = False
            self._line = _ERASED * self._cursor

    def erase_screen(self, numbers: list[int | None]) -> None:
        """CSI n J, as far as the current line is concerned."""
        self.erase_line([2 if numbers[0] in (2, 3) else numbers[0]])

    def delete(self, numbers: list[int | None]) -> None:
        """CSI n P: the rest of the line moves left."""
        self._line = self._line[: self._cursor] + self._line[self._cursor + (numbers[0] or 1) :]

    def insert(self, numbers: list[int | None]) -> None:
        """CSI n @: the rest of the line moves right."""
        room = min(numbers[0] or 1, _BLOCK - 1)
        self._line = self._line[: self._cursor] + " " * room + self._line[self._cursor :]

    def erase(self, numbers: list[int | None]) -> None:
        """CSI n X: cells become blank, nothing moves."""
        end = min(self._cursor + (numbers[0] or 1), len(self._line))
        wiped = _ERASED * (end - self._cursor)
        self._line = self._line[: self._cursor] + wiped + self._line[end:]


_ACTIONS: dict[str, Callable[[Screen, list[int | None]], None]] = {
    "D": Screen.left,
    "C": Screen.right,
    "G": Screen.to_column,
    "`": Screen.to_column,
    "H": Screen.to_place,
    "f": Screen.to_place,
    "K": Screen.erase_line,
    "J": Screen.erase_screen,
    "P": Screen.delete,
    "@": Screen.insert,
    "X": Screen.erase,
}
