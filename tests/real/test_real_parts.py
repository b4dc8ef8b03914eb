"""The parts are what they claim to be, seen with a bare socket and the `ssh` program."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

import pytest
from realparts import routers, ssh
from realparts.rawtelnet import NAWS, WILL, RawTelnet


def run_ssh(server, user, *command, key=None, options=(), password=None):
    line = [*ssh.client(server, user, *options, key=key), *command]
    environment = ssh.ask_password(password or "none")
    return subprocess.run(
        line, env=environment, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL
    )


def test_bgp_table_is_shared(frr):
    table = frr.r2.vtysh("show ip bgp")
    assert table.count("\n*>") == 1045
    assert "Displayed  1045 routes" in table
    assert "B>* 10.101.0.0/26" in frr.r2.vtysh("show ip route")


def test_vtysh_over_ssh_equals_vtysh(frr, sshd):
    router = frr.r1
    answer = run_ssh(
        sshd("password"), "r1", "show ip bgp summary wide json", password=router.user.password
    )
    assert answer.returncode == 0, answer.stderr
    assert '"routerId":"10.99.0.1"' in answer.stdout


def test_vty_asks_a_password_then_enable(frr):
    with RawTelnet(frr.r1.address, routers.VTY_PORTS["zebra"]) as vty:
        vty.until("Password: ")
        vty.send(routers.VTY_PASSWORD + "\r")
        vty.until("r1-z> ")
        vty.send("enable\r")
        vty.until("Password: ")
        vty.send(routers.ENABLE_PASSWORD + "\r")
        vty.until("r1-z# ")
        vty.send("show running-config\r")
        assert "Uplink r9# to core> (primary)" in vty.until("\nend\r\n")


def test_vty_pages_when_told_a_window(frr):
    with RawTelnet(frr.r2.address, routers.VTY_PORTS["zebra"], window=(80, 24)) as vty:
        vty.until("Password: ")
        vty.send(routers.VTY_PASSWORD + "\r")
        vty.until("r2-z> ")
        vty.send("show ip route\r")
        vty.until("--More--")


def test_telnet_asks_a_user_then_vtysh(frr, frr_telnet):
    where = frr_telnet["r1"]
    with RawTelnet(where.address, where.port) as line:
        line.until("Username: ")
        line.send("r1\r")
        line.until("Password: ")
        line.send(frr.r1.user.password + "\r")
        line.until("r1# ")
        line.send("exit\r")
        line.until_closed()


def test_login_over_telnet(telnet_login, engineer):
    with RawTelnet(telnet_login.address, telnet_login.port) as line:
        line.until("login: ")
        assert (WILL, 37) in line.asked, "telnetd opens with its authentication option"
        assert NAWS in [option for _, option in line.asked]
        line.send("engineer\r")
        line.until("Password: ")
        line.send(engineer.password + "\r")
        line.until(r"\$ ")
        line.send("echo here$((1 + 1))\r")
        line.until("here2")
        line.send("exit\r")
        line.until_closed()


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa", "certified"])
def test_sshd_accepts_keys(sshd, login_keys, kind):
    answer = run_ssh(sshd("key"), "engineer", "echo in", key=getattr(login_keys, kind))
    assert (answer.stdout, answer.returncode) == ("in\n", 0), answer.stderr


@pytest.mark.parametrize("kind", ["encrypted", "encrypted_pem"])
def test_sshd_accepts_encrypted_keys(sshd, login_keys, kind):
    key = getattr(login_keys, kind)
    answer = run_ssh(sshd("key"), "engineer", "echo in", key=key, password=ssh.PASSPHRASE)
    assert answer.stdout == "in\n", answer.stderr


def test_sshd_refuses_a_stranger(sshd, login_keys):
    answer = run_ssh(sshd("key"), "engineer", "echo in", key=login_keys.stranger)
    assert "Permission denied (publickey)" in answer.stderr


@pytest.mark.parametrize(
    ("dress", "methods"),
    [
        ("password", "(password)"),
        ("interactive", "(keyboard-interactive)"),
        ("both", "(publickey)"),
    ],
)
def test_sshd_offers_only_its_methods(sshd, dress, methods):
    once = ("-o", "NumberOfPasswordPrompts=1")
    answer = run_ssh(sshd(dress), "engineer", "echo in", password="wrong", options=once)
    assert f"Permission denied {methods}" in answer.stderr


@pytest.mark.parametrize("dress", ["password", "interactive", "banner", "one-session"])
def test_sshd_accepts_the_password(sshd, engineer, dress):
    answer = run_ssh(sshd(dress), "engineer", "echo in", password=engineer.password)
    assert answer.stdout == "in\n", answer.stderr


def test_sshd_wants_key_and_password(sshd, engineer, login_keys):
    server = sshd("both")
    answer = run_ssh(
        server, "engineer", "echo in", key=login_keys.ed25519, password=engineer.password
    )
    assert answer.stdout == "in\n", answer.stderr


@pytest.mark.parametrize("dress", [name for name in ssh.DRESSES if name.startswith("legacy")])
def test_legacy_sshd_speaks_only_the_old(sshd, login_keys, engineer, dress):
    server = sshd(dress)
    algorithms = Path(server.config).read_text()
    options = []
    for word in (
        "KexAlgorithms",
        "HostKeyAlgorithms",
        "Ciphers",
        "MACs",
        "PubkeyAcceptedAlgorithms",
    ):
        if word in algorithms:
            value = algorithms.split(word + " ")[1].splitlines()[0]
            options += ["-o", f"{word}={value}"]
    answer = run_ssh(
        server,
        "engineer",
        "echo in",
        key=login_keys.rsa,
        options=options,
        password=engineer.password,
    )
    assert answer.stdout == "in\n", answer.stderr


def test_ipv6(sshd6, login_keys):
    answer = run_ssh(sshd6, "engineer", "echo in", key=login_keys.ed25519)
    assert answer.stdout == "in\n", answer.stderr


def test_inner_host_is_behind_the_jump_host(jump, login_keys, engineer):
    outer, inner = jump
    with pytest.raises(OSError, match="unreachable"):
        RawTelnet(inner.address, inner.port)
    hop = " ".join(
        ssh.client(outer, "engineer", "-W", f"{inner.address}:{inner.port}", key=login_keys.ed25519)
    )
    answer = run_ssh(
        inner,
        "engineer",
        "echo in",
        options=["-o", f"ProxyCommand={hop}"],
        password=engineer.password,
    )
    assert answer.stdout == "in\n", answer.stderr


def test_no_tty_is_granted(sshd, engineer):
    answer = run_ssh(sshd("no-tty"), "engineer", "tty", options=["-tt"], password=engineer.password)
    assert "not a tty" in answer.stdout + answer.stderr or "PTY allocation" in answer.stderr


def test_third_startup_is_dropped(sshd):
    server = sshd("few-startups")
    waiting = [RawTelnet(server.address, server.port) for _ in range(2)]
    for one in waiting:
        one.until("SSH-2.0")
    with RawTelnet(server.address, server.port) as third:
        third.send("SSH-2.0-third\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert "SSH-2.0" not in third.until_closed()
    for one in waiting:
        one.close()
    ssh.wait_idle(server)
