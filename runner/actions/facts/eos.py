"""Facts of Arista EOS. Names and types: Ansible's documentation of eos_facts."""

from __future__ import annotations

from typing import Any

from runner.actions.facts.parsing import Ask, System, every, first, known, running_config, structure

_INTERFACE = {
    "description": "description",
    "physicalAddress": "macaddress",
    "mtu": "mtu",
    "bandwidth": "bandwidth",
    "duplex": "duplex",
    "lineProtocolStatus": "lineprotocol",
    "interfaceStatus": "operstatus",
    "forwardingModel": "type",
}


def _json(ask: Ask, command: str) -> dict[str, Any]:
    found = structure(ask(f"{command} | json"))
    return found if isinstance(found, dict) else {}


def default(ask: Ask) -> dict[str, Any]:
    """What the device is. The image is known in privileged mode only."""
    version, names = _json(ask, "show version"), _json(ask, "show hostname")
    return {
        **names,
        **known(
            serialnum=version.get("serialNumber"),
            version=version.get("version"),
            model=version.get("modelName"),
            image=first(r"SWI=(.+)$", ask("bash timeout 5 cat /mnt/flash/boot-config")),
        ),
    }


def hardware(ask: Ask) -> dict[str, Any]:
    """Memory and file systems."""
    facts: dict[str, Any] = {
        "filesystems": every(r"^Directory of (.+)/", ask("dir all-filesystems"))
    }
    version = _json(ask, "show version")
    if "memFree" in version and "memTotal" in version:
        facts["memfree_mb"] = int(version["memFree"]) / 1024
        facts["memtotal_mb"] = int(version["memTotal"]) / 1024
    return facts


def interfaces(ask: Ask) -> dict[str, Any]:
    """Interfaces with their addresses, and neighbours."""
    four: list[str] = []
    six: list[str] = []
    about = {
        name: _interface(item, four, six)
        for name, item in _json(ask, "show interfaces").get("interfaces", {}).items()
    }
    neighbors: dict[str, list[dict[str, Any]]] = {}
    for item in _json(ask, "show lldp neighbors").get("lldpNeighbors", []):
        host, port = item.get("neighborDevice"), item.get("neighborPort")
        neighbors.setdefault(item["port"], []).append({"host": host, "port": port})
    return {
        "all_ipv4_addresses": four,
        "all_ipv6_addresses": six,
        "interfaces": about,
        "neighbors": neighbors,
    }


def _interface(item: dict[str, Any], four: list[str], six: list[str]) -> dict[str, Any]:
    about = {name: item[key] for key, name in _INTERFACE.items() if key in item}
    for entry in item.get("interfaceAddress", []):
        primary = entry.get("primaryIp", {})
        about["ipv4"] = known(address=primary.get("address"), masklen=primary.get("maskLen"))
        four.append(primary.get("address"))
    for entry in item.get("interfaceAddressIp6", {}).get("globalUnicastIp6s", []):
        about["ipv6"] = known(address=entry.get("address"), subnet=entry.get("subnet"))
        six.append(entry.get("address"))
    return about


EOS = System(
    "eos",
    {
        "default": default,
        "hardware": hardware,
        "interfaces": interfaces,
        "config": running_config,
    },
)
