"""paramiko's Transport, made to wait for events instead of polling.

Everything here has a measured reason: stock paramiko wakes ten times a second for every
session, starts a timer thread for every handshake, and prefers a key exchange and a cipher
that cost half as much again as the ones put first here. Nothing it offers is taken away.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from runner.connections.ssh.groups import MODERN
from runner.connections.ssh.library import KexCurve25519, Packetizer, paramiko, table
from runner.connections.ssh.offer import Offer, parse_offer

IDLE_WAKE_SECONDS = 60.0
"""How often an idle connection's thread looks around. Closing it wakes it at once."""

_FIRST_KEX = ("curve25519-sha256", "curve25519-sha256@libssh.org")
_FIRST_CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")


def preferring(first: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """`names` with those of `first` put in front."""
    return tuple(dict.fromkeys((*first, *names)))


class _Packetizer(Packetizer):
    """Without a timer thread: every handshake has a deadline outside."""

    def start_handshake(self, timeout: float) -> None:
        """Does nothing."""


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
        super().__init__(sock, packetizer_class=_Packetizer)
        self.offer: Offer | None = None
        self.farewell = ""
        self.banner_timeout = self.handshake_timeout = IDLE_WAKE_SECONDS

    def ask_for_key_types(self, types: Iterable[str]) -> None:
        """Prefers host keys of these types (as known_hosts names them)."""
        wanted = [algorithm for name in types for algorithm in _algorithms(name)]
        offered = self._preferred_keys
        self._preferred_keys = preferring((w for w in wanted if w in offered), offered)

    _preferred_keys: tuple[str, ...] = table("_preferred_keys")

    def _log(self, level: int, msg: object, *args: object) -> None:
        """Nothing: even unseen messages cost their formatting."""

    def _parse_kex_init(self, m: paramiko.Message) -> None:
        self.offer = parse_offer(m.asbytes())
        super()._parse_kex_init(m)  # type: ignore[misc]

    def _parse_disconnect(self, m: paramiko.Message) -> None:
        m.get_int()
        self.farewell = m.get_binary().decode("utf-8", "replace")


def _algorithms(key_type: str) -> tuple[str, ...]:
    """The signature algorithms for a key of `key_type`."""
    if key_type == "ssh-rsa":
        return ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa")
    return (key_type,)
