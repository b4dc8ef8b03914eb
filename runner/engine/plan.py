"""What planning hands to the engine: a play, cut and bound to its hosts. Frozen data."""

from __future__ import annotations

from dataclasses import dataclass

from runner.model import Entry, Order, Play


@dataclass(frozen=True, slots=True)
class Item:
    """One top-level entry of a play, as the tags leave it.

    `join`: all hosts wait for one another before it. `cross`: something in it concerns
    several hosts (run_once, another host's values), so everything in it runs in lockstep.
    """

    index: int
    entry: Entry
    join: bool = False
    cross: bool = False


@dataclass(frozen=True, slots=True)
class PlayPlan:
    """One batch of a play: its hosts in play order, its items, who runs it in what order.

    `shared` are the names whose values other hosts may read (None: any name may be read);
    `kept` are the names that later plays may read (None: any).
    """

    index: int
    play: Play
    hosts: tuple[str, ...]
    """Of this batch."""
    items: tuple[Item, ...]
    order: Order
    executor: str
    """A key of `runner.engine.strategies.STRATEGIES`."""
    workers: int
    processes: int = 1
    shared: frozenset[str] | None = frozenset()
    kept: frozenset[str] | None = None
    all_hosts: tuple[str, ...] = ()
    """Of the whole play: `ansible_play_hosts_all`. Empty: the same as `hosts`."""
    batch: int = 0
    """Counts from 0."""
    batches: int = 1
    lends: bool = False
    """Whether a host may notify handlers of roles that only other hosts include."""
    gone: tuple[str, ...] = ()
    """Hosts of the play that are out of it before this batch begins."""
