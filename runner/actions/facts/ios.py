"""Facts of Cisco IOS and IOS XE. Names and types: Ansible's documentation of ios_facts."""

from __future__ import annotations

import re
from typing import Any

from runner.actions.facts.parsing import (
    Ask,
    System,
    blocks,
    every,
    first,
    known,
    number,
    running_config,
    without_errors,
)

_MB = 1_048_576
_LONG = {
    "gi": "GigabitEthernet",
    "te": "TenGigabitEthernet",
    "fa": "FastEthernet",
    "fo": "FortyGigabitEthernet",
    "twe": "TwentyFiveGigE",
    "tw": "TwoGigabitEthernet",
    "hu": "HundredGigE",
    "et": "Ethernet",
    "vl": "Vlan",
    "lo": "Loopback",
    "po": "port-channel",
    "tu": "Tunnel",
    "nv": "nve",
    "se": "Serial",
}


def default(ask: Ask) -> dict[str, Any]:
    """What the device is."""
    version = ask("show version")
    switch, inventory = ask("show switch virtual"), ask("show inventory")
    return {
        **_version(version),
        **_stack(version),
        **_virtual(switch, inventory),
    }


def _version(text: str) -> dict[str, Any]:
    iostype = "IOS-XE" if re.search(r"\sIOS[- ]XE\s", text) else "IOS"
    mode = first(r"Router operating mode: (\S+)", text) or ""
    alone = iostype == "IOS" or "autonomous" in mode.lower()
    version = first(r"Version (\S+)", text)
    return {
        **known(
            version=version.strip(",") if version else None,
            model=first(r"^[Cc]isco (\S+).* \(revision", text)
            or first(r"^[Cc]isco (\S+).+bytes of .*memory", text),
            hostname=first(r"^(.+) uptime", text),
            image=first(r'image file is "(.+)"', text),
        ),
        "iostype": iostype,
        "operatingmode": "autonomous" if alone else "controller",
        "serialnum": first(r"board ID (\S+)", text),
    }


def _stack(text: str) -> dict[str, Any]:
    models = every(r"^Model [Nn]umber\s+: (\S+)", text)
    serials = every(r"^System [Ss]erial [Nn]umber\s+: (\S+)", text)
    facts: dict[str, Any] = known(stacked_models=models or None, stacked_serialnums=serials or None)
    return {**facts, "virtual_switch": "STACK"} if models else facts


def _virtual(switch: str, inventory: str) -> dict[str, Any]:
    domain = first(r"^Virtual switch domain number : ([0-9]+)", switch)
    if domain is None:
        return {}
    serials = [found[1] for found in re.finditer(r'System".*?SN:\s*(\S+)', inventory, re.DOTALL)]
    facts: dict[str, Any] = {"virtual_switch": "VSS", "virtual_switch_domain": domain}
    return {**facts, "virtual_switch_serialnums": serials} if serials else facts


def hardware(ask: Ask) -> dict[str, Any]:
    """Memory, file systems, processor."""
    files = ask("dir")
    memory = ask("show memory statistics")
    processor = ask("show processes cpu | include CPU utilization")
    facts: dict[str, Any] = {"cpu_utilization": utilization(processor)}
    if files:
        facts["filesystems"] = every(r"^Directory of (\S+)/", files)
        facts["filesystems_info"] = _spaces(files)
    found = re.search(r"^Processor\s+\S+\s+(\d+)\s+\d+\s+(\d+)", memory, re.MULTILINE)
    if found:
        facts["memtotal_mb"], facts["memfree_mb"] = int(found[1]) / _MB, int(found[2]) / _MB
    return facts


def _spaces(text: str) -> dict[str, dict[str, float]]:
    """Kilobytes by file system."""
    spaces: dict[str, dict[str, float]] = {}
    name = None
    for line in text.split("\n"):
        name = first(r"^Directory of (\S+)/", line) or name
        size = re.match(r"(\d+) bytes total \((\d+) bytes free\)", line)
        if name is not None:
            space = spaces.setdefault(name, {})
            if size:
                space["spacetotal_kb"] = int(size[1]) / 1024
                space["spacefree_kb"] = int(size[2]) / 1024
    return spaces


_UTILIZATION = re.compile(
    r"^(?:Core (\d+): )?CPU utilization for five seconds: (\d+)%(?:/(\d+)%)?; "
    r"one minute: (\d+)%; five minutes: (\d+)%",
    re.MULTILINE,
)


def utilization(text: str) -> dict[str, Any]:
    """Percentages by core."""
    cores: dict[str, Any] = {}
    for core, five, interrupt, minute, minutes in _UTILIZATION.findall(text):
        about = {
            "five_seconds": int(five),
            "one_minute": int(minute),
            "five_minutes": int(minutes),
        }
        if interrupt:
            about["five_seconds_interrupt"] = int(interrupt)
        cores[f"core_{core}" if core else "core"] = about
    return cores


def interfaces(ask: Ask) -> dict[str, Any]:
    """Interfaces with their addresses, and neighbours."""
    about = {
        name: _interface(text)
        for name, text in blocks(without_errors(ask("show interfaces"), "% ")).items()
    }
    four = _addresses(about, "ipv4", ask("show ip interface"), _four)
    six = _addresses(about, "ipv6", ask("show ipv6 interface"), _six)
    return {
        "all_ipv4_addresses": four,
        "all_ipv6_addresses": six,
        "interfaces": about,
        "neighbors": _neighbors(ask),
    }


def _interface(text: str) -> dict[str, Any]:
    return {
        "description": first(r"Description: (.+)$", text),
        "macaddress": first(r"Hardware is (?:.*), address is (\S+)", text),
        "mtu": number(r"MTU (\d+)", text),
        "bandwidth": number(r"BW (\d+)", text),
        "mediatype": first(r"media type is (.+)$", text),
        "duplex": first(r"(\w+) Duplex", text),
        "lineprotocol": first(r"line protocol is (up|down)", text),
        "operstatus": first(r"^.+ is (.+),", text),
        "type": first(r"Hardware is (.+),", text),
    }


def _addresses(about: dict[str, dict[str, Any]], family: str, text: str, read: Any) -> list[str]:
    """Adds every interface's addresses; gives all of them."""
    found: list[str] = []
    for name, part in blocks(without_errors(text, "% ")).items():
        addresses = read(part)
        about.setdefault(name, {})[family] = addresses
        found += [address["address"] for address in addresses]
    return found


def _four(text: str) -> list[dict[str, str]]:
    primary = every(r"Internet address is (\S+/\S+)\s*$", text)
    if not primary:
        return []
    written = [*every(r"Secondary address (\S+/\S+)\s*$", text), primary[0]]
    return [_with_subnet(*address.split("/", 1)) for address in written]


def _six(text: str) -> list[dict[str, str]]:
    pairs = re.findall(r"^\s+(\S+), subnet is (\S+)", text, re.MULTILINE)
    return [_with_subnet(address, subnet) for address, subnet in pairs]


def _with_subnet(address: str, subnet: str) -> dict[str, str]:
    return {"address": address, "subnet": subnet}


def _neighbors(ask: Ask) -> dict[str, list[dict[str, Any]]]:
    """By local interface: what LLDP knows, CDP's in its place where both know one."""
    found: dict[str, list[dict[str, Any]]] = {}
    if without_errors(ask("show lldp"), "Invalid input", "LLDP is not enabled"):
        found.update(lldp_neighbors(ask("show lldp neighbors detail")))
    if without_errors(ask("show cdp"), "Invalid input", "CDP is not enabled"):
        found.update(cdp_neighbors(ask("show cdp neighbors detail")))
    return found


def lldp_neighbors(text: str) -> dict[str, list[dict[str, Any]]]:
    """By local interface."""
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in re.split(r"^-{48}$", text, flags=re.MULTILINE):
        port = first(r"^Local Intf: (.+)$", entry)
        if port is not None:
            found.setdefault(long_name(port), []).append(
                {
                    "host": first(r"System Name: (.+)$", entry),
                    "port": first(r"Port id: (.+)$", entry),
                    "ip": first(r"^    IP: (.+)$", entry),
                    "chassis_id": first(r"^Chassis id: (.+)$", entry),
                }
            )
    return found


def cdp_neighbors(text: str) -> dict[str, list[dict[str, Any]]]:
    """By local interface."""
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in re.split(r"^-{25}$", text, flags=re.MULTILINE):
        ports = re.search(
            r"^Interface: (.+?),?\s+Port ID \(outgoing port\): (.+)$", entry, re.MULTILINE
        )
        if ports is not None:
            found.setdefault(ports[1].strip(), []).append(
                {
                    "host": first(r"^Device ID: (.+)$", entry),
                    "platform": first(r"^Platform: (.+?),", entry),
                    "port": ports[2].strip(),
                    "ip": first(r"^  IP(?:v4)? address: (.+)$", entry),
                }
            )
    return found


def long_name(interface: str) -> str:
    """`Gi0/1` as the configuration writes it."""
    found = re.match(r"([A-Za-z-]+)\s*(\d.*)?$", interface)
    if found is None or found[2] is None:
        return interface
    word = found[1].lower()
    # The longest beginning decides: `tw` is two, `twe` twenty-five.
    starts = [start for start in _LONG if word.startswith(start)]
    if not starts:
        return interface
    return f"{_LONG[max(starts, key=len)]}{found[2]}"


IOS = System(
    "ios",
    {
        "default": default,
        "hardware": hardware,
        "interfaces": interfaces,
        "config": running_config,
    },
)
