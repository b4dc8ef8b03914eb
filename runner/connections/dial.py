"""Opening TCP connections, and ending all of them at once from another thread."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import select
import socket
import threading
import time
from typing import Any

from runner.errors import ConnectionLost, Unreachable

_KEEPALIVE = (
    (socket.TCP_KEEPIDLE, 30),
    (socket.TCP_KEEPINTVL, 10),
    (socket.TCP_KEEPCNT, 6),
)
_UNACKNOWLEDGED_MS = 120_000


class Sockets:
    """The sockets that a worker has open or is opening. Thread-safe.

    `abort` shuts every one of them down, which wakes whoever reads from them; closing alone
    would leave a thread in `poll` for ever. Nothing can be added afterwards.
    """

    def __init__(self) -> None:
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._over = threading.Event()

    @property
    def aborted(self) -> bool:
        """Whether `abort` was called."""
        return self._over.is_set()

    def pause(self, seconds: float) -> None:
        """Waits. Raises ConnectionLost as soon as aborted."""
        if self._over.wait(seconds):
            raise interrupted()

    def add(self, sock: socket.socket) -> None:
        """Watches `sock`. Raises ConnectionLost (and closes it) once aborted."""
        with self._lock:
            if not self.aborted:
                self._open.add(sock)
                return
        sock.close()
        raise interrupted()

    def close(self, sock: socket.socket) -> None:
        """Ends one connection; both directions are shut down first, so readers wake."""
        with self._lock:
            self._open.discard(sock)
        _shut_down(sock)
        sock.close()

    def abort(self) -> None:
        """Ends all connections. Their owners see end of file and find `aborted` set."""
        with self._lock:
            self._over.set()
            ending = tuple(self._open)
        for sock in ending:
            _shut_down(sock)


def interrupted() -> ConnectionLost:
    """What a connection fails with when the run was told to stop at once."""
    return ConnectionLost("interrupted")


def _shut_down(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def dial(address: str, port: int, timeout: float, sockets: Sockets) -> socket.socket:
    """A connected socket, without Nagle's delay and with keep-alive.

    `address` may be a name with several addresses; they share `timeout` (seconds), so that
    a dead first one leaves time for the next. Raises Unreachable.
    """
    candidates = _resolve(address, port)
    deadline = time.monotonic() + timeout
    failure: Unreachable | None = None
    for left, candidate in zip(range(len(candidates), 0, -1), candidates, strict=True):
        share = max(deadline - time.monotonic(), 0.05) / left
        try:
            return _connect(candidate, share, sockets)
        except OSError as error:
            if sockets.aborted:
                raise interrupted() from None
            failure = _unreachable(error, port, timeout)
    raise failure or Unreachable(f"no address found for {address!r}")


_Candidate = tuple[int, tuple[Any, ...]]


def _resolve(address: str, port: int) -> list[_Candidate]:
    name = address.strip("[]")
    try:
        # A text goes through the codec of international names, which takes its time.
        plain = name.encode("ascii") if name.isascii() else name
        found = socket.getaddrinfo(plain, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"no address found for {address!r}: {reason}"
        raise Unreachable(message, hint=_on_address(address)) from None
    return list(dict.fromkeys((family, where) for family, _, _, _, where in found))


def _on_address(address: str) -> str:
    if re.search(r"/\d+$", address):
        return "`ansible_host` is an address without the length of its prefix"
    if re.search(r"[^:]:\d+$", address):
        return "the port stands in `ansible_port`"
    return "`ansible_host` says where a host is; a name is looked up in /etc/hosts and DNS"


def _connect(candidate: _Candidate, timeout: float, sockets: Sockets) -> socket.socket:
    family, where = candidate
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sockets.add(sock)
        _finish_connecting(sock, where, timeout, sockets)
        _keep_alive(sock)
    except BaseException:
        sockets.close(sock)
        raise
    return sock


def _finish_connecting(
    sock: socket.socket, where: tuple[Any, ...], timeout: float, sockets: Sockets
) -> None:
    sock.setblocking(False)
    state = sock.connect_ex(where)
    if sockets.aborted:
        # An abort that came before the attempt began had nothing to shut down.
        raise interrupted()
    if state == errno.EINPROGRESS:
        waiter = select.poll()
        waiter.register(sock, select.POLLOUT)
        if not waiter.poll(timeout * 1000):
            raise TimeoutError
        state = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if sockets.aborted:
        raise interrupted()
    if state:
        raise OSError(state, os.strerror(state))
    sock.setblocking(True)


def _keep_alive(sock: socket.socket) -> None:
    """A peer that vanished is noticed after two minutes instead of never."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _KEEPALIVE:
        sock.setsockopt(socket.IPPROTO_TCP, option, value)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNACKNOWLEDGED_MS)


def _unreachable(error: OSError, port: int, timeout: float) -> Unreachable:
    if isinstance(error, ConnectionRefusedError):
        return Unreachable(
            f"connection refused on port {port}",
            hint="is it another port (`ansible_port`), or is the service not on?",
        )
    if isinstance(error, TimeoutError):
        return Unreachable(
            f"no answer to the connection attempt within {timeout:g} s",
            hint="is the address right, the device up, and no filter between? -T waits longer",
        )
    return Unreachable(f"cannot connect: {error.strerror or error}")
