"""A connection that breaks while something is going on."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from realparts import ssh
from realparts.daemons import children, wait_for
from realparts.targets import over_ssh, over_telnet

from runner import errors


def in_a_moment(ready, then):
    """Does `then` from another thread as soon as `ready` holds."""

    def run():
        wait_for("the moment", ready)
        then()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.fixture
def doomed(login_keys, engineer):
    """A server of the test's own, whose connections it may cut."""
    server = ssh.start("password", "127.0.26.1", 2022)
    yield server
    server.stop()


def test_cut_in_the_middle_of_a_command(connect, doomed, engineer):
    pieces = []
    with connect(over_ssh(doomed, engineer)) as session:
        cutter = in_a_moment(lambda: pieces, doomed.kill_connections)
        with pytest.raises(errors.ConnectionLost, match=doomed.address):
            session.command("while :; do echo on and on; sleep 0.05; done", sink=pieces.append)
        assert session.dirty
        cutter.join()


def sleeps(server):
    """Whether a `sleep` runs somewhere behind the server."""
    commands = (Path(f"/proc/{pid}/cmdline") for pid in children(server.daemon.pid))
    return any(path.exists() and b"sleep" in path.read_bytes() for path in commands)


def test_cut_while_silent(connect, doomed, engineer):
    with connect(over_ssh(doomed, engineer)) as session:
        cutter = in_a_moment(lambda: sleeps(doomed), doomed.kill_connections)
        with pytest.raises(errors.ConnectionLost):
            session.command("sleep 300")
        cutter.join()


def test_cut_over_telnet(connect, telnet_login, engineer):
    target = over_telnet(telnet_login.address, telnet_login.port, engineer, platform="linux")
    with connect(target) as session, pytest.raises(errors.ConnectionLost):
        session.command("kill -9 $$")


def test_logout_by_command(connect, sshd, engineer):
    with connect(over_ssh(sshd("password"), engineer)) as session:
        with pytest.raises(errors.ConnectionLost):
            session.command("exit")
        assert session.dirty


def test_silent_command_times_out(connect, sshd, engineer):
    with connect(over_ssh(sshd("password"), engineer)) as session:
        with pytest.raises(errors.PromptTimeout):
            session.command("sleep 60", timeout=0.5)
        assert session.dirty


def test_no_connection_is_left_behind(connect, doomed, engineer):
    with connect(over_ssh(doomed, engineer)) as session:
        session.command("true")
    ssh.wait_idle(doomed)
