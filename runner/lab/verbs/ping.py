"""Pings from simulated devices: everybody answers but the addresses of 240.0.0.0/4."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

from runner.lab.grammar import Match
from runner.lab.profile import Behaviour
from runner.lab.session import Session, Verb

_MOST = 1_000
_COUNTS = ("count", "repeat", "-c")


async def ping(session: Session, match: Match[Behaviour]) -> None:
    """`style` says whose words are used."""
    words = match.args["REST"].split()
    host = next((word for word in words if word.count(".") == 3 or ":" in word), words[-1])
    counts = [after for word, after in pairwise(words) if word in _COUNTS and after.isdigit()]
    sent = min(int(counts[0][:6]), _MOST) if counts else 5
    received = 0 if host.startswith("24") and host.count(".") == 3 else sent
    await session.output(_STYLES[match.value.options["style"]](host, sent, received))


def _cisco(host: str, sent: int, received: int) -> str:
    percent = 100 * received // max(sent, 1)
    times = ", round-trip min/avg/max = 1/1/2 ms" if received else ""
    return (
        "Type escape sequence to abort.\n"
        f"Sending {sent}, 100-byte ICMP Echos to {host}, timeout is 2 seconds:\n"
        f"{'!' * received}{'.' * (sent - received)}\n"
        f"Success rate is {percent} percent ({received}/{sent}){times}\n"
    )


def _nexus(host: str, sent: int, received: int) -> str:
    lost = 100.0 * (sent - received) / max(sent, 1)
    answers = "".join(
        f"64 bytes from {host}: icmp_seq={n} ttl=254 time=1.1 ms\n" for n in range(received)
    )
    times = "round-trip min/avg/max = 1.1/1.1/1.1 ms\n" if received else ""
    return (
        f"PING {host} ({host}): 56 data bytes\n{answers}\n--- {host} ping statistics ---\n"
        f"{sent} packets transmitted, {received} packets received, {lost:.2f}% packet loss\n"
        f"{times}"
    )


def _bsd(host: str, sent: int, received: int) -> str:
    lost = 100 * (sent - received) // max(sent, 1)
    times = "round-trip min/avg/max/stddev = 1.034/1.040/1.055/0.010 ms\n" if received else ""
    return (
        f"PING {host} ({host}): 56 data bytes\n\n--- {host} ping statistics ---\n"
        f"{sent} packets transmitted, {received} packets received, {lost}% packet loss\n"
        f"{times}"
    )


def _unix(host: str, sent: int, received: int) -> str:
    lost = 100 * (sent - received) // max(sent, 1)
    times = "rtt min/avg/max/mdev = 0.040/0.045/0.050/0.005 ms\n" if received else ""
    return (
        f"PING {host} ({host}) 72(100) bytes of data.\n\n--- {host} ping statistics ---\n"
        f"{sent} packets transmitted, {received} received, {lost}% packet loss, time 0ms\n"
        f"{times}"
    )


_STYLES: Mapping[str, Callable[[str, int, int], str]] = {
    "cisco": _cisco,
    "nexus": _nexus,
    "bsd": _bsd,
    "unix": _unix,
}

PING_VERBS: Mapping[str, Verb] = {"ping": ping}
