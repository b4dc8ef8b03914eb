"""A play and its hosts become a `PlayPlan`, or a list of what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from runner.engine.plan import PlayPlan
from runner.engine.world import World
from runner.errors import PlanError, PlayrunError, Problems
from runner.model import Play, Task, all_tasks, tasks_in
from runner.planning.checks import HostChecks
from runner.planning.names import NameReader
from runner.planning.segments import cut
from runner.planning.strategies import Running, order_and_executor, processes_of, workers_of
from runner.planning.tags import TagFilter
from runner.planning.texts import template_faults
from runner.values import Source


class Planner:
    """Plans the plays of one run. Raises Problems with everything that is wrong in a play."""

    def __init__(self, world: World, tags: TagFilter, running: Running) -> None:
        self._world = world
        self._tags = tags
        self._running = running
        self._reader = NameReader(world.templar)
        self._dynamic: frozenset[str] | None = frozenset()

    def learn_names(self, plays: Sequence[Play]) -> None:
        """Every name that a task may set while the plays run; None if that cannot be told."""
        tasks = [task for play in plays for task in all_tasks(play)]
        names = {task.register for task in tasks if task.register}
        for task in tasks:
            if task.action == "set_fact":
                names |= set(task.args)
        if any("{{" in name for name in names):
            self._dynamic = None
        else:
            self._dynamic = frozenset(names)

    def tasks_of(self, play: Play) -> tuple[Task, ...]:
        """The play's tasks that the tags leave."""
        return tuple(task for task in tasks_in(play.entries) if self._tags.keeps(task))

    def plan(self, play: Play, index: int, hosts: Sequence[str], *, last: bool) -> PlayPlan:
        """The plan of one play for these hosts. Raises Problems, or the one PlayrunError."""
        tasks = self.tasks_of(play)
        problems = list(template_faults(self._world, play, tasks))
        checks = HostChecks(self._world, play, tasks, hosts, self._reader, self._dynamic)
        if not problems:
            problems = checks.problems()
        if problems:
            raise problems[0] if len(problems) == 1 else Problems(problems)
        return self._built(play, index, hosts, tasks, checks, last)

    def _built(
        self,
        play: Play,
        index: int,
        hosts: Sequence[str],
        tasks: Sequence[Task],
        checks: HostChecks,
        last: bool,
    ) -> PlayPlan:
        order, executor = order_and_executor(play, self._running)
        platforms = tuple(checks.platforms.values())
        items = cut(tasks, checks.crosses, platforms, order, play.lockstep)
        nothing: frozenset[str] = frozenset()
        workers = workers_of(self._number("workers", play.workers), self._running)
        processes = processes_of(self._number("processes", play.processes), self._running)
        return PlayPlan(
            index=index,
            play=play._replace(name=self._name(play)),
            hosts=tuple(hosts),
            items=items,
            order=order,
            executor=executor,
            workers=1 if executor == "serial" else workers,
            processes=processes if executor == "processes" else 1,
            shared=None if any(item.cross for item in items) else nothing,
            kept=nothing if last else None,
        )

    def _name(self, play: Play) -> str:
        """The play's name, filled in as far as it says nothing of single hosts."""
        world = self._world
        known = world.templar.variables(play.vars).with_layer(world.extra_vars)
        try:
            return world.masks.mask(world.templar.text(play.name, known))
        except PlayrunError:
            return play.name

    def _number(self, name: str, value: int | Source | None) -> int | None:
        """A play's number, rendered with what is the same for all hosts."""
        if value is None or isinstance(value, int):
            return value
        text = self._world.templar.text(
            value, self._world.templar.variables(self._world.extra_vars)
        )
        if not text.isdecimal() or int(text) < 1:
            raise PlanError(
                f"`{name}` must be a whole number from 1, not {text!r}", origin=value.origin
            )
        return int(text)


def with_hosts(plan: PlayPlan, hosts: Sequence[str]) -> PlayPlan:
    """The same plan for fewer hosts: those that earlier plays have left."""
    return replace(plan, hosts=tuple(hosts))
