"""Devices with something wrong, as a topology may ask for."""

from __future__ import annotations

import socket
import time

import paramiko
import pytest
from clients import PATIENCE, Closed, Ssh, Telnet, device, telnet_in

from runner.lab import LabDevice, RunningLab

pytestmark = pytest.mark.lab


def reached(found: LabDevice) -> bool:
    """Whether anything is said at the device's Telnet port (a reset may come at any moment)."""
    try:
        with Telnet(found) as client:
            return client.ended() not in ("", "<reset>")
    except ConnectionError:
        return False


def test_refuse(lab: RunningLab) -> None:
    assert not reached(device(lab, "refuse"))
    assert reached(device(lab, "busy"))


@pytest.mark.parametrize("kind", ["ssh", "telnet"])
def test_silent(lab: RunningLab, kind: str) -> None:
    found = device(lab, "silent")
    port = found.ssh_port if kind == "ssh" else found.telnet_port
    assert port is not None
    with socket.create_connection((found.address, port), PATIENCE) as client:
        client.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.recv(1)


def test_no_more_vtys(lab: RunningLab) -> None:
    with Telnet(device(lab, "busy")) as client:
        assert "busy" in client.ended()


def test_max_sessions(lab: RunningLab) -> None:
    found = device(lab, "two-lines")
    with telnet_in(found, ">"), telnet_in(found, ">"), Telnet(found) as third:
        assert "busy" in third.ended()


def test_a_line_is_free_again_after_a_session(lab: RunningLab) -> None:
    found = device(lab, "two-lines")
    for _ in range(4):
        with telnet_in(found, ">") as client:
            client.type("exit")
            client.ended()


def test_wrong_password(lab: RunningLab) -> None:
    with pytest.raises(paramiko.AuthenticationException):
        Ssh(lab, device(lab, "locked"))


def test_delays(lab: RunningLab) -> None:
    """0.3 s before the first prompt, 0.2 s after each of three lines."""
    begin = time.monotonic()
    with Ssh(lab, device(lab, "slow")) as client:
        client.until("slow>")
        client.type("enable")
        client.until("Password: ")
        client.type("playrun-enable")
        client.until("slow#")
        client.type("show clock")
        client.until("slow#")
    assert time.monotonic() - begin >= 0.9


def test_close_after_login(lab: RunningLab) -> None:
    with Ssh(lab, device(lab, "closes")) as client, pytest.raises(Closed):
        client.until(">")


def test_no_echo(lab: RunningLab) -> None:
    with telnet_in(device(lab, "mute"), "mute>") as client:
        client.type("show clock")
        assert "show clock" not in client.until("mute>")


def test_a_slow_line(lab: RunningLab) -> None:
    begin = time.monotonic()
    with Ssh(lab, device(lab, "dribble")) as client:
        client.until("dribble>")
        client.type("show clock")
        sent = client.until("dribble>")
    assert time.monotonic() - begin >= len(sent) / 200 * 0.8


def test_half_a_line_from_somebody_else(lab: RunningLab) -> None:
    with Ssh(lab, device(lab, "left")) as client:
        client.until("left>show vers")
        client.type("")
        client.until("uptime is")


def test_hang(lab: RunningLab) -> None:
    with telnet_in(device(lab, "hangs"), "hangs>") as client:
        client.type("show clock")
        client.until("hangs>")
        client.type("show version")
        client.until("show version\n")
        client.socket.settimeout(0.3)
        client.type("\x03")
        with pytest.raises(TimeoutError):
            client.until("hangs>")


@pytest.mark.parametrize("kind", ["ssh", "telnet"])
def test_drop(lab: RunningLab, kind: str) -> None:
    found = device(lab, "drops")
    client = Ssh(lab, found) if kind == "ssh" else telnet_in(found, "drops>")
    with client:
        if kind == "ssh":
            client.until("drops>")
        client.type("show version")
        with pytest.raises((Closed, ConnectionError)):
            client.until("drops>")


def test_big_output(lab: RunningLab) -> None:
    with telnet_in(device(lab, "big"), "big>") as client:
        client.type("terminal length 0")
        client.until("big>")
        client.type("show logging")
        size = 0
        while True:
            data = client.socket.recv(1 << 20)
            size += len(data)
            if data.endswith(b"big>"):
                break
    assert 20_000_000 <= size <= 20_200_000


def test_a_restart_cuts_everybody_off_and_takes_time(lab: RunningLab) -> None:
    found = device(lab, "phoenix")
    with telnet_in(found, "phoenix#") as other, Ssh(lab, found) as client:
        client.until("phoenix#")
        client.type("reload")
        client.until("[confirm]")
        client.type("")
        with pytest.raises(Closed):
            client.until("phoenix#")
        assert other.ended() in ("", "<reset>")
    assert not reached(found)
