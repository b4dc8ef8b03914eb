"""Opens sessions: the right transport, the lockout breaker, one class of error each."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from runner.connections.api import Session, Target, Transcript, Transport
from runner.connections.dial import Sockets
from runner.connections.lockout import CredentialGate
from runner.connections.sshsettings import SshConfigs
from runner.errors import ConnectionFailed, ConnectionLost

if TYPE_CHECKING:
    from runner.connections.ssh import SshClient

DEFAULT_HANDSHAKES = 8
"""SSH handshakes at a time in one process; see HandshakeGate for the reason."""


class DeviceConnector:
    """The `Connector` of a worker process. Make it after the fork; share it by all threads."""

    def __init__(
        self,
        gate: CredentialGate,
        *,
        handshakes: int = DEFAULT_HANDSHAKES,
        transcript: Callable[[str], Transcript] | None = None,
        notice: Callable[[str], None] | None = None,
    ) -> None:
        """`transcript` opens the transcript of a host, by inventory name; `notice` is told
        what in an ssh_config is not done as written."""
        self._gate = gate
        self._handshakes = handshakes
        self._transcript = transcript
        self._sockets = Sockets()
        self._configs = SshConfigs(notice)
        self._lock = threading.Lock()
        self._ssh: SshClient | None = None

    def connect(self, target: Target) -> Session:
        """See `Connector.connect`. SSH never falls back to Telnet, nor the other way round."""
        try:
            if target.transport == "telnet":
                return self._telnet(target)
            return self._over_ssh(target)
        except ConnectionFailed as error:
            raise self._located(error, target) from error

    def close_all(self) -> None:
        """Ends every connection, open or opening, from any thread; none opens afterwards.

        Sessions blocked in a read fail with ConnectionLost at once, waiting ones with
        NotTried or ConnectionLost.
        """
        self._sockets.abort()
        self._gate.cancel()
        with self._lock:
            if self._ssh is not None:
                self._ssh.cancel()

    def _telnet(self, target: Target) -> Session:
        from runner.connections.telnet import open_telnet

        transport = open_telnet(target, self._sockets)
        try:
            return self._session(transport, target, authenticated=False)
        except BaseException:
            transport.close()
            raise

    def _over_ssh(self, target: Target) -> Session:
        settings = self._configs.settings_for(target)
        transport, authenticated = self._client().open(target, settings)
        try:
            return self._session(transport, target, authenticated=authenticated)
        except BaseException:
            transport.close()
            raise

    def _session(self, transport: Transport, target: Target, *, authenticated: bool) -> Session:
        from runner.connections.session import open_session

        transcript = self._transcript(target.host) if self._transcript else None
        return open_session(
            transport,
            target,
            transcript=transcript,
            authenticated=authenticated,
            gate=self._gate,
        )

    def _client(self) -> SshClient:
        with self._lock:
            if self._ssh is None:
                # paramiko takes its time to import: only when a host needs it.
                from runner.connections.ssh import SshClient

                self._ssh = SshClient(self._gate, self._sockets, self._handshakes)
            return self._ssh

    def _located(self, error: ConnectionFailed, target: Target) -> ConnectionFailed:
        if self._sockets.aborted and not isinstance(error, ConnectionLost):
            return ConnectionLost(f"{target.host}: interrupted")
        if error.message.startswith(target.host):
            return error
        where = f" ({target.address})" if target.address != target.host else ""
        message = f"{target.host}{where}: {error.message}"
        return type(error)(message, origin=error.origin, hint=error.hint)
