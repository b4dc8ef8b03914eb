"""Includes whose names are templates: what is wrong with the files that the inventory leads to.

Tasks may still change what the names read. So this is told before the run and never refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from runner.actions.absent import ABSENT, WHY
from runner.engine.world import Included, World
from runner.errors import PlayrunError, Problems, RenderError
from runner.model import Condition, Task
from runner.planning.certainty import Grounds
from runner.planning.walking import Spot, Walk, includes_unknown
from runner.templating import Variables

_MOST = 50
"""So many different names at most are tried: beyond that, every host has its own."""


class ComputedIncludes:
    """Reads what includes with computed names bring to the hosts of one play."""

    def __init__(self, world: World, grounds: Grounds) -> None:
        self._world = world
        self._fleet, self._reader, _, self._variables_of = grounds

    def faults(self, spots: Sequence[Spot]) -> Iterator[PlayrunError]:
        """What is wrong in files that hosts may come to."""
        for spot in spots:
            looped = any(task.loop is not None for task in (*spot.outer, spot.task))
            if includes_unknown(spot) and not looped and self._fleet.hosts:
                yield from self._of_include(spot)

    def _of_include(self, spot: Spot) -> Iterator[PlayrunError]:
        conditions = [each for task in (*spot.outer, spot.task) for each in task.when]
        names = self._fleet.reach(self._reader.of_value(_said(spot.task)))
        if names.lookups or not names.complete:
            return
        deciding = [self._reader.of_condition(each).variables for each in conditions]
        read = names.variables.union(*deciding)
        parts = self._fleet.by_value(self._fleet.hosts, read)
        for part in parts if len(parts) <= _MOST else ():
            variables = self._variables_of(part[0], spot.task)
            if not any(self._fails(each, variables) for each in conditions):
                yield from self._of_class(spot.task, variables)

    def _fails(self, condition: Condition, variables: Variables) -> bool:
        """Whether a condition does not hold, as far as the inventory tells."""
        if isinstance(condition, bool):
            return not condition
        try:
            return not self._world.templar.test(condition, variables)
        except RenderError:
            return False

    def _of_class(self, task: Task, variables: Variables) -> Iterator[PlayrunError]:
        try:
            said = self._world.templar.render(_said(task), variables)
        except RenderError:
            return
        try:
            included = self._read(task, said)
        except PlayrunError as error:
            yield from error.problems if isinstance(error, Problems) else (error,)
            return
        if included is not None:
            walk = Walk(self._world.includes)
            tasks = [spot.task for spot in walk.spots(included.entries)]
            yield from (fault.error for fault in walk.faults)
            for each in tasks:
                if each.action == ABSENT and not self._is_left_out(each, variables):
                    yield each.args[WHY]

    def _is_left_out(self, task: Task, variables: Variables) -> bool:
        return any(self._fails(condition, variables) for condition in task.when)

    def _read(self, task: Task, said: dict[str, Any]) -> Included | None:
        includes = self._world.includes
        if includes is None:
            return None
        if task.action == "include_tasks":
            return includes.tasks(task, str(said["file"]))
        return includes.role(task, str(said["name"]), {**task.args, **said})


def _said(task: Task) -> dict[str, Any]:
    """What names the files."""
    return {
        name: value
        for name, value in task.args.items()
        if name in ("file", "name") or name.endswith("_from")
    }
