"""Variables that no source defines, found before anything is connected to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from runner.engine.world import World
from runner.errors import PlanError, RenderError, nearest
from runner.model import Condition, Play, Task
from runner.planning.findings import Findings, some
from runner.planning.texts import origin_in_file, origin_of
from runner.templating import Names, Variables

_OWN = frozenset({"hostvars", "vars", "ansible_loop_var"})
"""Names that the engine sets as it goes."""
_HINT = "define it in vars, in the inventory or with -e, or give it a default"


class Undefined:
    """Notes names that a task is certain to read and that are nowhere to be found.

    `dynamic` are the names that tasks set while the run goes; None: any may be set.
    """

    def __init__(
        self, world: World, play: Play, dynamic: frozenset[str] | None, findings: Findings
    ) -> None:
        self._world = world
        self._play = play
        self._dynamic = dynamic
        self._findings = findings
        self._found: dict[tuple[int, str, Path | None], list[str]] = {}
        self._tasks: dict[int, Task] = {}

    def look(
        self,
        host: str,
        index: int,
        task: Task,
        when: Sequence[Names],
        rest: Sequence[tuple[Names, Path | None]],
        variables: Variables,
    ) -> None:
        """`when` are the names of each of the task's conditions, `rest` those of everything
        else, each with the template file that they are in."""
        if self._dynamic is None or task.ignore_errors is not False:
            return
        self._tasks[index] = task
        known = _OWN | self._dynamic | ({task.loop.variable} if task.loop else set())
        if not self._may_run(host, index, when, known, variables):
            return
        if task.register:
            known |= {task.register}
        for names, path in rest:
            for name in _missing(names.required, variables, known):
                self._note(host, index, name, path)

    def _may_run(
        self,
        host: str,
        index: int,
        when: Sequence[Names],
        known: set[str] | frozenset[str],
        variables: Variables,
    ) -> bool:
        """Whether the task is certain to run here; notes a condition that cannot be tested.

        Conditions are looked at in order, and none after the first that does not hold.
        """
        task = self._tasks[index]
        for condition, names in zip(task.when, when, strict=True):
            missing = list(_missing(names.required, variables, known))
            for name in missing:
                self._note(host, index, name, None)
            if missing or self._cannot_tell(names, task):
                return False
            if not self._holds(host, condition, variables):
                return False
        return True

    def _cannot_tell(self, names: Names, task: Task) -> bool:
        assert self._dynamic is not None
        changing = self._dynamic | _OWN
        return bool(names.lookups or names.variables & changing) or task.loop is not None

    def _holds(self, host: str, condition: Condition, variables: Variables) -> bool:
        """What it gives now it would give then; so would its error be the same."""
        try:
            return self._world.templar.test(condition, variables)
        except RenderError as error:
            self._findings.note(host, error)
            return False

    def _note(self, host: str, index: int, name: str, path: Path | None) -> None:
        self._found.setdefault((index, name, path), []).append(host)

    def problems(self) -> Iterator[PlanError]:
        """One error for each name of a task."""
        for (index, name, path), hosts in self._found.items():
            task = self._tasks[index]
            close = nearest(name, self._known(hosts[0], task))
            yield PlanError(
                f"`{name}`, which `{task.label}` uses, is not defined for {some(hosts)}",
                origin=(path and origin_in_file(path, name)) or origin_of(task, name),
                hint=f"did you mean `{close}`?" if close else _HINT,
            )

    def _known(self, host: str, task: Task) -> set[str]:
        layers: Sequence[Mapping[str, Any]] = (
            self._play.vars,
            self._world.hosts.vars_of(host),
            task.vars,
            self._world.extra_vars,
        )
        names = {name for layer in layers for name in layer}
        return names | {"inventory_hostname", "group_names", "groups"} | (self._dynamic or set())


def _missing(
    names: Iterable[str], variables: Variables, known: frozenset[str] | set[str]
) -> Iterator[str]:
    return (name for name in sorted(names) if name not in variables and name not in known)
