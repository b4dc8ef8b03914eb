"""Hosts in classes that are the same for the question at hand.

A fleet has many hosts and few kinds of them. What is asked of every host and task is asked
of every class and task instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from runner.engine.world import World
from runner.planning.names import NO_NAMES, NameReader, merged
from runner.templating import Names
from runner.values import Source

Class = tuple[str, ...]
"""Hosts, never none."""
_Token = Callable[[str, str], Any]

_ABSENT = object()
_PLAIN = (str, int, bool, float, type(None))
_ONE_EACH = frozenset({"inventory_hostname", "inventory_hostname_short", "hostvars", "vars"})
"""Names that have another value on every host."""


class Fleet:
    """The hosts of one play. `leads` tells what the play's own variables of a name read."""

    def __init__(
        self,
        world: World,
        hosts: Sequence[str],
        reader: NameReader,
        leads: Callable[[str], Names],
    ) -> None:
        self._world = world
        self._reader = reader
        self._leads = leads
        self._led: dict[str, Names] = {}
        self.hosts = tuple(hosts)
        self._values = {host: world.hosts.vars_of(host) for host in hosts}
        self._data = {host: self._data_of(host) for host in hosts}

    def _data_of(self, host: str) -> Mapping[str, Any]:
        """What is no template, and stands above all that the inventory says."""
        facts, overrides = self._world.facts.get(host), self._world.overrides(host)
        if not facts:
            return overrides
        return {**facts, **overrides}

    def by_shape(self, names: Iterable[str]) -> list[Class]:
        """Classes in which the same of `names`, and of those they lead to, are defined, and
        say the same where they are templates."""
        if not self.hosts:
            return []
        return self._parted([self.hosts], names, self._shape)

    def by_value(self, hosts: Class, names: Iterable[str]) -> list[Class]:
        """Parts of `hosts` in which `names`, and those they lead to, have the same values."""
        return self._parted([hosts], names, self._value)

    def _parted(self, classes: list[Class], names: Iterable[str], token: _Token) -> list[Class]:
        seen: set[str] = set()
        todo = set(names)
        while todo:
            todo |= self._led_to(todo)
            ordered = sorted(todo - seen)
            seen |= todo
            found: set[str] = set()
            parted: list[Class] = []
            for hosts in classes:
                parts = [hosts] if len(hosts) == 1 else self._split(hosts, ordered, token)
                parted += parts
                for part in parts:
                    found |= self._named_by(part[0], ordered)
            classes, todo = parted, found - seen
        return classes

    def _led_to(self, names: set[str]) -> set[str]:
        """All names that the play's own variables lead to from these."""
        reached: set[str] = set()
        waiting = list(names)
        while waiting:
            more = self._leads(waiting.pop()).variables - reached
            reached |= more
            waiting += more
        return reached

    def _split(self, hosts: Class, names: Sequence[str], token: _Token) -> list[Class]:
        classes: dict[tuple[Any, ...], list[str]] = {}
        for host in hosts:
            key = tuple([token(host, name) for name in names])
            classes.setdefault(key, []).append(host)
        return [tuple(part) for part in classes.values()]

    def _named_by(self, host: str, names: Sequence[str]) -> set[str]:
        values = self._values[host]
        found: set[str] = set()
        for name in names:
            value = values.get(name)
            if type(value) in _PLAIN:
                continue
            read = self._reader.of_value(value)
            if read is not NO_NAMES:
                self._led[name] = merged((self._led.get(name, NO_NAMES), read))
                found |= read.variables
        return found

    def reach(self, names: Names) -> Names:
        """`names` and all that they lead to on any host, as far as classes were made of them."""
        seen = set(names.variables)
        waiting = list(seen)
        parts = [names]
        while waiting:
            name = waiting.pop()
            for read in (self._leads(name), self._led.get(name, NO_NAMES)):
                if read is not NO_NAMES:
                    parts.append(read)
                    waiting += read.variables - seen
                    seen |= read.variables
        return merged(parts)

    def ordered(self, hosts: Iterable[str]) -> list[str]:
        """The hosts in play order."""
        wanted = set(hosts)
        return [host for host in self.hosts if host in wanted]

    def _shape(self, host: str, name: str) -> Any:
        if name in self._data[host]:
            return 2
        value = self._values[host].get(name, _ABSENT)
        if value is _ABSENT:
            return 0
        kind = type(value)
        if kind is Source:
            return value if value.has_markers else 1
        if kind in _PLAIN or self._reader.of_value(value) is NO_NAMES:
            return 1
        return id(value)

    def _value(self, host: str, name: str) -> Any:
        if name in _ONE_EACH:
            return host
        if name == "group_names":
            return tuple(self._world.hosts.groups_of(host))
        value = self._data[host].get(name, _ABSENT)
        if value is _ABSENT:
            value = self._values[host].get(name, _ABSENT)
        return (type(value), value) if type(value) in (*_PLAIN, Source) else id(value)
