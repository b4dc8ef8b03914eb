"""From a connected socket to an encrypted connection whose host key has been checked."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from runner.connections.api import Timeouts
from runner.connections.dial import Sockets, interrupted
from runner.connections.hostkeys import HostKeyChecker
from runner.connections.ssh.failures import a_telnet_server, explain
from runner.connections.ssh.library import paramiko
from runner.connections.ssh.transport import TELNET_IAC, ClientTransport
from runner.errors import Unreachable

_SLOT_SECONDS = 1.0
"""A handshake that takes longer waits for the device, not for our processor."""
_GREETING_SECONDS = 2.0
_GREETING_SIZE = 64


class HandshakeGate:
    """Bounds how many handshakes a process computes at the same time.

    With a thousand threads starting at once, all of them slow each other down until logins
    time out; eight at a time are as fast as the processor allows.
    """

    def __init__(self, most: int) -> None:
        self._free = most
        self._cancelled = False
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def slot(self) -> Iterator[None]:
        """Waits for a turn and holds it. Raises ConnectionLost once cancelled."""
        with self._changed:
            self._changed.wait_for(lambda: self._free > 0 or self._cancelled)
            if self._cancelled:
                raise interrupted()
            self._free -= 1
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify()

    def cancel(self) -> None:
        """Wakes all who wait."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()


class Handshake:
    """Negotiates over `sock` (a socket, or a channel through a jump host)."""

    def __init__(
        self,
        sock: socket.socket | paramiko.Channel,
        make: Callable[[Any], ClientTransport],
        timeouts: Timeouts,
        sockets: Sockets,
    ) -> None:
        self._sock = sock
        self._make = make
        self._timeouts = timeouts
        self._sockets = sockets

    def run(self, gate: HandshakeGate, checker: HostKeyChecker) -> ClientTransport:
        """The connection, host key checked, nobody logged in.

        The version string must come within `timeouts.connect`, the whole handshake within
        `timeouts.login` after it. Raises Unreachable, NegotiationFailed, HostKeyMismatch.
        """
        began = time.monotonic()
        greeting = self._greeting()
        done = threading.Event()
        try:
            if greeting.startswith(TELNET_IAC):
                raise a_telnet_server()
            transport = self._make(self._sock)
        except BaseException:
            self._close()
            raise
        try:
            transport.ask_for_key_types(checker.known_types())
            with gate.slot():
                transport.start_client(event=done)
                done.wait(_SLOT_SECONDS)
            self._finish(transport, done, began, greeting)
            if transport.host_key is None:
                raise explain(transport, greeting)
            checker.check(transport.host_key.asbytes())
        except BaseException:
            end(transport, self._sockets)
            raise
        return transport

    def _close(self) -> None:
        if isinstance(self._sock, socket.socket):
            self._sockets.close(self._sock)
        else:
            self._sock.close()

    def _greeting(self) -> bytes:
        """The first bytes of the server, left in the socket.

        A device that accepts and stays silent must not hold a turn that others wait for;
        one that waits for us to speak first gets its turn after two seconds.
        """
        if not isinstance(self._sock, socket.socket):
            return b""
        try:
            self._sock.settimeout(min(_GREETING_SECONDS, self._timeouts.connect))
            return self._sock.recv(_GREETING_SIZE, socket.MSG_PEEK)
        except OSError:
            return b""

    def _finish(
        self, transport: ClientTransport, done: threading.Event, began: float, greeting: bytes
    ) -> None:
        connect, login = self._timeouts.connect, self._timeouts.login
        if not done.wait(max(0.0, began + connect - time.monotonic())):
            if not transport.remote_version:
                raise Unreachable(f"no SSH version string within {connect:g} s{_shown(greeting)}")
            if not done.wait(login):
                raise Unreachable(f"the SSH key exchange did not finish within {login:g} s")
        if not transport.is_active():
            if self._sockets.aborted:
                raise interrupted()
            raise explain(transport, greeting)


def _shown(greeting: bytes) -> str:
    return f"; the device sent {greeting[:40]!r}" if greeting else ""


def end(transport: ClientTransport, sockets: Sockets) -> None:
    """Closes the connection and waits for its thread. Never raises.

    The thread is woken by shutting the socket down and closes it itself: closing it here
    while it is being read could hand its number to another connection.
    """
    sock = transport.sock
    with contextlib.suppress(OSError, EOFError):
        if isinstance(sock, socket.socket):
            sock.shutdown(socket.SHUT_RDWR)
        else:
            sock.close()
    if transport.is_alive() and transport is not threading.current_thread():
        transport.join(5.0)
    with contextlib.suppress(Exception):
        transport.close()
    if isinstance(sock, socket.socket):
        sockets.close(sock)
