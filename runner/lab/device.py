"""A simulated device: its configuration and everything it can say about itself."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from runner.lab.configs.indented import IndentedStore
from runner.lab.configs.junos import JunosStore
from runner.lab.configs.routeros import RouterosStore
from runner.lab.configs.store import Store
from runner.lab.configs.vyos import VyosStore
from runner.lab.profile import Configuration, Profile
from runner.lab.startup import startup_text
from runner.lab.tables import rows, short_name
from runner.lab.topology import Device as Spec

if TYPE_CHECKING:
    from runner.lab.terminal import Wire

_FACT = re.compile(r"\{([A-Za-z_0-9]+)\}")


_MAX_HISTORY = 50
_LONGEST = 1_000_000.0


class Commit(NamedTuple):
    """One commit: what was before it, and when it was."""

    before: Any
    at: str


class Device:
    """The state that all sessions on a device share."""

    def __init__(self, spec: Spec, index: int, profile: Profile) -> None:
        self.spec = spec
        self.index = index
        self.profile = profile
        self.wires: set[Wire] = set()
        """The connections that are logged in."""
        self.down_until = 0.0
        self.booted = time.monotonic()
        self.hostname = spec.name
        self.changed_at = _date_and_time()
        make = _STORES[profile.configuration.kind]
        self.store: Store = make(profile.configuration, startup_text(spec, index, profile))
        self.history: list[Commit] = []
        """What was committed, the last one first."""
        self.candidate: Any = None
        """What sessions that edit together have changed and not committed."""
        self.confirming: asyncio.TimerHandle | None = None
        """Takes an unconfirmed commit back when its time is over."""

    @property
    def is_down(self) -> bool:
        """Whether it is restarting."""
        return time.monotonic() < self.down_until

    def commit(self, before: Any) -> None:
        """Notes a commit; `before` is the snapshot from before it."""
        self.history.insert(0, Commit(before, f"{_date_and_time()} UTC"))
        del self.history[_MAX_HISTORY:]
        self.changed()

    def confirm_within(self, seconds: float) -> None:
        """Takes the last commit back by itself unless `confirmed` comes in time."""
        self.confirmed()
        loop = asyncio.get_running_loop()
        self.confirming = loop.call_later(
            min(seconds, _LONGEST), self._take_back, self.history[0].before
        )

    def confirmed(self) -> bool:
        """Keeps a commit that waited to be confirmed; whether there was one."""
        waiting, self.confirming = self.confirming, None
        if waiting is not None:
            waiting.cancel()
        return waiting is not None

    def _take_back(self, before: Any) -> None:
        self.confirming = None
        now = self.store.snapshot()
        self.store.restore(before)
        self.commit(now)

    def changed(self) -> None:
        """To be called after a change of the configuration: the name may be another."""
        self.hostname = self.store.hostname() or self.spec.name
        self.changed_at = _date_and_time()

    def restart(self) -> None:
        """Cuts all connections, forgets what was not saved, and is away for a while."""
        self.down_until = time.monotonic() + self.spec.delays.restart
        for wire in [*self.wires]:
            wire.abort()
        self.store.restart()
        self.booted = time.monotonic()
        self.changed()

    def say(self, text: str, more: Mapping[str, str] | None = None) -> str:
        """`text` with its facts filled in; braces around anything else stay."""
        return _FACT.sub(lambda found: self._fact(found, more or {}), text) if text else text

    def _fact(self, found: re.Match[str], more: Mapping[str, str]) -> str:
        name = found[1]
        if name in more:
            return more[name]
        if name in FACTS:
            return FACTS[name](self)
        if name.endswith("_table") and name.removesuffix("_table") in self.profile.tables:
            return self.table(name.removesuffix("_table"))
        own = self.spec.facts.get(name) or self.profile.facts.get(name)
        return found[0] if own is None else self.say(str(own))

    def table(self, name: str) -> str:
        """A table of the platform's, for the configuration that runs now."""
        shape = self.profile.tables[name]
        between = str(shape.get("between", ""))
        head, foot = self.say(shape.get("head", "")), self.say(shape.get("foot", ""))
        return head + between.join(rows(shape, self.store)) + foot

    def first_port(self) -> str:
        """The first interface of the configuration; a plain word if there is none."""
        return next((port.name for port in self.store.ports()), "none")


_STORES: Mapping[str, Callable[[Configuration, str], Store]] = {
    "indented": IndentedStore,
    "junos": JunosStore,
    "routeros": RouterosStore,
    "vyos": VyosStore,
}


def uptime(device: Device) -> str:
    """Since the last restart, plus an invented past."""
    minutes = int(time.monotonic() - device.booted) // 60 + 5 * 60 + device.index
    days, rest = divmod(minutes, 24 * 60)
    parts = [(days, "day"), (rest // 60, "hour"), (rest % 60, "minute")]
    return ", ".join(f"{count} {unit}{'s' * (count != 1)}" for count, unit in parts if count)


def _in_words(port: str) -> str:
    """`Gig 0/0/0` for `GigabitEthernet0/0/0`, as neighbours are listed."""
    kind = port.rstrip("0123456789/.:")
    return f"{kind[:3]} {port[len(kind) :]}"


def _now(shape: str) -> Callable[[Device], str]:
    return lambda _: datetime.now(UTC).strftime(shape)


def _date_and_time() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _clock(_: Device) -> str:
    now = datetime.now(UTC)
    return f"{now:%H:%M:%S}.{now.microsecond // 1000:03} UTC {now:%a %b} {now.day} {now:%Y}"


FACTS: Mapping[str, Callable[[Device], str]] = {
    "hostname": lambda device: device.hostname,
    "hostname_20": lambda device: device.hostname[:20],
    "port": Device.first_port,
    "port_short": lambda device: short_name(device.first_port()),
    "port_words_17": lambda device: _in_words(device.first_port()).ljust(17),
    "port_short3": lambda device: short_name(device.first_port(), 3),
    "user": lambda device: device.spec.credentials.user,
    "index": lambda device: str(device.index),
    "octet": lambda device: str(device.index % 250 + 1),
    "octet_hex": lambda device: f"{device.index % 250 + 1:02x}",
    "uptime": uptime,
    "clock": _clock,
    "stamp": _now("%b %d %H:%M:%S"),
    "changed": lambda device: device.changed_at,
    "date": _now("%Y-%m-%d"),
    "time": _now("%H:%M:%S"),
    "longdate": _now("%a %b %d %H:%M:%S UTC %Y"),
    "running": lambda device: device.store.text(),
    "saved": lambda device: device.store.saved(),
    "config_bytes": lambda device: str(len(device.store.text())),
    "saved_bytes": lambda device: str(len(device.store.saved())),
}
