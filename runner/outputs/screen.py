"""Lines on their way to a stream: made safe, coloured, and written whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TextIO

from runner.outputs.lines import Line, Style
from runner.outputs.progress import Progress
from runner.outputs.tally import Tally
from runner.outputs.terminal import encodable, printable

PROGRESS_SECONDS = 5.0

_CODES: dict[Style, str] = {
    "ok": "32",
    "changed": "33",
    "skipped": "36",
    "failed": "31",
    "unreachable": "1;31",
    "warning": "35",
    "faint": "2",
}


class Screen(Protocol):
    """Where lines go."""

    def write(self, lines: Iterable[Line]) -> None:
        """Prints the lines together, nothing between them."""

    def progress(self, tally: Tally) -> None:
        """Shows how far the play is, if it is time to."""

    def close(self) -> None:
        """Leaves the terminal as it was."""


class PlainScreen:
    """A stream without a live region. Characters it cannot encode are escaped.

    Progress is a line of its own, when nothing else was printed for five seconds.
    """

    def __init__(self, stream: TextIO, colour: bool) -> None:
        self._stream = stream
        self._colour = colour
        self._wrote = False
        self._quiet_since: float | None = None

    def write(self, lines: Iterable[Line]) -> None:
        """Writes and flushes: whoever reads a pipe sees whole results."""
        text = "".join(f"{self._painted(line)}\n" for line in lines)
        if not text:
            return
        self._stream.write(encodable(text, self._stream.encoding))
        self._stream.flush()
        self._wrote = True

    def progress(self, tally: Tally) -> None:
        """Told of every event, since the events' times are the only clock here."""
        if self._wrote or self._quiet_since is None:
            self._wrote = False
            self._quiet_since = tally.now
        elif tally.running and tally.now - self._quiet_since >= PROGRESS_SECONDS:
            self.write([Line(Progress.of(tally).text(tally.now), "faint")])

    def close(self) -> None:
        """Nothing to restore; the stream is the caller's."""

    def _painted(self, line: Line) -> str:
        text = printable(line.text)
        if not self._colour or not line.style:
            return text
        return f"\x1b[{_CODES[line.style]}m{text}\x1b[0m"
