"""Every name a platform goes by, so that a look-up opens no file.

The keys of `ALIASES` are what the platform files say under `aliases`; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "ios": "cisco_ios",
        "iosxe": "cisco_ios",
        "ios_xe": "cisco_ios",
        "cisco_xe": "cisco_ios",
        "cisco_iosxe": "cisco_ios",
        "cisco.ios": "cisco_ios",
        "cisco.ios.ios": "cisco_ios",
        "cisco.iosxe": "cisco_ios",
        "cisco_ios_telnet": "cisco_ios",
        "cisco_ios_xe": "cisco_ios",
        "cat9k": "cisco_ios",
        "frr.frr": "frr",
        "frr.frr.frr": "frr",
        "frrouting": "frr",
        "quagga": "frr",
        "vtysh": "frr",
        "cumulus_vtysh": "frr",
        "unix": "linux",
        "posix": "linux",
        "shell": "linux",
        "bash": "linux",
        "debian": "linux",
        "ubuntu": "linux",
        "cumulus": "linux",
        "cumulus_linux": "linux",
        "generic_termserver_linux": "linux",
    }
)


def normal(name: str) -> str:
    """`name` as it is compared: lower case, `-` and blanks as `_`."""
    return name.strip().lower().replace("-", "_").replace(" ", "_")
