"""What devices show of themselves is what their configuration says, and parsers can read it."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET

import pytest
from typing_at import answers, make

from runner.lab.device import Device
from runner.lab.topology import Interface

PORTS = (
    Interface("GigabitEthernet0/1", "192.0.2.9/25", "to the core"),
    Interface("GigabitEthernet0/2", None, "spare", shutdown=True),
    Interface("Loopback5", "203.0.113.9/32"),
)
PARSED = {
    "cisco_ios": (
        "show version",
        "show vlan",
        "show interfaces status",
        "show ip interface brief",
        "show interfaces",
        "show cdp neighbors",
        "show cdp neighbors detail",
        "show mac address-table",
        "show ip route",
        "show ip arp",
        "show inventory",
        "show processes cpu",
        "show logging",
        "show users",
        "show clock",
        "dir",
    ),
    "cisco_nxos": (
        "show version",
        "show vlan",
        "show interface status",
        "show interface",
        "show ip interface brief",
        "show cdp neighbors",
        "show lldp neighbors",
        "show lldp neighbors detail",
        "show mac address-table",
        "show ip route",
        "show ip arp",
        "show inventory",
    ),
    "arista_eos": (
        "show version",
        "show vlan",
        "show interfaces status",
        "show interfaces",
        "show ip interface brief",
        "show lldp neighbors",
        "show lldp neighbors detail",
        "show mac address-table",
        "show ip route",
        "show ip arp",
    ),
    "juniper_junos": (
        "show version",
        "show lldp neighbors",
        "show arp no-resolve",
        "show chassis hardware",
    ),
}


@pytest.fixture
def switch() -> Device:
    return make("cisco_ios", privileged=True, interfaces=PORTS)


@pytest.mark.parametrize(
    ("platform", "command"),
    [(platform, command) for platform, commands in PARSED.items() for command in commands],
)
def test_parsers_read_what_devices_show(platform: str, command: str) -> None:
    parse = pytest.importorskip("ntc_templates.parse").parse_output
    (answer,) = answers(make(platform, privileged=True), command)
    assert parse(platform=platform, command=command, data=answer)


def test_the_interfaces_are_those_of_the_configuration(switch: Device) -> None:
    brief, status, routes, whole = answers(
        switch, "show ip int brief", "show int status", "show ip route", "show int"
    )
    assert re.findall(r"^(\S+\d) ", brief, re.MULTILINE) == [port.name for port in PORTS]
    assert re.findall(r"^(Gi\S+) +(.*?) +(connected|disabled) +(\w+)", status, re.MULTILINE) == [
        ("Gi0/1", "to the core", "connected", "routed"),
        ("Gi0/2", "spare", "disabled", "routed"),
    ]
    assert "C        192.0.2.0/25 is directly connected, GigabitEthernet0/1\n" in routes
    assert "C        203.0.113.9 is directly connected, Loopback5\n" in routes
    assert "Internet address is 192.0.2.9/25\n" in whole
    assert whole.count("Description: ") == 2
    assert whole.count("Internet address is") == 2


def test_one_interface_or_a_complaint(switch: Device) -> None:
    one, other, none = answers(
        switch, "show interfaces gi0/2", "show int g0/1 status", "show interfaces gi0/7"
    )
    assert one.startswith("GigabitEthernet0/2 is administratively down, line protocol is down")
    assert one.count("line protocol") == 1
    assert other.rstrip().splitlines()[-1].startswith("Gi0/1 ")
    assert "% Invalid input" in none


def test_vlans_follow_the_configuration(switch: Device) -> None:
    lines = (
        *("configure terminal", "vlan 30", "name lab", "vlan 40", "interface gi0/1"),
        *("no ip address 192.0.2.9 255.255.255.128", "switchport access vlan 30", "end"),
    )
    *_, vlans, status = answers(switch, *lines, "show vlan brief", "show interfaces status")
    assert re.findall(r"^(30|40) +(\S+) +active *(\S*)", vlans, re.MULTILINE) == [
        ("30", "lab", "Gi0/1"),
        ("40", "VLAN0040", ""),
    ]
    assert re.search(r"^Gi0/1 .* connected +30 ", status, re.MULTILINE)


def test_nxos_says_the_same_as_a_structure() -> None:
    device = make("cisco_nxos", privileged=True)
    *_, text, structure = answers(
        device,
        *("configure terminal", "vlan 30", "name lab", "end"),
        *("show vlan brief", "show vlan brief | json"),
    )
    rows = json.loads(structure)["TABLE_vlanbriefxbrief"]["ROW_vlanbriefxbrief"]
    shown = re.findall(r"^(\d+) +(\S+) +active", text, re.MULTILINE)
    assert [(row["vlanshowbr-vlanid"], row["vlanshowbr-vlanname"]) for row in rows] == shown
    assert ("30", "lab") in shown


def test_junos_displays_structures() -> None:
    version, terse, plain, as_json, off = answers(
        "juniper_junos",
        "show version | display xml",
        "show interfaces terse | display xml | no-more",
        "show system alarms | display xml",
        "show system alarms | display json",
        "show interfaces xe-0/0/9",
    )
    assert ET.fromstring(version).findtext(".//{*}host-name") == "r1"
    names = [
        each.text for each in ET.fromstring(terse).iterfind(".//{*}physical-interface/{*}name")
    ]
    assert names == ["ge-0/0/0", "ge-0/0/1", "lo0"]
    assert ET.fromstring(plain).findtext("output", "").strip() == "No alarms currently active"
    assert json.loads(as_json) == {"output": "No alarms currently active\n"}
    assert off == "error: device xe-0/0/9 not found\n"


@pytest.mark.parametrize(
    ("platform", "command", "kept"),
    [
        ("cisco_ios", "show run | section ^router", 4),
        ("cisco_ios", "show run | section remote-as", 1),
        ("cisco_ios", "show run | include ^hostname|^version", 2),
        ("cisco_ios", "dir flash: | include bin", 1),
        ("cisco_nxos", "dir bootflash: | include free", 1),
        ("cisco_nxos", "show run | grep -i HOSTNAME", 1),
        ("cisco_nxos", "show run | egrep -v zzz | head lines 3", 3),
        ("cisco_nxos", "show run | last 2", 2),
        ("arista_eos", "show run | section ^vlan 10", 2),
        ("arista_eos", "show run | grep -i HOSTNAME | wc -l", 1),
        ("juniper_junos", "show version | match Junos | no-more", 1),
        ("juniper_junos", "show version | except JUNOS", 3),
        ("juniper_junos", "show version | find Model | last 3 | no-more", 3),
    ],
)
def test_filters(platform: str, command: str, kept: int) -> None:
    (answer,) = answers(make(platform, privileged=True), command)
    assert len(answer.splitlines()) == kept, answer


@pytest.mark.parametrize(
    ("command", "counted"),
    [("show run | grep -c hostname", "1"), ("show run | include hostname | count", "1")],
)
def test_nxos_counts(command: str, counted: str) -> None:
    assert answers("cisco_nxos", command) == [f"{counted}\n"]
