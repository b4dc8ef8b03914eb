"""Pings from simulated devices: everybody answers but the addresses of 240.0.0.0/4."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from runner.lab.grammar import Match
from runner.lab.profile import Behaviour
from runner.lab.session import HangUp, Session, Verb

_MOST = 1_000
_COUNTS = ("count", "repeat", "-c")
_INTERVAL = 1.0
_UNSAID = 5
"""Packets sent when nobody says how many."""


class Words(NamedTuple):
    """What one family of systems prints.

    `{answers}` stands for a line of `answer` for each packet that came back, `{times}` for
    `times` if any did.
    """

    text: str
    times: str
    answer: str = ""


_STYLES: Mapping[str, Words] = {
    "cisco": Words(
        "Type escape sequence to abort.\n"
        "Sending {sent}, 100-byte ICMP Echos to {host}, timeout is 2 seconds:\n"
        "{marks}\n"
        "Success rate is {percent} percent ({received}/{sent}){times}\n",
        ", round-trip min/avg/max = 1/1/2 ms",
    ),
    "nexus": Words(
        "PING {host} ({host}): 56 data bytes\n{answers}\n--- {host} ping statistics ---\n"
        "{sent} packets transmitted, {received} packets received, {lost:.2f}% packet loss\n{times}",
        "round-trip min/avg/max = 1.1/1.1/1.1 ms\n",
        "64 bytes from {host}: icmp_seq={n} ttl=254 time=1.1 ms\n",
    ),
    "bsd": Words(
        "PING {host} ({host}): 56 data bytes\n{answers}\n--- {host} ping statistics ---\n"
        "{sent} packets transmitted, {received} packets received, {lost:.0f}% packet loss\n{times}",
        "round-trip min/avg/max/stddev = 1.034/1.040/1.055/0.010 ms\n",
        "64 bytes from {host}: icmp_seq={n} ttl=64 time=1.040 ms\n",
    ),
    "unix": Words(
        "PING {host} ({host}) 56(84) bytes of data.\n{answers}\n--- {host} ping statistics ---\n"
        "{sent} packets transmitted, {received} received, {lost:.0f}% packet loss, time 4ms\n"
        "{times}",
        "rtt min/avg/max/mdev = 0.040/0.045/0.050/0.005 ms\n",
        "64 bytes from {host}: icmp_seq={n} ttl=64 time=0.045 ms\n",
    ),
    "eos": Words(
        "PING {host} ({host}) 72(100) bytes of data.\n{answers}\n--- {host} ping statistics ---\n"
        "{sent} packets transmitted, {received} received, {lost:.0f}% packet loss, time 0ms\n"
        "{times}",
        "rtt min/avg/max/mdev = 0.040/0.045/0.050/0.005 ms\n",
        "80 bytes from {host}: icmp_seq={n} ttl=64 time=0.045 ms\n",
    ),
}


async def ping(session: Session, match: Match[Behaviour]) -> None:
    """`style` says whose words are used."""
    words = match.args["REST"].split()
    host = next((word for word in words if word.count(".") == 3 or ":" in word), words[-1])
    counts = [after for word, after in pairwise(words) if word in _COUNTS and after.isdigit()]
    sent = min(int(counts[0][:6]), _MOST) if counts else _UNSAID
    received = 0 if host.startswith("24") and host.count(".") == 3 else sent
    await session.output(_told(_STYLES[match.value.options["style"]], host, sent, received))


async def ping_on(session: Session, match: Match[Behaviour]) -> None:
    """A packet a second until Ctrl-C, as `style` says it."""
    style, host = _STYLES[match.value.options["style"]], match.args["ADDRESS"]
    answers = not host.startswith("24")
    session.terminal.write(_told(style, host, 1, 0).partition("\n")[0] + "\n")
    sent = 0
    interrupted = False
    while not interrupted and sent < _MOST:
        sent += 1
        if answers:
            session.terminal.write(style.answer.format(host=host, n=sent))
        interrupted = await _key_within(session, _INTERVAL) == "\x03"
    _, rule, summary = _told(style, host, sent, sent if answers else 0).partition("\n---")
    session.terminal.write(f"^C{rule}{summary}")


async def _key_within(session: Session, seconds: float) -> str | None:
    await session.terminal.flush()
    try:
        async with asyncio.timeout(seconds):
            key = await session.terminal.read_key()
    except TimeoutError:
        return None
    if key == "":
        raise HangUp
    return key


def _told(style: Words, host: str, sent: int, received: int) -> str:
    share = received / sent if sent else 0.0
    return style.text.format(
        host=host,
        sent=sent,
        received=received,
        percent=round(100 * share),
        lost=100 * (1 - share),
        marks="!" * received + "." * (sent - received),
        answers="".join(style.answer.format(host=host, n=n) for n in range(1, received + 1)),
        times=style.times if received else "",
    )


PING_VERBS: Mapping[str, Verb] = {"ping": ping, "ping_on": ping_on}
