"""Simulated devices in the places of a run's hosts (`--lab`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner import yaml
from runner.engine.world import World
from runner.run.devices import Devices
from runner.run.project import Project

if TYPE_CHECKING:
    from runner.lab import LabHost


def lab_inventory(project: Project) -> str:
    """An inventory of the lab's own devices, for projects that have none: its path."""
    from runner.lab.reading import load_topology

    groups: dict[str, Any] = {}
    for device in load_topology(_topology(project)).devices:
        group = groups.setdefault(
            device.platform, {"vars": {"platform": device.platform}, "hosts": {}}
        )
        group["hosts"][device.name] = {"transport": device.transports[0]}
    state = _state(project)
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = state / "inventory.yml"
    path.write_text(yaml.dump({"all": {"children": groups}}), encoding="utf-8")
    return str(path)


def start_stand_ins(
    project: Project, world: World, devices: Devices, stack: ExitStack
) -> list[str]:
    """Puts a simulated device in the place of every selected device; what is odd about that.

    `stack` ends the lab. Raises LoadError, and PlayrunError when it cannot start.
    """
    from runner.lab import start_lab

    wanted = devices.for_lab()
    lab = start_lab(_topology(project), cache=_state(project), hosts=wanted)
    running = stack.enter_context(lab)
    overrides = {
        host: running.vars_for(host, lab_host.transport) or {} for host, lab_host in wanted.items()
    }
    nothing: Mapping[str, Any] = {}
    world.simulated = True
    world.overrides = lambda host: overrides.get(host, nothing)
    world.defaults = world.defaults._replace(
        known_hosts=str(running.known_hosts),
        ssh_config="",
        host_key_checking="strict",
    )
    return list(_not_played(wanted.values()))


def _not_played(hosts: Iterable[LabHost]) -> Iterator[str]:
    from runner.lab import plays

    for name in sorted({str(host.platform) for host in hosts} - {"None"}):
        if not plays(name):
            yield (
                f"the lab plays no `{name}`: a router of another make stands in, and may not be"
                " understood"
            )


def _topology(project: Project) -> Path | None:
    if project.options.lab_topology is not None:
        return project.options.lab_topology
    return Path(project.settings.lab) if project.settings.lab else None


def _state(project: Project) -> Path:
    return project.state / "lab"
