"""Facts of Juniper Junos, read from what its command line prints.

Names and types: Ansible's documentation of junos_facts, which asks over NETCONF. What only
NETCONF says (some details of modules and routing engines) is not there.
"""

from __future__ import annotations

import re
from typing import Any

from runner.actions.facts.parsing import Ask, System, config_of, every, first, known

_MODULE = re.compile(
    r"^(?P<name>(?:FPC|PIC|Routing Engine|Midplane|Power Supply|PSM|PEM|Fan Tray|CB|SCB|Chassis"
    r"|FPM Board|MIC|CPU)\b(?: \d+)?)[ \t]+(?P<rest>\S.*)$",
    re.MULTILINE,
)


def default(ask: Ask) -> dict[str, Any]:
    """What the device is."""
    version = ask("show version")
    found = known(
        version=first(r"^Junos: (\S+)", version) or first(r"\[([\w.-]+)\]\s*$", version),
        model=first(r"^Model: (\S+)", version),
        hostname=first(r"^Hostname: (\S+)", version),
    )
    chassis = ask("show chassis hardware")
    return {**found, "serialnum": first(r"^Chassis\s+(\S+)\s+\S+", chassis)}


def hardware(ask: Ask) -> dict[str, Any]:
    """Memory, file systems, routing engines, modules."""
    engines = _engines(ask("show chassis routing-engine"))
    facts: dict[str, Any] = {
        "filesystems": every(r"^(\S+)\s+\d\S*\s+\d\S*\s+-?\d", ask("show system storage")),
        "routing_engines": engines,
        "has_2RE": len(engines) > 1,
        "modules": _modules(ask("show chassis hardware")),
    }
    memory = next((engine for engine in engines.values() if "memory_dram_size" in engine), None)
    if memory is not None:
        total = int(memory["memory_dram_size"].split()[0])
        used = int(memory.get("memory_buffer_utilization", "0"))
        facts["memtotal_mb"], facts["memfree_mb"] = total, total * (100 - used) // 100
    return facts


def _engines(text: str) -> dict[str, dict[str, str]]:
    """By slot. A chassis with one routing engine names no slot: it is 0."""
    engines: dict[str, dict[str, str]] = {}
    for part in re.split(r"^(?=\s*Routing Engine status)", text, flags=re.MULTILINE):
        if "Routing Engine status" not in part:
            continue
        slot = first(r"^\s*Slot (\d+):", part) or str(len(engines))
        engines[slot] = known(
            slot=slot,
            mastership_state=first(r"Current state\s+(\S+)", part),
            model=first(r"^\s*Model\s{2,}(\S.*)$", part),
            serial_number=first(r"^\s*Serial ID\s{2,}(\S+)", part),
            memory_dram_size=first(r"DRAM\s+(\d+ MB)", part),
            memory_buffer_utilization=first(r"Memory utilization\s+(\d+) percent", part),
            temperature=first(r"^\s*Temperature\s{2,}(\S.*)$", part),
            cpu_temperature=first(r"CPU temperature\s+(\d+ degrees C)", part),
            start_time=first(r"Start time\s+(\S.*)$", part),
            up_time=first(r"Uptime\s+(\S.*)$", part),
        )
    return engines


def _modules(text: str) -> list[dict[str, str]]:
    """The columns: version, part number, serial number, description; the first may be empty."""
    modules = []
    for found in _MODULE.finditer(text):
        if found["name"] == "Chassis":
            continue
        columns = re.split(r"\s{2,}", found["rest"].strip())
        module = {"name": found["name"], "description": columns[-1]}
        if len(columns) == 4:
            module["version"] = columns[0]
        if len(columns) >= 3:
            module["part_number"], module["serial_number"] = columns[-3], columns[-2]
        modules.append(module)
    return modules


def config(ask: Ask) -> dict[str, Any]:
    """The configuration, as `show configuration` prints it."""
    return config_of(ask("show configuration"))


def interfaces(ask: Ask) -> dict[str, Any]:
    """The physical interfaces."""
    about: dict[str, dict[str, Any]] = {}
    for part in re.split(r"^(?=Physical interface: )", ask("show interfaces"), flags=re.MULTILINE):
        name = first(r"^Physical interface: ([^,\s]+)", part)
        if name is not None:
            about[name] = _interface(part.split("\n  Logical interface ", 1)[0])
    return {"interfaces": about}


def _interface(text: str) -> dict[str, Any]:
    link = first(r"Physical link is (\S+)", text)
    state = first(r"^Physical interface: [^,\s]+, ([^,]+)", text)
    admin = {"Enabled": "up", "Administratively down": "down"}
    return {
        "oper-status": link.lower() if link else None,
        "admin-status": admin.get(state, state) if state else None,
        "speed": first(r"Speed: ([^,\s]+)", text),
        "macaddress": first(r"Hardware address: ([0-9a-f:]+)", text),
        "mtu": first(r"MTU: ([^,\s]+)", text),
        "type": first(r"(?:^|\s)(?:Link-level t|T)ype: ([^,\s]+)", text),
    }


JUNOS = System(
    "junos",
    {
        "default": default,
        "hardware": hardware,
        "interfaces": interfaces,
        "config": config,
    },
)
