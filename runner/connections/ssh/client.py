"""One authenticated SSH connection, to a device or to a jump host."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

from runner.connections.api import Target
from runner.connections.ssh.auth import Credentials, Login
from runner.connections.ssh.context import SshContext
from runner.connections.ssh.handshake import Handshake, end
from runner.connections.ssh.legacy import LegacyTransport, with_sha1
from runner.connections.ssh.library import paramiko
from runner.connections.ssh.transport import ClientTransport
from runner.connections.sshsettings import SshSettings


def log_in(
    sock: socket.socket | paramiko.Channel,
    target: Target,
    settings: SshSettings,
    context: SshContext,
    *,
    key: str,
    credentials: Callable[[], AbstractContextManager[Credentials]],
    legacy: bool = False,
) -> tuple[ClientTransport, bool]:
    """Handshake, host key, login over `sock`; whether the server authenticated us.

    `key` names the credential for the lockout breaker. Closes `sock` when it fails.
    """
    checker = context.known_hosts.checker(
        settings.host_key_alias or settings.hostname,
        settings.port,
        settings.host_key_checking or target.host_key_checking,
        target.known_hosts,
        settings.known_hosts,
    )
    make = LegacyTransport if legacy else ClientTransport
    handshake = Handshake(sock, make, target.timeouts, context.sockets)
    transport = handshake.run(context.handshakes, checker)
    try:
        with context.gate.attempt(key), credentials() as given:
            if legacy:
                given = _with_sha1(given)
            return transport, Login(transport, given, target.timeouts.login).run()
    except BaseException:
        end(transport, context.sockets)
        raise


def _with_sha1(given: Credentials) -> Credentials:
    keys = tuple(replace(named, key=with_sha1(named.key)) for named in given.keys)
    return replace(given, keys=keys)
