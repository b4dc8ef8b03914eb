"""Changing a router's configuration through a session. Only r3 is changed."""

from __future__ import annotations

import pytest
from realparts.targets import enabled, over_ssh, over_vty

from runner import errors


@pytest.fixture
def vtysh_target(frr, sshd):
    return over_ssh(sshd("password"), frr.r3.user, platform="frr")


def test_description_arrives(connect, frr, vtysh_target):
    seen = []
    with connect(vtysh_target) as session:
        session.configure(
            ["interface eth0", "description r9# to core> (again)"], on_line=seen.append
        )
        assert (session.mode, session.prompt) == ("privileged", "r3#")
    assert "description r9# to core> (again)" in frr.r3.vtysh("show running-config")
    assert seen == ["interface eth0", "description r9# to core> (again)"]


def test_description_arrives_through_the_vty(connect, frr):
    with connect(enabled(over_vty(frr.r3))) as session:
        session.configure(["interface eth0", "description over the VTY"])
        assert "description over the VTY" in session.command("show running-config").text
    assert "description over the VTY" in frr.r3.vtysh("show running-config")


def test_hostname_changes_under_the_session(connect, frr, vtysh_target):
    with connect(vtysh_target) as session:
        try:
            session.configure(["hostname core-router-of-the-east"])
            assert session.prompt == "core-router-of-the-east#"
            assert "hostname core-router" in session.command("show running-config").text
        finally:
            session.configure(["hostname r3"])
        assert session.prompt == "r3#"
        assert session.command("show version").error is None


def test_wrong_line_stops_and_leaves_config_mode(connect, frr, vtysh_target):
    before = frr.r3.vtysh("show running-config")
    with connect(vtysh_target) as session:
        with pytest.raises(errors.CommandFailed, match="frobnicate"):
            session.configure(["frobnicate all", "interface eth0", "description never"])
        assert session.mode == "privileged"
        assert session.command("show version").error is None
    assert frr.r3.vtysh("show running-config") == before


def test_many_lines(connect, frr, vtysh_target):
    lines = [f"ip route 203.0.113.{number}/32 blackhole" for number in range(100)]
    with connect(vtysh_target) as session:
        session.configure(lines)
        running = session.command("show running-config").text
        session.configure([f"no {line}" for line in lines])
        assert "203.0.113." not in session.command("show running-config").text
    assert [line for line in running.splitlines() if "203.0.113." in line] == lines


def test_configuring_needs_privilege(connect, frr):
    with connect(over_vty(frr.r3)) as session, pytest.raises(errors.PlayrunError):
        session.configure(["interface eth0", "description never"])
    assert "description never" not in frr.r3.vtysh("show running-config")
