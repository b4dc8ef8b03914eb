"""What `set_stats` tasks counted: added up over hosts and tasks, as Ansible adds it up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.events import StatsSet
from runner.outputs.lines import Line
from runner.outputs.results import plain, to_json
from runner.outputs.terminal import one_line


class CustomStats:
    """Values by name: of the whole run, and of single hosts."""

    def __init__(self) -> None:
        self.run: dict[str, Any] = {}
        self.hosts: dict[str, dict[str, Any]] = {}

    def __bool__(self) -> bool:
        return bool(self.run or self.hosts)

    def add(self, event: StatsSet) -> None:
        """Takes in what one task says."""
        known = self.run if event.host is None else self.hosts.setdefault(event.host, {})
        for name, value in event.data.items():
            known[name] = _sum(known[name], value) if event.aggregate and name in known else value

    def lines(self) -> Iterator[Line]:
        """As they stand below the recap."""
        for host in sorted(self.hosts):
            yield Line(f"\t{one_line(host)}: {one_line(to_json(self.hosts[host]))}")
        if self.run:
            yield Line(f"\tRUN: {one_line(to_json(self.run))}")

    def summary(self) -> Mapping[str, Any]:
        """For the record and `--json`."""
        return {"run": plain(self.run), "hosts": plain(self.hosts)}


def _sum(known: Any, value: Any) -> Any:
    """Values of one kind are added, those of different kinds leave what there is."""
    if isinstance(known, Mapping) and isinstance(value, Mapping):
        return {**known, **value}
    if isinstance(known, (list, tuple)) and isinstance(value, (list, tuple)):
        return [*known, *value]
    if isinstance(known, str) and isinstance(value, str):
        return known + value
    if isinstance(known, (int, float)) and isinstance(value, (int, float)):
        return known + value
    return known
