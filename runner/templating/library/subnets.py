"""Filters that reckon with networks: subnets, neighbours, merging."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from typing import Any

from runner.templating.failures import TemplateFault
from runner.templating.library.hardware import hardware_digits
from runner.templating.library.network import (
    Network,
    Parsed,
    holds,
    neighbour,
    nth,
    parse,
    usable_range,
)


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
    if not holds(outer.net, parsed.net):
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
    return f"{nth(parsed, first)}/{size}"


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
    return neighbour(parsed, int(offset))


def next_nth_usable(value: Any, offset: Any) -> Any:
    """The usable address so many further on in the same network."""
    return _shifted(value, offset, "next_nth_usable")


def previous_nth_usable(value: Any, offset: Any) -> Any:
    """The usable address so many before it in the same network."""
    return _shifted(value, -int(offset), "previous_nth_usable")


def network_in_network(value: Any, test: Any) -> bool:
    """Whether a network lies in this one."""
    outer, inner = parse(value), parse(test)
    return outer is not None and inner is not None and holds(outer.net, inner.net)


def network_in_usable(value: Any, test: Any) -> bool:
    """Whether an address or network lies among the usable addresses of this one."""
    outer, inner = parse(value), parse(test)
    if outer is None or inner is None or not holds(outer.net, inner.net):
        return False
    usable = usable_range(outer)
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
    while not all(holds(outer, net) for net in networks):
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


def slaac(value: Any, query: Any) -> str:
    """The address a host with that hardware address gives itself in a network."""
    parsed, hardware = parse(value), hardware_digits(query)
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


FILTERS: dict[str, Any] = {
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
}
