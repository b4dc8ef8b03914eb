"""paramiko's Transport, made to wait for events instead of polling.

Everything here has a measured reason: stock paramiko wakes ten times a second for every
session, starts a timer thread for every handshake, and prefers a key exchange and a cipher
that cost half as much again as the ones put first here. Nothing it offers is taken away.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import Any

from runner.connections.ssh.groups import MODERN
from runner.connections.ssh.library import (
    KexCurve25519,
    NeedRekeyException,
    Packetizer,
    paramiko,
    table,
)
from runner.connections.ssh.offer import Offer, parse_offer

TELNET_IAC = b"\xff"
IDLE_WAKE_SECONDS = 60.0
"""How often an idle connection's thread looks around. Closing it wakes it at once."""

_READ_SIZE = 8_192
_LONG_READ = 65_536
"""Only once a short read was filled: a session that waits holds the memory of its read."""
_LARGEST_PACKET = 1 << 20
"""Thirty times what we allow a device to send (RFC 4253, 6.1 asks for 35,000 bytes)."""
_LONGEST_LINE = 65_536

_FIRST_KEX = ("curve25519-sha256", "curve25519-sha256@libssh.org")
_FIRST_CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")


def preferring(first: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """`names` with those of `first` put in front."""
    return tuple(dict.fromkeys((*first, *names)))


class BufferedPacketizer(Packetizer):
    """Reads what there is instead of asking for every header and body by itself.

    Half the system calls, each of which hands the interpreter to another thread. Without a
    timer thread: every handshake has a deadline outside.
    """

    def __init__(self, sock: Any) -> None:
        super().__init__(sock)
        self._source = sock
        self._buffer = bytearray()
        self._size = _READ_SIZE
        self.telnet = False
        """Whether the greeting began as only a Telnet server's does."""

    def start_handshake(self, timeout: float) -> None:
        """Does nothing."""

    def read_all(self, n: int, check_rekey: bool = False) -> bytes:
        """The next `n` bytes. Raises EOFError, OSError, and SSHException for absurd sizes."""
        if not 0 <= n <= _LARGEST_PACKET:
            raise paramiko.SSHException(f"the device announced a packet of {n} bytes")
        while len(self._buffer) < n:
            self._fill(may_rekey=check_rekey and not self._buffer)
        found = bytes(self._buffer[:n])
        del self._buffer[:n]
        return found

    def readline(self, timeout: float) -> str:  # noqa: ARG002 - the deadline is outside
        """A line of the greeting, without its end."""
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > _LONGEST_LINE:
                raise paramiko.SSHException("the device greets with an endless line")
            self._fill(may_rekey=False)
            self._refuse_telnet()
        line = bytes(self._buffer[:end]).removesuffix(b"\r")
        del self._buffer[: end + 1]
        return line.decode("utf-8", "replace")

    def _refuse_telnet(self) -> None:
        if self._buffer.startswith(TELNET_IAC):
            self.telnet = True
            raise paramiko.SSHException("a Telnet server answers")

    def _fill(self, *, may_rekey: bool) -> None:
        try:
            chunk = self._source.recv(self._size)
        except (TimeoutError, BlockingIOError):
            if self.closed:
                raise EOFError from None
            if may_rekey and self.need_rekey():
                raise NeedRekeyException from None
            return
        except OSError:
            if self.closed:
                raise EOFError from None
            raise
        if not chunk:
            raise EOFError
        self._size = _LONG_READ if len(chunk) == self._size else _READ_SIZE
        self._buffer += chunk


class ClientTransport(paramiko.Transport):
    """paramiko's Transport, without polling.

    Its deadlines are its owner's: whoever gives up shuts the socket down, which ends the
    thread at once.
    """

    _active_check_timeout = IDLE_WAKE_SECONDS
    _preferred_kex = preferring(_FIRST_KEX, table("_preferred_kex"))
    _preferred_ciphers = preferring(_FIRST_CIPHERS, table("_preferred_ciphers"))
    _kex_info = {  # noqa: RUF012 - paramiko's own table, extended
        **table("_kex_info"),
        **MODERN,
        # The name that RFC 8731 gave it; some servers know only this one.
        "curve25519-sha256": KexCurve25519,
    }

    def __init__(self, sock: Any) -> None:
        """`sock` is a connected socket or a channel of another transport."""
        super().__init__(sock, packetizer_class=BufferedPacketizer)
        if isinstance(sock, socket.socket):
            # Shutting it down wakes its reader; a timeout would be asked of the system
            # before every read and every write.
            sock.settimeout(None)
        self._offered = b""
        self.farewell = ""
        self.banner_timeout = self.handshake_timeout = IDLE_WAKE_SECONDS

    @property
    def offer(self) -> Offer | None:
        """What the device offered first; None if it offered nothing that can be read."""
        return parse_offer(self._offered)

    @property
    def is_telnet(self) -> bool:
        """Whether what answered is a Telnet server."""
        packetizer = self.packetizer
        return isinstance(packetizer, BufferedPacketizer) and packetizer.telnet

    def ask_for_key_types(self, types: Iterable[str]) -> None:
        """Prefers host keys of these types (as known_hosts names them)."""
        wanted = [algorithm for name in types for algorithm in _algorithms(name)]
        offered = self._preferred_keys
        self._preferred_keys = preferring((w for w in wanted if w in offered), offered)

    _preferred_keys: tuple[str, ...] = table("_preferred_keys")

    def _log(self, level: int, msg: object, *args: object) -> None:
        """Nothing: even unseen messages cost their formatting."""

    def _filter_algorithm(self, type_: str) -> tuple[str, ...]:
        """All of them: none is ever disabled by name, and each list is asked for many times."""
        preferred: tuple[str, ...] = getattr(self, f"_preferred_{type_}")
        return preferred

    def _parse_kex_init(self, m: paramiko.Message) -> None:
        self._offered = self._offered or m.asbytes()
        super()._parse_kex_init(m)  # type: ignore[misc]

    def _parse_disconnect(self, m: paramiko.Message) -> None:
        m.get_int()
        self.farewell = m.get_binary().decode("utf-8", "replace")


def _algorithms(key_type: str) -> tuple[str, ...]:
    """The signature algorithms for a key of `key_type`."""
    if key_type == "ssh-rsa":
        return ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa")
    return (key_type,)
