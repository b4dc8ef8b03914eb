"""The configuration a device starts with: the platform's template, filled in."""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Mapping

from runner.lab.profile import Profile
from runner.lab.topology import Device as Spec
from runner.lab.topology import Interface

_NETWORKS = ("192.0.2.{}/24", "198.51.100.{}/24", "203.0.113.{}/32")
_PLACE = re.compile(r"\{([a-z_]+)\}")


def startup_text(spec: Spec, index: int, profile: Profile) -> str:
    """The startup configuration of a device."""
    configuration = profile.configuration
    values = {
        "hostname": spec.name,
        "user": spec.credentials.user,
        "index": str(index),
        "octet": str(index % 250 + 1),
        "interfaces": "".join(
            _interface(configuration.interface, interface)
            for interface in spec.interfaces or _invented(profile.ports, index)
        ),
        "filler": "",
        **{name: str(value) for name, value in profile.facts.items()},
        **spec.facts,
    }
    text = _filled(configuration.startup, values)
    wanting = spec.config_lines - text.count("\n")
    if wanting <= 0:
        return text
    values["filler"] = _filler(configuration.filler, wanting)
    return _filled(configuration.startup, values)


@functools.lru_cache(maxsize=64)
def _filler(line: str, count: int) -> str:
    return "\n".join(line.replace("{n}", str(n)) for n in range(1, count + 1))


def _invented(ports: tuple[str, ...], index: int) -> tuple[Interface, ...]:
    """The platform's ports with documentation addresses."""
    found = []
    for number, name in enumerate(ports):
        network = _NETWORKS[number] if number < len(_NETWORKS) else None
        address = network.format(index % 250 + 1) if network else None
        found.append(Interface(name, address, f"to {_NEIGHBOURS[number % 3]}"))
    return tuple(found)


_NEIGHBOURS = ("core", "access", "nowhere")


def _interface(template: str, interface: Interface) -> str:
    address = ipaddress.ip_interface(interface.address) if interface.address else None
    values = {
        "name": interface.name,
        "description": interface.description or "",
        "address": str(address) if address else "",
        "ip": str(address.ip) if address else "",
        "mask": str(address.netmask) if address else "",
        "length": str(address.network.prefixlen) if address else "",
        "shutdown": "shutdown" if interface.shutdown else "",
    }
    filled = (_line(line, values) for line in template.splitlines())
    return "\n".join(line for line in filled if line is not None) + "\n"


def _line(line: str, values: Mapping[str, str]) -> str | None:
    """A line of a template; None when a value it needs is missing."""
    if any(not values.get(name, "?") for name in _PLACE.findall(line)):
        return None
    return _filled(line, values)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)
