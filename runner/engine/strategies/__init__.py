"""Who runs the host programs. To add a strategy, write one file and add one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runner.engine.plan import PlayPlan
from runner.engine.strategies.api import Strategy
from runner.engine.strategies.serial import Serial
from runner.engine.strategies.threads import Threads
from runner.engine.work import Work

MakeWork = Callable[[int], Work]
"""Makes the work of one worker that may hold so many sessions open."""


def _processes(plan: PlayPlan, work: MakeWork) -> Strategy:
    """Pipes and what they need are imported by those who use them."""
    from runner.engine.strategies.processes import Processes

    return Processes(work, plan.processes, plan.workers)


STRATEGIES: Mapping[str, Callable[[PlayPlan, MakeWork], Strategy]] = {
    "serial": lambda _plan, work: Serial(work(1)),
    "threads": lambda plan, work: Threads(work(plan.workers), plan.workers),
    "processes": _processes,
}
