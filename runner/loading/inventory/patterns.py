"""Host patterns: `routers:!lab`, `r*`, `~r[12]`, `core[0:2]`, `@file`.

Terms contribute in order; `&` and `!` apply after all unions, wherever they stand. Names
of groups and hosts match, addresses never do.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from runner.errors import LoadError
from runner.loading.files import read_file
from runner.loading.inventory import ranges
from runner.yaml import decode

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
"""Hosts that exist without standing in an inventory."""

_TERM = re.compile(r"(?:[^\s:\[\]]|\[[^\]]*\])+")
_NAME_AND_PORT = re.compile(r"[\w.\-]+:[0-9]+")
_SUBSCRIPT = re.compile(r"(.+)\[(?:(-?[0-9]+)|([0-9]+)[:-]([0-9]*))\]")
_GLOB = re.compile(r"[.?*\[]")


class Hosts(Protocol):
    """What patterns need to know of an inventory."""

    @property
    def hosts(self) -> Sequence[str]:
        """Names of all hosts, in the order in which they were first named."""

    @property
    def group_names(self) -> Sequence[str]:
        """Names of all groups, `all` and `ungrouped` first."""

    def hosts_of(self, group: str) -> Sequence[str]:
        """Names of the hosts in a group and all under it."""

    def has_host(self, name: str) -> bool:
        """Whether the inventory has a host of that name."""


class Selection(NamedTuple):
    """The hosts a pattern selects, in order, and its terms that nothing is called."""

    hosts: tuple[str, ...]
    unknown: tuple[str, ...]


def select(inventory: Hosts, pattern: str | Iterable[str]) -> Selection:
    """The hosts that `pattern` (or several, as one) selects. Raises LoadError for a bad regex.

    Only exclusions and intersections means: of all hosts.
    """
    terms = split(pattern)
    plain = [term for term in terms if term[0] not in "!&"]
    unknown: list[str] = []
    match = _Matcher(inventory, unknown)
    chosen: dict[str, None] = {}
    for term in plain or (["all"] if terms else []):
        chosen.update(dict.fromkeys(match(term)))
    for term in _marked_with("&", terms):
        kept = set(match(term))
        chosen = {name: None for name in chosen if name in kept}
    for term in _marked_with("!", terms):
        for name in match(term):
            chosen.pop(name, None)
    return Selection(tuple(chosen), tuple(dict.fromkeys(unknown)))


def limit(inventory: Hosts, hosts: Iterable[str], pattern: str) -> Selection:
    """Those of `hosts` that `--limit pattern` leaves; its `@file` terms are read here."""
    allowed = select(inventory, _with_files(pattern))
    names = set(allowed.hosts)
    return Selection(tuple(name for name in hosts if name in names), allowed.unknown)


def split(pattern: str | Iterable[str]) -> list[str]:
    """The terms of a pattern: at commas if there is one, else at colons and blanks."""
    if not isinstance(pattern, str):
        return [term for each in pattern for term in split(each)]
    if "," in pattern:
        terms = pattern.split(",")
    elif _is_address(pattern.strip()):
        terms = [pattern]
    else:
        terms = _TERM.findall(pattern)
    return [term.strip() for term in terms if term.strip()]


def _is_address(pattern: str) -> bool:
    return ranges.is_ipv6(pattern) or _NAME_AND_PORT.fullmatch(pattern) is not None


def _marked_with(mark: str, terms: Iterable[str]) -> list[str]:
    return [term[1:] for term in terms if term[0] == mark and len(term) > 1]


def _with_files(pattern: str) -> list[str]:
    terms: list[str] = []
    for term in split(pattern):
        if term.startswith("@"):
            path = term[1:]
            text = decode(read_file(path, what="limit file"), path)
            terms += [line.strip() for line in text.splitlines() if line.strip()]
        else:
            terms.append(term)
    return terms


class _Matcher:
    def __init__(self, inventory: Hosts, unknown: list[str]) -> None:
        self._inventory = inventory
        self._unknown = unknown

    def __call__(self, term: str) -> Sequence[str]:
        """The hosts that one term, its mark taken off, stands for."""
        if self._inventory.has_host(term):
            return [term]
        name, subscript = _split_subscript(term)
        found = self._named(name)
        if not found and name in LOCAL_NAMES:
            return [name]
        chosen = found if subscript is None else subscript(found)
        if not chosen and not (subscript is None and self._is_group(name)):
            self._unknown.append(term)
        return chosen

    def _is_group(self, name: str) -> bool:
        return any(map(_matcher(name), self._inventory.group_names))

    def _named(self, name: str) -> list[str]:
        matches = _matcher(name)
        groups = [group for group in self._inventory.group_names if matches(group)]
        found: dict[str, None] = {}
        for group in groups:
            found.update(dict.fromkeys(self._inventory.hosts_of(group)))
        if not groups or name[0] == "~" or _GLOB.search(name):
            found.update((host, None) for host in self._inventory.hosts if matches(host))
        return list(found)


def _matcher(name: str) -> Callable[[str], bool]:
    expression = name[1:] if name[0] == "~" else fnmatch.translate(name)
    try:
        compiled = re.compile(expression)
    except re.error as error:
        raise LoadError(f"the host pattern {name} is no regular expression: {error}") from None
    return lambda text: compiled.match(text) is not None


def _split_subscript(term: str) -> tuple[str, Callable[[list[str]], list[str]] | None]:
    match = None if term[0] == "~" else _SUBSCRIPT.fullmatch(term)
    if match is None:
        return term, None
    name, index, start, end = match.groups()
    if index is not None:
        return name, lambda hosts: _at(hosts, int(index))
    last = int(end) + 1 if end else None
    return name, lambda hosts: hosts[int(start) : last]


def _at(hosts: list[str], index: int) -> list[str]:
    return [hosts[index]] if -len(hosts) <= index < len(hosts) else []
