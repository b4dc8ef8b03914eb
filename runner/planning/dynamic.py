"""Names that get their values only while plays run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from runner.engine.world import World
from runner.errors import PlayrunError
from runner.model import Play, Task
from runner.planning.walking import INCLUDES, Spot, has_constant_names
from runner.values import Source

_CHANGES_INVENTORY = ("add_host", "group_by")


class DynamicNames:
    """Collects them; `names` is None when any name may be set."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._found: set[str] = set()
        self._any = False
        self.gathers = False
        """Whether facts of hosts are gathered: names that begin with `ansible_`."""

    @property
    def names(self) -> frozenset[str] | None:
        """All that tasks may set."""
        return None if self._any else frozenset(self._found)

    def of_play(self, play: Play, spots: Iterable[Spot], *, complete: bool) -> None:
        """Takes in a play; `complete`: all its includes were followed."""
        self._any |= not complete
        self._found |= {prompt.name for prompt in play.prompts}
        for file in play.vars_files:
            self._of_file(file, [Path(play.scope.folder or self._world.paths.playbook)])
        for spot in spots:
            self._of_task(spot.task)

    def _of_task(self, task: Task) -> None:
        if task.register:
            self._name(task.register)
        if task.loop is not None:
            names = (task.loop.variable, task.loop.index_variable)
            self._any |= any(isinstance(name, str) and _is_template(name) for name in names)
        if task.late is not None:
            self._any = self.gathers = True
        else:
            self._of_action(task)

    def _of_action(self, task: Task) -> None:
        if task.action == "set_fact":
            for name in task.args:
                self._name(name)
        elif task.action == "include_vars":
            self._of_include_vars(task)
        elif task.action in INCLUDES:
            self._any |= not has_constant_names(task)
        elif grows_inventory(task):
            self._any = True
        elif "set_fact" in task.args:
            self._name(task.args["set_fact"])
        if task.action in ("setup", "gather_facts") or task.action.endswith("facts"):
            self.gathers = self.gathers or task.action != "set_fact"

    def _name(self, name: Any) -> None:
        if isinstance(name, str) and "{{" not in name:
            self._found.add(str(name))
        else:
            self._any = True

    def _of_include_vars(self, task: Task) -> None:
        if "name" in task.args:
            self._name(task.args["name"])
        elif "dir" in task.args or task.loop is not None:
            self._any = True
        else:
            file = task.args.get("file", task.args.get("free_form"))
            self._of_file(file, list(_beside(task, self._world)))

    def _of_file(self, file: Any, folders: list[Path]) -> None:
        """The names in a file of variables; any name if it cannot be told which file it is."""
        includes = self._world.includes
        if not isinstance(file, str) or _is_template(file) or includes is None:
            self._any = True
            return
        paths = [folder / sub / file for folder in folders for sub in ("vars", "")]
        path = next((path for path in paths if path.is_file()), None)
        if path is None:
            self._any = True
            return
        try:
            self._found |= {str(name) for name in includes.variables(path)}
        except PlayrunError:
            self._any = True


def _beside(task: Task, world: World) -> Iterator[Path]:
    if task.scope.role is not None:
        yield Path(task.scope.role.path)
    if task.scope.folder:
        yield Path(task.scope.folder)
    yield world.paths.playbook


def grows_inventory(task: Task) -> bool:
    """Whether there may be hosts and groups after it that were not there before."""
    refreshes = task.action == "meta" and task.args.get("free_form") == "refresh_inventory"
    return refreshes or task.action in _CHANGES_INVENTORY


def _is_template(value: str) -> bool:
    return isinstance(value, Source) and value.has_markers
