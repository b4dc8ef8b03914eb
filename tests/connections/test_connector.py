"""From a target to a session, over both transports."""

from __future__ import annotations

import re
import socket
import threading

import pytest
from ssh_servers import Rules, serving, speaking, target

from runner.connections.api import Timeouts
from runner.connections.connector import DeviceConnector
from runner.connections.lockout import ThreadGate
from runner.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    ConnectionLost,
    NotTried,
    Unreachable,
)
from runner.platforms import load
from runner.values import Secret


@pytest.fixture
def connector(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    connector = DeviceConnector(ThreadGate())
    yield connector
    connector.close_all()


def ios(connection: socket.socket, password: bytes = b"secret") -> None:
    """An IOS of a few words over Telnet."""
    lines = connection.makefile("rb")

    def ask(prompt: bytes, echo: bool = True) -> bytes:
        connection.sendall(prompt)
        text = b""
        while (byte := lines.read(1)) not in (b"\r", b"\n", b""):
            text += byte
        connection.sendall((text if echo else b"") + b"\r\n")
        return text

    connection.sendall(b"\r\nUser Access Verification\r\n\r\n")
    name, given = ask(b"Username: "), ask(b"Password: ", echo=False)
    if (name, given) != (b"admin", password):
        connection.sendall(b"\r\n% Login invalid\r\n\r\nUsername: ")
        lines.read(1)
        return
    while (line := ask(b"r1>")) not in (b"exit", b""):
        if line == b"show clock":
            connection.sendall(b"12:00:00 UTC\r\n")
        if line == b"hang":
            lines.read(1)
    lines.close()


def over_telnet(port, folder, **changes):
    return target(port, folder, transport="telnet", platform=load("cisco_ios"), **changes)


def test_a_session_over_telnet(connector, tmp_path):
    with speaking(ios) as port:
        session = connector.connect(over_telnet(port, tmp_path))
        assert session.prompt == "r1>"
        assert session.command("show clock").text.strip() == "12:00:00 UTC"
        session.close()


def test_a_session_over_ssh(connector, tmp_path):
    with serving(Rules()) as port:
        session = connector.connect(target(port, tmp_path))
        assert session.prompt == "r1#"
        assert session.command("show 2").text.split() == ["line", "0", "line", "1"]
        session.close()


def test_a_server_that_closes_after_one_command(connector, tmp_path):
    async def once(process):
        process.stdout.write(b"r1#")
        for answer in (b"\r\n", b"show x\r\none\r\n"):
            await process.stdin.readline()
            process.stdout.write(answer + b"r1#")
        process.exit(0)

    with serving(Rules(), process=once) as port:
        session = connector.connect(target(port, tmp_path))
        assert session.command("show x").text == "one\n"
        with pytest.raises(ConnectionLost, match=r"`show y`"):
            session.command("show y")
        assert session.dirty


def test_a_server_that_closes_instead_of_prompting_again(connector, tmp_path):
    async def once(process):
        process.stdout.write(b"r1#")
        for answer in (b"\r\nr1#", b"show x\r\none\r\n"):
            await process.stdin.readline()
            process.stdout.write(answer)
        process.exit(0)

    with serving(Rules(), process=once) as port:
        session = connector.connect(target(port, tmp_path))
        with pytest.raises(ConnectionLost, match="closed the connection while `show x`"):
            session.command("show x")


def test_ssh_config_is_heeded(connector, tmp_path):
    with serving(Rules(user="from-config")) as port:
        (tmp_path / ".ssh").mkdir()
        (tmp_path / ".ssh" / "config").write_text(
            f"Host r1\n HostName 127.0.0.1\n Port {port}\n User from-config\n"
        )
        wanted = target(port, tmp_path)._replace(
            address="r1", port=None, user=None, ssh_config_file=None
        )
        connector.connect(wanted).close()


@pytest.mark.parametrize("transport", ["ssh", "telnet"])
def test_failures_name_host_and_address(connector, tmp_path, transport):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unreachable, match=re.escape("edge (127.0.0.1): connection refused")):
        connector.connect(target(port, tmp_path, host="edge", transport=transport))


def test_the_breaker_holds_over_telnet(connector, tmp_path):
    logins = []

    def device(connection: socket.socket) -> None:
        logins.append(connection)
        ios(connection)

    with speaking(device) as port:
        wrong = over_telnet(port, tmp_path, password=Secret("wrong"))
        for _ in range(3):
            with pytest.raises(AuthenticationFailed):
                connector.connect(wrong)
        with pytest.raises(NotTried, match="r1"):
            connector.connect(wrong)
        connector.connect(over_telnet(port, tmp_path)).close()


def test_nothing_falls_from_ssh_to_telnet(connector, tmp_path):
    with speaking(ios) as port, pytest.raises(ConnectionFailed, match="SSH"):
        connector.connect(target(port, tmp_path, timeouts=Timeouts(connect=0.3)))


@pytest.mark.parametrize("transport", ["ssh", "telnet"])
def test_close_all_ends_a_running_command(connector, tmp_path, transport):
    server = serving(Rules()) if transport == "ssh" else speaking(ios)
    with server as port:
        make = target if transport == "ssh" else over_telnet
        session = connector.connect(make(port, tmp_path))
        threading.Timer(0.2, connector.close_all).start()
        with pytest.raises(ConnectionLost):
            session.command("hang", timeout=60)
        session.close()
        with pytest.raises(ConnectionLost, match="interrupted"):
            connector.connect(make(port, tmp_path))
