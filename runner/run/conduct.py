"""Plays one after another, and what Ctrl-C does to them."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from runner.engine.conductor import Conductor
from runner.engine.plan import PlayPlan
from runner.engine.strategies import STRATEGIES
from runner.engine.work import Work
from runner.engine.world import Worker, World
from runner.events import Event, Notice, PlayFinished, PlayStarted
from runner.model import Status
from runner.planning.plays import with_hosts

Tell = Callable[[Event | None], None]


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
        before = {which: signal.signal(which, self._on) for which in _SIGNALS}
        try:
            yield
        finally:
            for which, handler in before.items():
                signal.signal(which, handler)

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
        self._tell(Notice(time.time(), "warning", text))


_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def conduct(plans: Sequence[PlayPlan], world: World, worker: Worker, tell: Tell) -> bool:
    """Runs the plays; returns whether they were interrupted.

    A host that failed or was not reached is out of all later plays; when a play loses all
    its hosts, the run ends there, as Ansible's does.
    """
    gone: set[str] = set()
    interrupts = Interrupts(tell)
    with interrupts.watched():
        for plan in plans:
            hosts = [host for host in plan.hosts if host not in gone]
            lost = _play(with_hosts(plan, hosts), world, worker, tell, interrupts)
            gone |= lost
            if interrupts.count or (hosts and len(lost) == len(hosts)):
                break
    return interrupts.count > 0


def _play(
    plan: PlayPlan, world: World, worker: Worker, tell: Tell, interrupts: Interrupts
) -> set[str]:
    """Runs one play; returns the hosts that are out."""
    tell(
        PlayStarted(
            time.time(),
            plan.index,
            plan.play.name,
            plan.hosts,
            plan.order,
            plan.executor,
            plan.workers,
            plan.processes,
        )
    )
    world.shared.clear()
    statuses: Mapping[str, Status] = {}
    if plan.hosts:
        strategy = STRATEGIES[plan.executor](plan, lambda limit: _work(plan, world, worker, limit))
        interrupts.conductor = Conductor(plan, world, strategy, tell)
        if interrupts.count:
            interrupts.conductor.cancel(now=interrupts.count > 1)
        try:
            with worker.serving():
                statuses = interrupts.conductor.run()
        finally:
            interrupts.conductor = None
            strategy.close()
    tell(PlayFinished(time.time(), plan.index))
    return {host for host, status in statuses.items() if status != "ok"}


def _work(plan: PlayPlan, world: World, worker: Worker, limit: int) -> Work:
    bound = world.sessions_max
    if bound:
        limit = min(limit, max(1, bound // plan.processes))
    return Work(plan, world, worker, limit)
