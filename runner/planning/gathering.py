"""Plays that say nothing of facts and use those of devices: they are gathered then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from runner.engine.execution.gathering import GATHERING
from runner.model import Entry, Play, Task
from runner.planning.checks import PlayChecks
from runner.planning.devices import CONTROLLER
from runner.planning.names import NameReader
from runner.planning.walking import Spot
from runner.templating import Names
from runner.values import Origin

_FACTS = "facts"


class Wanted(NamedTuple):
    """The first use of a device's fact in a play."""

    task: Task | None
    """None: a name in `vars_files`."""
    name: str
    origin: Origin

    def __str__(self) -> str:
        return (
            f"{self.origin}: facts of devices are gathered first, for `{self.name}` is used and "
            "the play says nothing of `gather_facts`"
        )


def gathers_unasked(entry: Entry) -> bool:
    """Whether it is the gathering of facts in a play that says nothing of it."""
    return isinstance(entry, Task) and entry.action == GATHERING and entry.implicit


def takes_in_hand(task: Task) -> bool:
    """Whether a task gathers facts of devices by itself."""
    if task.late is not None:
        return str(task.late.word).endswith("_facts")
    return task.action == _FACTS or (task.action == GATHERING and not task.implicit)


def wanted(
    play: Play, spots: Sequence[Spot], checks: PlayChecks, reader: NameReader, hosts: Sequence[str]
) -> Wanted | None:
    """The first device's fact that the play uses before a task of its own gathers facts.

    `spots` are what `checks` looks at. What only a run can tell (files with computed names,
    values of other variables than templates) does not count.
    """
    if hosts and all(host in CONTROLLER for host in hosts):
        return None
    before = [*takewhile(lambda spot: not takes_in_hand(spot.task), spots)]
    for name in _of_devices(reader.of_value(list(play.vars_files))):
        return Wanted(None, name, play.origin)
    if not before:
        return None
    checks.read_names()
    for index, spot in enumerate(before):
        for name in _of_devices(checks.reads(index)):
            return Wanted(spot.task, name, spot.task.origin)
    return None


def _of_devices(names: Names) -> Iterator[str]:
    for name in sorted(names.variables | names.host_names):
        if name.startswith("ansible_net_") or name == "ansible_network_resources":
            yield name
    for key in sorted(names.facts):
        if key == "*" or key.startswith("net_") or key == "network_resources":
            yield "ansible_facts" if key == "*" else f"ansible_facts.{key}"
