"""Threads of one interpreter take turns; on one core they do so without waking each other.

With two cores, every short system call of the thread that runs wakes another one elsewhere,
which finds the interpreter taken again: twenty sessions spend a third of their time on that.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

_LOOK_SECONDS = 1.0
_CROWDED = 0.3
"""Share of the core that others take, from which on a free one is better."""
_FREE = 0.5
_PINNABLE = hasattr(os, "sched_setaffinity")
_ALLOWED = frozenset(os.sched_getaffinity(0)) if _PINNABLE else frozenset[int]()
"""The cores that whoever started this process lets it use."""


@contextmanager
def one_core() -> Iterator[None]:
    """Keeps this thread, and those it starts meanwhile, on one core, and looks every second
    whether another is less crowded. Does nothing where a thread cannot be kept on one."""
    if len(_ALLOWED) < 2:
        yield
        return
    before = os.sched_getaffinity(0)
    over = threading.Event()
    try:
        os.sched_setaffinity(0, {_current()})
        threading.Thread(target=_watch, args=(over,), name="cores", daemon=True).start()
        yield
    finally:
        over.set()
        os.sched_setaffinity(0, before)


@contextmanager
def all_cores() -> Iterator[None]:
    """Lets this thread start a program that may use every core."""
    if not _PINNABLE:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, _ALLOWED)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Load(NamedTuple):
    """How long each core has been busy, and this process has, at a moment; in seconds."""

    at: float
    cores: dict[int, float]
    own: float


def better_core(before: Load, after: Load, here: int, allowed: frozenset[int]) -> int | None:
    """The core to move to from `here`; None: stay."""
    passed = after.at - before.at
    busy = {core: (after.cores[core] - before.cores.get(core, 0.0)) / passed for core in allowed}
    others = busy[here] - (after.own - before.own) / passed
    calmest = min(busy, key=lambda core: busy[core])
    return calmest if others > _CROWDED and busy[calmest] < 1 - _FREE else None


def _watch(over: threading.Event) -> None:
    with suppress(OSError, ValueError, KeyError):
        (here,) = os.sched_getaffinity(0)
        before = _load()
        while not over.wait(_LOOK_SECONDS):
            after = _load()
            target = better_core(before, after, here, _ALLOWED)
            if target is not None:
                _move(here, target)
                here = target
            before = after


def _move(here: int, target: int) -> None:
    """All threads that are kept on `here`; those of other plans are left alone."""
    for entry in Path("/proc/self/task").iterdir():
        thread = int(entry.name)
        with suppress(ProcessLookupError):
            if os.sched_getaffinity(thread) == {here}:
                os.sched_setaffinity(thread, {target})


def _current() -> int:
    """The core this thread runs on; any where the system does not say."""
    with suppress(OSError, ValueError, IndexError):
        after_name = Path("/proc/thread-self/stat").read_text().rpartition(")")[2]
        core = int(after_name.split()[36])
        if core in _ALLOWED:
            return core
    return min(_ALLOWED)


def _load() -> Load:
    tick = os.sysconf("SC_CLK_TCK")
    cores: dict[int, float] = {}
    for line in Path("/proc/stat").read_text().splitlines():
        name, *figures = line.split()
        if name.startswith("cpu") and name != "cpu":
            idle = int(figures[3]) + int(figures[4])
            cores[int(name[3:])] = (sum(map(int, figures[:8])) - idle) / tick
    return Load(time.monotonic(), cores, time.process_time())
