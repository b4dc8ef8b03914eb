"""What is the same for every host that runs a task, worked out once for each task."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.actions import ACTIONS
from runner.actions.api import Paths
from runner.engine.layers import filled
from runner.model import Flag, Task
from runner.templating import Templar
from runner.values import EMPTY, Secret, Source

_TRUE = frozenset({"true", "yes", "on", "1", "y", "t"})


class Prepared:
    """A task with everything taken out of it that needs no host."""

    __slots__ = (
        "above",
        "action",
        "check_mode",
        "diff",
        "fixed",
        "ignore_errors",
        "ignore_unreachable",
        "kept",
        "label",
        "magic",
        "no_log",
        "of",
        "own",
        "params",
        "paths",
        "task",
        "terse",
        "title",
        "warned",
        "written",
    )

    def __init__(self, task: Task, templar: Templar, paths: Paths) -> None:
        self.task = task
        self.action = ACTIONS[task.action]
        self.title = _title(task)
        """What it is called, a template perhaps: its name, else its action."""
        role = task.scope.role
        self.of = "" if role is None else f"{role.name} : "
        """What stands before its title on screen and in the record."""
        self.label = None if _has_markers(self.title) else self.of + str(self.title)
        """All of that, where it is the same for every host."""
        self.no_log = constant_flag(task.no_log)
        self.ignore_errors = constant_flag(task.ignore_errors)
        self.ignore_unreachable = constant_flag(task.ignore_unreachable)
        self.check_mode = None if task.check_mode is None else constant_flag(task.check_mode)
        self.diff = None if task.diff is None else constant_flag(task.diff)
        raw = self.action.raw
        args = {name: value for name, value in task.args.items() if name not in raw}
        self.kept = {name: task.args[name] for name in raw if name in task.args}
        """Arguments that the action renders itself."""
        fixed = {name: value for name, value in args.items() if is_constant((name, value))}
        self.fixed: dict[str, Any] = templar.render(fixed, templar.variables())
        """Arguments with no template in them, as they are given to the action."""
        self.written = {name: value for name, value in args.items() if name not in fixed}
        """Arguments to be rendered for every host."""
        inherited = task.scope.vars
        self.params = {k: v for k, v in task.vars.items() if inherited.get(k, self) is not v}
        """What an include gives to what it includes: the variables it names itself."""
        search = _search(task, paths)
        self.paths = paths._replace(search=search)
        self.magic = _magic(task, paths, search)
        self.above = filled((self.magic, False), (task.scope.params, False))
        """Where the task stands, and what its roles were given: layers above all facts."""
        self.own = filled((task.vars, False))
        """Its own variables, in layers below what is set."""
        self.terse = task.action == "assert" and truth(self.fixed.get("quiet", False))
        """It asks for no more to be shown than that it went well."""
        self.warned = False
        """Somebody has been told that its loop variable hides another."""

    def args(self, rendered: Mapping[str, Any]) -> Mapping[str, Any]:
        """All arguments of a call, given those that were rendered."""
        if not rendered and not self.kept:
            return self.fixed
        return {**self.fixed, **rendered, **self.kept}


def _title(task: Task) -> str:
    """A role that is included by a task without a name is named itself."""
    name = task.args.get("name")
    if task.action != "include_role" or task.name or not isinstance(name, str):
        return task.label
    title = f"{task.label} : {name}"
    return Source(title, name.origin) if isinstance(name, Source) else title


def is_constant(value: Any) -> bool:
    """Whether rendering `value` gives the same for every host, and costs nothing to keep."""
    if isinstance(value, Source):
        return not value.has_markers
    if isinstance(value, Mapping):
        return all(is_constant(key) and is_constant(item) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return all(map(is_constant, value))
    return not isinstance(value, Secret)


def constant_flag(flag: Flag) -> bool | None:
    """A flag that needs no host to be told; None: it is a template."""
    if isinstance(flag, bool):
        return flag
    return None if _has_markers(flag) else truth(flag)


def truth(value: Any) -> bool:
    """Whether a rendered flag is a yes."""
    return value if isinstance(value, bool) else str(value).lower() in _TRUE


def _has_markers(text: str) -> bool:
    return isinstance(text, Source) and text.has_markers


def _search(task: Task, paths: Paths) -> tuple[Path, ...]:
    """Where the task's relative files are looked for, before what all tasks share."""
    scope = task.scope
    role = scope.role
    found = [role.path, *role.parent_paths] if role is not None else []
    found += [scope.folder] if scope.folder else []
    return tuple(Path(folder) for folder in dict.fromkeys(found)) or paths.search


def _magic(task: Task, paths: Paths, search: tuple[Path, ...]) -> Mapping[str, Any]:
    """The magic variables that say where a task stands."""
    scope = task.scope
    playbook = scope.playbook_folder or str(paths.playbook)
    magic: dict[str, Any] = {
        "environment": list(task.environment),
        "ansible_search_path": list(dict.fromkeys([*map(str, search), playbook])),
    }
    if scope.playbook_folder:
        magic["playbook_dir"] = scope.playbook_folder
    role = scope.role
    if role is not None:
        magic |= {
            "role_name": role.short,
            "ansible_role_name": role.name,
            "role_path": role.path,
            "ansible_collection_name": role.collection or None,
        }
        if role.parents:
            magic["ansible_parent_role_names"] = [name for name, _ in role.parents]
            magic["ansible_parent_role_paths"] = [folder for _, folder in role.parents]
    return magic or EMPTY
