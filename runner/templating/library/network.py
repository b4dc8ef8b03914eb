"""Filters on IP and hardware addresses (Ansible's `ansible.utils` family)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from jinja2 import Undefined

from runner.templating.failures import TemplateFault

Interface = ipaddress.IPv4Interface | ipaddress.IPv6Interface
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def written(ip: Address) -> str:
    """The address as text; the same on every Python, which differ on `::ffff:10.0.0.1`."""
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return str(ip) if mapped is None else f"::ffff:{mapped}"


class Parsed(NamedTuple):
    """An address with its network; `bare`: it was written without a prefix."""

    face: Interface
    bare: bool

    @property
    def ip(self) -> Address:
        return self.face.ip

    @property
    def net(self) -> Network:
        return self.face.network

    @property
    def prefix(self) -> int:
        return self.net.prefixlen

    @property
    def is_network(self) -> bool:
        """Whether it stands for a network rather than for an address in one."""
        return self.net.num_addresses > 1 and self.ip == self.net.network_address

    @property
    def is_small(self) -> bool:
        """Whether all its addresses are hosts': /31, /32, /127, /128."""
        return self.net.num_addresses <= 2

    def with_prefix(self, ip: Address) -> str:
        return f"{written(ip)}/{self.prefix}"

    def __str__(self) -> str:
        return written(self.ip) if self.bare else self.with_prefix(self.ip)


def parse(value: Any) -> Parsed | None:
    """An address or network in any of the usual forms; None for anything else."""
    if isinstance(value, bool) or value == "":
        return None
    if isinstance(value, int):
        return _parsed(ipaddress.ip_address, value)
    head, slash, tail = str(value).partition("/")
    try:
        ip = ipaddress.ip_address(int(head) if head.isdecimal() else head)
        if not slash:
            return Parsed(ipaddress.ip_interface(ip), True)
        return Parsed(ipaddress.ip_interface(f"{ip}/{tail}"), False)
    except ValueError:
        return None


def _parsed(make: Callable[[int], Address], number: int) -> Parsed | None:
    try:
        return Parsed(ipaddress.ip_interface(make(number)), True)
    except ValueError:
        return None


def _host(parsed: Parsed) -> str | None:
    if parsed.is_network and not parsed.is_small:
        return None
    return parsed.with_prefix(parsed.ip)


def _address(parsed: Parsed) -> str | None:
    if parsed.is_network and parsed.ip.version == 4 and not parsed.is_small:
        return None
    return written(parsed.ip)


def _usable_host(parsed: Parsed) -> str | bool:
    """An address that a host may have, with its prefix; False for what no host may have."""
    edges = (parsed.net.network_address, parsed.net.broadcast_address)
    if not parsed.is_small and parsed.ip in edges:
        return False
    return parsed.with_prefix(parsed.ip)


def _in_network(parsed: Parsed) -> bool:
    """Whether it is an address in a network of several."""
    return parsed.net.num_addresses > 1 and _host(parsed) is not None


def _ip_prefix(parsed: Parsed) -> str | None:
    return parsed.with_prefix(parsed.ip) if _in_network(parsed) else None


def _ip_netmask(parsed: Parsed) -> str | None:
    return f"{parsed.ip} {parsed.net.netmask}" if _in_network(parsed) else None


def _network(parsed: Parsed) -> str:
    return written(parsed.net.network_address)


def _subnet(parsed: Parsed) -> str:
    return parsed.with_prefix(parsed.net.network_address)


def _network_only(parsed: Parsed) -> str | None:
    return str(parsed.net) if parsed.is_network else None


def usable_range(parsed: Parsed) -> tuple[int, int] | None:
    """The first and last usable address as numbers; None for a single address."""
    if parsed.bare:
        raise TemplateFault(f"ipaddr: {parsed.ip} is an address, not a network")
    size = parsed.net.num_addresses
    first = int(parsed.net.network_address)
    if size == 1:
        return None
    return (first, first + 1) if size == 2 else (first + 1, first + size - 2)


def nth(parsed: Parsed, number: int) -> str:
    return str(type(parsed.ip)(number))


def _first_usable(parsed: Parsed) -> str | None:
    usable = usable_range(parsed)
    return nth(parsed, usable[0]) if usable else None


def _last_usable(parsed: Parsed) -> str | None:
    usable = usable_range(parsed)
    return nth(parsed, usable[1]) if usable else None


def _range_usable(parsed: Parsed) -> str | None:
    usable = usable_range(parsed)
    return f"{nth(parsed, usable[0])}-{nth(parsed, usable[1])}" if usable else None


def _size_usable(parsed: Parsed) -> int:
    usable = None if parsed.bare else usable_range(parsed)
    return usable[1] - usable[0] + 1 if usable else 0


def neighbour(parsed: Parsed, step: int) -> str | None:
    usable = usable_range(parsed)
    number = int(parsed.ip) + step
    return nth(parsed, number) if usable and usable[0] <= number <= usable[1] else None


def _peer(parsed: Parsed) -> str:
    usable = usable_range(parsed)
    number = int(parsed.ip)
    if usable is None or usable[1] - usable[0] != 1 or number not in usable:
        raise TemplateFault(f"ipaddr: {parsed} has no single peer; it is no /30, /31 or /127")
    return nth(parsed, usable[1] if number == usable[0] else usable[0])


def _broadcast(parsed: Parsed) -> str | None:
    return None if parsed.is_small else str(parsed.net.broadcast_address)


def _if(holds: Callable[[Parsed], bool]) -> Callable[[Parsed], str | None]:
    return lambda parsed: str(parsed) if holds(parsed) else None


def _is_unicast(parsed: Parsed) -> bool:
    return not parsed.ip.is_multicast


_SHARED = ipaddress.ip_network("100.64.0.0/10")


def _is_private(parsed: Parsed) -> bool:
    return parsed.ip.is_private or (parsed.ip.version == 4 and parsed.ip in _SHARED)


def _is_public(parsed: Parsed) -> bool:
    ip = parsed.ip
    special = _is_private(parsed) or ip.is_multicast or ip.is_loopback or ip.is_link_local
    return not (special or ip.is_reserved or ip.is_unspecified)


def _revdns(parsed: Parsed) -> str:
    return f"{parsed.ip.reverse_pointer}."


def _six_to_four(parsed: Parsed) -> str | bool:
    if parsed.ip.version != 4 or parsed.is_network:
        return False
    number = f"{int(parsed.ip):08x}"
    return f"2002:{number[:4]}:{number[4:]}::1/48"


def _number(parsed: Parsed) -> int | str:
    return int(parsed.ip) if parsed.bare else f"{int(parsed.ip)}/{parsed.prefix}"


def _as_version(parsed: Parsed, version: int) -> str | bool:
    if parsed.ip.version == version:
        return str(parsed)
    if version == 6:
        return f"::ffff:{parsed.ip}/{parsed.prefix + 96}"
    mapped = parsed.ip.ipv4_mapped if isinstance(parsed.ip, ipaddress.IPv6Address) else None
    return False if mapped is None else f"{mapped}/32"


def _wrapped(parsed: Parsed) -> str:
    if parsed.ip.version == 4:
        return str(parsed)
    bracketed = f"[{written(parsed.ip)}]"
    return bracketed if parsed.bare else f"{bracketed}/{parsed.prefix}"


QUERIES: dict[str, Callable[[Parsed], Any]] = {
    "": str,
    "6to4": _six_to_four,
    "address": _address,
    "ip": _address,
    "address/prefix": _usable_host,
    "ip/prefix": _ip_prefix,
    "gateway": _usable_host,
    "gw": _usable_host,
    "router": _usable_host,
    "hostnet": _usable_host,
    "host/prefix": _usable_host,
    "host": _host,
    "bool": lambda _parsed: True,
    "broadcast": _broadcast,
    "cidr": lambda parsed: parsed.with_prefix(parsed.ip),
    "first_usable": _first_usable,
    "hostmask": lambda parsed: str(parsed.net.hostmask),
    "wildcard": lambda parsed: str(parsed.net.hostmask),
    "int": _number,
    "ip_netmask": _ip_netmask,
    "ip_wildcard": lambda parsed: f"{parsed.ip} {parsed.net.hostmask}",
    "ipv4": lambda parsed: _as_version(parsed, 4),
    "ipv6": lambda parsed: _as_version(parsed, 6),
    "last_usable": _last_usable,
    "link-local": _if(lambda parsed: parsed.ip.is_link_local),
    "lo": _if(lambda parsed: parsed.ip.is_loopback),
    "loopback": _if(lambda parsed: parsed.ip.is_loopback),
    "multicast": _if(lambda parsed: parsed.ip.is_multicast),
    "net": _network_only,
    "netmask": lambda parsed: str(parsed.net.netmask),
    "network": _network,
    "network_id": _network,
    "network/prefix": _subnet,
    "network_netmask": lambda parsed: f"{_network(parsed)} {parsed.net.netmask}",
    "network_wildcard": lambda parsed: f"{_network(parsed)} {parsed.net.hostmask}",
    "next_usable": lambda parsed: neighbour(parsed, 1),
    "peer": _peer,
    "prefix": lambda parsed: parsed.prefix,
    "previous_usable": lambda parsed: neighbour(parsed, -1),
    "private": _if(_is_private),
    "public": _if(_is_public),
    "range_usable": _range_usable,
    "revdns": _revdns,
    "size": lambda parsed: parsed.net.num_addresses,
    "size_usable": _size_usable,
    "subnet": _subnet,
    "type": lambda parsed: "network" if parsed.is_network else "address",
    "unicast": _if(_is_unicast),
    "version": lambda parsed: parsed.ip.version,
    "wrap": _wrapped,
}


def ipaddr(value: Any, query: str | int = "", version: int | bool = False) -> Any:
    """What `query` asks of an address or network; False if it is none.

    Of a list: the answers for those elements that are addresses and have one.
    """
    if isinstance(value, Undefined):
        str(value)
    if isinstance(value, (list, tuple)):
        answers = (ipaddr(item, query, version) for item in value if item is not None)
        return [answer for answer in answers if answer not in (None, False)]
    if value is None:
        raise TemplateFault("ipaddr wants an address and got none")
    parsed = parse(value)
    if parsed is None or (version and parsed.ip.version != version):
        return False
    return _answer(parsed, query)


def _answer(parsed: Parsed, query: str | int) -> Any:
    known = QUERIES.get(str(query))
    if known is not None:
        return known(parsed)
    if re.fullmatch(r"-?\d+", str(query)):
        return _indexed(parsed, int(query))
    within = parse(query)
    if within is None:
        raise TemplateFault(f"ipaddr: '{query}' is not something to ask of an address")
    return str(parsed) if holds(within.net, parsed.net) else None


def holds(outer: Network, inner: Network) -> bool:
    if isinstance(outer, ipaddress.IPv4Network):
        return isinstance(inner, ipaddress.IPv4Network) and inner.subnet_of(outer)
    return isinstance(inner, ipaddress.IPv6Network) and inner.subnet_of(outer)


def _indexed(parsed: Parsed, index: int) -> str | bool:
    if parsed.net.num_addresses == 1:
        return str(parsed)
    try:
        return parsed.with_prefix(parsed.net[index])
    except IndexError:
        return False


def _version_of(version: int) -> Callable[..., Any]:
    def filtered(value: Any, query: str | int = "") -> Any:
        return ipaddr(value, query, version)

    return filtered


def ipwrap(value: Any) -> Any:
    """IPv6 addresses in brackets; everything else as it is."""
    if isinstance(value, (list, tuple)):
        return [ipwrap(item) for item in value]
    parsed = parse(value)
    return value if parsed is None else _wrapped(parsed)


FILTERS: dict[str, Any] = {
    "ipaddr": ipaddr,
    "ipv4": _version_of(4),
    "ipv6": _version_of(6),
    "ipwrap": ipwrap,
}
