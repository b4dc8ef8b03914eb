"""The controller's interfaces and addresses, as the kernel tells them."""

from __future__ import annotations

import fcntl
import ipaddress
import socket
import struct
from pathlib import Path
from typing import Any

_ADDRESS, _BROADCAST, _NETMASK = 0x8915, 0x8919, 0x891B
"""What the kernel is asked for: SIOCGIFADDR and its kin."""


def network() -> dict[str, Any]:
    """Names of the interfaces, IPv4 addresses, and the interface that leads outside."""
    names = [name for _, name in socket.if_nameindex()]
    found: dict[str, Any] = {"ansible_interfaces": names}
    addresses: list[str] = []
    about = {name: _interface(name) for name in names}
    for name, each in about.items():
        found[f"ansible_{name.replace('-', '_').replace('.', '_')}"] = each
        ipv4 = each.get("ipv4", {}).get("address")
        if ipv4 and not ipv4.startswith("127."):
            addresses.append(ipv4)
    found["ansible_all_ipv4_addresses"] = addresses
    found["ansible_default_ipv4"] = _default(about)
    return found


def _interface(name: str) -> dict[str, Any]:
    folder = Path("/sys/class/net", name)
    about: dict[str, Any] = {
        "device": name,
        "active": _read(folder / "operstate") in ("up", "unknown"),
        "mtu": int(_read(folder / "mtu") or 0),
        "type": "loopback" if name == "lo" else "ether",
    }
    mac = _read(folder / "address")
    if mac and name != "lo":
        about["macaddress"] = mac
    ipv4 = _ipv4(name)
    return {**about, "ipv4": ipv4} if ipv4 else about


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _ipv4(name: str) -> dict[str, str]:
    address = _asked(name, _ADDRESS)
    if address is None:
        return {}
    netmask = _asked(name, _NETMASK) or "255.255.255.255"
    network = ipaddress.ip_network(f"{address}/{netmask}", strict=False)
    return {
        "address": address,
        "broadcast": "" if name == "lo" else _asked(name, _BROADCAST) or "",
        "netmask": netmask,
        "network": str(network.network_address),
        "prefix": str(network.prefixlen),
    }


def _asked(name: str, what: int) -> str | None:
    request = struct.pack("256s", name.encode()[:15])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        try:
            return socket.inet_ntoa(fcntl.ioctl(door.fileno(), what, request)[20:24])
        except OSError:
            return None


def _default(about: dict[str, dict[str, Any]]) -> dict[str, Any]:
    for line in _read(Path("/proc/net/route")).splitlines()[1:]:
        fields = line.split()
        name = fields[0]
        if fields[1] == "00000000" and "ipv4" in about.get(name, {}):
            each = about[name]
            gateway = socket.inet_ntoa(struct.pack("=I", int(fields[2], 16)))
            own = {key: each[key] for key in ("macaddress", "mtu", "type") if key in each}
            return {**each["ipv4"], "gateway": gateway, "interface": name, "alias": name, **own}
    return {}
