"""Filters on IP and hardware addresses (Ansible's `ansible.utils` family)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from jinja2 import Undefined

from runner.templating.failures import TemplateFault

Interface = ipaddress.IPv4Interface | ipaddress.IPv6Interface
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


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
        return f"{ip}/{self.prefix}"

    def __str__(self) -> str:
        return str(self.ip) if self.bare else self.with_prefix(self.ip)


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
    return None if parsed.is_network else parsed.with_prefix(parsed.ip)


def _address(parsed: Parsed) -> str | None:
    if parsed.is_network and parsed.ip.version == 4 and parsed.prefix < 31:
        return None
    return str(parsed.ip)


def _address_prefix(parsed: Parsed) -> str | None:
    return None if _address(parsed) is None else parsed.with_prefix(parsed.ip)


def _subnet(parsed: Parsed) -> str:
    return str(parsed.net)


def _network_only(parsed: Parsed) -> str | None:
    return str(parsed.net) if parsed.is_network else None


def _usable(parsed: Parsed) -> tuple[int, int] | None:
    """The first and last usable address as numbers; None for a single address."""
    if parsed.bare:
        raise TemplateFault(f"ipaddr: {parsed.ip} is an address, not a network")
    size = parsed.net.num_addresses
    first = int(parsed.net.network_address)
    if size == 1:
        return None
    return (first, first + 1) if size == 2 else (first + 1, first + size - 2)


def _nth(parsed: Parsed, number: int) -> str:
    return str(type(parsed.ip)(number))


def _first_usable(parsed: Parsed) -> str | None:
    usable = _usable(parsed)
    return _nth(parsed, usable[0]) if usable else None


def _last_usable(parsed: Parsed) -> str | None:
    usable = _usable(parsed)
    return _nth(parsed, usable[1]) if usable else None


def _range_usable(parsed: Parsed) -> str | None:
    usable = _usable(parsed)
    return f"{_nth(parsed, usable[0])}-{_nth(parsed, usable[1])}" if usable else None


def _size_usable(parsed: Parsed) -> int:
    usable = None if parsed.bare else _usable(parsed)
    return usable[1] - usable[0] + 1 if usable else 0


def _neighbour(parsed: Parsed, step: int) -> str | None:
    usable = _usable(parsed)
    number = int(parsed.ip) + step
    return _nth(parsed, number) if usable and usable[0] <= number <= usable[1] else None


def _peer(parsed: Parsed) -> str:
    usable = _usable(parsed)
    number = int(parsed.ip)
    if usable is None or usable[1] - usable[0] != 1 or number not in usable:
        raise TemplateFault(f"ipaddr: {parsed} has no single peer; it is no /30, /31 or /127")
    return _nth(parsed, usable[1] if number == usable[0] else usable[0])


def _broadcast(parsed: Parsed) -> str | None:
    return None if parsed.is_small else str(parsed.net.broadcast_address)


def _if(holds: Callable[[Parsed], bool]) -> Callable[[Parsed], str | None]:
    return lambda parsed: str(parsed) if holds(parsed) else None


def _is_unicast(parsed: Parsed) -> bool:
    return not parsed.ip.is_multicast


def _is_private(parsed: Parsed) -> bool:
    return parsed.ip.is_private and not _is_link_local_v4(parsed)


def _is_link_local_v4(parsed: Parsed) -> bool:
    return parsed.ip.version == 4 and parsed.ip.is_link_local


def _is_public(parsed: Parsed) -> bool:
    ip = parsed.ip
    special = ip.is_private or ip.is_multicast or ip.is_loopback or ip.is_link_local
    return not (special or ip.is_reserved or ip.is_unspecified)


def _revdns(parsed: Parsed) -> str:
    return f"{parsed.ip.reverse_pointer}."


def _six_to_four(parsed: Parsed) -> str | None:
    if parsed.ip.version != 4:
        return None
    number = f"{int(parsed.ip):08x}"
    return f"2002:{number[:4]}:{number[4:]}::1/48"


def _number(parsed: Parsed) -> int | str:
    return int(parsed.ip) if parsed.bare else f"{int(parsed.ip)}/{parsed.prefix}"


def _as_version(parsed: Parsed, version: int) -> str | None:
    if parsed.ip.version == version:
        return str(parsed)
    if version == 6:
        prefix = "" if parsed.bare else f"/{parsed.prefix + 96}"
        return f"::ffff:{parsed.ip}{prefix}"
    mapped = parsed.ip.ipv4_mapped if isinstance(parsed.ip, ipaddress.IPv6Address) else None
    return None if mapped is None else str(mapped)


def _wrapped(parsed: Parsed) -> str:
    if parsed.ip.version == 4:
        return str(parsed)
    return f"[{parsed.ip}]" if parsed.bare else f"[{parsed.ip}]/{parsed.prefix}"


QUERIES: dict[str, Callable[[Parsed], Any]] = {
    "": str,
    "6to4": _six_to_four,
    "address": _address,
    "ip": _address,
    "address/prefix": _address_prefix,
    "ip/prefix": _address_prefix,
    "gateway": _address_prefix,
    "gw": _address_prefix,
    "router": _address_prefix,
    "hostnet": _address_prefix,
    "host/prefix": _host,
    "host": _host,
    "bool": lambda _parsed: True,
    "broadcast": _broadcast,
    "cidr": str,
    "first_usable": _first_usable,
    "hostmask": lambda parsed: str(parsed.net.hostmask),
    "wildcard": lambda parsed: str(parsed.net.hostmask),
    "int": _number,
    "ip_netmask": lambda parsed: f"{parsed.ip} {parsed.net.netmask}",
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
    "network": lambda parsed: str(parsed.net.network_address),
    "network_id": lambda parsed: str(parsed.net.network_address),
    "network/prefix": _subnet,
    "network_netmask": lambda parsed: f"{parsed.net.network_address} {parsed.net.netmask}",
    "network_wildcard": lambda parsed: f"{parsed.net.network_address} {parsed.net.hostmask}",
    "next_usable": lambda parsed: _neighbour(parsed, 1),
    "peer": _peer,
    "prefix": lambda parsed: parsed.prefix,
    "previous_usable": lambda parsed: _neighbour(parsed, -1),
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
    return str(parsed) if _holds(within.net, parsed.net) else None


def _holds(outer: Network, inner: Network) -> bool:
    if isinstance(outer, ipaddress.IPv4Network):
        return isinstance(inner, ipaddress.IPv4Network) and inner.subnet_of(outer)
    return isinstance(inner, ipaddress.IPv6Network) and inner.subnet_of(outer)


def _indexed(parsed: Parsed, index: int) -> str | None:
    try:
        return parsed.with_prefix(parsed.net[index])
    except IndexError:
        return None


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


def ipsubnet(value: Any, query: Any = "", index: Any = None) -> Any:
    """Subnets of a network by size and index; see `ansible.utils.ipsubnet`."""
    parsed = parse(value)
    if parsed is None:
        return False
    if query == "":
        return str(parsed.net)
    if not re.fullmatch(r"\d+", str(query)):
        return _rank(parsed, query)
    size = int(query)
    if not parsed.is_network:
        return _super_or_subnet(parsed, size, index)
    if index is None:
        return str(_count(parsed, size))
    return _pick(parsed, size, int(index))


def _rank(parsed: Parsed, query: Any) -> str:
    outer = parse(query)
    if outer is None:
        raise TemplateFault(f"ipsubnet: '{query}' is neither a size nor a network")
    if not _holds(outer.net, parsed.net):
        raise TemplateFault(f"ipsubnet: {parsed.net} is not in the subnet {outer.net}")
    inner = parsed.net
    offset = int(inner.network_address) - int(outer.net.network_address)
    return str(offset // inner.num_addresses + 1)


def _count(parsed: Parsed, size: int) -> int:
    if not parsed.prefix <= size <= parsed.net.max_prefixlen:
        raise TemplateFault(f"ipsubnet: {parsed.net} has no subnets of size /{size}")
    return int(2 ** (size - parsed.prefix))


def _pick(parsed: Parsed, size: int, index: int) -> str | bool:
    count = _count(parsed, size)
    if not -count <= index < count:
        return False
    step = int(2 ** (parsed.net.max_prefixlen - size))
    first = int(parsed.net.network_address) + (index % count) * step
    return f"{_nth(parsed, first)}/{size}"


def _super_or_subnet(parsed: Parsed, size: int, index: Any) -> Any:
    try:
        outer = ipaddress.ip_interface(f"{parsed.ip}/{size}").network
    except ValueError as error:
        raise TemplateFault(f"ipsubnet: {error}") from error
    del index  # of an address there is one network of that size
    return str(outer)


def ipmath(value: Any, amount: Any) -> str:
    """The address so many further on."""
    parsed = parse(value)
    if parsed is None:
        raise TemplateFault(f"ipmath: '{value}' is not an address")
    try:
        return str(parsed.ip + int(amount))
    except (ValueError, TypeError) as error:
        raise TemplateFault(f"ipmath: cannot add '{amount}' to {parsed.ip}") from error


def nthhost(value: Any, query: Any = "") -> Any:
    """The n-th address of a network."""
    parsed = parse(value)
    if parsed is None:
        return False
    try:
        return str(parsed.net[int(query)])
    except (ValueError, IndexError):
        return False


def _shifted(value: Any, offset: Any, name: str) -> Any:
    parsed = parse(value)
    if parsed is None:
        raise TemplateFault(f"{name}: '{value}' is not an address")
    return _neighbour(parsed, int(offset))


def next_nth_usable(value: Any, offset: Any) -> Any:
    """The usable address so many further on in the same network."""
    return _shifted(value, offset, "next_nth_usable")


def previous_nth_usable(value: Any, offset: Any) -> Any:
    """The usable address so many before it in the same network."""
    return _shifted(value, -int(offset), "previous_nth_usable")


def network_in_network(value: Any, test: Any) -> bool:
    """Whether a network lies in this one."""
    outer, inner = parse(value), parse(test)
    return outer is not None and inner is not None and _holds(outer.net, inner.net)


def network_in_usable(value: Any, test: Any) -> bool:
    """Whether an address or network lies among the usable addresses of this one."""
    outer, inner = parse(value), parse(test)
    if outer is None or inner is None or not _holds(outer.net, inner.net):
        return False
    usable = _usable(outer)
    last = int(inner.net.network_address) + inner.net.num_addresses - 1
    return bool(usable and usable[0] <= int(inner.net.network_address) and last <= usable[1])


def reduce_on_network(value: Iterable[Any], network: Any) -> list[Any]:
    """Those addresses and networks of a list that lie in one network."""
    return [item for item in value if network_in_network(network, item)]


def cidr_merge(value: Sequence[Any], action: str = "merge") -> Any:
    """Networks merged where they touch, or the smallest one that spans them."""
    networks = [parsed.net for item in value if (parsed := parse(item)) is not None]
    if len(networks) != len(value):
        raise TemplateFault("cidr_merge: not everything in the list is a network")
    if action == "merge":
        four = [net for net in networks if isinstance(net, ipaddress.IPv4Network)]
        six = [net for net in networks if isinstance(net, ipaddress.IPv6Network)]
        merged = [*ipaddress.collapse_addresses(four), *ipaddress.collapse_addresses(six)]
        return [str(net) for net in merged]
    if action == "span":
        return _span(networks)
    raise TemplateFault(f"cidr_merge: '{action}' is neither merge nor span")


def _span(networks: list[Network]) -> str | None:
    if not networks:
        return None
    outer = networks[0]
    while not all(_holds(outer, net) for net in networks):
        if outer.prefixlen == 0:
            raise TemplateFault("cidr_merge: IPv4 and IPv6 have no common network")
        outer = outer.supernet()
    return str(outer)


def ip4_hex(value: Any, delimiter: str = "") -> str:
    """An IPv4 address in hex."""
    parsed = parse(value)
    if parsed is None or parsed.ip.version != 4:
        raise TemplateFault(f"ip4_hex: '{value}' is not an IPv4 address")
    return delimiter.join(f"{octet:02x}" for octet in parsed.ip.packed)


def slaac(value: Any, mac: Any) -> str:
    """The address a host with that hardware address gives itself in a network."""
    parsed, hardware = parse(value), _mac(mac)
    if parsed is None or parsed.ip.version != 6 or hardware is None:
        raise TemplateFault(f"slaac wants an IPv6 network and a hardware address, not '{value}'")
    octets = bytes.fromhex(hardware)
    identifier = bytes([octets[0] ^ 2]) + octets[1:3] + b"\xff\xfe" + octets[3:]
    high = int(parsed.ip) >> 64 << 64
    return str(ipaddress.IPv6Address(high | int.from_bytes(identifier, "big")))


def ipv6form(value: Any, form: str = "") -> Any:
    """An IPv6 address written in full (`expand`) or short (`compress`)."""
    parsed = parse(value)
    if parsed is None or parsed.ip.version != 6:
        return False
    if form == "expand":
        return parsed.ip.exploded
    return parsed.ip.compressed


_MAC_FORMS = (
    re.compile(r"(?:[0-9a-f]{1,2}:){5}[0-9a-f]{1,2}", re.IGNORECASE),
    re.compile(r"(?:[0-9a-f]{1,2}-){5}[0-9a-f]{1,2}", re.IGNORECASE),
    re.compile(r"(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}", re.IGNORECASE),
    re.compile(r"[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}", re.IGNORECASE),
    re.compile(r"[0-9a-f]{6}[:-][0-9a-f]{6}", re.IGNORECASE),
    re.compile(r"[0-9a-f]{12}", re.IGNORECASE),
)


def _mac(value: Any) -> str | None:
    """Twelve hex digits, or None."""
    text = str(value)
    if not any(form.fullmatch(text) for form in _MAC_FORMS):
        return None
    parts = re.split(r"[:.-]", text)
    if len(parts) == 6:
        parts = [part.zfill(2) for part in parts]
    return "".join(parts).lower()


def _grouped(digits: str, size: int, separator: str) -> str:
    return separator.join(digits[at : at + size] for at in range(0, len(digits), size))


_MAC_QUERIES: dict[str, Callable[[str], Any]] = {
    "bool": lambda _digits: True,
    "int": lambda digits: int(digits, 16),
    "bare": str.upper,
    "cisco": lambda digits: _grouped(digits, 4, "."),
    "eui48": lambda digits: _grouped(digits.upper(), 2, "-"),
    "win": lambda digits: _grouped(digits.upper(), 2, "-"),
    "linux": lambda digits: _grouped(digits, 2, ":"),
    "unix": lambda digits: ":".join(f"{int(part, 16):x}" for part in re.findall("..", digits)),
    "pgsql": lambda digits: _grouped(digits, 6, ":"),
    "postgresql": lambda digits: _grouped(digits, 6, ":"),
    "psql": lambda digits: _grouped(digits, 6, ":"),
}


def hwaddr(value: Any, query: str = "") -> Any:
    """A hardware address in the form asked for; without one the value itself, or None."""
    if isinstance(value, Undefined):
        str(value)
    digits = _mac(value)
    if query and query not in _MAC_QUERIES:
        raise TemplateFault(f"hwaddr: '{query}' is not known", hint=", ".join(_MAC_QUERIES))
    if digits is None:
        if query in ("", "bool"):
            return None
        raise TemplateFault(f"hwaddr: '{value}' is not a hardware address")
    return _MAC_QUERIES[query](digits) if query else value


FILTERS: dict[str, Any] = {
    "ipaddr": ipaddr,
    "ipv4": _version_of(4),
    "ipv6": _version_of(6),
    "ipwrap": ipwrap,
    "ipsubnet": ipsubnet,
    "ipmath": ipmath,
    "nthhost": nthhost,
    "next_nth_usable": next_nth_usable,
    "previous_nth_usable": previous_nth_usable,
    "network_in_network": network_in_network,
    "network_in_usable": network_in_usable,
    "reduce_on_network": reduce_on_network,
    "cidr_merge": cidr_merge,
    "ip4_hex": ip4_hex,
    "slaac": slaac,
    "ipv6form": ipv6form,
    "hwaddr": hwaddr,
    "macaddr": hwaddr,
}
