"""One task on one host, without a conductor: what it does when it is asked again."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playing import make_world

from runner.engine.execution.execution import Execution
from runner.engine.frame import Frame
from runner.engine.host import HostState
from runner.engine.targets.sessions import SessionPool
from runner.engine.variables.magic import Roster
from runner.events import Event
from runner.loading.playbook import load_playbook
from runner.model import Task, tasks_in
from runner.planning.plays import Planner
from runner.planning.strategies import Running
from runner.planning.tags import TagFilter


@dataclass
class Single:
    """A play's tasks and one of its hosts."""

    host: HostState
    tasks: list[Task]
    events: list[Event] = field(default_factory=list)

    def execution(self, index: int, frame: Frame | None = None) -> Execution:
        """Task `index`, about to run; nobody else is known to be anywhere."""
        return Execution(self.host, self.tasks[index], (index,), frame or Frame())

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


def single(tmp_path: Path, text: str, inventory: str = "h1,h2,h3,") -> Single:
    """The first host of a one-play playbook."""
    file = tmp_path / "site.yml"
    file.write_text(text)
    playbook, _ = load_playbook(file)
    world, loaded = make_world(tmp_path, inventory)
    planner = Planner(world, TagFilter(), Running())
    planner.learn_names(playbook.plays)
    (play,) = playbook.plays
    plan = planner.plan(play, 0, tuple(loaded.hosts), last=True)
    events: list[Event] = []
    roster = Roster(world, play, plan.hosts)
    connector: Any = None
    host = HostState("h1", plan, world, connector, SessionPool(1), events.append, roster)
    tasks = [task for task in tasks_in(play.entries) if not task.implicit]
    return Single(host, tasks, events)
