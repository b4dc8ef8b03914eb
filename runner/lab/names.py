"""The platforms the lab can play, and the names they go by."""

from __future__ import annotations

from runner.platforms.aliases import ALIASES, normal

PLATFORMS = (
    "cisco_ios",
    "cisco_iosxr",
    "cisco_nxos",
    "arista_eos",
    "juniper_junos",
    "huawei_vrp",
    "mikrotik_routeros",
    "frr",
    "vyos",
    "linux",
)


def canonical(name: str) -> str | None:
    """The lab's platform for any name of it; None if the lab does not play it."""
    plain = normal(name.rsplit(".", 1)[-1])
    found = ALIASES.get(plain, plain)
    return found if found in PLATFORMS else None
