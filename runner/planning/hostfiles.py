"""Where host files go: outside the output folder is refused, and one file for two hosts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from runner.engine.places import inside
from runner.engine.world import World
from runner.errors import PlayrunError
from runner.model import Task
from runner.planning.certainty import Grounds
from runner.planning.classes import Class
from runner.planning.findings import Findings, Targets
from runner.planning.texts import is_template
from runner.templating import Names, Variables
from runner.values import Origin

_STAND_IN = "host\ue000name"
"""Stands for a host's name while a path is worked out for many hosts at once."""
_HOST = "inventory_hostname"
_LONE = re.compile(r"\{\{-?\s*inventory_hostname\s*-?\}\}")
_OWN_PART = re.compile(f"[^/]*{_STAND_IN}[^/]*")


class _Path(NamedTuple):
    """A path of hosts, with `_STAND_IN` for their names."""

    text: str
    hosts: Class
    origin: Origin
    key: str


class _Place(NamedTuple):
    """Where a task says a path, and under which key."""

    task: Task
    written: str
    origin: Origin
    key: str


class HostFiles:
    """Looks at every `output` and backup `path` that can be told before the run."""

    def __init__(self, world: World, grounds: Grounds, findings: Findings) -> None:
        self._world = world
        self._fleet, self._reader, self._certainty, self._variables_of = grounds
        self._findings = findings
        self._paths: list[_Path] = []
        self._seen: set[Any] = set()

    def look(self, hosts: Class, task: Task) -> None:
        """Notes where the task's files go on these hosts."""
        key = "path" if task.action == "backup" else "output"
        written = task.args.get("path") if task.action == "backup" else task.output
        if written is None:
            return
        names = self._reader.of_output(written)
        seen = (hosts, written, key, id(task) if task.vars else None)
        if seen in self._seen or not self._certainty.is_known(names):
            return
        self._seen.add(seen)
        place = _Place(task, written, getattr(written, "origin", None) or task.origin, key)
        variables = self._variables_of(hosts[0], task)
        led = self._reader.closure(names, variables.written)
        replaceable = self._only_takes_the_name(written, names, variables)
        decisive = led.variables - {_HOST} if replaceable else led.variables
        for part in self._fleet.by_value(hosts, decisive):
            stand_in = _STAND_IN if replaceable else part[0]
            self._work_out(part, place, names.required, stand_in)

    def _only_takes_the_name(self, written: str, names: Names, variables: Variables) -> bool:
        """Whether the host's name goes into the path as it is, and nowhere else."""
        mentions = len(re.findall(rf"\b{_HOST}\b", written))
        rest = names._replace(variables=names.variables - {_HOST})
        led = self._reader.closure(rest, variables.written).variables
        return 0 < mentions == len(_LONE.findall(written)) and _HOST not in led

    def _work_out(
        self, hosts: Class, place: _Place, required: frozenset[str], stand_in: str
    ) -> None:
        variables = self._variables_of(hosts[0], place.task)
        if any(name not in variables for name in required):
            return
        filled = variables.child(
            command="command", command_slug="command", inventory_hostname=stand_in
        )
        try:
            rendered = _text(self._world, place.written, filled)
            inside(self._world.paths.output, rendered, place.origin)
        except PlayrunError as error:
            for host in hosts:
                self._findings.note(host, error)
            return
        self._paths.append(_Path(rendered, hosts, place.origin, place.key))

    def problems(self) -> list[PlayrunError]:
        """One error for each file with several writers."""
        if self._cannot_meet():
            return []
        targets = Targets()
        for path in self._paths:
            for host in path.hosts:
                text = path.text.replace(_STAND_IN, host)
                target = inside(self._world.paths.output, text, path.origin)
                targets.note(host, target, text, path.origin, path.key)
        return targets.problems()

    def _cannot_meet(self) -> bool:
        """Whether every path has, at the same depth, the same part made of the host's name."""
        return len({_own_part(path.text) for path in self._paths}) <= 1 and all(
            _STAND_IN in path.text for path in self._paths
        )


def _text(world: World, written: str, variables: Variables) -> str:
    return world.templar.text(written, variables) if is_template(written) else str(written)


def _own_part(path: str) -> tuple[int, str] | None:
    parts: Sequence[str] = Path(path).parts
    for index, part in enumerate(parts):
        if _OWN_PART.fullmatch(part):
            return index, part
    return None
