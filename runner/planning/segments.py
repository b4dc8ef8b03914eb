"""Cuts a play into items, and says where hosts wait for one another.

An item is `cross` when something in it concerns several hosts; it runs in lockstep, with a
join before and after. Under order `lockstep` there is a join too between items whose effects
conflict: a device write against a device read or write, a shared file written against read or
written, a host's own file written against a look at what others have written. Where they
conflict within an item, all of it runs in lockstep.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from runner.actions.api import NOTHING, Effect, Effects
from runner.engine.plan import Item
from runner.model import Entry, Lockstep, Order


class Part(NamedTuple):
    """A top-level entry: whether it concerns several hosts, and what its tasks touch, one
    after another."""

    entry: Entry
    cross: bool
    effects: tuple[Effects, ...] = ()


def cut(parts: Sequence[Part], order: Order, lockstep: Lockstep) -> tuple[Item, ...]:
    """The items of a play with their joins."""
    joins = _keeps_joins(parts, order, lockstep)
    items: list[Item] = []
    since = NOTHING
    after_cross = False
    for index, part in enumerate(parts):
        touched = NOTHING.union(*part.effects)
        cross = part.cross or lockstep == "always" or (joins and _conflicts_within(part))
        conflict = joins and _conflict(since, touched)
        join = index > 0 and (cross or after_cross or conflict)
        since = touched if join else since | touched
        after_cross = cross
        items.append(Item(index, part.entry, join, cross))
    return tuple(items)


def _keeps_joins(parts: Sequence[Part], order: Order, lockstep: Lockstep) -> bool:
    """A play that changes devices keeps its joins under every order, unless `never`."""
    if lockstep == "never":
        return False
    changes_devices = any(Effect.DEVICE_WRITE in touched for part in parts for touched in part[2])
    return order == "lockstep" or changes_devices


def _conflicts_within(part: Part) -> bool:
    since = NOTHING
    for touched in part.effects:
        if _conflict(since, touched):
            return True
        since |= touched
    return False


def _conflict(before: Effects, now: Effects) -> bool:
    return any(
        (before & one and now & other) or (now & one and before & other)
        for one, other in _CONFLICTS
    )


_CONFLICTS = (
    ({Effect.DEVICE_WRITE}, {Effect.DEVICE_READ, Effect.DEVICE_WRITE}),
    ({Effect.SHARED_WRITE}, {Effect.SHARED_READ, Effect.SHARED_WRITE, Effect.LOOK_AROUND}),
    ({Effect.OWN_WRITE}, {Effect.LOOK_AROUND}),
)
"""What one host does and another must not do at the same time."""
