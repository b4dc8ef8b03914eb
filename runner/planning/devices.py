"""Whether every host can be reached as its tasks want: its platform, its connection."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from runner.actions import ACTIONS
from runner.engine.targets.provider import has_provider
from runner.engine.targets.target import platform_name, platform_of, target_key, transport_of
from runner.engine.variables.hostsettings import NAMES
from runner.engine.world import World
from runner.errors import PlanError, PlayrunError
from runner.model import Play, Task
from runner.planning.certainty import Grounds
from runner.planning.classes import Class
from runner.platforms.model import Platform

CONTROLLER = ("localhost", "127.0.0.1", "::1")


class Devices:
    """Device actions need a platform; programs need a host that is the controller.

    `platforms` are those of all hosts that tasks may act on.
    """

    def __init__(
        self,
        world: World,
        play: Play,
        grounds: Grounds,
        tasks: Sequence[Task],
    ) -> None:
        self._world = world
        self._play = play
        self._variables_of = grounds.variables_of
        self._fine: set[Hashable] = set()
        self._faults: dict[str, PlayrunError] = {}
        self.platforms: dict[str, Platform] = {}
        self.classes = self._classes(grounds, [task for task in tasks if _concerns(task)])
        """Hosts that are the same in this; none if no task asks."""

    def _classes(self, grounds: Grounds, tasks: Sequence[Task]) -> list[Class]:
        fleet, reader = grounds.fleet, grounds.reader
        if not tasks or not fleet.hosts:
            return []
        names = {*NAMES["connection"], *NAMES["platform"]}
        for task in tasks:
            names |= reader.of_value(task.connection).variables
            if has_provider(task):
                names |= reader.of_task(task).together().variables
            for name in (*NAMES["connection"], *NAMES["platform"]):
                names |= reader.of_value(task.vars.get(name)).variables
        names |= reader.of_value(self._play.connection).variables
        return fleet.by_value(fleet.hosts, names)

    def fault(self, number: int, task: Task) -> PlayrunError | None:
        """What is wrong with a task on the class of this number."""
        if not _concerns(task):
            return None
        key = (number, target_key(task), task.written, task.delegate_to)
        if key in self._fine:
            return None
        found = self._look(self.classes[number][0], task)
        if found is None:
            self._fine.add(key)
        return found

    def _look(self, host: str, task: Task) -> PlayrunError | None:
        variables = self._variables_of(host, task)
        place = ACTIONS[task.action].place
        try:
            transport = transport_of(variables, self._play, task, self._world)
            if place == "device":
                platform = platform_of(variables, self._world, task)
                self.platforms[platform.name] = platform
                return None
        except PlayrunError as error:
            # The same for many tasks: told where the first of them stands.
            return self._faults.setdefault(error.message, error)
        if transport == "local" or task.delegate_to is not None or host in CONTROLLER:
            return None
        return _not_here(task, device=platform_name(variables, self._world) is not None)


def _not_here(task: Task, *, device: bool) -> PlanError:
    what, hint = (
        "another machine",
        (
            "playrun runs no modules on servers: `cli` types at their shells (`platform: linux`), "
            "`delegate_to: localhost` runs it here"
        ),
    )
    if device:
        what, hint = "a device", "type at the device with `cli`, or add `delegate_to: localhost`"
    return PlanError(
        f"`{task.written}` runs a program on the controller, and the host is {what}",
        origin=task.origin,
        hint=hint,
    )


def _concerns(task: Task) -> bool:
    place = ACTIONS[task.action].place
    return place == "shell" or (place == "device" and task.delegate_to is None)
