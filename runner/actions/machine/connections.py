"""The TCP connections that this machine has, as the kernel lists them."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from runner.errors import ActionFailed

_STATES = {
    "ESTABLISHED": "01",
    "SYN_SENT": "02",
    "SYN_RECV": "03",
    "FIN_WAIT1": "04",
    "FIN_WAIT2": "05",
    "TIME_WAIT": "06",
}
ACTIVE = tuple(_STATES)
"""The states in which a connection is not over yet."""

_ANY = frozenset({"0.0.0.0", "::", "::ffff:0.0.0.0"})  # noqa: S104  compared, not bound


class _Connection(NamedTuple):
    address: str
    port: int
    peer: str
    state: str


class Active:
    """Connections to a port of ours."""

    def __init__(self, host: str, port: int, states: Sequence[str]) -> None:
        """Raises ActionFailed for a state that is none, or a host that is not known."""
        self._port = port
        unknown = [state for state in states if state not in _STATES]
        if unknown:
            raise ActionFailed(
                f"`active_connection_states` knows no `{unknown[0]}`",
                hint=f"known are {', '.join(_STATES)}",
            )
        self._states = frozenset(_STATES[state] for state in states)
        self._addresses = _addresses(host)

    def count(self, excluded: frozenset[str]) -> int:
        """How many there are, without those of the hosts excluded."""
        ignored = frozenset(address for host in excluded for address in _addresses(host))
        return sum(
            1
            for each in _listed()
            if each.port == self._port
            and each.state in self._states
            and each.peer not in ignored
            and (self._addresses & _ANY or each.address in self._addresses)
        )


def _addresses(host: str) -> frozenset[str]:
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host, None)}
    except OSError as error:
        raise ActionFailed(f"there is no host {host}: {error.strerror}") from error
    return frozenset(found | {f"::ffff:{address}" for address in found if "." in address})


def _listed() -> Iterator[_Connection]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            address, _, port = fields[1].partition(":")
            peer = fields[2].partition(":")[0]
            yield _Connection(_decoded(address), int(port, 16), _decoded(peer), fields[3])


def _decoded(text: str) -> str:
    """An address as the kernel writes it: words of four bytes, in the machine's own order."""
    words = [int(text[start : start + 8], 16) for start in range(0, len(text), 8)]
    data = struct.pack(f"={len(words)}I", *words)
    return socket.inet_ntop(socket.AF_INET if len(words) == 1 else socket.AF_INET6, data)
