"""Names that playrun sets itself: what a playbook gives them is never seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.engine.variables.precedence import magic_variables
from runner.engine.world import World
from runner.model import Play, all_tasks
from runner.values import Origin

_OF_TASKS = frozenset({"environment", "hostvars", "omit", "vars"})


def hidden(world: World, play: Play) -> Iterator[str]:
    """A warning for each value of such a name that the play, a task of it or -e gives."""
    ours = _OF_TASKS.union(magic_variables(world, "", play, []))
    for name in ours.intersection(world.extra_vars):
        yield f"-e: {_told(name)}"
    for where, name in _given(play):
        if name in ours:
            yield f"{where}: {_told(name)}"


def _told(name: str) -> str:
    return f"`{name}` is a variable that playrun sets itself; what is given here is never seen"


def _given(play: Play) -> Iterator[tuple[Origin | None, str]]:
    yield from _keys(play.vars, play.origin)
    for task in all_tasks(play):
        if task.register:
            yield task.origin, task.register
        yield from _keys(task.vars, task.origin)
        if task.action == "set_fact" and isinstance(task.args, Mapping):
            yield from _keys(task.args, task.origin)


def _keys(values: Mapping[str, Any], where: Origin | None) -> Iterator[tuple[Origin | None, str]]:
    for name, value in values.items():
        yield getattr(value, "origin", None) or where, name
