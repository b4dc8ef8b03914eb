"""Parsers of facts on texts that no simulated device prints; the texts are invented."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from runner.actions.facts import chosen, ios, junos, nxos, vyos
from runner.errors import ActionFailed


def asking(**texts: str) -> Callable[[str], str]:
    """A device that prints these, by command with `_` for blanks, and refuses all else."""
    known = {command.replace("_", " "): text for command, text in texts.items()}
    return lambda command: known.get(command.replace(" | ", " ").replace("-", " "), "")


def test_ios_stacks_and_neighbours() -> None:
    version = (
        "Cisco IOS Software, C2960X Software, Version 15.2(7)E3, RELEASE SOFTWARE\n"
        "sw1 uptime is 2 weeks\ncisco WS-C2960X-24TS-L (APM86XXX) processor with 524288K bytes of"
        " memory.\nModel number : WS-A\nSystem serial number : S1\n"
        "Model Number : WS-B\nSystem Serial Number : S2\n"
    )
    facts = ios.default(asking(show_version=version))
    assert facts["version"] == "15.2(7)E3"
    assert facts["model"] == "WS-C2960X-24TS-L"
    assert (facts["iostype"], facts["operatingmode"]) == ("IOS", "autonomous")
    assert facts["stacked_models"] == ["WS-A", "WS-B"]
    assert facts["stacked_serialnums"] == ["S1", "S2"]
    lldp = (
        f"{'-' * 48}\nLocal Intf: Gi0/1\nChassis id: aaaa.bbbb.cccc\nPort id: Te1/1/1\n"
        "System Name: core\n\nManagement Addresses:\n    IP: 192.0.2.1\n"
    )
    assert ios.lldp_neighbors(lldp) == {
        "GigabitEthernet0/1": [
            {"host": "core", "port": "Te1/1/1", "ip": "192.0.2.1", "chassis_id": "aaaa.bbbb.cccc"}
        ]
    }
    assert ios.utilization(
        "Core 1: CPU utilization for five seconds: 5%; one minute: 6%; five minutes: 7%"
    ) == {"core_1": {"five_seconds": 5, "one_minute": 6, "five_minutes": 7}}


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("Gi0/1", "GigabitEthernet0/1"),
        ("Twe1/0/1", "TwentyFiveGigE1/0/1"),
        ("Tw1/0/1", "TwoGigabitEthernet1/0/1"),
        ("Eth1/1", "Ethernet1/1"),
        ("odd9", "odd9"),
        ("GigabitEthernet2", "GigabitEthernet2"),
    ],
)
def test_long_names(short: str, long: str) -> None:
    assert ios.long_name(short) == long


def test_nxos_structures_of_one_row_and_of_many() -> None:
    port = {"interface": "Ethernet1/1", "state": "up", "eth_ip_addr": "192.0.2.1"}
    vlan = {"interface": "Vlan5", "svi_line_proto": "up", "svi_ip_addr": "192.0.2.5"}
    for row, names in ((port, ["Ethernet1/1"]), ([port, vlan], ["Ethernet1/1", "Vlan5"])):
        table = json.dumps({"TABLE_interface": {"ROW_interface": row}})
        facts = nxos.interfaces(asking(show_interface_json=table))
        assert list(facts["interfaces"]) == names
    assert facts["all_ipv4_addresses"] == ["192.0.2.1", "192.0.2.5"]
    assert facts["interfaces"]["Vlan5"] == {"state": "up", "ipv4": {"address": "192.0.2.5"}}


def test_junos() -> None:
    chassis = (
        "Hardware inventory:\n"
        "Item             Version  Part number  Serial number     Description\n"
        "Chassis                                VM123             VMX\n"
        "Routing Engine 0 REV 01   750-000001   AB1234            RE-VMX\n"
        "FPC 0                                                    Virtual FPC\n"
    )
    facts = junos.hardware(asking(show_chassis_hardware=chassis))
    engine, card = facts["modules"]
    assert engine == {
        "name": "Routing Engine 0",
        "version": "REV 01",
        "part_number": "750-000001",
        "serial_number": "AB1234",
        "description": "RE-VMX",
    }
    assert card == {"name": "FPC 0", "description": "Virtual FPC"}
    assert junos.default(asking(show_chassis_hardware=chassis))["serialnum"] == "VM123"


def test_junos_has_the_names_and_types_that_netconf_gives_ansible() -> None:
    """Those of junos_facts, whose parser was given the same facts as replies of NETCONF."""
    engine = (
        "Routing Engine status:\n"
        "    Temperature                 30 degrees C / 86 degrees F\n"
        "    CPU temperature             35 degrees C / 95 degrees F\n"
        "    DRAM                      2048 MB (2048 MB installed)\n"
        "    Memory utilization          25 percent\n"
        "    Model                          RE-VMX\n"
        "    Start time                     2026-11-22 00:00:00 UTC\n"
        "    Uptime                         5 hours\n"
    )
    storage = (
        "Filesystem   Size  Used  Avail  Capacity  Mounted on\ntmpfs  1.1G  48K  1.1G  0%  /tmp\n"
    )
    facts = junos.hardware(asking(show_chassis_routing_engine=engine, show_system_storage=storage))
    assert facts == {
        "memfree_mb": 1536,
        "memtotal_mb": 2048,
        "filesystems": ["tmpfs"],
        "routing_engines": {
            "0": {
                "slot": "0",
                "temperature": "30 degrees C / 86 degrees F",
                "cpu_temperature": "35 degrees C",
                "memory_dram_size": "2048 MB",
                "memory_buffer_utilization": "25",
                "model": "RE-VMX",
                "start_time": "2026-11-22 00:00:00 UTC",
                "up_time": "5 hours",
            }
        },
        "has_2RE": False,
        "modules": [],
    }
    port = (
        "Physical interface: ge-0/0/0, Enabled, Physical link is Up\n"
        "  Link-level type: Ethernet, MTU: 1514, Speed: 1000mbps, Loopback: Disabled\n"
        "  Current address: 52:54:00:00:00:01, Hardware address: 52:54:00:00:00:01\n"
    )
    assert junos.interfaces(asking(show_interfaces=port))["interfaces"] == {
        "ge-0/0/0": {
            "oper-status": "up",
            "admin-status": "up",
            "speed": "1000mbps",
            "macaddress": "52:54:00:00:00:01",
            "mtu": "1514",
            "type": "Ethernet",
        }
    }


def test_vyos() -> None:
    commits = (
        "0   2024-01-01 10:00:00 by vyos via cli\n    first\n"
        "1   2023-12-31 09:00:00 by root via init\n"
    )
    facts = vyos.config(asking(show_system_commit=commits))
    assert facts["commits"] == [
        {
            "revision": "0",
            "datetime": "2024-01-01 10:00:00",
            "by": "vyos",
            "via": "cli",
            "comment": "first",
        },
        {
            "revision": "1",
            "datetime": "2023-12-31 09:00:00",
            "by": "root",
            "via": "init",
            "comment": None,
        },
    ]


def test_subsets() -> None:
    every = ["default", "hardware", "interfaces", "config"]
    for words, meant in (
        (["min"], ["default"]),
        (["all"], every),
        (["!config"], every[:3]),
        (["!all"], ["default"]),
        (["config"], ["default", "config"]),
        (["all", "!hardware"], ["default", "interfaces", "config"]),
        (["!min"], every),
    ):
        assert chosen(words, ios.IOS) == meant
    with pytest.raises(ActionFailed, match="no `nothing`"):
        chosen(["nothing"], ios.IOS)
