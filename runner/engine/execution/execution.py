"""One task on one host: its loop, what came of it, and what is told and kept of that."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from runner.actions.api import Outcome
from runner.engine.execution.attempts import Attempts, refusing
from runner.engine.execution.calls import OnHost
from runner.engine.execution.growth import Growth
from runner.engine.execution.loops import Looping, hidden_by, items_of, label_of, looping
from runner.engine.execution.results import Ended, refused, together
from runner.engine.frame import Frame, Inclusion
from runner.engine.host import HostState
from runner.engine.variables.hostvars import NeedRead
from runner.errors import PlayrunError, RenderError
from runner.events import ItemFinished, Notice, Position, StatsSet, TaskFinished
from runner.model import Task
from runner.templating import Signal

__all__ = ["Ended", "Execution"]


class Execution:
    """Runs one task on one host. Made anew for every task.

    When another host's values are needed first, `judge` raises Signal; called again once
    that host is there, it goes on where it was. Nothing that was done is done again.
    """

    __slots__ = (
        "_attempts",
        "_ends",
        "_frame",
        "_growth",
        "_here",
        "_host",
        "_looping",
        "_on",
        "_paused",
        "_seen",
        "_task",
        "_variables",
    )

    def __init__(self, host: HostState, task: Task, position: Position, frame: Frame) -> None:
        self._host = host
        self._task = task
        self._frame = frame
        self._on = OnHost(host, task, position, frame)
        self._here: frozenset[str] = frozenset()
        self._variables = host.variables(task, position, frame)
        self._attempts: Attempts | None = None
        self._looping: Looping | None = None
        self._ends: list[Ended] = []
        self._seen: dict[str, Any] = {}
        """What the items of the loop so far have set, for those that follow."""
        self._paused = False
        self._growth: Growth | None = None
        """What items so far have added to the inventory."""

    def run(self) -> tuple[Ended, bool]:
        """Judges and tells; returns how it ended and whether a failure is ignored.

        Raises only Signal (another host's values are needed first).
        """
        ended, ignored = self.judge()
        self.tell(ended, ignored=ignored)
        return ended, ignored

    def holds(self) -> bool:
        """Whether the task's `when` holds. Raises PlayrunError and Signal."""
        try:
            return refusing(self._on, self._variables) is None
        except NeedRead as need:
            self._expect(need)
            raise

    def judge(self) -> tuple[Ended, bool]:
        """Does the task and stores what it gave; whether a failure is ignored.

        Raises only Signal.
        """
        on = self._on
        try:
            on.name_it(self._variables)
            ended = self._whole()
        except NeedRead as need:
            self._expect(need)
            raise
        except Signal:
            raise
        except Exception as error:  # noqa: BLE001 - the one place for a task's exceptions
            ended = on.broken(error)
            ended.ignored = on.ignores(ended.status, self._variables)
            ended.quiet = on.quiet
        on.quiet = ended.quiet
        if ended.failure is not None:
            ended.failure = on.telling(quiet=ended.quiet).failure(ended.failure)
        self._store(ended)
        return ended, ended.ignored

    def _expect(self, need: NeedRead) -> None:
        """The next time, these hosts are where their values may be read."""
        self._here |= need.hosts
        self._host.variables(self._task, self._on.position, self._frame, self._here)

    def _whole(self) -> Ended:
        loop = self._task.loop
        if loop is None:
            if self._attempts is None:
                self._attempts = Attempts(self._on, self._variables)
            return self._attempts.run()
        if self._looping is None:
            self._on.hush(self._variables)
            try:
                items = items_of(loop, self._variables, self._on.templar, self._task.action)
            except RenderError as error:
                return self._without_items(error)
            self._looping = looping(self._on, loop, items, self._variables)
            self._warn(self._looping)
        return self._loop(self._looping)

    def _without_items(self, error: RenderError) -> Ended:
        """Items that cannot be told do not matter to a task that is not to be done."""
        try:
            condition = refusing(self._on, self._variables)
        except PlayrunError:
            raise error from None
        if condition is None:
            raise error
        return refused(condition)

    def _warn(self, looping: Looping) -> None:
        prepared = self._on.prepared
        if prepared.warned:
            return
        text = hidden_by(looping, self._variables)
        if text is not None:
            prepared.warned = True
            self._on.emit(Notice(time.time(), "warning", f"{self._task.origin}: {text}"))

    # the loop

    def _loop(self, looping: Looping) -> Ended:
        """Every item runs, even after one has failed."""
        while not self._is_over(looping):
            index = len(self._ends)
            if index and looping.pause and not self._paused:
                self._on.wait(looping.pause, self._on.host.cancelled)
            self._paused = True
            data = looping.data(index)
            if self._attempts is None:
                self._attempts = Attempts(self._on, self._variables, data, self._seen)
            ended = self._attempts.run()
            self._end_item(looping, index, ended)
        return together(self._ends)

    def _is_over(self, looping: Looping) -> bool:
        """Whether there is no further item, or `break_when` held after the last one."""
        done = len(self._ends)
        if done == len(looping.items):
            return True
        if done and looping.loop.break_when:
            seen = self._variables.with_data({**self._seen, **looping.data(done - 1)})
            return all(self._on.templar.test(one, seen) for one in looping.loop.break_when)
        return False

    def _end_item(self, looping: Looping, index: int, ended: Ended) -> None:
        data = looping.data(index)
        label = self._label(looping, data, ended)
        self._attempts = None
        self._paused = False
        self._look_whether_new(ended)
        for outcome in ended.outcomes:
            self._seen |= {**outcome.gathered, **outcome.included, **outcome.facts}
        if self._task.register is not None:
            self._seen[self._task.register] = ended.values
        ended.values |= data
        self._ends.append(ended)
        self._tell_item(label, ended)

    def _look_whether_new(self, ended: Ended) -> None:
        """What an item before it has added to the inventory already is no change."""
        if not any(outcome.inventory for outcome in ended.outcomes):
            return
        self._growth = self._growth or Growth()
        if self._growth.takes(ended.outcomes) and self._task.changed_when is None:
            ended.values["changed"] = False
            ended.status = "ok"

    def _label(self, looping: Looping, data: Mapping[str, Any], ended: Ended) -> str:
        """A label that cannot be told fails its item."""
        if ended.quiet:
            return "(censored)"
        seen = {**self._seen, **data}
        if self._task.register is not None:
            seen[self._task.register] = ended.values
        item = data[looping.variable]
        try:
            label = label_of(self._on, looping, item, self._variables.with_data(seen))
            return self._on.world.masks.mask(label)
        except PlayrunError as error:
            told = f"the `label` of the loop cannot be told: {error.message}"
            broken = self._on.broken(type(error)(told, origin=error.origin), ended.values)
            ended.status, ended.failure, ended.host = "failed", broken.failure, broken.host
            ended.values |= {"failed": True, "msg": told}
            ended.ignored = self._on.ignores("failed", self._variables.with_data(seen))
            return self._on.world.masks.mask(repr(item))

    # what is kept and told

    def _store(self, ended: Ended) -> None:
        host, position = self._host, self._on.position
        if not ended.failed:
            for outcome, owner in zip(ended.outcomes, ended.owners, strict=True):
                self._keep(outcome, owner)
        if self._task.register is not None:
            host.remember(self._task.register, ended.values, position)

    def _keep(self, outcome: Outcome, owner: str | None) -> None:
        host, position = self._host, self._on.position
        if owner is not None and owner != host.name:
            host.give_away(owner, outcome, position)
        else:
            if outcome.gathered:
                host.gather(outcome.gathered, position)
            if outcome.included:
                host.include(outcome.included, position)
            for name, value in outcome.facts.items():
                host.remember(name, value, position)
        stats = outcome.stats
        if stats is not None and not self._on.quiet:
            self._on.emit(
                StatsSet(
                    time.time(),
                    host.name if stats.per_host else None,
                    self._on.telling(quiet=False).values(stats.data),
                    stats.aggregate,
                )
            )

    def _tell_item(self, label: str, ended: Ended) -> None:
        on = self._on
        telling = on.telling(quiet=ended.quiet)
        on.emit(
            ItemFinished(
                *on.heading(),
                label,
                ended.status,
                telling.values(ended.values),
                telling.failure(ended.failure),
                delegate=ended.delegate and on.world.masks.mask(ended.delegate),
                handler=self._frame.handler,
                terse=on.prepared.terse,
            )
        )

    def tell(self, ended: Ended, *, ignored: bool) -> None:
        """Says how the task ended, unless it is one that nobody wrote and nobody did."""
        if ended.untold:
            return
        on = self._on
        telling = on.telling(quiet=ended.quiet)
        if ended.failure is not None:
            # What follows a task may have failed since: what it includes, whom it notifies.
            ended.failure = telling.failure(ended.failure)
        on.emit(
            TaskFinished(
                *on.heading(),
                ended.status,
                time.monotonic() - on.begun,
                telling.values(ended.values),
                ended.failure,
                telling.files(ended.captured),
                ignored=ignored,
                looped=self._task.loop is not None,
                rescued=self._frame.rescued and ended.status == "failed" and not ignored,
                included=_names(ended.inclusions),
                delegate=ended.delegate and on.world.masks.mask(ended.delegate),
                handler=self._frame.handler,
                terse=on.prepared.terse,
            )
        )


def _names(inclusions: tuple[Inclusion, ...]) -> tuple[str, ...]:
    return tuple(each.name for each in inclusions) if inclusions else ()
