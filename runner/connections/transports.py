"""The transports there are. To add one, write one file and add one line here.

A transport's name is also the word for it: `ansible_connection: telnet`, `--connection ssh`.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from runner.connections.api import Target, Transport
    from runner.connections.dial import Sockets
    from runner.connections.lockout import CredentialGate

TRANSPORTS: Mapping[str, tuple[str, str]] = {
    "ssh": ("ssh", "SshOpener"),
    "telnet": ("telnet", "TelnetOpener"),
}
"""By a transport's name: the module of this package that has it, and its opener."""

DEFAULT = "ssh"
CONNECTIONS = ("network_cli", *TRANSPORTS, "local")
"""The words that messages name for a connection."""


class Shared:
    """What the openers of one worker process have in common."""

    def __init__(
        self,
        gate: CredentialGate,
        sockets: Sockets,
        handshakes: int,
        notice: Callable[[str], None] | None,
    ) -> None:
        """`handshakes`: how many to compute at the same time; `notice` is told what in an
        ssh_config is not done as written."""
        self.gate = gate
        self.sockets = sockets
        self.handshakes = handshakes
        self.notice = notice


class Opener(Protocol):
    """Opens one kind of transport for a worker process. Made with `Shared`; thread-safe."""

    def open(self, target: Target) -> tuple[Transport, bool]:
        """A connection, and whether the device has authenticated us (False: it asked nothing).

        Whatever is a login attempt goes through the lockout breaker (`gate.attempt`); a login
        dialogue in the bytes is the session's. Raises a ConnectionFailed of the right class.
        """

    def cancel(self) -> None:
        """Wakes all who wait for their turn, from any thread; sockets are ended elsewhere."""


class Openers:
    """The openers of one worker process, each made when a host first needs it: SSH's library
    takes its time to import."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._made: dict[str, Opener] = {}
        self._lock = threading.Lock()

    def open(self, target: Target) -> tuple[Transport, bool]:
        """See `Opener.open`."""
        with self._lock:
            if target.transport not in self._made:
                self._made[target.transport] = self._make(target.transport)
        return self._made[target.transport].open(target)

    def cancel(self) -> None:
        """See `Opener.cancel`."""
        with self._lock:
            for opener in self._made.values():
                opener.cancel()

    def _make(self, name: str) -> Opener:
        module, opener = TRANSPORTS[name]
        found = getattr(importlib.import_module(f"runner.connections.{module}"), opener)
        made: Opener = found(self._shared)
        return made
