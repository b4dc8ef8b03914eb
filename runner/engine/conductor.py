"""The conductor: decides which host may go on, and tells what happened.

It knows nothing of tasks. It hands steps to a strategy, passes events on, and lets hosts
that stand at a yield go on when the others are where they must be.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from runner.engine.plan import PlayPlan
from runner.engine.steps import (
    Answer,
    Before,
    Need,
    Once,
    Progress,
    Result,
    Step,
    Yield,
)
from runner.engine.strategies.api import Strategy
from runner.engine.work import publish
from runner.engine.world import World
from runner.events import Event, Failure, HostFinished, Position, TaskFinished, TaskStarted
from runner.model import Status, tasks_in

_GRACE = 3.0
"""Seconds that cut-off hosts get to say goodbye before they are given up."""


@dataclass(slots=True)
class _Host:
    """Where a host stands, as far as the conductor knows."""

    number: int = 0
    at: Yield | None = None
    running: bool = False
    status: Status | None = None
    due: dict[str, Any] = field(default_factory=dict)
    task: TaskStarted | None = None
    """The task it was last seen starting, until that has finished."""
    done: int = 0
    """How many of the play's items it has behind it, well or ignored."""


class Conductor:
    """Runs one play to its end."""

    def __init__(
        self,
        plan: PlayPlan,
        world: World,
        strategy: Strategy,
        tell: Callable[[Event | None], None],
    ) -> None:
        self._plan = plan
        self._world = world
        self._strategy = strategy
        self._tell = tell
        self._hosts = {name: _Host() for name in plan.hosts}
        self._results: dict[Position, Result] = {}
        self._leaders: dict[Position, str] = {}
        self._running = 0
        self._needy: set[str] = set()
        self._cancelled = False
        self._give_up_at: float | None = None

    def cancel(self, *, now: bool) -> None:
        """Start nothing new; with `now`, cut what runs. Any thread may call."""
        self._cancelled = True
        self._strategy.cancel(now=now)
        if now:
            self._give_up_at = time.monotonic() + _GRACE

    def run(self) -> Mapping[str, Status]:
        """How every host of the play stands at its end."""
        self._submit((name, "go") for name in self._plan.hosts)
        for progress in self._strategy.progress(self._on_event):
            if progress is not None:
                self._on_progress(progress)
                continue
            self._tell(None)
            if self._given_up():
                break
        self._finish_rest()
        return {name: host.status or "not_run" for name, host in self._hosts.items()}

    def _submit(self, answers: Iterable[tuple[str, Answer]]) -> None:
        steps = []
        for name, answer in answers:
            host = self._hosts[name]
            host.number += 1
            host.running = True
            self._running += 1
            self._needy.discard(name)
            failure = self._why_fatal(host.at) if answer == "fatal" else None
            steps.append(Step(name, host.number, answer, host.due, failure))
            host.at = None
            host.due = {}
        self._strategy.submit(steps)

    def _why_fatal(self, at: Yield | None) -> Failure | None:
        result = self._results.get(at.position) if at is not None else None
        return result.failure if result is not None else None

    def _on_event(self, event: Event) -> None:
        if isinstance(event, TaskStarted):
            self._hosts[event.host].task = event
        elif isinstance(event, TaskFinished):
            host = self._hosts[event.host]
            host.task = None
            if event.ignored or event.status in ("ok", "changed", "skipped"):
                host.done = event.position[0] + 1
        self._tell(event)

    def _on_progress(self, progress: Progress) -> None:
        host = self._hosts[progress.host]
        host.running = False
        self._running -= 1
        host.at = progress.at
        if isinstance(host.at, Need):
            self._needy.add(progress.host)
        self._share(progress)
        if progress.status is not None:
            self._done(progress)
        elif isinstance(progress.at, Result):
            self._on_result(progress.host, progress.at)
        if self._cancelled:
            return
        self._let_go()

    def _share(self, progress: Progress) -> None:
        for secret in progress.secrets:
            self._world.masks.add(secret)
        self._world.masks.take_new()
        if progress.published:
            publish(self._world, progress.published)
        if progress.published or progress.secrets:
            self._strategy.share(progress.published, progress.secrets)

    def _done(self, progress: Progress) -> None:
        host = self._hosts[progress.host]
        host.status = progress.status
        self._world.facts_of(progress.host).update(progress.kept)
        if progress.status is not None:
            self._say_finished(progress.host, progress.status, progress.failure)
        for position, leader in self._leaders.items():
            if leader == progress.host and position not in self._results:
                gone = Failure(
                    "run_once", f"{leader} was lost while it ran this task for all hosts"
                )
                self._results[position] = Result(position, {}, failed=True, failure=gone)

    def _say_finished(self, name: str, status: Status, failure: Failure | None) -> None:
        to_come = self._plan.items[self._hosts[name].done :]
        unwritten = status != "ok" and any(
            task.output is not None for task in tasks_in(item.entry for item in to_come)
        )
        self._tell(
            HostFinished(time.time(), name, self._plan.index, status, failure, unwritten=unwritten)
        )

    def _on_result(self, leader: str, result: Result) -> None:
        """Every other host of the batch gets the values, wherever it is."""
        self._results[result.position] = result
        for name, host in self._hosts.items():
            if name != leader and host.status is None:
                host.due.update(result.values)

    def _let_go(self) -> None:
        """Lets those go on whose yield is answered by where the others stand now."""
        if self._running:
            self._submit(self._satisfied_needs())
            return
        waiting = [(name, host) for name, host in self._hosts.items() if host.at is not None]
        answers = self._satisfied_needs() or self._lowest(waiting)
        self._submit(answers)

    def _satisfied_needs(self) -> list[tuple[str, Answer]]:
        return [(name, "go") for name in self._needy if self._is_satisfied(name)]

    def _is_satisfied(self, name: str) -> bool:
        need = self._hosts[name].at
        return isinstance(need, Need) and all(map(self._past(need.position), need.hosts))

    def _past(self, position: Position) -> Callable[[str], bool]:
        def is_past(name: str) -> bool:
            host = self._hosts.get(name)
            if host is None or host.status is not None:
                return True
            return host.at is not None and host.at.position >= position

        return is_past

    def _lowest(self, waiting: list[tuple[str, _Host]]) -> list[tuple[str, Answer]]:
        """Nobody runs: those at the lowest position go on together."""
        if not waiting:
            return []
        lowest = min(_position(host) for _, host in waiting)
        bucket = [(name, host) for name, host in waiting if _position(host) == lowest]
        answers: list[tuple[str, Answer]] = []
        for name, host in bucket:
            if isinstance(host.at, Once):
                answers.extend(self._answer_once(name, host.at.position))
            else:
                answers.append((name, "go"))
        return answers

    def _answer_once(self, name: str, position: Position) -> list[tuple[str, Answer]]:
        result = self._results.get(position)
        if result is not None:
            return [(name, "fatal" if result.failed else "take")]
        if position in self._leaders:
            return []
        self._leaders[position] = name
        return [(name, "do")]

    def _given_up(self) -> bool:
        return self._give_up_at is not None and time.monotonic() > self._give_up_at

    def _finish_rest(self) -> None:
        """Hosts that stand at a yield of a cancelled play, or did not answer in time."""
        for name, host in self._hosts.items():
            if host.status is not None:
                continue
            host.status = self._status_of_silent(host)
            failure = Failure("interrupted", "the run was interrupted")
            self._say_finished(name, host.status, failure)

    def _status_of_silent(self, host: _Host) -> Status:
        if not host.running or host.task is None:
            return "not_run"
        return "unknown" if host.task.writes else "lost"


def _position(host: _Host) -> Position:
    assert host.at is not None
    if isinstance(host.at, Before):
        return host.at.position
    return (*host.at.position, 0)
