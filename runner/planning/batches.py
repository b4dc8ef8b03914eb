"""`serial` and `order`: which hosts of a play go together, and in what order they stand.

Sizes count all hosts that the play selects, those that earlier plays have lost too: so a
batch is the same whoever is still there.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from runner.engine.plan import PlayPlan
from runner.errors import PlanError, nearest
from runner.templating import Templar, Variables
from runner.values import Origin, Source

Size = int | str
"""A number of hosts (below 1: all that are left), or a percentage of the play's hosts."""

ORDERS = ("inventory", "reverse_inventory", "sorted", "reverse_sorted", "shuffle")


def batches(plan: PlayPlan) -> tuple[PlayPlan, ...]:
    """The plan cut into its batches; itself if there is but one. The last size repeats."""
    cuts = list(_cut(plan.hosts, [_count(size, len(plan.hosts)) for size in plan.play.serial]))
    if len(cuts) <= 1:
        return (plan,)
    everyone = plan.all_hosts or plan.hosts
    return tuple(
        replace(plan, hosts=hosts, all_hosts=everyone, batch=number, batches=len(cuts))
        for number, hosts in enumerate(cuts)
    )


def _cut(hosts: tuple[str, ...], counts: Sequence[int]) -> Iterator[tuple[str, ...]]:
    start = 0
    for number in range(len(hosts)):
        if start >= len(hosts):
            return
        count = counts[min(number, len(counts) - 1)] if counts else 0
        end = start + count if count > 0 else len(hosts)
        yield hosts[start:end]
        start = end


def _count(size: Any, total: int) -> int:
    """How many hosts a size means. Percentages are rounded down, to at least one host."""
    if isinstance(size, str) and size.endswith("%"):
        return int(int(size[:-1]) / 100 * total) or 1
    return int(size)


def sizes(written: Iterable[Any], templar: Templar, variables: Variables) -> tuple[Size, ...]:
    """`serial` with its templates rendered. Raises PlanError or RenderError.

    A template may give a list; lists in it count as if written so.
    """
    found: list[Size] = []
    for size in written:
        origin = getattr(size, "origin", None)
        rendered = templar.render(size, variables) if isinstance(size, Source) else size
        found += [
            _size(each, origin) for each in (rendered if isinstance(rendered, list) else [rendered])
        ]
    return tuple(found)


def _size(value: Any, origin: Origin | None) -> Size:
    text = str(value).strip()
    number = text.removesuffix("%").strip()
    if isinstance(value, float):
        return int(value)
    if isinstance(value, (int, str)) and number.removeprefix("-").isdecimal():
        return f"{number}%" if text.endswith("%") else int(number)
    raise PlanError(
        f"`serial` is a number of hosts, not {text!r}",
        origin=origin,
        hint='a number, a percentage ("30%"), or a list of them: [1, 5, "50%"]',
    )


def in_order(hosts: Sequence[str], order: str | None, origin: Origin | None) -> tuple[str, ...]:
    """The hosts as the play's `order` has them. Raises PlanError for an unknown word."""
    match order:
        case None | "inventory":
            return tuple(hosts)
        case "reverse_inventory":
            return tuple(reversed(hosts))
        case "sorted":
            return tuple(sorted(hosts))
        case "reverse_sorted":
            return tuple(sorted(hosts, reverse=True))
        case "shuffle":
            return tuple(random.sample(hosts, len(hosts)))
    close = nearest(order, ORDERS)
    hint = f"did you mean `{close}`?" if close else "use one of " + ", ".join(ORDERS)
    raise PlanError(f"there is no host order `{order}`", origin=origin, hint=hint)
