"""Cuts a play into items, and says where hosts wait for one another.

An item is `cross` when it concerns several hosts; it runs in lockstep, with a join before
and after. Under order `lockstep` there is a join too between items whose effects conflict:
a device write against a device read or write, a shared file written against read or written.
"""

from __future__ import annotations

from collections.abc import Sequence

from runner.actions import ACTIONS
from runner.actions.api import Effect, Effects
from runner.engine.plan import Item
from runner.model import Lockstep, Order, Task
from runner.platforms.model import Platform
from runner.templating import Names

_OTHERS = frozenset(
    {
        "hostvars",
        "vars",
        "play_hosts",
        "ansible_play_hosts",
        "ansible_play_hosts_all",
        "ansible_play_batch",
    }
)
_OTHERS_BY_LOOKUP = frozenset({"vars", "varnames", "template"})


def reads_others(names: Names) -> bool:
    """Whether text with these names may read another host's values."""
    by_lookup = {lookup.rpartition(".")[2] for lookup in names.lookups} & _OTHERS_BY_LOOKUP
    return bool(names.variables & _OTHERS or by_lookup) or not names.complete


def cut(
    tasks: Sequence[Task],
    crosses: Sequence[bool],
    platforms: tuple[Platform, ...],
    order: Order,
    lockstep: Lockstep,
) -> tuple[Item, ...]:
    """The items of a play with their joins."""
    effects = [ACTIONS[task.action].effects(task.args, platforms) for task in tasks]
    joins = _keeps_joins(effects, order, lockstep)
    items: list[Item] = []
    since: Effects = frozenset()
    after_cross = False
    for index, (task, cross) in enumerate(zip(tasks, crosses, strict=True)):
        conflict = joins and _conflict(since, effects[index])
        join = index > 0 and (cross or after_cross or conflict or lockstep == "always")
        since = effects[index] if join else since | effects[index]
        after_cross = cross
        items.append(Item(index, task, join, cross))
    return tuple(items)


def _keeps_joins(effects: Sequence[Effects], order: Order, lockstep: Lockstep) -> bool:
    """A play that changes devices keeps its joins under every order, unless `never`."""
    if lockstep == "never":
        return False
    changes_devices = any(Effect.DEVICE_WRITE in effect for effect in effects)
    return order == "lockstep" or changes_devices


def _conflict(before: Effects, now: Effects) -> bool:
    device = Effect.DEVICE_WRITE in now and before & {Effect.DEVICE_READ, Effect.DEVICE_WRITE}
    device_back = Effect.DEVICE_WRITE in before and now & {Effect.DEVICE_READ, Effect.DEVICE_WRITE}
    shared = Effect.SHARED_WRITE in now and before & {Effect.SHARED_READ, Effect.SHARED_WRITE}
    shared_back = Effect.SHARED_WRITE in before and now & {Effect.SHARED_READ, Effect.SHARED_WRITE}
    return bool(device or device_back or shared or shared_back)
