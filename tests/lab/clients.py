"""Real clients for simulated devices: a socket that speaks Telnet, and paramiko for SSH."""

from __future__ import annotations

import socket
from types import TracebackType
from typing import Protocol

import paramiko

from runner.lab import LabDevice, RunningLab

PATIENCE = 60.0


class Client(Protocol):
    """A terminal."""

    def until(self, text: str) -> str:
        """Everything up to and including `text`."""

    def type(self, line: str) -> None:
        """Types a line and Enter."""


class Closed(Exception):
    """The device hung up; the message is what came before."""


def device(lab: RunningLab, name: str) -> LabDevice:
    """The device of a name."""
    return next(found for found in lab.devices if found.name == name)


class Telnet:
    """Telnet that agrees to ECHO and SGA and refuses the rest."""

    def __init__(self, found: LabDevice) -> None:
        assert found.telnet_port is not None
        self.socket = socket.create_connection((found.address, found.telnet_port), PATIENCE)
        self.screen = ""
        self.commands = b""

    def __enter__(self) -> Telnet:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.socket.close()

    def _read(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise Closed(self.screen)
        while b"\xff" in data:
            at = data.index(b"\xff")
            self.commands += data[at : at + 3]
            data = data[:at] + data[at + 3 :]
        self.screen += data.decode("utf-8", "surrogateescape").replace("\r\n", "\n")

    def until(self, text: str) -> str:
        while text not in self.screen:
            self._read()
        head, text, self.screen = self.screen.partition(text)
        return head + text

    def type(self, line: str) -> None:
        self.socket.sendall(line.encode() + b"\r")

    def ended(self) -> str:
        """Everything up to the end of the connection."""
        try:
            while True:
                self._read()
        except Closed:
            return self.screen
        except ConnectionError:
            return self.screen + "<reset>"


def telnet_in(found: LabDevice, prompt: str) -> Telnet:
    """A Telnet session that has logged in."""
    client = Telnet(found)
    client.until("name: " if "name" in "Username: " else "login: ")
    client.type(found.user)
    client.until("assword:")
    client.type(found.password)
    client.until(prompt)
    return client


class Ssh:
    """An SSH session with a terminal."""

    def __init__(self, lab: RunningLab, found: LabDevice, password: str | None = None) -> None:
        self.client = paramiko.SSHClient()
        self.client.load_host_keys(str(lab.known_hosts))
        assert found.ssh_port is not None
        self.client.connect(
            found.address,
            found.ssh_port,
            found.user,
            found.password if password is None else password,
            look_for_keys=False,
            allow_agent=False,
            timeout=PATIENCE,
        )
        self.channel = self.client.invoke_shell(width=200)
        self.channel.settimeout(PATIENCE)
        self.screen = ""

    def __enter__(self) -> Ssh:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.client.close()

    def until(self, text: str) -> str:
        while text not in self.screen:
            data = self.channel.recv(65536)
            if not data:
                raise Closed(self.screen)
            self.screen += data.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
        head, text, self.screen = self.screen.partition(text)
        return head + text

    def type(self, line: str) -> None:
        self.channel.sendall(f"{line}\n".encode())
