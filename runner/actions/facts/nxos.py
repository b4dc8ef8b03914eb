"""Facts of Cisco NX-OS. Names and types: Ansible's documentation of nxos_facts.

Most commands are asked for JSON; where a release prints none, its text is read instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from runner.actions.facts.ios import long_name
from runner.actions.facts.parsing import (
    Ask,
    System,
    blocks,
    every,
    first,
    known,
    rows,
    running_config,
    structure,
)

_ETHERNET = {
    "state": "state",
    "desc": "description",
    "eth_bw": "bandwidth",
    "eth_duplex": "duplex",
    "eth_speed": "speed",
    "eth_mode": "mode",
    "eth_hw_addr": "macaddress",
    "eth_mtu": "mtu",
    "eth_hw_desc": "type",
}
_VLAN = {
    "svi_line_proto": "state",
    "svi_bw": "bandwidth",
    "svi_mac": "macaddress",
    "svi_mtu": "mtu",
    "type": "type",
}
_MODULE = {"model": "model", "modtype": "type", "ports": "ports", "status": "status"}
_FAN = {
    "fanname": "name",
    "fanmodel": "model",
    "fanhwver": "hw_ver",
    "fandir": "direction",
    "fanstatus": "status",
}
_POWER = {
    "psmodel": "model",
    "psnum": "number",
    "ps_status": "status",
    "ps_status_3k": "status",
    "actual_out": "actual_output",
    "actual_in": "actual_in",
    "total_capa": "total_capacity",
    "input_type": "input_type",
    "watts": "watts",
    "amps": "amps",
}


def _json(ask: Ask, command: str) -> Any:
    """The structure that a command prints; None where it prints none."""
    return structure(ask(f"{command} | json"))


def _renamed(item: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {name: item[key] for key, name in names.items() if key in item}


def default(ask: Ask) -> dict[str, Any]:
    """What the device is."""
    version = ask("show version")
    found = known(
        version=_one_of(version, r"\s+{}:\s+version\s*(\S+)", "system", "kickstart", "NXOS"),
        model=first(r"Hardware\n\s+cisco(.+)$", version),
        hostname=first(r"\s+Device name:\s*(\S+)", version),
        image=_one_of(version, r"\s+{} image file is:\s*(\S+)", "system", "kickstart", "NXOS"),
        platform=first(r'NAME: "Chassis",\s*DESCR:.*\nPID:\s*(\S+)', ask("show inventory")),
        license_hostid=first(r"License hostid: VDH=(.+)$", ask("show license host-id")),
    )
    return {**found, "serialnum": first(r"Processor [Bb]oard ID\s*(\S+)", version)}


def _one_of(text: str, pattern: str, *words: str) -> str | None:
    found = (first(pattern.format(word), text) for word in words)
    return next((value for value in found if value is not None), None)


def hardware(ask: Ask) -> dict[str, Any]:
    """Memory, file systems, processor."""
    facts: dict[str, Any] = {"filesystems": every(r"^Usage for (\S+)//", ask("dir"))}
    memory = _json(ask, "show system resources")
    if isinstance(memory, dict):
        total, free = memory.get("memory_usage_total"), memory.get("memory_usage_free")
    else:
        text = ask("show system resources")
        total, free = first(r"(\d+)K\s*total", text), first(r"(\d+)K\s*free", text)
    if total and free:
        facts["memtotal_mb"], facts["memfree_mb"] = int(total) / 1024, int(free) / 1024
    processor = _json(ask, "show processes cpu")
    if isinstance(processor, dict):
        facts["cpu_utilization"] = {"core": _utilization(processor)}
    return facts


def _utilization(found: Mapping[str, Any]) -> dict[str, int]:
    def percent(key: str) -> int:
        value = found.get(key, 0)
        return int(value[0] if isinstance(value, list) and value else value or 0)

    return {
        "five_minutes": percent("fivemin_percent"),
        "five_seconds": percent("fivesec_percent"),
        "five_seconds_interrupt": percent("fivesec_intr_percent"),
        "one_minute": percent("onemin_percent"),
    }


def config(ask: Ask) -> dict[str, Any]:
    """The running configuration; its last line is ended, as Ansible has it here alone."""
    return {name: f"{text}\n" for name, text in running_config(ask).items()}


def features(ask: Ask) -> dict[str, Any]:
    """The features that are switched on."""
    text = ask("show running-config")
    return {"features_enabled": every(r"^feature (\S.*?)\s*$", text)} if text else {}


def interfaces(ask: Ask) -> dict[str, Any]:
    """Interfaces with their addresses, and neighbours."""
    four: list[str] = []
    found = _json(ask, "show interface")
    if found is not None:
        items = rows(found, "TABLE_interface", "ROW_interface")
        about = {item["interface"]: _structured(item, four) for item in items}
    else:
        about = {
            name: _read(name, text, four)
            for name, text in blocks(_without_margins(ask("show interface"))).items()
        }
    six = _six(ask, about)
    return {
        "all_ipv4_addresses": four,
        "all_ipv6_addresses": six,
        "interfaces": about,
        "neighbors": {**_lldp(ask), **_cdp(ask)},
    }


def _structured(item: Mapping[str, Any], four: list[str]) -> dict[str, Any]:
    is_vlan = any(key.startswith("svi_") for key in item)
    about = _renamed(item, _VLAN if is_vlan else _ETHERNET)
    for kind in ("eth", "svi"):
        address = item.get(f"{kind}_ip_addr")
        if address is not None:
            about["ipv4"] = known(address=address, masklen=item.get(f"{kind}_ip_mask"))
            four.append(address)
    return about


def _without_margins(text: str) -> str:
    """`admin state is up` stands at the margin although it belongs to the line above."""
    return re.sub(r"^admin ", " admin ", text, flags=re.MULTILINE)


def _read(name: str, text: str, four: list[str]) -> dict[str, Any]:
    about: dict[str, Any] = {
        "mtu": first(r"MTU\s*(\S+)", text),
        "bandwidth": first(r"BW\s*(\S+)", text),
    }
    if name.lower().startswith("vlan"):
        about["state"] = first(r"line protocol is\s*(\S+)", text)
        about["macaddress"] = first(r"address is\s*(\S+)", text)
        about["type"] = first(r"Hardware is\s*(\S+)", text)
    else:
        about["state"] = first(rf"{re.escape(name)} is\s*(\S+)", text)
        about["description"] = first(r"Description: (.+)$", text)
        about["macaddress"] = first(r"address:\s*(\S+)", text)
        about["mode"] = first(r"Port mode is (\S+)", text)
        about["duplex"] = first(r"(\S+)-duplex", text)
        about["speed"] = first(r"duplex, (.+)$", text)
        about["type"] = first(r"Hardware:\s*(.+),", text)
    address = re.search(r"Internet Address is (\S+)/(\d+)", text)
    if address:
        about["ipv4"] = {"address": address[1], "masklen": address[2]}
        four.append(address[1])
    return about


def _six(ask: Ask, about: dict[str, dict[str, Any]]) -> list[str]:
    found: list[str] = []
    for item in rows(_json(ask, "show ipv6 interface vrf all"), "TABLE_intf", "ROW_intf"):
        inner = rows(item, "TABLE_addr", "ROW_addr")
        address = item.get("addr") or (inner[0].get("addr") if inner else None)
        if address is None:
            continue
        found.append(address)
        known_one = about.setdefault(item["intf-name"], {})
        known_one["ipv6"] = known(address=address, subnet=item.get("prefix"))
    return found


def _lldp(ask: Ask) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    data = _json(ask, "show lldp neighbors")
    if data is not None:
        for item in rows(data, "TABLE_nbor", "ROW_nbor"):
            host, port = item.get("chassis_id"), item.get("port_id")
            found[long_name(item["l_port_id"])] = [{"port": port, "host": host, "sysname": host}]
        return found
    line = r"^(\S+)\s+(\S+\d\S*)\s+\d+\s+\w+\s+(\S+)"
    for host, local, port in re.findall(line, ask("show lldp neighbors"), re.MULTILINE):
        neighbor = {"host": host, "sysname": host, "port": port}
        found.setdefault(long_name(local), []).append(neighbor)
    return found


def _cdp(ask: Ask) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    data = _json(ask, "show cdp neighbors detail")
    path = ("TABLE_cdp_neighbor_detail_info", "ROW_cdp_neighbor_detail_info")
    if data is not None:
        for item in rows(data, *path):
            host = item.get("device_id")
            local = item.get("intf_id") or item.get("interface")
            found[local] = [{"port": item.get("port_id"), "host": host, "sysname": host}]
        return found
    for entry in re.split(r"^-{40}$", ask("show cdp neighbors detail"), flags=re.MULTILINE):
        local = first(r"Interface:\s*([^\s,]+)", entry)
        if local is not None:
            found.setdefault(local, []).append(
                {
                    "port": first(r"Port ID \(outgoing port\):\s*(\S+)", entry),
                    "sysname": first(r"Device ID:(.+)$", entry),
                }
            )
    return found


def legacy(ask: Ask) -> dict[str, Any]:
    """What nxos_facts of Ansible 2.1 gave."""
    version = _json(ask, "show version")
    if isinstance(version, dict):
        names = {"host_name": "_hostname", "kickstart_ver_str": "_os", "chassis_id": "_platform"}
        facts = _renamed(version, names)
    else:
        text = ask("show version")
        facts = {
            "hostname": first(r"\s+Device name:\s+(\S+)", text),
            "os": _one_of(text, r"\s+{}:\s+version\s*(\S+)", "system", "kickstart"),
            "platform": first(r"Hardware\n\s+cisco\s+(\S+\s+\S+)", text),
        }
    return {**facts, **_lists(ask)}


def _lists(ask: Ask) -> dict[str, Any]:
    ports = rows(_json(ask, "show interface"), "TABLE_interface", "ROW_interface")
    vlans = rows(_json(ask, "show vlan brief"), "TABLE_vlanbriefxbrief", "ROW_vlanbriefxbrief")
    modules = rows(_json(ask, "show module"), "TABLE_modinfo", "ROW_modinfo")
    cooling = _json(ask, "show environment fan")
    fans = rows(cooling, "fandetails", "TABLE_faninfo", "ROW_faninfo") or rows(
        cooling, "fandetails_3k", "TABLE_faninfo", "ROW_faninfo"
    )
    power = _json(ask, "show environment power")
    return {
        "interfaces_list": [item["interface"] for item in ports]
        or list(blocks(_without_margins(ask("show interface")))),
        "vlan_list": [item["vlanshowbr-vlanid-utf"] for item in vlans]
        or every(r"^(\d+)\s", ask("show vlan brief")),
        "module": [_renamed(item, _MODULE) for item in modules],
        "fan_info": [_renamed(item, _FAN) for item in fans],
        "power_supply_info": [_renamed(item, _POWER) for item in _supplies(power)],
    }


def _supplies(power: Any) -> list[Any]:
    for suffix in ("psinfo_n3k", "psinfo", "ps_info"):
        found = rows(power, "powersup", f"TABLE_{suffix}", f"ROW_{suffix}")
        if found:
            return found
    return []


NXOS = System(
    "nxos",
    {
        "default": default,
        "legacy": legacy,
        "hardware": hardware,
        "interfaces": interfaces,
        "config": config,
        "features": features,
    },
)
