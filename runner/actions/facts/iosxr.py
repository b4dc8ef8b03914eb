"""Facts of Cisco IOS XR. Names and types: Ansible's documentation of iosxr_facts."""

from __future__ import annotations

import re
from typing import Any

from runner.actions.facts.ios import cdp_neighbors
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


def default(ask: Ask) -> dict[str, Any]:
    """What the device is."""
    version = ask("show version")
    inventory = ask("show inventory")
    return known(
        version=first(r"Version (\S+(?: \S+)?)$", version) or first(r"Version\s*: (\S+)", version),
        model=_model(version, inventory),
        image=first(r'image file is "(.+)"', version),
        serialnum=first(r"SN: (\S+)\s*(?:\n\s*\nNAME:|\Z)", inventory),
        hostname=first(r"hostname\s(\S+)$", ask("show running-config hostname")),
    )


def _model(version: str, inventory: str) -> str | None:
    for pattern in (
        r"^[Cc]isco (.+) \(\) processor",
        r"^[Cc]isco ([A-Z0-9\-]+) processor",
        r"^[Cc]isco (.+) \(revision",
        r"^[Cc]isco (\S+ \S+).+bytes of .*memory",
    ):
        found = first(pattern, version)
        if found is not None:
            return found
    return first(r'DESCR: "[Cc]isco (\S+ \S+)', inventory)


def hardware(ask: Ask) -> dict[str, Any]:
    """Memory (as text, as Ansible gives it), file systems, processor."""
    facts: dict[str, Any] = {
        "filesystems": every(r"^Directory of (\S+)", ask("dir /all")),
        "cpu_utilization": _utilization(ask("show processes cpu | include CPU utilization")),
    }
    memory = re.search(
        r"Physical Memory: (\d+)M total \((\d+)", ask("show memory summary"), re.MULTILINE
    )
    if memory:
        facts["memtotal_mb"], facts["memfree_mb"] = memory[1], memory[2]
    return facts


def _utilization(text: str) -> dict[str, int]:
    found = re.search(
        r"^CPU utilization for one minute: (\d+)%; five minutes: (\d+)%; fifteen minutes: (\d+)%",
        text,
        re.MULTILINE,
    )
    if found is None:
        return {}
    names = ("one_minute", "five_minutes", "fifteen_minutes")
    return {name: int(value) for name, value in zip(names, found.groups(), strict=True)}


_STAMP = re.compile(r"\A\s*(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) .* \d{4}\n")
"""The time at which a command was asked, above its output: no interface is called `Sun`."""


def interfaces(ask: Ask) -> dict[str, Any]:
    """Interfaces with their addresses, and neighbours."""
    about: dict[str, dict[str, Any]] = {}
    four: list[str] = []
    shown = _STAMP.sub("", ask("show interfaces"))
    for name, text in blocks(without_errors(shown, "% ")).items():
        about[name] = _interface(text)
        address = about[name]["ipv4"]
        if address:
            four.append(address["address"])
    six = _six(about, ask("show ipv6 interface"))
    return {
        "all_ipv4_addresses": four,
        "all_ipv6_addresses": six,
        "interfaces": about,
        **known(neighbors=_neighbors(ask)),
    }


def _interface(text: str) -> dict[str, Any]:
    address = re.search(r"Internet address is (\S+)/(\d+)", text)
    return {
        "description": first(r"Description: (.+)$", text),
        "macaddress": first(r"Hardware is .*address is (\S+)", text),
        "ipv4": {"address": address[1], "masklen": int(address[2])} if address else None,
        "mtu": number(r"MTU (\d+)", text),
        "bandwidth": number(r"BW (\d+)", text),
        "duplex": first(r"(\w+)(?: D|-d)uplex", text),
        "lineprotocol": first(r"line protocol is (.+?)\s*$", text),
        "operstatus": first(r"^.+ is (.+),", text),
        "type": first(r"Hardware is (.+),", text),
    }


def _six(about: dict[str, dict[str, Any]], text: str) -> list[str]:
    found: list[str] = []
    for name, part in blocks(without_errors(text, "% ")).items():
        if name not in about:
            continue
        pairs = re.findall(r"^\s+(\S+), subnet is (\S+)", part, re.MULTILINE)
        about[name]["ipv6"] = [{"address": one, "subnet": net} for one, net in pairs]
        found += [one for one, _ in pairs]
    return found


def _neighbors(ask: Ask) -> dict[str, list[dict[str, Any]]] | None:
    """CDP's where it runs, else LLDP's."""
    if without_errors(ask("show cdp"), "CDP is not enabled", "% "):
        return cdp_neighbors(ask("show cdp neighbors detail"))
    if without_errors(ask("show lldp"), "LLDP is not enabled", "% "):
        return _lldp(ask("show lldp neighbors detail"))
    return None


def _lldp(text: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in re.split(r"^-{48}$", text, flags=re.MULTILINE)[1:]:
        port = first(r"^Local Interface: (.+)$", entry)
        if port is not None:
            found.setdefault(port, []).append(
                {
                    "host": first(r"System Name: (.+)$", entry),
                    "remote_description": first(r"Port Description: (.+)$", entry),
                    "port": first(r"Port id: (.+)$", entry),
                }
            )
    return found


IOSXR = System(
    "iosxr",
    {
        "default": default,
        "hardware": hardware,
        "interfaces": interfaces,
        "config": running_config,
    },
)
