"""Telnet: our own socket and option negotiation, no external program.

The session sees the device's own bytes only; options are answered here, each one once.
"""

from __future__ import annotations

import contextlib
import enum
import select
import socket
import struct
import time

from runner.connections.api import Target
from runner.connections.dial import Sockets, dial, interrupted
from runner.connections.transports import Shared
from runner.errors import ConnectionLost, Unreachable

DEFAULT_PORT = 23
_LONGEST_WAIT = 1_000_000.0
_READ_SIZE = 65_535
_SLACK = 1.05
_TIMEVAL = struct.Struct("ll")

_IAC, _DONT, _DO, _WONT, _WILL, _SB, _SE = 255, 254, 253, 252, 251, 250, 240
_LOWEST_COMMAND = 239
"""End of record; smaller bytes after IAC are no command at all."""

_ECHO, _SUPPRESS_GO_AHEAD, _TERMINAL_TYPE, _WINDOW_SIZE = 1, 3, 24, 31
_WANTED_OF_DEVICE = frozenset((_ECHO, _SUPPRESS_GO_AHEAD))
_OFFERED_TO_DEVICE = frozenset((_SUPPRESS_GO_AHEAD, _TERMINAL_TYPE, _WINDOW_SIZE))
_TYPE_IS, _TYPE_SEND = 0, 1

_LONGEST_SUBNEGOTIATION = 4096
"""A subnegotiation that never ends must not swallow the rest of the session."""
_MOST_REPLIES = 256
"""A device that keeps changing its mind is not answered for ever."""


class _State(enum.Enum):
    DATA = enum.auto()
    COMMAND = enum.auto()
    OPTION = enum.auto()
    SUBNEGOTIATION = enum.auto()
    SUBNEGOTIATION_COMMAND = enum.auto()


class TelnetFilter:
    """Takes the options out of a Telnet stream, however its bytes are sliced.

    Accepts the device's ECHO and SUPPRESS-GO-AHEAD, announces window size and terminal
    type when asked, refuses everything else (BINARY too: with it some devices take CR LF
    for two Returns), and says so once for each option.
    """

    def __init__(self, columns: int, rows: int, terminal_type: str) -> None:
        """`rows` 0 is announced as it is: unknown, so that a device has no reason to page."""
        size = columns.to_bytes(2, "big") + rows.to_bytes(2, "big")
        self._size = _subnegotiation(_WINDOW_SIZE, size)
        self._type = _subnegotiation(
            _TERMINAL_TYPE, bytes((_TYPE_IS,)) + terminal_type.encode("ascii", "replace")
        )
        self._state = _State.DATA
        self._verb = 0
        self._content = bytearray()
        self._after_cr = False
        self._device_does: set[int] = set()
        self._we_do: set[int] = set()
        self._refused: set[tuple[int, int]] = set()
        self._replies_left = _MOST_REPLIES

    def feed(self, chunk: bytes) -> tuple[bytes, bytes]:
        """The device's own bytes in `chunk`, and what is to be sent back."""
        if self._state is _State.DATA and _IAC not in chunk:
            return self._without_padding(chunk), b""
        data, reply = bytearray(), bytearray()
        at = 0
        while at < len(chunk):
            if self._state is _State.DATA:
                at = self._plain(chunk, at, data)
            else:
                self._step(chunk[at], data, reply)
                at += 1
        return self._without_padding(data), bytes(reply)

    def _plain(self, chunk: bytes, start: int, data: bytearray) -> int:
        end = chunk.find(_IAC, start)
        if end < 0:
            data += chunk[start:]
            return len(chunk)
        data += chunk[start:end]
        self._state = _State.COMMAND
        return end + 1

    def _step(self, byte: int, data: bytearray, reply: bytearray) -> None:
        if self._state is _State.COMMAND:
            self._command(byte, data)
        elif self._state is _State.OPTION:
            self._state = _State.DATA
            self._negotiate(self._verb, byte, reply)
        elif self._state is _State.SUBNEGOTIATION:
            self._inside(byte)
        else:
            self._inside_command(byte, data, reply)

    def _command(self, byte: int, data: bytearray) -> None:
        self._state = _State.DATA
        if _WILL <= byte <= _DONT:
            self._verb = byte
            self._state = _State.OPTION
        elif byte == _SB:
            self._content.clear()
            self._state = _State.SUBNEGOTIATION
        elif byte == _IAC:
            data.append(_IAC)
        elif byte < _LOWEST_COMMAND:
            # Not a command: a device that does not double 0xff in its data.
            data += bytes((_IAC, byte))

    def _inside(self, byte: int) -> None:
        if byte == _IAC:
            self._state = _State.SUBNEGOTIATION_COMMAND
            return
        self._content.append(byte)
        if len(self._content) >= _LONGEST_SUBNEGOTIATION:
            self._state = _State.DATA

    def _inside_command(self, byte: int, data: bytearray, reply: bytearray) -> None:
        if byte == _IAC:
            self._state = _State.SUBNEGOTIATION
            self._inside_literal()
        elif byte == _SE:
            self._state = _State.DATA
            self._answer(bytes(self._content), reply)
        else:
            # Another command before the end: the subnegotiation was broken off.
            self._command(byte, data)

    def _inside_literal(self) -> None:
        self._content.append(_IAC)
        if len(self._content) >= _LONGEST_SUBNEGOTIATION:
            self._state = _State.DATA

    def _negotiate(self, verb: int, option: int, reply: bytearray) -> None:
        if verb in (_WILL, _WONT):
            done, wanted, yes, no = self._device_does, _WANTED_OF_DEVICE, _DO, _DONT
        else:
            done, wanted, yes, no = self._we_do, _OFFERED_TO_DEVICE, _WILL, _WONT
        if verb in (_WONT, _DONT):
            if option in done:
                done.discard(option)
                self._reply(bytes((_IAC, no, option)), reply)
        elif option not in wanted:
            if (verb, option) not in self._refused:
                self._refused.add((verb, option))
                reply += bytes((_IAC, no, option))
        elif option not in done:
            done.add(option)
            size = self._size if yes == _WILL and option == _WINDOW_SIZE else b""
            self._reply(bytes((_IAC, yes, option)) + size, reply)

    def _answer(self, content: bytes, reply: bytearray) -> None:
        if content == bytes((_TERMINAL_TYPE, _TYPE_SEND)) and _TERMINAL_TYPE in self._we_do:
            self._reply(self._type, reply)

    def _reply(self, answer: bytes, reply: bytearray) -> None:
        if self._replies_left > 0:
            self._replies_left -= 1
            reply += answer

    def _without_padding(self, data: bytes | bytearray) -> bytes:
        """CR NUL is how Telnet writes a bare CR."""
        if not data:
            return b""
        padded = self._after_cr and data[0] == 0
        rest = bytes(data[1:] if padded else data)
        self._after_cr = rest.endswith(b"\r")
        return rest.replace(b"\r\0", b"\r")


def _subnegotiation(option: int, content: bytes) -> bytes:
    return bytes((_IAC, _SB, option)) + _doubled(content) + bytes((_IAC, _SE))


def _doubled(data: bytes) -> bytes:
    return data.replace(b"\xff", b"\xff\xff")


class TelnetTransport:
    """A `Transport` over a Telnet connection."""

    name = "telnet"

    def __init__(
        self,
        sock: socket.socket,
        peer: str,
        options: TelnetFilter,
        sockets: Sockets,
        write_timeout: float,
    ) -> None:
        self.peer = peer
        self._sock = sock
        self._options = options
        self._sockets = sockets
        self._write_timeout = write_timeout
        self._heard = False
        self._patience = 0.0
        """How long the kernel lets a read wait."""

    def read(self, timeout: float) -> bytes:
        """See `Transport.read`. Raises Unreachable when an SSH server greets."""
        deadline = time.monotonic() + timeout
        while True:
            chunk = self._receive(timeout)
            if not chunk:
                return b""
            data, reply = self._options.feed(chunk)
            if reply:
                self._send_reply(reply)
            if data:
                if not self._heard:
                    self._refuse_ssh(data)
                return data
            timeout = max(0.0, deadline - time.monotonic())

    def write(self, data: bytes) -> None:
        """See `Transport.write`; 0xff is doubled."""
        try:
            self._send(_doubled(data))
        except OSError as error:
            raise self._lost(error) from None

    def close(self) -> None:
        """See `Transport.close`."""
        self._sockets.close(self._sock)

    def _receive(self, timeout: float) -> bytes:
        # The kernel keeps the time: to ask first whether there is anything would hand the
        # interpreter to another thread twice a read.
        flags = 0 if timeout > 0.0 else socket.MSG_DONTWAIT
        try:
            if not flags:
                self._be_patient(timeout)
            chunk = self._sock.recv(_READ_SIZE, flags)
        except BlockingIOError:
            raise TimeoutError from None
        except OSError as error:
            # A timeout of the kernel's (the peer is gone) has a number, one of ours none.
            if isinstance(error, TimeoutError) and error.errno is None:
                raise
            raise self._lost(error) from None
        if not chunk and self._sockets.aborted:
            raise interrupted()
        return chunk

    def _be_patient(self, seconds: float) -> None:
        """Lets reads wait that long, or a little longer if that is how long they wait already."""
        if not seconds <= self._patience <= seconds * _SLACK:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _interval(seconds))
            self._patience = seconds

    def _send_reply(self, reply: bytes) -> None:
        # A device that closed meanwhile is noticed by the next read, after its last words.
        with contextlib.suppress(OSError):
            self._send(reply)

    def _send(self, data: bytes) -> None:
        """All of `data`. Raises OSError: TimeoutError when it is not taken in time."""
        deadline = time.monotonic() + self._write_timeout
        while data:
            try:
                data = data[self._sock.send(data, socket.MSG_DONTWAIT) :]
            except BlockingIOError:
                room = select.poll()
                room.register(self._sock, select.POLLOUT)
                if not room.poll(_milliseconds(deadline - time.monotonic())):
                    raise TimeoutError from None

    def _refuse_ssh(self, data: bytes) -> None:
        if data.startswith(b"SSH-"):
            raise Unreachable(
                "an SSH server answers on this port, not a Telnet server",
                hint="use connection ssh for this host, or another port",
            )
        self._heard = True

    def _lost(self, error: OSError) -> ConnectionLost:
        if self._sockets.aborted:
            return interrupted()
        if isinstance(error, TimeoutError) and error.errno is None:
            return ConnectionLost(
                f"the device took nothing of what was sent for {self._write_timeout:g} s"
            )
        return ConnectionLost(f"the connection broke: {error.strerror or error}")


def _milliseconds(seconds: float) -> float:
    """What `poll` takes: less than nothing would mean for ever."""
    return min(max(0.0, seconds), _LONGEST_WAIT) * 1000


def _interval(seconds: float) -> bytes:
    """A `timeval` of more than nothing, which would mean for ever."""
    microseconds = int(min(seconds, _LONGEST_WAIT) * 1_000_000) or 1
    return _TIMEVAL.pack(*divmod(microseconds, 1_000_000))


def open_telnet(target: Target, sockets: Sockets) -> TelnetTransport:
    """Connects; the login dialogue is the session's. Raises Unreachable."""
    port = target.port or DEFAULT_PORT
    sock = dial(target.address, port, target.timeouts.connect, sockets)
    columns, rows = target.platform.terminal
    options = TelnetFilter(columns, rows, target.platform.terminal_type)
    peer = f"telnet {target.address}:{port}"
    return TelnetTransport(sock, peer, options, sockets, target.timeouts.idle)


class TelnetOpener:
    """The `Opener` of Telnet: who we are is asked in the dialogue that follows."""

    def __init__(self, shared: Shared) -> None:
        self._sockets = shared.sockets

    def open(self, target: Target) -> tuple[TelnetTransport, bool]:
        """See `Opener.open`."""
        return open_telnet(target, self._sockets), False

    def cancel(self) -> None:
        """Nobody waits for a turn here."""
