"""The rarer things that the simulated command lines can do."""

from __future__ import annotations

import pytest
from typing_at import answers, make, type_bytes, type_lines

from runner.lab.filters import FilterError, run_pipes, split_pipes
from runner.lab.topology import Misbehaviour

WAIT = Misbehaviour(slow_commands={"show clock": 0.02, "run show clock": 0.02})
"""Lets time pass in the middle of a session."""


def test_iosxr_takes_an_unconfirmed_commit_back() -> None:
    device = make("cisco_iosxr", misbehaviour=WAIT)
    lines = ("conf t", "hostname r2", "commit confirmed 0", "end", "show clock")
    assert type_lines(device, *lines).endswith("CPU0:r1#")


def test_iosxr_keeps_a_confirmed_commit() -> None:
    device = make("cisco_iosxr", misbehaviour=WAIT)
    lines = ("conf t", "hostname r2", "commit confirmed 30", "commit", "end", "show clock")
    assert type_lines(device, *lines).endswith("CPU0:r2#")
    assert device.confirming is None


def test_junos_takes_an_unconfirmed_commit_back() -> None:
    device = make("juniper_junos", misbehaviour=WAIT)
    lines = ("configure", "set system host-name r2", "commit confirmed 0", "run show clock")
    screen = type_lines(device, *lines)
    assert "commit confirmed will be automatically rolled back in 0 minutes" in screen
    assert device.hostname == "r1"


def test_junos_runs_operational_commands_while_editing() -> None:
    screen = type_lines("juniper_junos", "configure", "run show version | match Host", "up")
    assert "Hostname: r1\n\n[edit]\n" in screen
    assert "Model" not in screen


def test_junos_shows_a_part() -> None:
    shown, silent = answers(
        "juniper_junos", "show configuration system ntp", "show configuration x"
    )
    assert shown == "server 198.51.100.10;\n"
    assert silent == ""


def test_ctrl_z_leaves_configuration() -> None:
    device = make("cisco_ios", privileged=True)
    screen = type_bytes(device, b"conf t\rint lo0\r\x1ashow clock\r").decode()
    assert "r1(config-if)#^Z\r\nr1#show clock" in screen


def test_ctrl_c_throws_a_line_away() -> None:
    assert b"r1>show^C\r\nr1>" in type_bytes(make("cisco_ios"), b"show\x03")


def test_an_exec_command_from_configuration_mode() -> None:
    device = make("cisco_ios", privileged=True)
    assert "UTC" in type_lines(device, "conf t", "int lo0", "do show clock", "end")
    assert type_lines(device, "conf t", "int lo0", "do show clock").endswith("(config-if)#")


def test_ios_shows_a_section_and_says_when_there_is_none() -> None:
    device = make("cisco_ios", privileged=True)
    some, none = answers(device, "show run int lo0", "show run int lo9")
    assert "interface Loopback0\n description to nowhere\n" in some
    assert "interface" not in none


def test_iosxr_says_when_there_is_no_section() -> None:
    assert "% No such configuration" in type_lines("cisco_iosxr", "show running-config rip")


def test_iosxr_clears_and_goes_to_the_root() -> None:
    device = make("cisco_iosxr")
    screen = type_lines(device, "conf t", "router bgp 1", "neighbor 192.0.2.9", "root", "clear")
    assert screen.endswith("(config)#")
    empty = type_lines(device, "conf t", "router bgp 1", "root", "clear", "commit")
    assert "% No configuration changes to commit." in empty


def test_eos_banner_and_differences() -> None:
    device = make("arista_eos", privileged=True)
    lines = ("configure", "banner motd", "r1# is mine", "EOF", "end", "show running-config diffs")
    (*_, differences) = answers(device, *lines)
    assert "+banner motd\n+r1# is mine\n+EOF\n" in differences
    type_lines(device, "write")
    assert answers(device, "show running-config diffs") == [""]


def test_eos_shows_where_one_is() -> None:
    device = make("arista_eos", privileged=True)
    *_, here = answers(device, "configure", "interface Ethernet1", "show active")
    assert here.startswith("interface Ethernet1\n   description to core\n")


def test_routeros_selects_items() -> None:
    device = make("mikrotik_routeros")
    screen = type_lines(
        device,
        "/interface ethernet disable ether1",
        '/interface ethernet set 1 comment="a b"',
        "/interface ethernet set nothing comment=x",
        "/ip address remove 9",
        "/ip address add address=192.0.2.1/24 interface=ether1 network=192.0.2.0",
        "/ip address",
        "..",
        "/ip address print detail",
    )
    text = device.store.text()
    assert 'name=ether1 comment="to core" disabled=yes' in text
    assert 'name=ether2 comment="a b" disabled=no' in text
    assert screen.count("no such item") == 2
    assert "failure: already have such item" in screen
    assert "[playrun@r1] /ip> /ip address print detail" in screen
    assert ' 0   address="192.0.2.1/24" interface="ether1"' in screen


def test_linux_is_a_little_of_a_shell() -> None:
    device = make("linux")
    screen = type_lines(device, "echo hello | grep ell", "sudo hostname r2", "playrun-lab", "exit")
    assert "hello\nplayrun@r1" in screen
    assert "playrun@r2:~$ exit\nlogout\n" in screen
    assert "3 incorrect" in type_lines(device, "sudo -i", "a", "b", "c")


@pytest.mark.parametrize(
    ("pipe", "kept"),
    [
        ("section beta", "beta\n one\n two\n"),
        ("exclude e", " two\n"),
        ("last 1", " two\n"),
        ("lines", "Count: 4 lines\n"),
        ("all", "alpha: e\nbeta\n one\n two\n"),
    ],
)
def test_filters(pipe: str, kept: str) -> None:
    known = {name: name for name in ("section", "exclude", "last", "lines", "all")}
    assert run_pipes("alpha: e\nbeta\n one\n two\n", [pipe], known) == kept


def test_an_abbreviated_filter_must_be_clear() -> None:
    with pytest.raises(FilterError, match="Invalid filter: e"):
        run_pipes("x\n", ["e x"], {"exclude": "exclude", "extra": "all"})


def test_pipes_in_quotes_are_text() -> None:
    assert split_pipes('show run | match "a|b" | count') == (
        "show run",
        ['match "a|b"', "count"],
    )
    assert split_pipes("show run | include a|b", chained=False) == ("show run", ["include a|b"])
