"""Where the devices of a lab listen: an address each in 127/8, or a port each."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from runner.lab.topology import Topology

_FIRST = int(ipaddress.ip_address("127.100.0.1"))
_BACKLOG = 4096
_LOOPBACK = ipaddress.ip_network("127.0.0.0/8")


@dataclass(frozen=True, slots=True)
class Address:
    """Where one device listens; a port is None when it does not."""

    host: str
    ssh: int | None
    telnet: int | None


def assigned(topology: Topology) -> dict[str, str]:
    """Device name → address: as the topology says, else the next free one, in order."""
    taken = {device.address for device in topology.devices}
    free = _free_addresses(taken)
    return {device.name: device.address or next(free) for device in topology.devices}


def _free_addresses(taken: set[str | None]) -> Iterator[str]:
    """Addresses in order, without those that look like a network's or a broadcast."""
    number = _FIRST
    while True:
        text = str(ipaddress.ip_address(number))
        if number & 0xFF not in (0, 255) and text not in taken:
            yield text
        number += 1


def routed() -> bool:
    """Whether all of 127/8 is this machine (Linux), not only 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind(("127.100.0.1", 0))
        except OSError:
            return False
    return True


def is_inside(address: str) -> bool:
    """Whether a connection made to this address came from this machine's loopback."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(address) in _LOOPBACK
    return False


def listen_everywhere(port: int) -> socket.socket:
    """A listener for all of 127/8, on the loopback device only.

    Whoever accepts must still look at the local address (`is_inside`): binding to the
    device needs a recent kernel, and this machine's other addresses are reached over
    the loopback device too. `port` 0 takes any. Raises OSError.
    """
    return _listener("0.0.0.0", port)  # noqa: S104 - see above


def listen_at(host: str, port: int = 0) -> socket.socket:
    """A listener at one address. Raises OSError."""
    return _listener(host, port)


def _listener(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if hasattr(socket, "SO_BINDTODEVICE"):
            with contextlib.suppress(PermissionError):
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setblocking(False)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def first_free(ports: Sequence[int]) -> socket.socket:
    """A listener for all of 127/8 at the first of the ports that is free. Raises OSError."""
    for port in ports[:-1]:
        with contextlib.suppress(OSError):
            return listen_everywhere(port)
    return listen_everywhere(ports[-1])
