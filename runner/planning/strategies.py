"""Order and executor from a play's `strategy`: two values under one word."""

from __future__ import annotations

import os
from typing import NamedTuple

from runner.engine.strategies import STRATEGIES
from runner.errors import PlanError, nearest
from runner.model import Order, Play
from runner.values import Origin

# Ansible's `debug` is `linear` that stops to ask when a task fails; here it only fails.
_ORDERS: dict[str, Order] = {
    "linear": "lockstep",
    "debug": "lockstep",
    "free": "free",
    "host_pinned": "free",
}


class Running(NamedTuple):
    """How plays run where they say nothing; `forced_*` come from flags and win over plays."""

    strategy: str = "linear"
    executor: str = "threads"
    workers: int = 32
    processes: int = 0
    forced_strategy: str | None = None
    forced_workers: int | None = None
    forced_processes: int | None = None
    gathers: bool = True
    """Whether plays gather facts that do not say."""
    step: bool = False
    """Whether a person is asked about every task: then all hosts go in lockstep."""


def order_and_executor(play: Play, running: Running) -> tuple[Order, str]:
    """What the play's strategy means. Raises PlanError for a word we do not have."""
    word = running.forced_strategy or play.strategy or running.strategy
    short = word.removeprefix("ansible.builtin.")
    if short in STRATEGIES:
        return "free", short
    if short not in _ORDERS:
        raise _unknown(word, short, _origin(play, running))
    if running.executor not in STRATEGIES:
        hint = "use one of " + ", ".join(STRATEGIES)
        raise PlanError(f"the setting `executor`: there is no `{running.executor}`", hint=hint)
    return _ORDERS[short], running.executor


def _origin(play: Play, running: Running) -> Origin | None:
    return None if running.forced_strategy else getattr(play.strategy, "origin", None)


def _unknown(word: str, short: str, origin: Origin | None) -> PlanError:
    known = [*(order for order in _ORDERS if order != "debug"), *STRATEGIES]
    hint = "use one of " + ", ".join(known)
    if short == "dask":
        return PlanError(f"the strategy `{word}` is not supported yet", origin=origin, hint=hint)
    close = nearest(short, known)
    hint = f"did you mean `{close}`?" if close else hint
    return PlanError(f"there is no strategy `{word}`", origin=origin, hint=hint)


def workers_of(play_workers: int | None, running: Running) -> int:
    """The flag, then the play, then the setting."""
    return running.forced_workers or play_workers or running.workers


def processes_of(play_processes: int | None, running: Running) -> int:
    """The flag, then the play, then the setting, then the number of cores."""
    return (
        running.forced_processes
        or play_processes
        or running.processes
        or len(os.sched_getaffinity(0))
    )
