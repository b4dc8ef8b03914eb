"""What can be refused before any connection: mistakes in names, places and paths of each host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from runner.actions import ACTIONS
from runner.engine.places import inside
from runner.engine.target import platform_of, transport_of
from runner.engine.variables import magic_variables, task_variables
from runner.engine.world import World
from runner.errors import PlanError, PlayrunError
from runner.model import Play, Task
from runner.planning.findings import Findings, Targets
from runner.planning.names import NameReader
from runner.planning.segments import reads_others
from runner.planning.texts import TemplateFiles, is_template
from runner.planning.undefined import Undefined
from runner.platforms.model import Platform
from runner.templating import Names, Variables
from runner.values import Origin

_NO_FILE: Path | None = None
_NONE: frozenset[str] = frozenset()
_CONTROLLER = ("localhost", "127.0.0.1", "::1")


class HostChecks:
    """The checks that look at a play's hosts one by one."""

    def __init__(
        self,
        world: World,
        play: Play,
        tasks: Sequence[Task],
        hosts: Sequence[str],
        reader: NameReader,
        dynamic: frozenset[str] | None,
    ) -> None:
        self._world = world
        self._play = play
        self._tasks = tasks
        self._hosts = hosts
        self._names = list(hosts)
        self._reader = reader
        self._dynamic = dynamic
        self._read: list[Names] = []
        self._files = TemplateFiles(world, tasks)
        self._findings = Findings(hosts)
        self._undefined = Undefined(world, play, dynamic, self._findings)
        self._targets = Targets()
        self.platforms: dict[str, Platform] = {}
        self.crosses = [task.run_once is not False for task in tasks]
        """Of every task: whether it concerns several hosts."""

    def problems(self) -> list[PlayrunError]:
        """Looks at every host; fills `platforms` and `crosses`. The templates must be valid."""
        self._read = [self._reader.of_task(task) for task in self._tasks]
        for host in self._hosts:
            magic = magic_variables(self._world, host, self._play, self._names)
            for index, task in enumerate(self._tasks):
                self._look(host, index, task, magic)
        return [
            *self._findings.problems(),
            *self._undefined.problems(),
            *self._targets.problems(),
        ]

    def _look(self, host: str, index: int, task: Task, magic: Mapping[str, Any]) -> None:
        facts = self._world.facts.get(host, {})
        variables = task_variables(self._world, host, self._play, task, facts, magic)
        layers = self._layers(host, task, facts, magic)
        for check in (self._place, self._path):
            try:
                check(host, task, variables)
            except PlayrunError as error:
                self._findings.note(host, error)
        reader = self._reader
        when = [reader.closure(reader.of_condition(item), layers) for item in task.when]
        parts = [(reader.closure(self._read[index], layers), _NO_FILE)]
        if self._files.has_one(task):
            parts += self._in_file(host, index, task, variables, layers)
        self.crosses[index] |= any(map(reads_others, [*when, *(names for names, _ in parts)]))
        self._undefined.look(host, index, task, when, parts, variables)

    def _in_file(
        self,
        host: str,
        index: int,
        task: Task,
        variables: Variables,
        layers: tuple[Mapping[str, Any], ...],
    ) -> list[tuple[Names, Path | None]]:
        """What the task's template file reads; unknown if that cannot be told before the run."""
        unknown: list[tuple[Names, Path | None]] = [(Names(complete=False), None)]
        if not self._is_static(task.args["src"]):
            return unknown
        try:
            path = self._files.path(task, variables)
            names = self._reader.closure(self._files.names(path), layers)
        except PlayrunError as error:
            if self._files.is_final(index):
                self._findings.note(host, error)
            return unknown
        return [(names if self._files.is_final(index) else names._replace(required=_NONE), path)]

    def _layers(
        self, host: str, task: Task, facts: Mapping[str, Any], magic: Mapping[str, Any]
    ) -> tuple[Mapping[str, Any], ...]:
        """The host's variables unrendered, highest first."""
        world = self._world
        return (
            magic,
            world.overrides(host),
            world.extra_vars,
            facts,
            task.vars,
            self._play.vars,
            world.hosts.vars_of(host),
        )

    def _place(self, host: str, task: Task, variables: Variables) -> None:
        """Device actions need a platform; programs need a host that is the controller."""
        action = ACTIONS[task.action]
        if action.place == "controller":
            return
        transport = transport_of(variables, self._play, task, self._world)
        if action.place == "device":
            platform = platform_of(variables, self._world)
            self.platforms[platform.name] = platform
        elif transport != "local" and task.delegate_to is None and host not in _CONTROLLER:
            raise PlanError(
                f"`{task.written}` runs a program on the controller, and the host is a device",
                origin=task.origin,
                hint="type at the device with `cli`, or add `delegate_to: localhost`",
            )

    def _path(self, host: str, task: Task, variables: Variables) -> None:
        """Host files outside the output folder, and one file for two hosts."""
        key = "path" if task.action == "backup" else "output"
        written = task.args.get("path") if task.action == "backup" else task.output
        if written is None or not self._is_static(written):
            return
        required = self._reader.of_output(written).required
        if any(name not in variables for name in required):
            return
        filled = variables.child(command="command", command_slug="command")
        rendered = self._world.templar.text(written, filled) if is_template(written) else written
        origin: Origin = getattr(written, "origin", None) or task.origin
        target = inside(self._world.paths.output, str(rendered), origin)
        self._targets.note(host, target, str(rendered), origin, key)

    def _is_static(self, value: Any) -> bool:
        """Whether it can be rendered before the run: no lookups, no registered names."""
        names = self._reader.of_value(value)
        if self._dynamic is None or names.lookups:
            return False
        return not names.variables & self._dynamic
