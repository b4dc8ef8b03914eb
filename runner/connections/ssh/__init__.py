"""SSH through paramiko. Importing this package imports paramiko: do it when needed."""

from __future__ import annotations

from functools import partial

from runner.connections.api import Target
from runner.connections.dial import Sockets
from runner.connections.lockout import CredentialGate, credential_key
from runner.connections.ssh.client import log_in
from runner.connections.ssh.context import SshContext
from runner.connections.ssh.credentials import for_device
from runner.connections.ssh.handshake import HandshakeGate, end
from runner.connections.ssh.jump import JumpPool, Lease, connect
from runner.connections.ssh.shell import SshTransport, open_shell
from runner.connections.sshsettings import SshConfigs, SshSettings
from runner.connections.transports import Shared

__all__ = ["SshClient", "SshOpener"]


class SshOpener:
    """The `Opener` of SSH: what a target says, and what the user's ssh_config does."""

    def __init__(self, shared: Shared) -> None:
        self._client = SshClient(shared.gate, shared.sockets, shared.handshakes)
        self._configs = SshConfigs(shared.notice)

    def open(self, target: Target) -> tuple[SshTransport, bool]:
        """See `Opener.open`."""
        return self._client.open(target, self._configs.settings_for(target))

    def cancel(self) -> None:
        """Wakes those who wait for their handshake."""
        self._client.cancel()


class SshClient:
    """Opens shells over SSH for one worker process. Thread-safe."""

    def __init__(self, gate: CredentialGate, sockets: Sockets, handshakes: int) -> None:
        """`handshakes`: how many to compute at the same time."""
        self._context = SshContext(gate, HandshakeGate(handshakes), sockets)
        self._jumps = JumpPool(self._context)

    def open(self, target: Target, settings: SshSettings) -> tuple[SshTransport, bool]:
        """A shell on `target`, and whether it authenticated us (False: it asked nothing).

        The host key is checked before any credential is sent; each credential is sent once.
        Raises a ConnectionFailed of the right class, or NotTried.
        """
        if not settings.jumps:
            return self._through(None, target, settings)
        lease = self._jumps.lease(settings.jumps, target)
        try:
            return self._through(lease, target, settings)
        except BaseException:
            lease.release()
            raise

    def cancel(self) -> None:
        """Wakes all who wait for their turn."""
        self._context.handshakes.cancel()

    def _through(
        self, lease: Lease | None, target: Target, settings: SshSettings
    ) -> tuple[SshTransport, bool]:
        context, timeouts = self._context, target.timeouts
        transport, authenticated = log_in(
            partial(connect, lease, settings, target, context.sockets),
            target,
            settings,
            context,
            key=credential_key(target),
            credentials=lambda: for_device(target, settings, context.keys),
            legacy=target.ssh_legacy,
        )
        try:
            channel = open_shell(transport, target.platform, timeouts.login)
        except BaseException:
            end(transport, context.sockets)
            raise
        via = "".join(f" via {jump.place}" for jump in settings.jumps)
        shell = SshTransport(
            channel,
            transport,
            f"ssh {settings.place}{via}",
            context.sockets,
            timeouts.idle,
            lease.release if lease else None,
        )
        return shell, authenticated
