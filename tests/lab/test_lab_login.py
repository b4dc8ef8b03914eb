"""Logging in to running devices with real clients, over SSH and Telnet."""

from __future__ import annotations

import socket
import subprocess
import sys

import paramiko
import pytest
from clients import PATIENCE, Client, Closed, Ssh, Telnet, device, telnet_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runner.lab import RunningLab

pytestmark = pytest.mark.lab


def enable_and_look(client: Client, password: str) -> str:
    client.type("enable")
    client.until("Password: ")
    client.type(password)
    client.until("#")
    client.type("terminal length 0")
    client.until("#")
    client.type("show running-config")
    return client.until("\nend\n\nios")


def test_ssh(lab: RunningLab) -> None:
    found = device(lab, "ios")
    with Ssh(lab, found) as client:
        client.until("ios>")
        shown = enable_and_look(client, found.enable)
    assert shown.startswith("show running-config\nBuilding configuration...")
    assert "hostname ios\n" in shown


def test_telnet(lab: RunningLab) -> None:
    found = device(lab, "ios")
    with telnet_in(found, "ios>") as client:
        assert client.commands == b"\xff\xfb\x01\xff\xfb\x03\xff\xfd\x18\xff\xfd\x1f"
        shown = enable_and_look(client, found.enable)
    assert "hostname ios\n" in shown


def test_a_password_is_never_echoed(lab: RunningLab) -> None:
    found = device(lab, "ios")
    with Telnet(found) as client:
        client.until("Username: ")
        client.type(found.user)
        client.until("Password: ")
        client.type(found.password)
        assert found.password not in client.until("ios>")


def test_ssh_refuses_a_wrong_password(lab: RunningLab) -> None:
    with pytest.raises(paramiko.AuthenticationException):
        Ssh(lab, device(lab, "ios"), password="wrong")


def test_telnet_hangs_up_after_three_wrong_passwords(lab: RunningLab) -> None:
    with Telnet(device(lab, "ios")) as client:
        for _ in range(3):
            client.until("Username: ")
            client.type("playrun")
            client.until("Password: ")
            client.type("wrong")
            client.until("% Login invalid")
        assert client.ended().endswith("% Bad passwords\n")


def test_a_device_is_told_by_its_address(lab: RunningLab) -> None:
    for name in ("ios2", "ios3"):
        with telnet_in(device(lab, name), ">") as client:
            client.type("show version")
            client.until(f"{name} uptime is")


def test_what_one_session_changes_another_sees(lab: RunningLab) -> None:
    found = device(lab, "ios3")
    with telnet_in(found, "ios3>") as typing, Ssh(lab, found) as looking:
        looking.until("ios3>")
        typing.type("enable")
        typing.until("Password: ")
        typing.type(found.enable)
        for line in ("configure terminal", "hostname renamed", "end"):
            typing.until("#")
            typing.type(line)
        typing.until("renamed#")
        looking.type("show clock")
        looking.until("renamed>")


@pytest.mark.parametrize(
    ("name", "prompt", "command", "shown"),
    [
        ("xr", "RP/0/RP0/CPU0:xr#", "show version", "IOS XR"),
        ("junos", "playrun@junos> ", "show version", "Junos: 21.4"),
        ("vrp", "<vrp>", "display version", "VRP (R)"),
        ("ros", "[playrun@ros] > ", "/system identity print", "name: ros"),
        ("linux", "playrun@linux:~$ ", "uname -a", "Linux linux"),
    ],
)
def test_every_platform_over_ssh(
    lab: RunningLab, name: str, prompt: str, command: str, shown: str
) -> None:
    with Ssh(lab, device(lab, name)) as client:
        client.until(prompt)
        client.type(command)
        assert shown in client.until(prompt)


def test_routeros_takes_terminal_options_after_the_name(lab: RunningLab) -> None:
    found = device(lab, "ros")
    with Ssh(lab, found._replace(user=f"{found.user}+cet511w4098h")) as client:
        client.until("[playrun@ros] > ")


def test_one_command_without_a_terminal(lab: RunningLab) -> None:
    with Ssh(lab, device(lab, "linux")) as client:
        _, output, _ = client.client.exec_command("uname -r", timeout=PATIENCE)
        assert output.read() == b"6.1.0-lab-amd64\r\n"


def test_a_session_ends_with_exit(lab: RunningLab) -> None:
    with telnet_in(device(lab, "ios"), "ios>") as client:
        client.type("exit")
        assert client.ended() == "exit\n"
    with Ssh(lab, device(lab, "ios")) as secure:
        secure.until("ios>")
        secure.type("exit")
        with pytest.raises(Closed):
            secure.until("ios>")


def test_banner_and_message_of_the_day(lab: RunningLab) -> None:
    found = device(lab, "banner")
    with Telnet(found) as client:
        assert "Keep out {of} here\n" in client.until("Username: ")
        client.type(found.user)
        client.until("Password: ")
        client.type(found.password)
        assert "It is raining\n" in client.until("banner>")
    with Ssh(lab, found) as secure:
        transport = secure.client.get_transport()
        assert transport is not None
        assert transport.get_banner() == b"Keep out {of} here\r\n"


def test_transports_that_a_device_does_not_have(lab: RunningLab) -> None:
    assert device(lab, "only-ssh").telnet_port is None
    assert device(lab, "only-telnet").ssh_port is None
    address, port = device(lab, "only-telnet").address, device(lab, "ios").ssh_port
    assert port is not None
    assert not _said(address, port)
    assert _said(device(lab, "ios").address, port)


def _said(address: str, port: int) -> bytes:
    try:
        with socket.create_connection((address, port), PATIENCE) as client:
            return client.recv(100)
    except ConnectionError:
        return b""


def test_an_old_device_speaks_only_old_algorithms(lab: RunningLab) -> None:
    found = device(lab, "old")
    transport = paramiko.Transport((found.address, found.ssh_port or 0))
    try:
        with pytest.raises(paramiko.SSHException):
            transport.start_client(timeout=PATIENCE)
        assert "diffie-hellman-group14-sha1" not in transport.preferred_kex
    finally:
        transport.close()
    assert f"[{found.address}]:{found.ssh_port} ssh-rsa " in lab.known_hosts.read_text()


def test_host_keys_are_the_lab_s_own(lab: RunningLab) -> None:
    lines = lab.known_hosts.read_text().splitlines()
    assert len(lines) == len([found for found in lab.devices if found.ssh_port])
    assert lab.known_hosts.stat().st_mode & 0o777 == 0o600
    keys = lab.known_hosts.parent / "host_key_ed25519"
    assert keys.stat().st_mode & 0o777 == 0o600


def test_many_sessions_at_once(lab: RunningLab) -> None:
    found = [device(lab, f"many{number}") for number in range(1, 101)]
    clients = [Telnet(each) for each in found for _ in range(2)]
    try:
        for client in clients:
            client.until("Username: ")
            client.type("playrun")
        for client in clients:
            client.until("Password: ")
            client.type("playrun-lab")
        for client, each in zip(clients, [each for each in found for _ in range(2)], strict=True):
            client.until(f"{each.name}>")
            client.type("show version")
        for client in clients:
            client.until(" uptime is")
    finally:
        for client in clients:
            client.socket.close()


SSH_SESSIONS = """
import asyncio, sys, asyncssh

async def one(address, port, gate):
    async with gate:
        connection = await asyncssh.connect(
            address, port, username="playrun", password="playrun-lab", known_hosts=None,
            client_keys=None, agent_path=None, config=None,
        )
    process = await connection.create_process(term_type="vt100")
    await process.stdout.readuntil(">")
    return connection

async def main():
    gate = asyncio.Semaphore(20)
    found = [line.split() for line in sys.stdin]
    opened = await asyncio.gather(*[one(a, int(p), gate) for a, p in found for _ in range(2)])
    print(len(opened), "open at once")

asyncio.run(main())
"""


def test_many_ssh_sessions_at_once(lab: RunningLab) -> None:
    found = [device(lab, f"many{number}") for number in range(1, 101)]
    wanted = "".join(f"{each.address} {each.ssh_port}\n" for each in found)
    done = subprocess.run(
        [sys.executable, "-c", SSH_SESSIONS],
        input=wanted,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("200 open at once\n", "")


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.binary(max_size=300), max_size=5))
def test_any_bytes_on_the_wire_are_survived(lab: RunningLab, pieces: list[bytes]) -> None:
    with telnet_in(device(lab, "ios2"), "ios2>") as client:
        for piece in pieces:
            client.socket.sendall(piece)
        client.socket.shutdown(socket.SHUT_WR)
        while client.socket.recv(65536):
            pass
    assert lab.complaints() == ""
