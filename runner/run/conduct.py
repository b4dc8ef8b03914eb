"""Plays one after another, and what Ctrl-C does to them."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType

from runner.engine.conducting.conductor import Conductor, Outcome, Tell
from runner.engine.plan import PlayPlan
from runner.engine.strategies import STRATEGIES
from runner.engine.work import Work
from runner.engine.world import Worker, World
from runner.events import Failure, HostFinished, Notice, PlayFinished, PlayStarted
from runner.model import Play
from runner.planning.batches import batches


class Interrupts:
    """Counts Ctrl-C. The first lets running tasks end, the second cuts every connection."""

    def __init__(self, tell: Tell) -> None:
        self.count = 0
        self.conductor: Conductor | None = None
        self._tell = tell

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Ctrl-C, SIGTERM and a lost terminal come here while this is open."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        with _heard_by(self._on):
            yield

    def _on(self, _number: int, _frame: FrameType | None) -> None:
        """May take no lock that the main thread could hold: the work is done elsewhere."""
        self.count += 1
        threading.Thread(target=self._act, args=(self.count,), daemon=True).start()

    def _act(self, count: int) -> None:
        conductor = self.conductor
        if conductor is not None:
            conductor.cancel(now=count > 1)
        text = (
            "stopping: hosts finish the task they are in; Ctrl-C again cuts them off"
            if count == 1
            else "cutting every connection"
        )
        self._tell([Notice(time.time(), "warning", text)])


@contextmanager
def undisturbed() -> Iterator[None]:
    """How a run ended is written down whole, whoever presses Ctrl-C meanwhile."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # Not ignored: programs that are started meanwhile would inherit that.
    with _heard_by(lambda _number, _frame: None):
        yield


@contextmanager
def _heard_by(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    before = {which: signal.signal(which, handler) for which in _heard()}
    try:
        yield
    finally:
        for which, earlier in before.items():
            signal.signal(which, earlier)


def _heard() -> tuple[signal.Signals, ...]:
    """A run under `nohup` goes on when its terminal is lost."""
    ended = (signal.SIGINT, signal.SIGTERM)
    stays = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return ended if stays else (*ended, signal.SIGHUP)


def conduct(
    plans: Sequence[PlayPlan],
    world: World,
    worker: Worker,
    tell: Tell,
    again: Callable[[int], PlayPlan] | None = None,
    hosts_of: Callable[[Play], Sequence[str]] | None = None,
) -> bool:
    """Runs the plays; returns whether they were interrupted.

    A host that failed or was not reached is out of all later plays; when a batch loses all
    its hosts, the run ends there, as Ansible's does. `again` plans a play anew, by its place
    in `plans`: once tasks have changed the inventory, a play may have other hosts; one that
    asks for variables does so when it begins; where it has none still, that is said now.
    `hosts_of` says who a play is for: later batches know of hosts that earlier ones added.
    """
    interrupts = Interrupts(tell)
    conducting = _Conducting(world, worker, tell, interrupts, hosts_of)
    with interrupts.watched():
        for number, plan in enumerate(plans):
            if again is not None and (conducting.grown or plan.play.prompts or not plan.hosts):
                plan = again(number)
            if not conducting.play(plan):
                break
    return interrupts.count > 0


class _Conducting:
    """Who is out, while plays run one after another."""

    def __init__(
        self,
        world: World,
        worker: Worker,
        tell: Tell,
        interrupts: Interrupts,
        hosts_of: Callable[[Play], Sequence[str]] | None,
    ) -> None:
        self._world = world
        self._worker = worker
        self._tell = tell
        self._interrupts = interrupts
        self._hosts_of = hosts_of
        self._gone: set[str] = set()
        self._dropped: set[str] = set()
        """Of those: hosts that ended well, but with another host's failure behind them."""
        self.grown = False
        """The inventory is not what the plays were planned for."""

    def play(self, plan: PlayPlan) -> bool:
        """Runs one play, batch by batch; whether the run goes on."""
        for batch in batches(plan):
            outcome = self._batch(self._with_added(batch))
            if self._interrupts.count or outcome.stop or self._lost_all(batch, outcome):
                return False
            if outcome.end_play:
                break
        return True

    def _with_added(self, batch: PlayPlan) -> PlayPlan:
        if self._hosts_of is None or not batch.batch or not self.grown:
            return batch
        return replace(batch, all_hosts=tuple(self._hosts_of(batch.play)))

    def _lost_all(self, batch: PlayPlan, outcome: Outcome) -> bool:
        """Whether it has lost all its hosts, and none of them in an earlier play."""
        everybody = len(outcome.statuses) == len(batch.hosts) > 0
        return everybody and self._gone.issuperset(batch.hosts)

    def _batch(self, plan: PlayPlan) -> Outcome:
        self._say_dropped(plan)
        everybody = plan.all_hosts or plan.hosts
        hosts = tuple(host for host in plan.hosts if host not in self._gone)
        gone = tuple(host for host in everybody if host in self._gone)
        size = len(plan.hosts)
        kept = plan.kept if plan.batch + 1 == plan.batches else None
        plan = replace(plan, hosts=hosts, all_hosts=everybody, gone=gone, kept=kept)
        outcome = self._run(plan, size)
        if outcome.cleared:
            self._gone -= set(everybody)
        lost = {host for host, status in outcome.statuses.items() if status != "ok"}
        self._dropped |= outcome.dropped - lost
        self._gone |= lost | outcome.dropped
        self.grown |= outcome.grown
        return outcome

    def _say_dropped(self, plan: PlayPlan) -> None:
        """A host that another's failure took along counts as failed where it would go on."""
        for host in sorted(self._dropped.intersection(plan.hosts)):
            self._dropped.discard(host)
            text = "in an earlier play another host's failure took it along, as any error is fatal"
            failure = Failure("fatal", text)
            self._tell([HostFinished(time.time(), host, plan.index, "not_run", failure)])

    def _run(self, plan: PlayPlan, size: int) -> Outcome:
        self._tell([_started(plan)])
        outcome = Outcome({})
        if plan.hosts:
            outcome = self._conducted(plan, size)
        self._tell([PlayFinished(time.time(), plan.index)])
        return outcome

    def _conducted(self, plan: PlayPlan, size: int) -> Outcome:
        world, worker, interrupts = self._world, self._worker, self._interrupts
        world.shared.clear()
        strategy = STRATEGIES[plan.executor](plan, lambda limit: _work(plan, world, worker, limit))
        interrupts.conductor = Conductor(plan, world, strategy, self._tell, size)
        if interrupts.count:
            interrupts.conductor.cancel(now=interrupts.count > 1)
        try:
            with worker.serving():
                return interrupts.conductor.run()
        finally:
            interrupts.conductor = None
            strategy.close()


def _started(plan: PlayPlan) -> PlayStarted:
    return PlayStarted(
        time.time(),
        plan.index,
        plan.play.name,
        plan.hosts,
        plan.order,
        plan.executor,
        plan.workers,
        plan.processes,
        plan.batch,
        plan.batches,
    )


def _work(plan: PlayPlan, world: World, worker: Worker, limit: int) -> Work:
    bound = world.sessions_max
    if bound:
        limit = min(limit, max(1, bound // plan.processes))
    return Work(plan, world, worker, limit)
