"""Jump hosts: one connection each, shared by all devices behind it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import partial

from runner.connections.api import Target
from runner.connections.dial import Sockets, dial
from runner.connections.lockout import credential_key, hashed_name
from runner.connections.ssh.client import Socket, log_in
from runner.connections.ssh.context import SshContext
from runner.connections.ssh.credentials import for_jump
from runner.connections.ssh.handshake import end
from runner.connections.ssh.library import paramiko
from runner.connections.ssh.transport import ClientTransport
from runner.connections.sshsettings import SshSettings
from runner.errors import ConnectionFailed, Unreachable

_Key = tuple[tuple[SshSettings, ...], str]


@dataclass(slots=True)
class _Shared:
    """The connection to one jump host."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while connecting, so that all others wait for one login instead of trying theirs."""
    users: int = 0
    transport: ClientTransport | None = None
    before: Lease | None = None
    failure: ConnectionFailed | None = None
    """A jump host that refused once is not asked again for the next of a thousand devices."""


class JumpPool:
    """The jump connections of a worker, closed when nobody needs them. Thread-safe."""

    def __init__(self, context: SshContext) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._shared: dict[_Key, _Shared] = {}

    def lease(self, chain: tuple[SshSettings, ...], target: Target) -> Lease:
        """A share in the connection to the last host of `chain`. Raises ConnectionFailed."""
        key = (chain, credential_key(target))
        with self._lock:
            shared = self._shared.setdefault(key, _Shared())
            shared.users += 1
        try:
            with shared.lock:
                if shared.transport is None or not shared.transport.is_active():
                    self._open(shared, chain, target)
        except BaseException:
            self._leave(shared)
            raise
        return Lease(self, shared, chain[-1])

    def _open(self, shared: _Shared, chain: tuple[SshSettings, ...], target: Target) -> None:
        if shared.failure is not None:
            raise shared.failure
        self._close(shared)
        jump = chain[-1]
        try:
            if len(chain) > 1:
                shared.before = self.lease(chain[:-1], target)
            shared.transport, _ = log_in(
                partial(connect, shared.before, jump, target, self._context.sockets),
                target,
                jump,
                self._context,
                key=hashed_name("jump", credential_key(target), jump),
                credentials=lambda: for_jump(target, jump, self._context.keys),
            )
        except ConnectionFailed as error:
            self._close(shared)
            named = f"jump host {jump.place}: {error.message}"
            if error.message.startswith("jump host"):
                named = error.message
            shared.failure = type(error)(named, hint=error.hint)
            raise shared.failure from error

    def _leave(self, shared: _Shared) -> None:
        with self._lock:
            shared.users -= 1
            last = shared.users == 0
        if last:
            with shared.lock:
                if shared.users == 0:
                    self._close(shared)

    def _close(self, shared: _Shared) -> None:
        if shared.transport is not None:
            end(shared.transport, self._context.sockets)
            shared.transport = None
        if shared.before is not None:
            shared.before.release()
            shared.before = None


class Lease:
    """One device's share in a jump connection."""

    def __init__(self, pool: JumpPool, shared: _Shared, jump: SshSettings) -> None:
        self._pool = pool
        self._shared = shared
        self._jump = jump

    def channel(self, target: SshSettings, timeout: float) -> paramiko.Channel:
        """A connection from the jump host to `target`. Raises Unreachable."""
        transport = self._shared.transport
        try:
            if transport is None:
                raise EOFError
            return transport.open_channel(
                "direct-tcpip",
                (target.hostname, target.port),
                ("127.0.0.1", 0),
                timeout=timeout,
            )
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise Unreachable(self._why(target, error, timeout)) from None

    def release(self) -> None:
        """Gives the share back; the last one closes the connection."""
        self._pool._leave(self._shared)

    def _why(self, target: SshSettings, error: Exception, timeout: float) -> str:
        jump = f"the jump host {self._jump.place}"
        if isinstance(error, paramiko.ChannelException):
            if error.code == 1:
                return f"{jump} does not allow connections to {target.place}"
            return f"{jump} cannot reach {target.place}: {error.text}"
        if "imeout" in str(error):
            return f"{jump} did not reach {target.place} within {timeout:g} s"
        return f"the connection to {jump} was lost"


def connect(lease: Lease | None, settings: SshSettings, target: Target, sockets: Sockets) -> Socket:
    """A connection to the host of `settings`, through the jump host of `lease` if any."""
    timeout = target.timeouts.connect
    if lease is not None:
        return lease.channel(settings, timeout)
    return dial(settings.hostname, settings.port, timeout, sockets)
