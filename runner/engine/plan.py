"""What planning hands to the engine: a play, cut and bound to its hosts. Frozen data."""

from __future__ import annotations

from dataclasses import dataclass

from runner.model import Order, Play, Task


@dataclass(frozen=True, slots=True)
class Item:
    """One top-level task of a play.

    `join`: all hosts wait for one another before it. `cross`: it is something that concerns
    several hosts (run_once, another host's values), so it runs in lockstep.
    """

    index: int
    task: Task
    join: bool = False
    cross: bool = False


@dataclass(frozen=True, slots=True)
class PlayPlan:
    """One play: its hosts in play order, its items, who runs it and in what order.

    `shared` are the names whose values other hosts may read (None: any name may be read);
    `kept` are the names that later plays may read (None: any).
    """

    index: int
    play: Play
    hosts: tuple[str, ...]
    items: tuple[Item, ...]
    order: Order
    executor: str
    """A key of `runner.engine.strategies.STRATEGIES`."""
    workers: int
    processes: int = 1
    shared: frozenset[str] | None = frozenset()
    kept: frozenset[str] | None = None
