"""SSH through paramiko. Importing this package imports paramiko: do it when needed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from runner.connections.api import Target
from runner.connections.dial import Sockets, dial
from runner.connections.hostkeys import KnownHosts, user_files
from runner.connections.lockout import CredentialGate, credential_key
from runner.connections.ssh.auth import Credentials, Login
from runner.connections.ssh.handshake import Handshake, HandshakeGate, end
from runner.connections.ssh.keys import KeyRing, agent_keys
from runner.connections.ssh.library import ClientTransport
from runner.connections.ssh.shell import SshTransport, open_shell
from runner.connections.sshconfig import SshSettings

__all__ = ["HandshakeGate", "SshContext", "SshTransport", "open_ssh"]


@dataclass(frozen=True, slots=True)
class SshContext:
    """What all SSH connections of a worker share."""

    gate: CredentialGate
    handshakes: HandshakeGate
    sockets: Sockets
    known_hosts: KnownHosts = field(default_factory=KnownHosts)
    keys: KeyRing = field(default_factory=KeyRing)


def open_ssh(
    target: Target, settings: SshSettings, context: SshContext
) -> tuple[SshTransport, bool]:
    """A shell on `target`, and whether it authenticated us (False: it asked for nothing).

    The host key is checked before any credential is sent; each credential is sent once.
    Raises a ConnectionFailed of the right class, or NotTried.
    """
    timeouts = target.timeouts
    transport = _connect(target, settings, context)
    try:
        with context.gate.attempt(credential_key(target)):
            authenticated = _log_in(transport, target, settings, context)
        channel = open_shell(transport, target.platform, timeouts.login)
    except BaseException:
        end(transport, context.sockets)
        raise
    peer = f"ssh {settings.hostname}:{settings.port}"
    shell = SshTransport(channel, transport, peer, context.sockets, timeouts.idle, lambda: None)
    return shell, authenticated


def _connect(target: Target, settings: SshSettings, context: SshContext) -> ClientTransport:
    checker = context.known_hosts.checker(
        settings.host_key_alias or settings.hostname,
        settings.port,
        target.host_key_checking,
        target.known_hosts,
        user_files(),
    )
    sock = dial(settings.hostname, settings.port, target.timeouts.connect, context.sockets)
    try:
        handshake = Handshake(sock, ClientTransport, target.timeouts, context.sockets)
        return handshake.run(context.handshakes, checker)
    except BaseException:
        context.sockets.close(sock)
        raise


def _log_in(
    transport: ClientTransport, target: Target, settings: SshSettings, context: SshContext
) -> bool:
    with _credentials(target, settings, context) as credentials:
        return Login(transport, credentials, target.timeouts.login).run()


@contextlib.contextmanager
def _credentials(
    target: Target, settings: SshSettings, context: SshContext
) -> Iterator[Credentials]:
    user = settings.user + target.platform.login.user_suffix
    keys = []
    if target.private_key_file:
        keys.append(context.keys.load(target.private_key_file, target.private_key_passphrase))
    password = target.password.reveal() if target.password is not None else None
    if keys or password is not None:
        yield Credentials(user, tuple(keys), password, target.platform)
        return
    with agent_keys() as found:
        everything = (*found, *context.keys.defaults())
        yield Credentials(user, everything, None, target.platform, configured=False)
