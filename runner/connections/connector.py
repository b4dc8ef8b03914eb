"""Opens sessions: the right transport, the lockout breaker, one class of error each."""

from __future__ import annotations

from collections.abc import Callable

from runner.connections.api import Session, Target, Transcript, Transport
from runner.connections.dial import Sockets
from runner.connections.lockout import CredentialGate
from runner.connections.transports import Openers, Shared
from runner.errors import ConnectionFailed, ConnectionLost

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
        self._transcript = transcript
        self._sockets = Sockets()
        self._openers = Openers(Shared(gate, self._sockets, handshakes, notice))

    def connect(self, target: Target) -> Session:
        """See `Connector.connect`. No transport ever falls back to another."""
        try:
            return self._open(target)
        except ConnectionFailed as error:
            raise self._located(error, target) from error

    def close_all(self) -> None:
        """Ends every connection, open or opening, from any thread; none opens afterwards.

        Sessions blocked in a read fail with ConnectionLost at once, waiting ones with
        NotTried or ConnectionLost.
        """
        self._sockets.abort()
        self._gate.cancel()
        self._openers.cancel()

    def _open(self, target: Target) -> Session:
        transport, authenticated = self._openers.open(target)
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

    def _located(self, error: ConnectionFailed, target: Target) -> ConnectionFailed:
        if self._sockets.aborted and not isinstance(error, ConnectionLost):
            return ConnectionLost(f"{target.host}: interrupted")
        if error.message.startswith(target.host):
            return error
        where = f" ({target.address})" if target.address != target.host else ""
        message = f"{target.host}{where}: {error.message}"
        return type(error)(message, origin=error.origin, hint=error.hint)
