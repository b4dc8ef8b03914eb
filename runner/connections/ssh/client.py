"""One authenticated SSH connection, to a device or to a jump host."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

from runner.connections.api import Target
from runner.connections.ssh.auth import Credentials, Login
from runner.connections.ssh.context import SshContext
from runner.connections.ssh.failures import Busy
from runner.connections.ssh.handshake import Handshake, end
from runner.connections.ssh.legacy import LegacyTransport, with_sha1
from runner.connections.ssh.library import paramiko
from runner.connections.ssh.transport import ClientTransport
from runner.connections.sshsettings import SshSettings

_FIRST_PAUSE = 0.1

Socket = socket.socket | paramiko.Channel


def log_in(
    connect: Callable[[], Socket],
    target: Target,
    settings: SshSettings,
    context: SshContext,
    *,
    key: str,
    credentials: Callable[[], AbstractContextManager[Credentials]],
    legacy: bool = False,
) -> tuple[ClientTransport, bool]:
    """Connection, handshake, host key, login; whether the server authenticated us.

    `key` names the credential for the lockout breaker.
    """
    transport = _reach(connect, target, settings, context, legacy)
    try:
        with context.gate.attempt(key) as attempt, credentials() as given:
            if legacy:
                given = replace(given, keys=with_sha1(given.keys))
            attempt.tested = Login(transport, given, target.timeouts.login).run()
            return transport, attempt.tested
    except BaseException:
        end(transport, context.sockets)
        raise


def _reach(
    connect: Callable[[], Socket],
    target: Target,
    settings: SshSettings,
    context: SshContext,
    legacy: bool,
) -> ClientTransport:
    """The handshake; again, as long as `timeouts.connect` allows, with a device that is full.

    Nothing has been sent by then but our version string, so trying again is safe.
    """
    checker = context.known_hosts.checker(
        settings.host_key_alias or settings.hostname,
        settings.port,
        settings.host_key_checking or target.host_key_checking,
        target.known_hosts,
        settings.known_hosts,
    )
    make = LegacyTransport if legacy else ClientTransport
    deadline = time.monotonic() + target.timeouts.connect
    pause = _FIRST_PAUSE
    while True:
        handshake = Handshake(connect(), make, target.timeouts, context.sockets)
        try:
            return handshake.run(context.handshakes, checker)
        except Busy:
            # Spread out, so that all who were turned away do not come back together.
            pause *= 1 + random.random()  # noqa: S311 - no secret depends on it
            if time.monotonic() + pause > deadline:
                raise
            context.sockets.pause(pause)
