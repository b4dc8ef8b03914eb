"""Facts of FRRouting, through vtysh. Names: Ansible's documentation of frr_facts."""

from __future__ import annotations

import re
from typing import Any

from runner.actions.facts.parsing import Ask, System, first, known, running_config


def default(ask: Ask) -> dict[str, Any]:
    """What the router is."""
    version = ask("show version")
    return known(
        version=first(r"^FRRouting (\S+)", version),
        hostname=first(r"^FRRouting \S+ \(([^)\s]+)\)", version)
        or first(r"^hostname (\S+)", ask("show running-config")),
    )


def interfaces(ask: Ask) -> dict[str, Any]:
    """Interfaces with their addresses."""
    about: dict[str, dict[str, Any]] = {}
    four: list[str] = []
    six: list[str] = []
    for part in re.split(r"^(?=Interface \S+ is )", ask("show interface"), flags=re.MULTILINE):
        name = first(r"^Interface (\S+) is ", part)
        if name is not None:
            about[name] = _interface(part)
            four += [item["address"] for item in about[name]["ipv4"]]
            six += [item["address"] for item in about[name]["ipv6"]]
    return {"interfaces": about, "all_ipv4_addresses": four, "all_ipv6_addresses": six}


def _interface(text: str) -> dict[str, Any]:
    mtu = first(r"mtu (\d+)", text)
    return {
        "description": first(r"^\s+Description: (.+)$", text),
        "macaddress": first(r"HWaddr: ([0-9a-f:]+)", text),
        "mtu": int(mtu) if mtu else None,
        "operstatus": first(r"^Interface \S+ is ([^,]+)", text),
        "lineprotocol": first(r"line protocol is (\S+)", text),
        "ipv4": _addresses("inet", text),
        "ipv6": _addresses("inet6", text),
    }


def _addresses(family: str, text: str) -> list[dict[str, str]]:
    pairs = re.findall(rf"^\s+{family} (\S+)/(\d+)", text, re.MULTILINE)
    return [{"address": address, "subnet": subnet} for address, subnet in pairs]


FRR = System("frr", {"default": default, "interfaces": interfaces, "config": running_config})
