"""Facts of VyOS. Names and types: Ansible's documentation of vyos_facts."""

from __future__ import annotations

import re
from typing import Any

from runner.actions.facts.parsing import Ask, System, first, known

_COMMIT = re.compile(r"(\d+)\s+(.+?)\s*by(.+)via(.+)")


def default(ask: Ask) -> dict[str, Any]:
    """What the device is."""
    version = ask("show version")
    found = known(
        version=first(r"^\s*Version:[ \t]*(\S.*)$", version),
        model=first(r"(?:HW|Hardware) model:\s*(\S+)", version),
        hostname=ask("show host name").strip() or None,
    )
    return {**found, "serialnum": first(r"(?:HW|Hardware) S/N:\s+(\S+)", version)}


def config(ask: Ask) -> dict[str, Any]:
    """The configuration as commands, and the commits; `config` holds both texts."""
    texts = [ask(f"show {what}").strip() for what in ("configuration commands", "system commit")]
    commits: list[dict[str, Any]] = []
    for line in texts[1].split("\n"):
        found = _COMMIT.match(line)
        if found:
            revision, when, who, how = (part.strip() for part in found.groups())
            commits.append(
                {"revision": revision, "datetime": when, "by": who, "via": how, "comment": None}
            )
        elif commits and line.strip():
            commits[-1]["comment"] = line.strip()
    return {"config": texts, "commits": commits}


def neighbors(ask: Ask) -> dict[str, Any]:
    """What LLDP knows, by interface."""
    if "LLDP not configured" in ask("show lldp neighbors"):
        return {}
    found: dict[str, list[dict[str, Any]]] = {}
    detail = ask("show lldp neighbors detail")
    for entry in re.split(r"^(?=Interface)", detail, flags=re.MULTILINE):
        name = first(r"^Interface:\s+(\S+),", entry)
        if name is not None:
            host, port = first(r"SysName:\s+(.+)$", entry), first(r"PortDescr:\s+(.+)$", entry)
            found.setdefault(name, []).append({"host": host, "port": port})
    return {"neighbors": found}


VYOS = System("vyos", {"default": default, "neighbors": neighbors, "config": config})
