"""The scripted device behind real sockets: Telnet, and an SSH server, both on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncssh
from scripted import Bench, Break, Close, Hear, Say, Script, ScriptError, Step

from runner.connections.api import Session, Target
from runner.connections.connector import DeviceConnector
from runner.connections.lockout import ThreadGate

_PATIENCE = 10.0


async def play(
    steps: Sequence[Step],
    receive: Callable[[], Awaitable[bytes]],
    send: Callable[[bytes], Awaitable[None]],
) -> None:
    """Follows a script; waits are not kept. Raises ScriptError."""
    heard = b""
    for step in steps:
        if isinstance(step, Say):
            await send(step.data)
        elif isinstance(step, Hear):
            while len(heard) < len(step.data):
                data = await asyncio.wait_for(receive(), _PATIENCE)
                if not data:
                    raise ScriptError(f"closed after {heard!r}, waiting for {step.data!r}")
                heard += data
            if not heard.startswith(step.data):
                raise ScriptError(f"heard {heard!r}, expected {step.data!r}")
            heard = heard[len(step.data) :]
        elif isinstance(step, (Close, Break)):
            return
    while await receive():
        pass


class Devices:
    """A Telnet and an SSH listener; each connection plays the script set last."""

    def __init__(self) -> None:
        self.steps: Sequence[Step] = ()
        self.ports: dict[str, int] = {}
        self.failure: BaseException | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(30)

    async def _listen(self) -> None:
        self._telnet = await asyncio.start_server(self._on_telnet, "127.0.0.1", 0)
        self.ports["telnet"] = self._telnet.sockets[0].getsockname()[1]
        self._ssh = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=_AnyPassword,
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
            process_factory=self._on_ssh,
            encoding=None,
            line_editor=False,
        )
        self.ports["ssh"] = self._ssh.get_port()

    async def _on_telnet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        async def send(data: bytes) -> None:
            writer.write(data.replace(b"\xff", b"\xff\xff"))
            await writer.drain()

        try:
            await self._play(lambda: reader.read(4096), send)
        finally:
            # Cancelled at the end of the tests too: an open transport would complain later,
            # in the middle of somebody else's test.
            writer.transport.abort()

    async def _on_ssh(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        async def send(data: bytes) -> None:
            process.stdout.write(data)
            await process.stdout.drain()

        await self._play(lambda: process.stdin.read(4096), send)
        process.exit(0)

    async def _play(
        self,
        receive: Callable[[], Awaitable[bytes]],
        send: Callable[[bytes], Awaitable[None]],
    ) -> None:
        try:
            await play(self.steps, receive, send)
        except ScriptError as error:
            self.failure = error
        except (OSError, asyncssh.Error, TimeoutError):
            pass

    def close(self) -> None:
        """Ends both listeners and their thread."""
        asyncio.run_coroutine_threadsafe(self._shut_down(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()

    async def _shut_down(self) -> None:
        for server in (self._telnet, self._ssh):
            server.close()
            await server.wait_closed()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for _ in range(3):
            await asyncio.sleep(0)


class _AnyPassword(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("admin", "s3cret!")


@dataclass
class RealBench(Bench):
    """A bench whose session runs over the project's own transports."""

    devices: Devices | None = None
    sessions: list[Session] = field(default_factory=list)

    def open(self, script: Script, target: Target | None = None, **options: Any) -> Any:
        assert self.devices is not None
        assert not options
        self.devices.steps, self.devices.failure = script.steps, None
        target = (target or self.target())._replace(
            address="127.0.0.1",
            port=self.devices.ports[self.name],
            host_key_checking="off",
            ssh_config_file="",
        )
        session = DeviceConnector(ThreadGate()).connect(target)
        self.sessions.append(session)
        return session

    @property
    def finished(self) -> bool:
        """The script has not complained; whether it came to its end is the answers' proof."""
        assert self.devices is not None
        if self.devices.failure is not None:
            raise self.devices.failure
        return True

    @contextlib.contextmanager
    def running(self) -> Iterator[RealBench]:
        """Closes the sessions whatever happens."""
        try:
            yield self
            assert self.finished
        finally:
            for session in self.sessions:
                session.close()
