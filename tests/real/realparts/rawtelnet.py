"""The barest Telnet client that works: it refuses every option, or offers a window size."""

from __future__ import annotations

import re
import socket
import time
from types import TracebackType

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
NAWS = 31


class RawTelnet:
    """A TCP connection whose option negotiation is answered; the rest is bytes."""

    def __init__(
        self, address: str, port: int, window: tuple[int, int] | None = None, seconds: float = 15.0
    ) -> None:
        self._socket = socket.create_connection((address, port), timeout=seconds)
        self._window = window
        self._seconds = seconds
        self._pending = b""
        self.seen = b""
        self.asked: list[tuple[int, int]] = []

    def __enter__(self) -> RawTelnet:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hangs up."""
        self._socket.close()

    def send(self, text: str) -> None:
        """Sends text as it is; the caller ends lines with a lone CR."""
        self._socket.sendall(text.encode())

    def until(self, pattern: str) -> str:
        """Reads until the pattern is found; what came up to and with it is taken off."""
        end = time.monotonic() + self._seconds
        while True:
            found = re.search(pattern.encode(), self.seen)
            if found:
                text, self.seen = self.seen[: found.end()], self.seen[found.end() :]
                return text.decode(errors="surrogateescape")
            if time.monotonic() > end or not self._read():
                raise AssertionError(f"no {pattern!r} in {self.seen[-300:]!r}")

    def until_closed(self) -> str:
        """Reads until the other side hangs up."""
        while self._read():
            pass
        return self.seen.decode(errors="surrogateescape")

    def _read(self) -> bool:
        data = self._socket.recv(4096)
        self._pending += data
        while self._take():
            pass
        return bool(data)

    def _take(self) -> bool:
        """Moves data or one command out of what is pending; False when more must come."""
        data, mark, rest = self._pending.partition(bytes([IAC]))
        self.seen += data
        self._pending = mark + rest
        if len(rest) < 1:
            return False
        if rest[0] == SB:
            return self._skip_subnegotiation()
        if rest[0] < WILL:
            self._pending = rest[1:]
            return True
        if len(rest) < 2:
            return False
        self._answer(rest[0], rest[1])
        self._pending = rest[2:]
        return True

    def _skip_subnegotiation(self) -> bool:
        _, mark, rest = self._pending.partition(bytes([IAC, SE]))
        if mark:
            self._pending = rest
        return bool(mark)

    def _answer(self, verb: int, option: int) -> None:
        self.asked.append((verb, option))
        if (verb, option) == (DO, NAWS) and self._window is not None:
            columns, rows = self._window
            size = columns.to_bytes(2, "big") + rows.to_bytes(2, "big")
            self._socket.sendall(bytes([IAC, WILL, NAWS, IAC, SB, NAWS, *size, IAC, SE]))
        elif verb == DO:
            self._socket.sendall(bytes([IAC, WONT, option]))
        elif verb == WILL:
            self._socket.sendall(bytes([IAC, DONT, option]))
