"""Plays for tests: a playbook's text in, what happened to each host out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runner import platforms
from runner.actions.api import Paths
from runner.engine.world import Defaults, Worker, World
from runner.events import (
    Event,
    HostFinished,
    ItemFinished,
    Notice,
    PlayStarted,
    TaskFinished,
    TaskStarted,
)
from runner.loading.includes import PlaybookIncludes
from runner.loading.inventory.inventory import load_inventory
from runner.loading.playbook import load_playbook
from runner.planning.plays import Planner
from runner.planning.strategies import Running
from runner.planning.tags import TagFilter
from runner.run.conduct import conduct
from runner.run.hosts import InventoryHosts
from runner.templating import Templar
from runner.values import Masks


class NoDevices:
    """A worker for plays that connect to nothing."""

    def connector(self) -> Any:
        return None

    def abort(self) -> None:
        return

    def serving(self) -> Any:
        return nullcontext()


@dataclass
class Played:
    """What a run of plays did."""

    world: World
    events: list[Event] = field(default_factory=list)
    interrupted: bool = False

    def statuses(self, play: int = 0) -> dict[str, str]:
        return {
            event.host: event.status
            for event in self.events
            if isinstance(event, HostFinished) and event.play == play
        }

    def tasks(self, host: str) -> list[tuple[str, str]]:
        """(task, status) of one host, in order."""
        return [
            (event.task, event.status)
            for event in self.events
            if isinstance(event, TaskFinished) and event.host == host
        ]

    def messages(self, host: str) -> list[Any]:
        """What `debug` said on one host."""
        return [
            event.values.get("msg")
            for event in self.events
            if isinstance(event, TaskFinished) and event.host == host and event.action == "debug"
        ]

    def order(self, task: str) -> list[str]:
        """The hosts in the order in which they finished a task."""
        return [
            event.host
            for event in self.events
            if isinstance(event, TaskFinished) and event.task == task
        ]

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


def make_world(
    tmp_path: Path, inventory: str, extra: Mapping[str, Any] | None = None
) -> tuple[World, Any]:
    """A world over an inventory given as a comma list, or as the text of a YAML file."""
    source = inventory
    if "\n" in inventory:
        file = tmp_path / "hosts.yml"
        file.write_text(inventory)
        source = str(file)
    loaded = load_inventory([source])
    masks = Masks()
    world = World(
        hosts=InventoryHosts(loaded),
        templar=Templar(searchpath=[tmp_path], masks=masks),
        masks=masks,
        paths=Paths(tmp_path, tmp_path, tmp_path / "output"),
        folder=tmp_path,
        defaults=Defaults(),
        platform=lambda name: platforms.load(name),
        extra_vars=extra or {},
    )
    (tmp_path / "hosts").mkdir(exist_ok=True)
    return world, loaded


def play(
    tmp_path: Path,
    text: str,
    inventory: str = "h1,h2,h3,",
    *,
    running: Running | None = None,
    worker: Worker | None = None,
    tell: Any = None,
    tags: TagFilter | None = None,
    extra: Mapping[str, Any] | None = None,
    step: Any = None,
) -> Played:
    """Loads, plans and runs the plays of a playbook's text on all hosts."""
    file = tmp_path / "site.yml"
    file.write_text(text)
    playbook, _ = load_playbook(file)
    world, loaded = make_world(tmp_path, inventory, extra)
    world.includes = PlaybookIncludes((tags or TagFilter()).keeps)
    world.step = step
    planner = Planner(world, tags or TagFilter(), running or Running())
    planner.learn_names(playbook.plays)
    hosts: Sequence[str] = loaded.hosts
    last = len(playbook.plays) - 1
    plans = [
        planner.plan(each, index, hosts, last=index == last)
        for index, each in enumerate(playbook.plays)
    ]
    played = Played(world)

    def record(events: Sequence[Event]) -> None:
        for event in events:
            played.events.append(event)
            if tell is not None:
                tell(event)

    played.interrupted = conduct(plans, world, worker or NoDevices(), record)
    return played


__all__ = [
    "ItemFinished",
    "NoDevices",
    "Notice",
    "PlayStarted",
    "Played",
    "TaskStarted",
    "make_world",
    "play",
]
