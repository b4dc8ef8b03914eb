"""The devices that plays will type at, before they do: who stands in for them, who can log in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from runner.actions import ACTIONS
from runner.engine.execution.gathering import GATHERING
from runner.engine.targets.provider import has_provider, is_local, is_old_form
from runner.engine.targets.target import become_of, platform_name, target_key, transport_of
from runner.engine.variables.hostsettings import NAMES
from runner.engine.variables.hostsettings import Settings as HostSettings
from runner.engine.variables.precedence import magic_variables, task_variables
from runner.engine.world import World
from runner.errors import PlayrunError
from runner.model import Play, Task
from runner.planning.plays import Planner
from runner.planning.walking import INCLUDES, has_constant_names
from runner.templating import Variables

if TYPE_CHECKING:
    from runner.lab import LabHost

_CONTROLLER = frozenset({"localhost", "127.0.0.1", "::1"})


class Kind(NamedTuple):
    """Hosts of a play whose devices a task reaches in the same way."""

    play: Play
    task: Task
    hosts: Sequence[str]
    variables: Variables
    """Of the first of them."""


class Devices:
    """The device tasks of plays, and the hosts that they concern; `hosts` by the place of plays.

    Tasks in files that are included under constant names count. A file whose name only the
    host can tell may hold device tasks: every host that says what device it is counts for it, as
    it does for `gather_facts`.
    A task that is delegated concerns its delegate.
    """

    def __init__(
        self,
        world: World,
        planner: Planner,
        plays: Sequence[Play],
        hosts: Sequence[Sequence[str]],
    ) -> None:
        self._world = world
        self._planner = planner
        self._plays = [
            (play, here, tasks)
            for play, here in zip(plays, hosts, strict=True)
            if (tasks := [task for task in planner.known_tasks(play) if _may_reach(task)])
        ]

    def has_old_form(self) -> bool:
        """Whether a device is said as before connection plugins."""
        if any(is_old_form(play, task) for play, _, tasks in self._plays for task in tasks):
            return True
        return any(is_local(kind.variables) for kind in self._kinds(("connection",)))

    def lacking(self, meanings: tuple[str, ...]) -> bool:
        """Whether some device has none of these connection values."""
        return any(
            not any(HostSettings(kind.variables, self._world).get(name) for name in meanings)
            for kind in self._kinds((*meanings, "connection"))
        )

    def for_lab(self) -> Mapping[str, LabHost]:
        """What each host wants of the device that stands in for its own."""
        from runner.lab import LabHost

        wanted: dict[str, LabHost] = {}
        for play, task, hosts, variables in self._kinds(("connection", "platform", "become")):
            transport = transport_of(variables, play, task, self._world)
            like = LabHost(
                platform_name(variables, self._world, task),
                "telnet" if transport == "telnet" else "ssh",
                become_of(variables, play, task, self._world),
            )
            for host in hosts:
                wanted.setdefault(host, like)
        return wanted

    def _kinds(self, meanings: tuple[str, ...]) -> Iterator[Kind]:
        names = frozenset(name for meaning in meanings for name in NAMES[meaning])
        for play, hosts, tasks in self._plays:
            for task, concerned in self._distinct(tasks, hosts):
                for part in self._planner.kinds(play, task, concerned, names):
                    kind = Kind(play, task, part, self._variables(play, task, part[0], hosts))
                    if _is_device_task(task) or self._is_device(kind):
                        yield kind

    def _distinct(
        self, tasks: Sequence[Task], hosts: Sequence[str]
    ) -> Iterator[tuple[Task, Sequence[str]]]:
        """One of the tasks that reach the same hosts in the same way, and those hosts."""
        seen = set()
        for task in tasks:
            concerned = self._concerned(task, hosts)
            key = (target_key(task), task.written, task.delegate_to, task.connection)
            if concerned and key not in seen:
                seen.add(key)
                yield task, concerned

    def _is_device(self, kind: Kind) -> bool:
        """Whether these hosts say that they are devices, whatever the task is."""
        try:
            transport = transport_of(kind.variables, kind.play, kind.task, self._world)
        except PlayrunError:
            return False
        named = HostSettings(kind.variables, self._world).text("platform")
        return named is not None and transport != "local"

    def _variables(self, play: Play, task: Task, host: str, hosts: Sequence[str]) -> Variables:
        magic = magic_variables(self._world, host, play, list(hosts))
        return task_variables(self._world, host, play, task, {}, magic)

    def _concerned(self, task: Task, hosts: Sequence[str]) -> Sequence[str]:
        """The hosts whose devices the task reaches; the controller has none."""
        where = task.delegate_to
        if where is None:
            found = [host for host in hosts if host not in _CONTROLLER or has_provider(task)]
            return found if len(found) < len(hosts) else hosts
        return (str(where),) if self._world.is_host(str(where)) else ()


def _may_reach(task: Task) -> bool:
    if task.action in INCLUDES:
        return not has_constant_names(task)
    return _is_device_task(task) or (task.action == GATHERING and not task.implicit)


def _is_device_task(task: Task) -> bool:
    return ACTIONS[task.action].place == "device"
