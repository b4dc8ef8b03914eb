"""Topology files: what they mean, and where their mistakes are."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.errors import LoadError
from runner.lab.reading import load_topology, read_topology
from runner.lab.running import LabHost, with_hosts
from runner.lab.topology import Topology

FULL = """
defaults:
  credentials: {user: admin, password: 123456}
  delays: {login: 0.5}
devices:
  r[01:03]:
    platform: ios
    config_lines: 400
    delays: {line: 0.2}
  core:
    platform: cisco.nxos.nxos
    address: 127.9.9.9
    transports: telnet
    credentials: {enable: ''}
    facts: {version: '9.9'}
    interfaces:
      Ethernet1/7: {address: 192.0.2.7/24, shutdown: yes}
    misbehaviour:
      hang_on: [show tech-support]
      outputs: {show logging: 100MB}
      questions: {clear counters: 'Sure? '}
"""


def read(text: str) -> Topology:
    return read_topology(text, "lab.yml")


def test_a_topology_is_read() -> None:
    first, second, third, core = read(FULL).devices
    assert [first.name, second.name, third.name] == ["r01", "r02", "r03"]
    assert (first.platform, core.platform) == ("cisco_ios", "cisco_nxos")
    assert (first.delays.login, first.delays.line) == (0.5, 0.2)
    assert first.credentials.password == "123456"
    assert (core.credentials.user, core.credentials.enable) == ("admin", "")
    assert core.transports == ("telnet",)
    assert core.interfaces[0].shutdown
    assert core.misbehaviour.outputs == {"show logging": 100_000_000}
    assert core.misbehaviour.hang_on == ("show tech-support",)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("devices:\n  r1: {platfrom: ios}\n", "lab.yml:2:8", "did you mean platform?"),
        ("devices:\n  r1: {platform: iso}\n", "lab.yml:2:18", "no platform 'iso'"),
        ("devices:\n  r1: {address: 10.0.0.1}\n", "lab.yml:2:17", "127.0.0.0/8"),
        ("devices:\n  r1: {config_lines: -1}\n", "lab.yml:2:22", "whole number"),
        ("devices:\n  r1: {delays: {line: soon}}\n", "lab.yml:2:23", "a number"),
        ("devices:\n  r1: {privileged: maybe}\n", "lab.yml:2:20", "yes or no"),
        ("devices:\n  r1: {transports: [ssh, http]}\n", "lab.yml:2:26", "none of"),
        ("devices:\n  r1: [1]\n", "lab.yml:2:7", "mapping"),
        ("devices:\n  -x: {}\n", "lab.yml:2:3", "no name for a device"),
        ("devices:\n  r[5:1]: {}\n", "lab.yml:2:3", "a range of -3"),
        ("devices:\n  r[1:2]: {}\n  r2: {}\n", "lab.yml:3:3", "r2 is there twice"),
        (
            "devices:\n  r[1:2]: {address: 127.0.0.9}\n",
            "lab.yml:2:3",
            "same address 127.0.0.9",
        ),
        (
            "devices:\n  r1:\n    misbehaviour: {outputs: {show log: big}}\n",
            "lab.yml:3:40",
            "no size",
        ),
        ("device: {}\n", "lab.yml:1:1", "did you mean devices?"),
        ("devices: {}\n", "lab.yml:1:1", "needs `devices`"),
        ("", "lab.yml:1:1", "mapping"),
    ],
)
def test_a_mistake_has_its_line(text: str, where: str, what: str) -> None:
    with pytest.raises(LoadError) as raised:
        read(text)
    assert str(raised.value).startswith(where)
    assert what in str(raised.value)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(LoadError, match="cannot read the lab topology"):
        load_topology(Path("/nonexistent/lab.yml"))


def test_hosts_without_a_device_get_one() -> None:
    topology = read("devices:\n  r1: {platform: ios, transports: [ssh]}\n")
    found = with_hosts(
        topology,
        {
            "r1": LabHost("junos", "telnet"),
            "new": LabHost("arista.eos.eos", "telnet"),
            "odd": LabHost("something_else", None, become=True),
        },
    )
    r1, new, odd = found.devices
    assert (r1.platform, r1.transports) == ("cisco_ios", ("telnet", "ssh"))
    assert (new.platform, new.transports[0], new.privileged) == ("arista_eos", "telnet", True)
    assert (odd.platform, odd.privileged) == ("cisco_ios", False)
