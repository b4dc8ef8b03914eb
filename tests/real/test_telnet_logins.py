"""Every way to log in over Telnet: login(1), a router's user name, a daemon's VTY."""

from __future__ import annotations

import pytest
from realparts.routers import CONSOLE_PASSWORD, CONSOLE_USER
from realparts.targets import enabled, over_telnet, over_vty

from runner import errors
from runner.values import Secret


def test_login_program(connect, telnet_login, engineer):
    target = over_telnet(telnet_login.address, telnet_login.port, engineer, platform="linux")
    with connect(target) as session:
        assert session.command("echo sum$((40 + 2))").text.strip() == "sum42"


def test_login_program_refuses(refuse, telnet_login, engineer):
    target = over_telnet(
        telnet_login.address,
        telnet_login.port,
        engineer,
        platform="linux",
        password=Secret("not the word"),
    )
    assert telnet_login.address in refuse(target, errors.AuthenticationFailed)


@pytest.mark.parametrize("name", ["r1", "r2"])
def test_user_name_and_password(connect, frr, frr_telnet, name):
    where = frr_telnet[name]
    router = getattr(frr, name)
    with connect(over_telnet(where.address, where.port, router.user, platform="frr")) as session:
        assert session.prompt == f"{name}#"
        assert session.mode == "privileged"
        assert "FRRouting 8" in session.command("show version").text


def test_user_name_refused(refuse, frr, frr_telnet):
    where = frr_telnet["r1"]
    target = over_telnet(
        where.address, where.port, frr.r1.user, platform="frr", password=Secret("not the word")
    )
    assert "not the word" not in refuse(target, errors.AuthenticationFailed)


@pytest.mark.parametrize("daemon", ["zebra", "bgpd"])
def test_vty_without_a_user_name(connect, frr, daemon):
    with connect(over_vty(frr.r1, daemon)) as session:
        assert session.prompt == f"r1-{daemon[0]}>"
        assert session.mode == "exec"


def test_user_name_that_nobody_asks_for(connect, frr):
    with connect(over_vty(frr.r1, user="somebody")) as session:
        assert session.prompt == "r1-z>"


def test_vty_refuses_the_password(refuse, frr):
    target = over_vty(frr.r1, password=Secret("not the word"))
    assert frr.r1.address in refuse(target, errors.AuthenticationFailed)


def test_vty_without_any_password_given(refuse, frr):
    assert "password" in refuse(over_vty(frr.r1, password=None), errors.ConnectionFailed)


def test_enable(connect, frr):
    with connect(enabled(over_vty(frr.r1))) as session:
        assert (session.prompt, session.mode) == ("r1-z#", "privileged")


def test_enable_without_a_password(connect, frr):
    with connect(enabled(over_vty(frr.r1, "bgpd"), None)) as session:
        assert (session.prompt, session.mode) == ("r1-b#", "privileged")


def test_enable_refused(refuse, frr):
    message = refuse(enabled(over_vty(frr.r1), "not the word"), errors.AuthenticationFailed)
    assert "enable" in message or "privileged" in message
    assert "not the word" not in message


def test_enable_asks_but_no_password_was_given(refuse, frr):
    assert "password" in refuse(enabled(over_vty(frr.r1), None), errors.ConnectionFailed)


def test_enable_where_it_is_not_needed(connect, frr, frr_telnet):
    where = frr_telnet["r2"]
    target = over_telnet(where.address, where.port, frr.r2.user, platform="frr")
    with connect(enabled(target)) as session:
        assert (session.prompt, session.mode) == ("r2#", "privileged")


def over_console(frr, console, password=CONSOLE_PASSWORD):
    return over_telnet(
        console.address,
        console.port,
        frr.r1.user,
        platform="frr",
        console_user=CONSOLE_USER,
        console_password=Secret(password),
    )


def test_two_logins_through_a_terminal_server(connect, frr, console):
    with connect(over_console(frr, console)) as session:
        assert session.prompt == "r1#"


def test_terminal_server_refuses(refuse, frr, console):
    message = refuse(over_console(frr, console, "not the word"), errors.AuthenticationFailed)
    assert console.address in message


def test_telnet_to_an_ssh_port(refuse, sshd, engineer):
    server = sshd("password")
    target = over_telnet(server.address, server.port, engineer, platform="linux")
    assert "SSH" in refuse(target, errors.ConnectionFailed)


def test_nobody_listens(refuse, frr):
    assert "refused" in refuse(over_vty(frr.r1, port=9), errors.Unreachable)
