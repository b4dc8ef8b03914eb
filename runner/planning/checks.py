"""What can be refused before any connection: mistakes in templates, names, places, paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from runner.actions import ACTIONS
from runner.engine.target import platform_of, transport_of
from runner.engine.variables import magic_variables, task_variables
from runner.engine.world import World
from runner.errors import PlanError, PlayrunError, RenderError, nearest
from runner.model import Condition, Play, Task
from runner.planning.names import NameReader
from runner.platforms.model import Platform
from runner.templating import Names, Variables
from runner.values import Source

_ALWAYS = frozenset({"hostvars", "vars", "ansible_loop_var"})
"""Names that the engine sets as it goes."""
_CONTROLLER = ("localhost", "127.0.0.1", "::1")


def template_faults(world: World, play: Play, tasks: Sequence[Task]) -> Iterator[PlayrunError]:
    """Syntax errors, unknown filters and tests, in everything the play says."""
    yield from world.templar.check(play.vars)
    for task in tasks:
        raw = ACTIONS[task.action].raw
        yield from world.templar.check({k: v for k, v in task.args.items() if k not in raw})
        yield from world.templar.check([task.vars, task.loop.items if task.loop else None])
        yield from world.templar.check([task.output, task.connection, task.run_once])
        for condition in _conditions(task):
            yield from world.templar.check_condition(condition)


def _conditions(task: Task) -> list[Condition]:
    found = [*task.when, *(task.changed_when or ()), *(task.failed_when or ())]
    for name in ACTIONS[task.action].raw:
        value = task.args.get(name, ())
        found += value if isinstance(value, tuple) else ()
    return found


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
        self._reader = reader
        self._dynamic = dynamic
        self._undefined: dict[tuple[int, str], list[str]] = {}
        self._paths: dict[str, str] = {}
        self.platforms: dict[str, Platform] = {}
        self.crosses = [task.run_once is not False for task in tasks]
        """Of every task: whether it concerns several hosts."""
        self.problems: list[PlayrunError] = []

    def run(self) -> None:
        """Looks at every host; fills `problems`, `platforms` and `crosses`."""
        read = [self._reader.of_task(task) for task in self._tasks]
        for host in self._hosts:
            magic = magic_variables(self._world, host, self._play, self._hosts)
            facts = self._world.facts.get(host, {})
            for index, task in enumerate(self._tasks):
                variables = task_variables(self._world, host, self._play, task, facts, magic)
                try:
                    self._place(host, task, variables)
                    self._names(host, index, read[index], variables, facts, magic)
                    self._path(host, task, variables)
                except PlayrunError as error:
                    self._note(error)
            if len(self.problems) > 20:
                break
        self.problems += self._undefined_problems()

    def _note(self, error: PlayrunError) -> None:
        if not any(str(known) == str(error) for known in self.problems):
            self.problems.append(error)

    def _place(self, host: str, task: Task, variables: Variables) -> None:
        """Device actions need a platform; programs need a host that is the controller."""
        action = ACTIONS[task.action]
        if action.place == "controller":
            return
        transport = transport_of(variables, self._play, task, self._world)
        if action.place == "device":
            platform = platform_of(host, variables, self._world)
            self.platforms[platform.name] = platform
        elif transport != "local" and task.delegate_to is None and host not in _CONTROLLER:
            raise PlanError(
                f"`{task.written}` runs a program on the controller, but `{host}` is a device",
                origin=task.origin,
                hint="type at the device with `cli`, or add `delegate_to: localhost`",
            )

    def _names(
        self,
        host: str,
        index: int,
        read: tuple[Names, Names],
        variables: Variables,
        facts: Mapping[str, Any],
        magic: Mapping[str, Any],
    ) -> None:
        task = self._tasks[index]
        layers = (
            magic,
            facts,
            self._world.overrides(host),
            self._world.extra_vars,
            task.vars,
            self._play.vars,
            self._world.hosts.vars_of(host),
        )
        when = self._reader.closure(read[0], layers)
        rest = self._reader.closure(read[1], layers)
        if not self.crosses[index]:
            self.crosses[index] = _reads_others(when) or _reads_others(rest)
        if self._dynamic is None or task.ignore_errors is not False:
            return
        loop_names = _ALWAYS | ({task.loop.variable} if task.loop else set())
        after = {task.register} if task.register else set()
        for names, more in ((when, loop_names), (rest, loop_names | after)):
            missing = [
                name
                for name in names.required
                if name not in variables and name not in self._dynamic and name not in more
            ]
            if missing and not self._guarded(task, when, variables, guard=names is when):
                for name in missing:
                    self._undefined.setdefault((index, name), []).append(host)

    def _guarded(self, task: Task, when: Names, variables: Variables, *, guard: bool) -> bool:
        """Whether `when` keeps the task from running here, as far as can be told now."""
        assert self._dynamic is not None
        if not task.when or guard:
            return False
        if when.lookups or when.variables & self._dynamic or task.loop is not None:
            return True
        try:
            return not all(self._world.templar.test(item, variables) for item in task.when)
        except RenderError:
            return False

    def _undefined_problems(self) -> Iterator[PlayrunError]:
        for (index, name), hosts in self._undefined.items():
            task = self._tasks[index]
            known = {*self._play.vars, *self._world.hosts.vars_of(hosts[0]), *task.vars}
            known |= {*self._world.extra_vars, "inventory_hostname"}
            close = nearest(name, known)
            hint = (
                f"did you mean `{close}`?"
                if close
                else ("define it in vars, in the inventory or with -e, or give it a default")
            )
            yield PlanError(
                f"`{name}`, which `{task.label}` uses, is not defined for {_some(hosts)}",
                origin=_origin_of(task, name),
                hint=hint,
            )

    def _path(self, host: str, task: Task, variables: Variables) -> None:
        """Two hosts that would write one file, where that can be told from here."""
        output = task.output
        if output is None:
            return
        names = self._reader.of_value(output)
        if names.lookups or self._dynamic is None or names.variables & self._dynamic:
            return
        if isinstance(output, Source) and output.has_markers:
            filled = variables.child(command="command", command_slug="command")
            output = self._world.templar.text(output, filled)
        other = self._paths.setdefault(output, host)
        if other != host:
            raise PlanError(
                f"`{other}` and `{host}` would both write the host file {output!r}",
                origin=task.origin,
                hint="put {{ inventory_hostname }} into `output`",
            )


def _reads_others(names: Names) -> bool:
    from runner.planning.segments import reads_others

    return reads_others(names)


def _some(hosts: Sequence[str]) -> str:
    shown = ", ".join(hosts[:3])
    return shown if len(hosts) <= 3 else f"{shown} and {len(hosts) - 3} more"


def _origin_of(task: Task, name: str) -> Any:
    """The first text of the task that names it, or the task."""
    for text in _texts([*task.args.values(), *_conditions(task), task.output, task.vars]):
        if name in text and text.origin is not None:
            return text.origin
    return task.origin


def _texts(values: Any) -> Iterator[Source]:
    for value in values.values() if isinstance(values, Mapping) else values:
        if isinstance(value, Source):
            yield value
        elif isinstance(value, (list, tuple, dict)):
            yield from _texts(value)
