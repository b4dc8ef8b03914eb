"""The SSH side of a device. The only module that knows asyncssh."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import asyncssh

from runner.lab.backpressure import Backpressure
from runner.lab.device import Device
from runner.lab.serving import admitted, hang_up, serve_session
from runner.lab.session import HangUp, Session
from runner.lab.terminal import Terminal
from runner.lab.verbs import VERBS

Locate = Callable[[tuple[str, int]], Device | None]
"""Which device answers at a local address and port."""

_KEX = [
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "diffie-hellman-group14-sha256",
]
_CIPHERS = [
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "aes128-ctr",
    "aes256-ctr",
    "chacha20-poly1305@openssh.com",
]
_MACS = ["hmac-sha2-256", "hmac-sha2-512", "hmac-sha2-256-etm@openssh.com"]
_LEGACY_KEX = ["diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1"]
_LEGACY_CIPHERS = ["aes128-cbc", "3des-cbc"]
_LEGACY_MACS = ["hmac-sha1"]


def host_key(folder: Path, kind: str) -> asyncssh.SSHKey:
    """The lab's host key of a kind (`ssh-ed25519`, `ssh-rsa`), made once and kept in `folder`."""
    file = folder / f"host_key_{kind.removeprefix('ssh-')}"
    if not file.exists():
        made = asyncssh.generate_private_key(kind)
        fresh = file.with_name(f"{file.name}.{id(made):x}")
        fresh.touch(mode=0o600)
        fresh.write_bytes(made.export_private_key())
        try:
            file.hardlink_to(fresh)  # whoever is first decides, also among several labs
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return asyncssh.read_private_key(file)


class SSHFront:
    """Makes the protocol object of each accepted SSH connection."""

    def __init__(self, keys: Path, locate: Locate) -> None:
        self._locate = locate
        self._folder = keys
        self.key = host_key(keys, "ssh-ed25519")
        self._modern = self._options([self.key], _KEX, _CIPHERS, _MACS, None)
        self._legacy: asyncssh.SSHServerConnectionOptions | None = None

    def public_key(self, *, legacy: bool) -> str:
        """The public host key, as known_hosts writes it."""
        key = self._rsa() if legacy else self.key
        return " ".join(key.export_public_key().decode().split()[:2])

    def _rsa(self) -> asyncssh.SSHKey:
        return host_key(self._folder, "ssh-rsa")

    def _options(
        self,
        keys: list[asyncssh.SSHKey],
        kex: list[str],
        ciphers: list[str],
        macs: list[str],
        signatures: list[str] | None,
    ) -> asyncssh.SSHServerConnectionOptions:
        more = {} if signatures is None else {"signature_algs": signatures}
        return asyncssh.SSHServerConnectionOptions(
            server_factory=lambda: _Login(self._locate),
            server_host_keys=keys,
            server_version="PlayrunLab_1",
            kex_algs=kex,
            encryption_algs=ciphers,
            mac_algs=macs,
            compression_algs=None,
            gss_host=None,
            allow_scp=False,
            agent_forwarding=False,
            x11_forwarding=False,
            line_editor=False,
            encoding=None,
            login_timeout=0,
            config=None,
            **more,
        )

    def protocol(self, device: Device) -> asyncio.Protocol:
        """The server's end of one connection."""
        options = self._modern
        if device.spec.ssh_legacy:
            self._legacy = self._legacy or self._options(
                [self._rsa()], _LEGACY_KEX, _LEGACY_CIPHERS, _LEGACY_MACS, ["ssh-rsa"]
            )
            options = self._legacy
        return asyncssh.SSHServerConnection(asyncio.get_running_loop(), options)


class _Login(asyncssh.SSHServer):
    """Authentication for the device a connection was made to."""

    def __init__(self, locate: Locate) -> None:
        self._locate = locate
        self._device: Device | None = None
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._device = self._locate(conn.get_extra_info("sockname")[:2])
        if self._device is None:
            conn.abort()

    def begin_auth(self, _username: str) -> bool:
        if self._device is not None and self._connection is not None and self._device.spec.banner:
            self._connection.send_auth_banner(self._device.spec.banner.rstrip("\n") + "\r\n")
        return True

    def password_auth_supported(self) -> bool:
        return True

    async def validate_password(self, username: str, password: str) -> bool:
        if self._device is None:
            return False
        wrong, right = self._device.spec.misbehaviour, self._device.spec.credentials
        if wrong.slow_login:
            await asyncio.sleep(wrong.slow_login)
        user = username.split("+", 1)[0]  # RouterOS takes terminal options after the name
        known = username == right.user or (
            self._device.profile.name == "mikrotik_routeros" and user == right.user
        )
        return known and password == right.password and not wrong.wrong_password

    def session_requested(self) -> SSHWire | bool:
        return False if self._device is None else SSHWire(self._device)


class SSHWire(Backpressure, asyncssh.SSHServerSession[bytes]):
    """One shell on one SSH connection: a `Wire` for a terminal."""

    def __init__(self, device: Device) -> None:
        self.terminal = Terminal(self)
        self.terminal.tty = False
        self._device = device
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None
        self._task: asyncio.Task[None] | None = None
        self._command = ""

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._channel = chan

    def pty_requested(self, *_: object) -> bool:
        self.terminal.tty = True
        return True

    def shell_requested(self) -> bool:
        return True

    def exec_requested(self, command: str) -> bool:
        self._command = command
        return True

    def session_started(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._serve())

    async def _serve(self) -> None:
        with hang_up(self), admitted(self._device, self.terminal):
            await (self._execute() if self._command else self._shell())

    async def _shell(self) -> None:
        await serve_session(self._device, self.terminal)

    async def _execute(self) -> None:
        session = Session(self._device, self.terminal, VERBS)
        session.page = 0
        try:
            await session.execute(self._command)
        finally:
            await self.terminal.flush()
        raise HangUp

    def data_received(self, data: bytes, _datatype: asyncssh.DataType) -> None:
        self.terminal.feed(data)

    def eof_received(self) -> bool:
        self.terminal.feed_eof()
        return True

    def connection_lost(self, _exc: Exception | None) -> None:
        self.terminal.feed_eof()
        self._channel = None
        self.stop_waiting()
        if self._task is not None:
            self._task.cancel()

    def write(self, data: bytes) -> None:
        """Queues data."""
        if self._channel is not None:
            self._channel.write(data)

    def close(self) -> None:
        """Ends the session after what is queued, and the connection with it, as devices do."""
        if self._channel is not None:
            self._channel.exit(0)

    def abort(self) -> None:
        """Cuts the connection."""
        if self._channel is not None:
            self._channel.get_connection().abort()
