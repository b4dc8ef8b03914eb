"""Real SSH servers on loopback, in threads of the test: what they were told, in what order."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

from runner.connections.api import Target, Timeouts
from runner.connections.dial import Sockets
from runner.connections.lockout import ThreadGate
from runner.connections.ssh import SshClient
from runner.connections.ssh.shell import SshTransport
from runner.connections.sshsettings import SshConfigs
from runner.platforms import load
from runner.platforms.model import Platform
from runner.values import Secret

PROMPT = b"r1#"


@dataclass
class Rules:
    """Who may log in, and how. `seen` lists what clients tried."""

    user: str = "admin"
    password: str | None = "secret"
    keys: Sequence[Any] = ()
    rounds: Sequence[Sequence[tuple[str, bool]]] = ()
    """Keyboard-interactive: the prompts of each round, accepted whatever the answers."""
    instructions: str = ""
    nothing: bool = False
    """No authentication at all."""
    terminal: bool = True
    forwarding: bool = False
    seen: list[tuple[str, Any]] = field(default_factory=list)
    connections: int = 0
    open: list[Any] = field(default_factory=list)


class _Server(asyncssh.SSHServer):
    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.round = 0
        rules.connections += 1

    def connection_made(self, connection: Any) -> None:
        self.rules.open.append(connection)

    def begin_auth(self, username: str) -> bool:
        return not self.rules.nothing

    def password_auth_supported(self) -> bool:
        return self.rules.password is not None and not self.rules.rounds

    def validate_password(self, username: str, password: str) -> bool:
        self.rules.seen.append(("password", (username, password)))
        return (username, password) == (self.rules.user, self.rules.password)

    def public_key_auth_supported(self) -> bool:
        return bool(self.rules.keys)

    def validate_public_key(self, username: str, key: Any) -> bool:
        self.rules.seen.append(("key", key.get_fingerprint()))
        return key in self.rules.keys

    def kbdint_auth_supported(self) -> bool:
        return bool(self.rules.rounds)

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
        return ("", self.rules.instructions, "", list(self.rules.rounds[0]))

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> Any:
        self.rules.seen.append(("answers", tuple(responses)))
        self.round += 1
        if self.round < len(self.rules.rounds):
            return ("", "", "", list(self.rules.rounds[self.round]))
        return True

    def connection_requested(self, *where: Any) -> bool:
        if not self.rules.forwarding:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED, "no")
        return True


async def command_line(process: Any) -> None:
    """Echoes; `show NUMBER` prints that many lines, `exit` ends, `die` breaks, `hang` hangs."""
    process.stdout.write(PROMPT)
    with contextlib.suppress(asyncssh.BreakReceived, asyncssh.TerminalSizeChanged):
        async for line in process.stdin:
            word = line.strip().decode()
            process.stdout.write(line.strip() + b"\r\n")
            if word == "exit":
                break
            if word == "die":
                reset(process.channel.get_connection())
                return
            if word == "hang":
                await asyncio.sleep(3600)
            if word.startswith("show "):
                lines = (b"line %d\r\n" % n for n in range(int(word.split()[1])))
                process.stdout.write(b"".join(lines))
                await process.stdout.drain()
            if word == "size":
                process.stdout.write(repr(process.term_size).encode() + b"\r\n")
            process.stdout.write(PROMPT)
    process.exit(0)


def reset(connection: Any) -> None:
    """Breaks a connection: its peer gets an error, not an end."""
    at_once = struct.pack("ii", 1, 0)
    connection.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    connection.abort()


class Loop:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Awaitable[Any]) -> Any:
        """Runs a coroutine there and waits for it."""

        async def wrapped() -> Any:
            return await work

        return asyncio.run_coroutine_threadsafe(wrapped(), self.loop).result(20)

    def end(self) -> None:
        """Stops it."""
        self.run(self._cancel_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()

    async def _cancel_all(self) -> None:
        others = [t for t in asyncio.all_tasks(self.loop) if t is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for _ in range(3):
            await asyncio.sleep(0)


HOST_KEY = asyncssh.generate_private_key("ssh-ed25519")


@contextlib.contextmanager
def serving(
    rules: Rules,
    host_keys: Sequence[Any] = (),
    process: Callable[[Any], Awaitable[None]] = command_line,
    **options: Any,
) -> Iterator[int]:
    """Runs a server; gives its port."""
    loop = Loop()

    server = loop.run(
        asyncssh.create_server(
            lambda: _Server(rules),
            "127.0.0.1",
            0,
            server_host_keys=list(host_keys) or [HOST_KEY],
            process_factory=process,
            encoding=None,
            line_editor=False,
            allow_pty=rules.terminal,
            **options,
        )
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:

        async def stop() -> None:
            server.close()
            await server.wait_closed()
            for connection in rules.open:
                connection.abort()
                await connection.wait_closed()
            await asyncio.sleep(0.01)

        loop.run(stop())
        loop.end()


@contextlib.contextmanager
def speaking(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that does what `answer` does with each connection; gives its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=serve, args=(connection,), daemon=True))
            threads[-1].start()

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            answer(connection)

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join(10)
        for thread in threads:
            thread.join(10)


def generic() -> Platform:
    """A platform that expects nothing in particular."""
    return load("generic")


def target(port: int, folder: Path, **changes: Any) -> Target:
    """A host on loopback that keeps its keys in `folder` and reads no ssh_config."""
    given: dict[str, Any] = {
        "host": "r1",
        "address": "127.0.0.1",
        "platform": generic(),
        "port": port,
        "user": "admin",
        "password": Secret("secret"),
        "ssh_config_file": "",
        "known_hosts": str(folder / "known_hosts"),
        "timeouts": Timeouts(connect=60, login=60, idle=60, command=60),
    }
    return Target(**{**given, **changes})


class Client:
    """The SSH side of a worker, and what it opened."""

    def __init__(self, home: Path, gate: ThreadGate | None = None) -> None:
        self.sockets = Sockets()
        self.ssh = SshClient(gate or ThreadGate(), self.sockets, 8)
        self.configs = SshConfigs(home=home)
        self.opened: list[SshTransport] = []

    def open(self, wanted: Target) -> SshTransport:
        """A shell."""
        return self.open_both(wanted)[0]

    def open_both(self, wanted: Target) -> tuple[SshTransport, bool]:
        """A shell, and whether we were authenticated."""
        shell, authenticated = self.ssh.open(wanted, self.configs.settings_for(wanted))
        self.opened.append(shell)
        return shell, authenticated

    def close(self) -> None:
        """Ends everything."""
        for shell in self.opened:
            shell.close()


def until(shell: SshTransport, end: bytes = PROMPT, timeout: float = 10) -> bytes:
    """Reads up to `end`."""
    text = b""
    while not text.endswith(end):
        piece = shell.read(timeout)
        assert piece, f"ended after {text!r}"
        text += piece
    return text
