"""The far end of a terminal line: takes bytes, gives edited lines, echoes what was typed.

Knows nothing of devices. Output is gathered and leaves when somebody waits, so that an
answer and the prompt after it are one packet.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

MAX_PENDING = 256 * 1024
"""Typed ahead and not read yet; more is lost, as on a real line."""
MAX_LINE = 16 * 1024

_SPECIAL = re.compile(rb"[\x00-\x1f\x7f]")
_ESCAPE = re.compile(rb"\x1b(?:\[[0-9;?]{0,20}[@-~]|O.|[^\[O])")

End = Literal["enter", "interrupt", "end", "logout", "help", "eof"]


class Line(NamedTuple):
    """What was typed and how it ended: Enter, Ctrl-C, Ctrl-Z, Ctrl-D, help key, hang-up."""

    text: str
    end: End = "enter"


class Wire(Protocol):
    """Where bytes for the client go."""

    def write(self, data: bytes) -> None:
        """Queues bytes; never blocks."""

    async def drain(self) -> None:
        """Waits until the queue is short again. Raises ConnectionError when it is cut."""

    def close(self) -> None:
        """Ends the connection after what is queued."""

    def abort(self) -> None:
        """Cuts the connection at once."""


class Terminal:
    """One line in, one client out."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.tty = True
        """Whether there is a terminal: without one nothing is echoed, not even line ends."""
        self.echo = True
        self.byte_rate: float | None = None
        self._help_key = b""
        self._in = bytearray()
        self._out: list[str] = []
        self._line = bytearray()
        self._eof = False
        self._skip_newline = False
        self._arrived: asyncio.Future[None] | None = None

    def feed(self, data: bytes) -> None:
        """Bytes from the client."""
        room = MAX_PENDING - len(self._in)
        self._in += data[:room]
        self._wake()

    def feed_eof(self) -> None:
        """The client is gone, or has closed its side."""
        self._eof = True
        self._wake()

    def _wake(self) -> None:
        if self._arrived is not None and not self._arrived.done():
            self._arrived.set_result(None)

    def write(self, text: str) -> None:
        """Queues text; line feeds become CR LF."""
        self._out.append(text)

    async def flush(self) -> None:
        """Sends what is queued. Raises ConnectionError when the client is gone."""
        if not self._out:
            return
        text = "".join(self._out)
        self._out.clear()
        data = text.replace("\n", "\r\n").encode("utf-8", "surrogateescape")
        if self.byte_rate is None:
            self.wire.write(data)
            await self.wire.drain()
            return
        for index in range(len(data)):
            self.wire.write(data[index : index + 1])
            await asyncio.sleep(1 / self.byte_rate)

    async def more(self) -> bool:
        """Waits for input; False when there will be none."""
        await self.flush()
        if self._in:
            return True
        if self._eof:
            return False
        self._arrived = asyncio.get_running_loop().create_future()
        await self._arrived
        return bool(self._in) or not self._eof

    async def gone(self) -> None:
        """Waits until the client is gone, throwing away what it types."""
        while await self.more():
            self._in.clear()

    async def read_key(self) -> str:
        """One typed byte; an empty string when the client is gone."""
        while await self.more():
            byte = bytes(self._in[:1])
            del self._in[:1]
            if self._skip_newline and byte in (b"\n", b"\x00"):
                self._skip_newline = False
                continue
            self._skip_newline = byte == b"\r"
            return byte.decode("latin-1")
        return ""

    async def read_line(self, *, echo: bool = True, start: str = "", help_key: str = "") -> Line:
        """One edited line.

        `start`: what stands there already. `echo` False: a password. `help_key` ends the
        line at once.
        """
        self._help_key = help_key.encode()
        self._line = bytearray(start.encode("utf-8", "surrogateescape"))
        show = self._show if echo and self.echo and self.tty else _hide
        while True:
            ended = self._take(show)
            if ended is not None:
                return ended
            if not await self.more():
                return Line(self._text(), "eof")

    def _text(self) -> str:
        return self._line.decode("utf-8", "surrogateescape")

    def _show(self, data: bytes) -> None:
        self._out.append(data.decode("utf-8", "surrogateescape"))

    def _take(self, show: Callable[[bytes], None]) -> Line | None:
        """Edits with what has arrived; the line, if it ended."""
        while self._in:
            found = self._next_special()
            plain = bytes(self._in[:found])
            if plain:
                self._skip_newline = False
                self._line += plain[: max(0, MAX_LINE - len(self._line))]
                show(plain)
                del self._in[:found]
            if not self._in:
                return None
            ended = self._special(show)
            if ended is not None:
                return ended
        return None

    def _next_special(self) -> int:
        found = _SPECIAL.search(self._in)
        end = found.start() if found else len(self._in)
        if self._help_key:
            help_at = self._in.find(self._help_key, 0, end)
            end = help_at if help_at >= 0 else end
        return end

    def _special(self, show: Callable[[bytes], None]) -> Line | None:
        byte = bytes(self._in[:1])
        if byte == b"\x1b":
            self._swallow_escape()
            return None
        del self._in[:1]
        if self._skip_newline and byte in (b"\n", b"\x00"):
            self._skip_newline = False
            return None
        self._skip_newline = byte == b"\r"
        if byte in (b"\r", b"\n"):
            if self.tty:
                self._out.append("\n")
            return Line(self._text())
        if byte in _ENDS:
            return Line(self._text(), _ENDS[byte])
        if byte == self._help_key:
            show(byte + b"\n")
            return Line(self._text(), "help")
        self._edit(byte, show)
        return None

    def _edit(self, byte: bytes, show: Callable[[bytes], None]) -> None:
        if byte in (b"\x08", b"\x7f") and self._line:
            del self._line[-1:]
            show(b"\b \b")
        elif byte == b"\x15":
            show(b"\b \b" * len(self._line))
            self._line.clear()

    def _swallow_escape(self) -> None:
        found = _ESCAPE.match(self._in)
        del self._in[: found.end() if found else 1]


def _hide(data: bytes) -> None:
    """The echo of a password."""


_ENDS: dict[bytes, End] = {b"\x03": "interrupt", b"\x1a": "end", b"\x04": "logout"}
