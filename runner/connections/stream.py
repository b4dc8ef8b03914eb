"""Text to and from a transport: decoding, encoding and the transcript. Alone in knowing pexpect."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pexpect.exceptions import EOF, TIMEOUT
from pexpect.spawnbase import SpawnBase

from runner.connections.api import Transcript, Transport

if TYPE_CHECKING:
    _Base = SpawnBase[str]
else:
    _Base = SpawnBase

_READ_SIZE = 65_536
_SEARCH_WINDOW = 4_096
"""Never used by our own reader, but the library's default search is quadratic."""


class Silence(TIMEOUT):
    """Nothing came within the time asked for."""

    def __init__(self, value: str = "silence") -> None:
        super().__init__(value)


class Closed(EOF):
    """The device has ended the connection; everything it sent has been read."""

    def __init__(self, value: str = "end of file") -> None:
        super().__init__(value)


class DeviceStream(_Base):
    """A transport as characters. Undecodable bytes become surrogates and go out unchanged."""

    def __init__(
        self, transport: Transport, encoding: str, transcript: Transcript | None = None
    ) -> None:
        """Raises LookupError for an encoding that Python does not know."""
        super().__init__(
            timeout=None,
            maxread=_READ_SIZE,
            searchwindowsize=_SEARCH_WINDOW,
            encoding=encoding,
            codec_errors="surrogateescape",
        )
        self.delaybeforesend = None
        self.closed = False
        self.name = transport.peer
        self._codec = codecs.lookup(encoding)
        self._incoming = self._codec.incrementaldecoder("surrogateescape")
        self._transcript = transcript
        self._transport = transport

    def read_nonblocking(self, size: int = _READ_SIZE, timeout: float | None = None) -> str:
        """What pexpect reads with; `size` is a hint, a transport gives what it has.

        Raises Silence, Closed, ConnectionLost.
        """
        del size
        return self.receive(timeout or 0.0)

    def receive(self, timeout: float) -> str:
        """The next characters; "" when a character is still incomplete.

        Waits `timeout` seconds at most. Raises Silence, Closed, ConnectionLost.
        """
        try:
            data = self._transport.read(timeout)
        except TimeoutError:
            raise Silence from None
        if not data:
            self.flag_eof = True
            raise Closed
        text = self._incoming.decode(data)
        if self._transcript is not None:
            self._transcript.received(text)
        return text

    def type(self, text: str, *, secret: bool = False) -> None:
        """Sends `text`, masked in the transcript if `secret`.

        Raises ConnectionLost, and UnicodeEncodeError for what the device's encoding lacks.
        """
        data = self._codec.encode(text, "surrogateescape")[0]
        if self._transcript is not None:
            self._transcript.sent(text, masked=secret)
        self._transport.write(data)

    def close(self) -> None:
        """Ends the connection. Never raises."""
        self.closed = True
        self._transport.close()
        if self._transcript is not None:
            self._transcript.close()


class TerminalStream:
    """The terminal that a program of ours talks to: waits for patterns, types answers."""

    def __init__(self, descriptor: int) -> None:
        from pexpect.fdpexpect import fdspawn  # for the one action that needs it

        self._child: Any = fdspawn(
            descriptor, timeout=None, maxread=_READ_SIZE, searchwindowsize=_SEARCH_WINDOW
        )

    def wait(self, patterns: Sequence[re.Pattern[bytes]], seconds: float) -> tuple[int, bytes]:
        """The first of the patterns that is there, and what came up to its end.

        Raises Silence when none came in time, and Closed at the end.
        """
        try:
            found = self._child.expect_list(list(patterns), timeout=seconds)
        except TIMEOUT as error:
            raise Silence from error
        except EOF as error:
            raise Closed from error
        came: bytes = self._child.before + self._child.after
        return found, came

    @property
    def rest(self) -> bytes:
        """What came since the last pattern that was found."""
        left: bytes = self._child.before or b""
        return left

    def type(self, data: bytes) -> None:
        """Sends the bytes. Raises OSError when nobody reads any more."""
        self._child.send(data)
