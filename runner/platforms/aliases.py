"""Every name a platform goes by, so that a look-up opens no file.

The keys of `ALIASES` are what the platform files say under `aliases`; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "eos": "arista_eos",
        "arista": "arista_eos",
        "arista.eos": "arista_eos",
        "arista.eos.eos": "arista_eos",
        "arista_eos_telnet": "arista_eos",
        "veos": "arista_eos",
        "ceos": "arista_eos",
        "ios": "cisco_ios",
        "iosxe": "cisco_ios",
        "ios_xe": "cisco_ios",
        "cisco_xe": "cisco_ios",
        "cisco_iosxe": "cisco_ios",
        "cisco.ios": "cisco_ios",
        "cisco.ios.ios": "cisco_ios",
        "cisco.iosxe": "cisco_ios",
        "cisco_ios_telnet": "cisco_ios",
        "cisco_ios_ssh": "cisco_ios",
        "cisco_ios_xe": "cisco_ios",
        "cat9k": "cisco_ios",
        "iosxr": "cisco_iosxr",
        "ios_xr": "cisco_iosxr",
        "cisco_xr": "cisco_iosxr",
        "cisco_xr_telnet": "cisco_iosxr",
        "cisco_xrv": "cisco_iosxr",
        "cisco.iosxr": "cisco_iosxr",
        "cisco.iosxr.iosxr": "cisco_iosxr",
        "xr": "cisco_iosxr",
        "nxos": "cisco_nxos",
        "nx_os": "cisco_nxos",
        "cisco.nxos": "cisco_nxos",
        "cisco.nxos.nxos": "cisco_nxos",
        "nexus": "cisco_nxos",
        "nxos_ssh": "cisco_nxos",
        "cisco_nxos_ssh": "cisco_nxos",
        "frr.frr": "frr",
        "frr.frr.frr": "frr",
        "frrouting": "frr",
        "quagga": "frr",
        "vtysh": "frr",
        "cumulus_vtysh": "frr",
        "vrp": "huawei_vrp",
        "huawei": "huawei_vrp",
        "huawei_telnet": "huawei_vrp",
        "community.network.vrp": "huawei_vrp",
        "usg": "huawei_vrp",
        "hvrp": "huawei_vrp",
        "ce": "huawei_vrp8",
        "cloudengine": "huawei_vrp8",
        "huawei_vrpv8": "huawei_vrp8",
        "huawei_ce": "huawei_vrp8",
        "community.network.ce": "huawei_vrp8",
        "vrp8": "huawei_vrp8",
        "junos": "juniper_junos",
        "juniper": "juniper_junos",
        "junos_evo": "juniper_junos",
        "junipernetworks.junos": "juniper_junos",
        "junipernetworks.junos.junos": "juniper_junos",
        "juniper_junos_telnet": "juniper_junos",
        "juniper.device": "juniper_junos",
        "unix": "linux",
        "posix": "linux",
        "shell": "linux",
        "bash": "linux",
        "debian": "linux",
        "ubuntu": "linux",
        "cumulus": "linux",
        "cumulus_linux": "linux",
        "generic_termserver_linux": "linux",
        "routeros": "mikrotik_routeros",
        "mikrotik": "mikrotik_routeros",
        "ros": "mikrotik_routeros",
        "community.routeros": "mikrotik_routeros",
        "community.routeros.routeros": "mikrotik_routeros",
        "mikrotik_routeros_telnet": "mikrotik_routeros",
        "vyos.vyos": "vyos",
        "vyos.vyos.vyos": "vyos",
        "edgeos": "vyos",
        "vyatta": "vyos",
        "vyos_vyos": "vyos",
    }
)


def normal(name: str) -> str:
    """`name` as it is compared: lower case, `-` and blanks as `_`."""
    return name.strip().lower().replace("-", "_").replace(" ", "_")
