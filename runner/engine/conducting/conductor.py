"""The conductor: decides which host may go on, and tells what happened.

It knows nothing of tasks. It hands steps to a strategy, passes events on, and lets hosts
that stand at a yield go on when the others are where they must be.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from runner.engine.conducting.ranks import ranked
from runner.engine.conducting.sharing import Sharing
from runner.engine.conducting.standing import Standings
from runner.engine.conducting.waiting import Waiting
from runner.engine.frame import Given
from runner.engine.plan import PlayPlan
from runner.engine.steps import (
    Answer,
    Before,
    Merge,
    Need,
    Once,
    Order,
    Progress,
    Result,
    Verdict,
    Yield,
)
from runner.engine.strategies.api import Strategy
from runner.engine.world import World
from runner.events import ErrorsCleared, Event, Failure, HostFinished, Notice, Position
from runner.model import Status

Tell = Callable[[Sequence[Event]], None]
"""Hears events, those that came in together at once."""
_GRACE = 3.0
"""Seconds that cut-off hosts get to say goodbye before they are given up."""


class Outcome(NamedTuple):
    """How a batch ended."""

    statuses: Mapping[str, Status]
    """How every host of it stands at its end."""
    stop: bool = False
    """`max_fail_percentage`: nothing runs after it."""
    end_play: bool = False
    """No other batch of the play runs."""
    cleared: bool = False
    """`clear_host_errors`: those that were out before are in again."""
    dropped: frozenset[str] = frozenset()
    """Well, but taken along by another host's failure: out of later plays."""
    grown: bool = False
    """The inventory is another now."""


class Conductor:
    """Runs one batch of a play to its end."""

    def __init__(
        self,
        plan: PlayPlan,
        world: World,
        strategy: Strategy,
        tell: Tell,
        size: int = 0,
    ) -> None:
        """`size`: hosts of the batch with those that earlier plays have lost."""
        self._plan = plan
        self._world = world
        self._strategy = strategy
        self._tell = tell
        self._size = size or len(plan.hosts)
        self._hosts = Standings(plan)
        self._sharing = Sharing(world, strategy, self._hosts)
        self._waiting = Waiting()
        self._results: dict[Position, Result] = {}
        self._leaders: dict[Position, str] = {}
        self._followers: dict[Position, list[str]] = {}
        self._failed: set[str] = set()
        """Those that `max_fail_percentage` counts."""
        self._asked: dict[Position, bool] = {}
        """Tasks that somebody was asked about, and whether they run."""
        self._stop = self._end_play = self._cleared = False
        self._cancelled = False
        self._give_up_at: float | None = None

    def cancel(self, *, now: bool) -> None:
        """Start nothing new; with `now`, cut what runs. Any thread may call."""
        self._cancelled = True
        self._strategy.cancel(now=now)
        if now:
            self._give_up_at = time.monotonic() + _GRACE

    def run(self) -> Outcome:
        """Lets all hosts of the batch go on until the last one is through."""
        self._submit((name, "go") for name in self._plan.hosts)
        for progress in self._strategy.progress(self._on_events):
            if progress is not None:
                self._on_progress(progress)
            elif self._given_up():
                break
        self._finish_rest()
        return Outcome(
            {name: host.status or "not_run" for name, host in self._hosts.items()},
            self._stop,
            self._end_play,
            self._cleared,
            frozenset(name for name, host in self._hosts.items() if host.dropped),
            self._sharing.grown,
        )

    # steps

    def _submit(
        self, answers: Iterable[tuple[str, Answer]], because: Result | Failure | None = None
    ) -> None:
        step = self._hosts.step
        self._strategy.submit([step(name, answer, because) for name, answer in answers])

    def _on_events(self, events: Sequence[Event]) -> None:
        self._hosts.note(events)
        self._tell(events)

    def _on_progress(self, progress: Progress) -> None:
        host = self._hosts.rest(progress)
        self._sharing.take(progress)
        if progress.status is not None:
            self._done(progress)
        elif isinstance(progress.at, Result):
            self._on_result(progress.host, progress.at)
        elif host.doom is not None:
            answer, why = host.doom
            host.doom = None
            self._submit([(progress.host, answer)], why)
        elif progress.at is not None:
            self._rest(progress.host, progress.at, host.number)
        if not self._cancelled:
            self._let_go()

    def _rest(self, name: str, at: Yield, number: int) -> None:
        self._waiting.add(at, name, number)
        if isinstance(at, Need):
            self._hosts.needs(name)

    # hosts that are through

    def _done(self, progress: Progress) -> None:
        host = self._hosts[progress.host]
        forgiven = host.forgiven and progress.status == "failed"
        host.status = "ok" if forgiven else progress.status
        self._world.give(progress.host, progress.kept)
        if host.status is not None:
            failure = None if forgiven else progress.failure
            self._say_finished(progress.host, host.status, failure)
        for position, leader in self._leaders.items():
            if leader == progress.host and position not in self._results:
                why = f"{leader} was lost while it ran this task for all hosts"
                gone = Failure("run_once", why)
                self._on_result(leader, Result(position, failed=True, failure=gone, twice=True))

    def _say_finished(self, name: str, status: Status, failure: Failure | None) -> None:
        unwritten = status != "ok" and self._hosts.has_more_to_write(name)
        index = self._plan.index
        self._tell([HostFinished(time.time(), name, index, status, failure, unwritten=unwritten)])

    # what one host does for all

    def _on_result(self, leader: str, result: Result) -> None:
        """Every other host of the batch gets the values, wherever it is; of those that have left
        the play, later plays read them."""
        self._results[result.position] = result
        for name, host in self._hosts.items():
            if host.status in ("ok", "failed"):
                self._world.give(name, result.values)
            elif host.status is None:
                if name != leader and result.values != Given():
                    host.due.append(result.values)
                if result.order:
                    host.orders = (*host.orders, result.order)
        if result.order:
            self._carry_out(result.order)
        ends = result.order in ("end_play", "end_batch")
        followers = self._followers.pop(result.position, [])
        if self._hosts[leader].status is None:
            self._submit([(leader, "end" if ends else "go")])
        if result.failed:
            self._take_along("fatal", result, but={leader})
        elif ends:
            self._take_along("end", None, but={leader})
        else:
            self._submit((name, "take") for name in followers)

    def _carry_out(self, order: Order) -> None:
        if order == "end_play":
            self._end_play = True
        elif order == "clear_host_errors":
            self._clear_errors()
        elif order == "refresh_inventory":
            self._refresh()

    def _clear_errors(self) -> None:
        """Hosts that have left do not come back into this play, but into those that follow."""
        self._cleared = True
        self._failed.clear()
        for host in self._hosts.values():
            host.dropped = False
            host.forgiven = host.status is None and host.leaving
            host.status = "ok" if host.status is not None else None
        names = (*self._plan.hosts, *self._plan.gone)
        self._tell([ErrorsCleared(time.time(), self._plan.index, names)])

    def _refresh(self) -> None:
        if self._world.refresh is None:
            text = "the inventory cannot be read again here: `refresh_inventory` did nothing"
            self._tell([Notice(time.time(), "warning", text)])
        else:
            self._world.refresh()
            self._sharing.grown = True

    def _take_along(self, answer: Answer, why: Result | Failure | None, but: set[str]) -> None:
        """All other hosts, where they wait: they fail there, or leave, or end their play."""
        others = [(name, host) for name, host in self._hosts.items() if name not in but]
        for _, host in others:
            host.dropped = host.dropped or answer == "fatal"
            host.doom = (answer, why) if host.running else None
        self._submit([(name, answer) for name, host in others if host.at is not None], why)

    # who may go on

    def _let_go(self) -> None:
        """Lets those go on whose yield is answered by where the others stand now."""
        ready = self._hosts.satisfied()
        if ready:
            self._sharing.settle()
            self._submit([(name, "go") for name in ready])
        while not self._hosts.running:
            self._sharing.settle()
            self._sharing.tell_who_left()
            names = self._waiting.lowest(self._hosts.number_at)
            if not names:
                return
            self._answer(self._hosts.in_order(names))

    def _answer(self, names: list[str]) -> None:
        """Nobody runs: those at the lowest position go on together."""
        at = self._hosts[names[0]].at
        if isinstance(at, Once):
            self._answer_once(names, at)
        elif isinstance(at, Verdict):
            self._answer_verdict(names)
        elif isinstance(at, Merge):
            self._answer_merge(names)
        elif isinstance(at, Before):
            self._answer_before(names, at)
        else:
            self._submit([(name, "go") for name in names])

    def _answer_before(self, names: list[str], at: Before) -> None:
        if self._leaves_out(at):
            self._submit([(name, "skip") for name in names])
            return
        most = at.at_most or len(names)
        for name in names[most:]:
            self._waiting.add(at, name, self._hosts[name].number)
        self._submit([(name, "go") for name in names[:most]])

    def _leaves_out(self, at: Before | Once) -> bool:
        """Whether somebody who is asked about every task does not want this one."""
        step = self._world.step
        if step is None or not at.task:
            return False
        if at.position not in self._asked:
            self._asked[at.position] = step(at.position, at.task)
        return not self._asked[at.position]

    def _answer_once(self, names: list[str], at: Once) -> None:
        result = self._results.get(at.position)
        if result is not None:
            answer: Answer = "fatal" if result.failed else "take"
            self._submit([(name, answer) for name in names], result)
        elif self._leaves_out(at):
            self._submit([(name, "skip") for name in names])
        else:
            leader, *followers = names
            self._leaders[at.position] = leader
            self._followers[at.position] = followers
            self._submit([(leader, "do")])

    def _answer_merge(self, names: list[str]) -> None:
        asked = [at.keys for name in names if isinstance(at := self._hosts[name].at, Merge)]
        self._strategy.submit(
            [
                self._hosts.step(name, "go", None, ranks)
                for name, ranks in zip(names, ranked(asked), strict=True)
            ]
        )

    def _answer_verdict(self, names: list[str]) -> None:
        verdicts = {name: at for name in names if isinstance(at := self._hosts[name].at, Verdict)}
        failed = {name: at for name, at in verdicts.items() if at.failed}
        self._failed |= {name for name, at in failed.items() if at.counts}
        if self._too_many(verdicts[names[0]].limit):
            self._break_off(verdicts[names[0]].limit)
        elif any(at.fatal for at in failed.values()):
            why = next(at.failure for at in failed.values() if at.fatal)
            self._submit((name, "go") for name in failed)
            self._take_along("fatal", why, but=set(failed))
            self._failed |= self._hosts.keys() - failed.keys()
        else:
            self._submit((name, "go") for name in names)

    def _too_many(self, limit: float | None) -> bool:
        return limit is not None and len(self._failed) / self._size > limit / 100

    def _break_off(self, limit: float | None) -> None:
        """Too many have failed: everybody leaves, and nothing runs after this."""
        self._stop = True
        text = (
            f"{len(self._failed)} of {self._size} hosts failed, "
            f"more than `max_fail_percentage: {limit:g}` allows"
        )
        self._take_along("break", Failure("max_fail", text), but=set())

    # the end

    def _given_up(self) -> bool:
        return self._give_up_at is not None and time.monotonic() > self._give_up_at

    def _finish_rest(self) -> None:
        """Hosts that stand at a yield of a cancelled play, or did not answer in time."""
        for name, host in self._hosts.items():
            if host.status is not None:
                continue
            host.status = host.status_when_cut_off()
            failure = Failure("interrupted", "the run was interrupted")
            self._say_finished(name, host.status, failure)
