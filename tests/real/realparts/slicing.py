"""A relay that hands on what a server sends in awkward pieces."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from random import Random

ADDRESS = "127.0.29.1"
# Where a reader may be fooled: `*>` and `B>*` at the start of a line, a `#` or `>` anywhere.
_AWKWARD = re.compile(rb"\n\*>|\nB>|[#>] ?")
_PAUSE = 0.3
"""Longer than a session waits for a prompt to settle."""


@contextmanager
def relay(address: str, port: int, seed: int, pauses: int = 6) -> Iterator[tuple[str, int]]:
    """Gives the address and port to connect to instead; one connection."""
    with socket.create_server((ADDRESS, 0)) as listener:
        thread = threading.Thread(
            target=_serve, args=(listener, (address, port), Random(seed), pauses)
        )
        thread.start()
        yield ADDRESS, listener.getsockname()[1]
        thread.join()


def _serve(listener: socket.socket, server: tuple[str, int], random: Random, pauses: int) -> None:
    near, _ = listener.accept()
    with near, socket.create_connection(server) as far:
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        upwards = threading.Thread(target=_copy, args=(near, far))
        upwards.start()
        with suppress(OSError):
            _slice(far, near, random, pauses)
        for side in (near, far):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
        upwards.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def _slice(source: socket.socket, target: socket.socket, random: Random, pauses: int) -> None:
    while data := source.recv(65536):
        cuts = [found.end() for found in _AWKWARD.finditer(data)]
        long = set(random.sample(cuts, min(pauses, len(cuts))))
        chosen = sorted(long | set(random.sample(cuts, len(cuts) // 10)))
        for start, end in zip([0, *chosen], [*chosen, len(data)], strict=True):
            target.sendall(data[start:end])
            time.sleep(_PAUSE if end in long else 0.001)
