"""Output of simulated devices: pages, filters, and what the topology says is wrong with it."""

from __future__ import annotations

import pytest
from typing_at import answers, make, type_bytes, type_lines

from runner.lab.topology import Interface, Misbehaviour


def test_pages_end_with_a_question() -> None:
    device = make("cisco_ios", privileged=True, paging=10)
    screen = type_lines(device, "show running-config")
    assert screen.endswith(" --More-- ")
    assert len(screen.splitlines()) == 11
    whole = type_bytes(device, b"show running-config\r" + b" " * 20)
    assert b"\r\nend\r\n" in whole
    left = type_bytes(device, b"show running-config\rqshow clock\r").decode()
    assert "UTC" in left.rpartition("show clock")[2]
    assert "\r\nend\r\n" not in left


def test_paging_goes_off_unless_it_cannot() -> None:
    lines = ("terminal length 0", "show running-config")
    assert "--More--" not in type_lines(make("cisco_ios", privileged=True, paging=10), *lines)
    forced = Misbehaviour(paging_forced=True)
    device = make("cisco_ios", privileged=True, paging=10, misbehaviour=forced)
    assert "--More--" in type_lines(device, *lines)


@pytest.mark.parametrize(
    ("command", "kept"),
    [
        ("show run | include ntp", ["ntp server 198.51.100.10"]),
        ("show run | i ^hostname|^end", ["hostname r1", "end"]),
        ("show run | begin ^ntp", ["ntp server 198.51.100.10", "!", "end"]),
        ("show run | count description", ["Number of lines which match regexp = 4"]),
        ("show run | nonsense", ["% Invalid filter: nonsense"]),
        ("show run | include (a*)*b", ["% Failed to compile regular expression"]),
        ("show run | include a*a*a*a*a*b", ["% Failed to compile regular expression"]),
        ("show run | include [", ["% Failed to compile regular expression"]),
    ],
)
def test_output_is_filtered(command: str, kept: list[str]) -> None:
    (answer,) = answers(make("cisco_ios", privileged=True), command)
    assert answer.rstrip().splitlines() == kept


def test_interfaces_of_the_topology() -> None:
    ports = (Interface("Vlan7", "192.0.2.77/25", "users", shutdown=True),)
    text = make("cisco_ios", interfaces=ports).store.text()
    assert (
        "interface Vlan7\n description users\n ip address 192.0.2.77 255.255.255.128\n shutdown\n"
        in text
    )
    assert "GigabitEthernet" not in text


# What the topology says is wrong


def test_false_prompts_and_log_messages() -> None:
    wrong = Misbehaviour(false_prompts=True, syslog=5)
    screen = type_lines(make("cisco_ios", misbehaviour=wrong), "show version")
    assert "\nr1>\n" in screen
    assert "Router#\n" in screen
    assert screen.count("%LINEPROTO-5-UPDOWN") >= 4


def test_a_question_comes_first() -> None:
    wrong = Misbehaviour(questions={"show clock": "Are you sure? "})
    screen = type_lines(make("cisco_ios", misbehaviour=wrong), "show clock", "yes")
    assert "Are you sure? yes\n" in screen
    assert screen.count("UTC") == 1


def test_a_command_that_is_not_known_here() -> None:
    wrong = Misbehaviour(unknown=("terminal length",))
    screen = type_lines(make("cisco_ios", misbehaviour=wrong), "terminal length 0")
    assert "Invalid input" in screen


def test_output_of_any_size() -> None:
    wrong = Misbehaviour(outputs={"show logging": 300_000})
    screen = type_bytes(make("cisco_ios", misbehaviour=wrong), b"show logging\r")
    assert 300_000 <= len(screen) <= 303_000


def test_nxos_counts_what_is_left() -> None:
    assert answers("cisco_nxos", "show run | include ntp | count") == ["1\n"]
