"""Whether what tasks add to the inventory is new there: `add_host` and `group_by`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from runner.actions.api import AddHost, Outcome
from runner.engine.world import World


def with_news(outcome: Outcome, world: World) -> Outcome:
    """The action knows of groups alone; a variable that the inventory has not is a change too."""
    if outcome.changed or not any(_is_news(change, world) for change in outcome.inventory):
        return outcome
    return outcome._replace(changed=True)


def _is_news(change: Any, world: World) -> bool:
    if not isinstance(change, AddHost) or not change.vars:
        return False
    known = world.hosts.vars_of(change.name)
    return any(name not in known or known[name] != value for name, value in change.vars.items())


class Growth:
    """What the items of a loop have added so far."""

    def __init__(self) -> None:
        self._members: set[tuple[str, str]] = set()
        self._values: dict[tuple[str, str], Any] = {}

    def takes(self, outcomes: Iterable[Outcome]) -> bool:
        """Takes in what one more item adds; whether none of it is new."""
        changes = [change for outcome in outcomes for change in outcome.inventory]
        members: set[tuple[str, str]] = set()
        values: dict[tuple[str, str], Any] = {}
        for change in changes:
            if isinstance(change, AddHost):
                members |= {(change.name, group) for group in ("all", *change.groups)}
                values |= {(change.name, name): value for name, value in change.vars.items()}
            else:
                members.add((change.host, change.group))
        old = members <= self._members and all(
            key in self._values and self._values[key] == value for key, value in values.items()
        )
        self._members |= members
        self._values |= values
        return old
