"""Tables that a device shows: a line for each interface, or for each section of a kind, as its
configuration has them now."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any

from runner.lab.configs.store import Port, Store

_PLACE = re.compile(r"\{(\w+)")
Shape = Mapping[str, Any]
"""How a table looks: `head`, `row` (`host_row` for an address of one host), `between`, `foot`.

`up`, `down`, `line_up`, `line_down`, `state_up`, `state_down`: words for `{admin}`, `{line}` and
`{state}`. `none`: what stands for
an address that is not there. `only`: a pattern of interface names. `addressed`, `active`: only
interfaces with an address, only those that are up. `vlan`: what stands for the VLAN of a port
that has none. `of`: a pattern of configuration lines, a row for each, with its groups; `inside`:
more of them, each a pattern of the lines below; `otherwise`: what stands where it is not there.
"""


def rows(shape: Shape, store: Store, name: str | None = None) -> Iterator[str]:
    """The rows of a table; only that of the interface `name`, if it is given."""
    if "of" in shape:
        yield from _of_sections(shape, store)
        return
    only = re.compile(shape.get("only", ".*"))
    for number, port in enumerate(store.ports(), 1):
        if only.fullmatch(port.name) is None or (name is not None and port.name != name):
            continue
        address = _address(port)
        if ("addressed" in shape and address is None) or ("active" in shape and port.shutdown):
            continue
        alone = address is not None and address.network.prefixlen == address.max_prefixlen
        row = shape["host_row"] if alone and "host_row" in shape else shape["row"]
        yield _filled(row, _values(shape, number, port, address))


def _filled(row: str, values: Mapping[str, Any]) -> str:
    """A row; of several lines, those that would say nothing are left out."""
    lines = row.splitlines(keepends=True)
    kept = (line for line in lines if all(values[name] != "" for name in _PLACE.findall(line)))
    return (row if len(lines) == 1 else "".join(kept)).format(**values)


def _values(
    shape: Shape, number: int, port: Port, address: ipaddress.IPv4Interface | None
) -> dict[str, Any]:
    state = "down" if port.shutdown else "up"
    return {
        "n": number,
        "name": port.name,
        "short": short_name(port.name),
        "short3": short_name(port.name, 3),
        "ip": port.address or shape.get("none", ""),
        "cidr": str(address or port.address),
        "alone": port.address.partition("/")[0],
        "local": f"{address.ip}/32" if address else "",
        "network": str(address.network) if address else "",
        "prefix": str(address.network.network_address) if address else "",
        "description": port.description,
        "mtu": 1500,
        "unit": f"{port.name}.0",
        "vlan": port.vlan or shape.get("vlan", "routed"),
        "admin": shape.get(state, state),
        "line": shape.get(f"line_{state}", state),
        "state": shape.get(f"state_{state}", state),
    }


def _address(port: Port) -> ipaddress.IPv4Interface | None:
    try:
        return ipaddress.IPv4Interface(f"{port.address}/{port.mask}" if port.mask else port.address)
    except ValueError:
        return None


def short_name(name: str, letters: int = 2) -> str:
    """`Gi0/0/0` for `GigabitEthernet0/0/0`."""
    kind = name.rstrip("0123456789/.:")
    return kind[:letters] + name[len(kind) :]


def _of_sections(shape: Shape, store: Store) -> Iterator[str]:
    """A row for each section of the configuration whose first line is of a kind."""
    members: dict[str, list[str]] = {}
    for port in store.ports():
        members.setdefault(port.vlan, []).append(short_name(port.name))
    first = re.compile(shape["of"])
    for line, below in store.sections():
        found = first.fullmatch(line)
        if found is None:
            continue
        values = found.groupdict()
        for key, pattern in shape.get("inside", {}).items():
            matches = (re.fullmatch(pattern, each) for each in below)
            inner = next(filter(None, matches), None)
            otherwise = str(shape.get("otherwise", {}).get(key, "")).format(**values)
            values[key] = inner[1] if inner else otherwise
        yield shape["row"].format(ports=", ".join(members.get(found[1], ())), **values)
