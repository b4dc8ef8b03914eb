"""What an SSH server offers for a connection, and what is missing in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

_COOKIE = 16
_SIGNS = ("ext-info-", "kex-strict-")
"""Signs that an extension is known stand among the key exchanges, but are none."""


class Offer(NamedTuple):
    """The algorithm lists of a KEXINIT message (RFC 4253, 7.1) that must find a match."""

    kex: tuple[str, ...]
    host_keys: tuple[str, ...]
    ciphers: tuple[str, ...]
    macs: tuple[str, ...]


def parse_offer(message: bytes) -> Offer | None:
    """Reads a KEXINIT message, without its type byte; None if it is malformed."""
    lists: list[tuple[str, ...]] = []
    at = _COOKIE
    for _ in range(6):
        size = int.from_bytes(message[at : at + 4], "big")
        text = message[at + 4 : at + 4 + size]
        if len(message) < at + 4 or len(text) != size:
            return None
        names = text.decode("ascii", "replace").split(",")
        lists.append(tuple(name for name in names if not name.startswith(_SIGNS)))
        at += 4 + size
    return Offer(kex=lists[0], host_keys=lists[1], ciphers=lists[3], macs=lists[5])


def printable(text: str, longest: int = 200) -> str:
    """What a device sent, fit to stand in a message: one line, no control characters."""
    escaped = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text[:longest])
    return escaped + ("…" if len(text) > longest else "")


def missing(offer: Offer, ours: Offer) -> list[tuple[str, Sequence[str]]]:
    """What nothing of `ours` fits: pairs of a kind of algorithm and the names offered."""
    kinds = (
        ("key exchange", offer.kex, ours.kex),
        ("host key", offer.host_keys, ours.host_keys),
        ("cipher", offer.ciphers, ours.ciphers),
        ("MAC", offer.macs, ours.macs),
    )
    return [(kind, theirs) for kind, theirs, known in kinds if not set(theirs) & set(known)]
