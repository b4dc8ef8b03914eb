"""Which devices a lab has, as frozen data. `reading.py` makes it from YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Transport = Literal["ssh", "telnet"]

USER = "playrun"
PASSWORD = "playrun-lab"  # noqa: S105 - opens simulated devices on loopback, nothing else
ENABLE = "playrun-enable"


@dataclass(frozen=True, slots=True)
class Delays:
    """How slow a device is, in seconds."""

    login: float = 0.0
    """Between the right password and the first prompt."""
    line: float = 0.0
    """After every line typed at a prompt, the enable password included."""
    restart: float = 0.0
    """How long a restarting device refuses connections."""


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface of a device; None: the platform's invented default."""

    name: str
    address: str | None = None
    """`192.0.2.1/24`."""
    description: str | None = None
    shutdown: bool = False


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """What is wrong with a device. Everything off is a device that behaves."""

    refuse: bool = False
    """The connection is reset at once."""
    silent: bool = False
    """The connection is accepted and nothing ever said."""
    no_more_vtys: bool = False
    """Every login is turned away: all lines are busy."""
    max_sessions: int | None = None
    """Logins beyond this many are turned away."""
    wrong_password: bool = False
    """No password is the right one."""
    slow_login: float = 0.0
    """Seconds before the device answers the password."""
    close_after_login: bool = False
    no_echo: bool = False
    byte_rate: float | None = None
    """Bytes a second; None: as fast as it goes."""
    syslog: int = 0
    """A log message after every so many lines of output, and one after each command."""
    false_prompts: bool = False
    """Lines that look like prompts stand in the output of every command."""
    paging_forced: bool = False
    """Paging cannot be switched off."""
    half_a_line: str = ""
    """Text somebody else left typed at the first prompt."""
    hang_on: tuple[str, ...] = ()
    """Commands that never finish (as typed, or the beginning of it)."""
    drop_on: tuple[str, ...] = ()
    """Commands during which the connection breaks."""
    fail_commit: bool = False
    """No candidate configuration is ever accepted."""
    unknown: tuple[str, ...] = ()
    """Commands that this device does not know although its platform does."""
    questions: Mapping[str, str] = field(default_factory=dict)
    """Command → a question the device asks before it goes on."""
    slow_commands: Mapping[str, float] = field(default_factory=dict)
    """Command → seconds before its output begins."""
    outputs: Mapping[str, int] = field(default_factory=dict)
    """Command → bytes of invented output it prints."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What opens a device. `enable` empty: no password is asked for."""

    user: str = USER
    password: str = PASSWORD
    enable: str = ENABLE


@dataclass(frozen=True, slots=True)
class Device:
    """One simulated device."""

    name: str
    platform: str = "cisco_ios"
    address: str | None = None
    """An address in 127/8; None: the next one."""
    transports: tuple[Transport, ...] = ("ssh", "telnet")
    """Those it listens on; the first is the one the lab's inventory says."""
    credentials: Credentials = field(default_factory=Credentials)
    privileged: bool = False
    """Whether a login lands in the privileged mode at once."""
    ssh_legacy: bool = False
    """Whether SSH speaks only what the SHA-1 era knew."""
    delays: Delays = field(default_factory=Delays)
    paging: int = 24
    """Lines of a page before the pager asks; 0: none unless asked for."""
    interfaces: tuple[Interface, ...] = ()
    config_lines: int = 0
    """The running configuration is filled up to about this many lines."""
    banner: str = ""
    """Shown before the login."""
    motd: str = ""
    """Shown after the login."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Replaces the platform's invented facts (`version`, `model`, `serial`)."""
    misbehaviour: Misbehaviour = field(default_factory=Misbehaviour)


@dataclass(frozen=True, slots=True)
class Topology:
    """All devices of a lab, in order."""

    devices: tuple[Device, ...]
