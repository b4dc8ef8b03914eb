"""Every task that a play may come to, and how sure it is that it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from runner.engine.world import Included, Includes
from runner.errors import PlayrunError, Problems
from runner.model import Block, Entry, Handler, Task
from runner.values import Source

INCLUDES = ("include_tasks", "include_role")
_DEPTH = 20
"""Files that include one another this deep are left to the run."""


class Spot(NamedTuple):
    """A task where a host meets it."""

    task: Task
    outer: tuple[Task, ...] = ()
    """The includes that lead to it, outermost first."""
    sheltered: bool = False
    """Its failure is rescued, or it only runs after one, or when it was notified."""


class Fault(NamedTuple):
    """What is wrong with a file that the task at `spot` includes."""

    spot: Spot
    error: PlayrunError


class Walk:
    """Goes through entries and what they include under names that are constant."""

    def __init__(self, includes: Includes | None) -> None:
        self._includes = includes
        self.faults: list[Fault] = []
        self.handlers: dict[int, Handler] = {}
        """Handlers of roles that are included, by identity."""
        self.brought: dict[int, tuple[Handler, ...]] = {}
        """The same by the identity of the task that includes the role."""
        self.complete = True
        """Whether every include was followed."""

    def spots(self, entries: Iterable[Entry]) -> Iterator[Spot]:
        """Every task of the entries, in the order in which hosts come to them."""
        return self._walk(entries, (), sheltered=False)

    def handler_spots(self, handlers: Iterable[Handler]) -> Iterator[Spot]:
        """Every task of handlers, and of those that were found on the way."""
        for handler in handlers:
            yield from self._walk((handler.task,), (), sheltered=True)

    def _walk(
        self, entries: Iterable[Entry], outer: tuple[Task, ...], *, sheltered: bool
    ) -> Iterator[Spot]:
        for entry in entries:
            if isinstance(entry, Block):
                rescued = sheltered or bool(entry.rescue)
                yield from self._walk(entry.body, outer, sheltered=rescued)
                yield from self._walk(entry.rescue, outer, sheltered=True)
                yield from self._walk(entry.always, outer, sheltered=sheltered)
                continue
            spot = Spot(entry, outer, sheltered)
            yield spot
            if entry.action in INCLUDES:
                yield from self._included(spot)

    def _included(self, spot: Spot) -> Iterator[Spot]:
        included = self._read(spot)
        if included is None:
            self.complete = False
            return
        if included.handlers:
            self.brought[id(spot.task)] = included.handlers
        for handler in included.handlers:
            self.handlers.setdefault(id(handler), handler)
        yield from self._walk(included.entries, (*spot.outer, spot.task), sheltered=spot.sheltered)

    def _read(self, spot: Spot) -> Included | None:
        """What the include brings; None if that shows only when it runs."""
        task = spot.task
        if self._includes is None or not has_constant_names(task) or _is_too_deep(spot):
            return None
        try:
            if task.action == "include_tasks":
                return self._includes.tasks(task, str(task.args["file"]))
            return self._includes.role(task, str(task.args["name"]), dict(task.args))
        except PlayrunError as error:
            errors = error.problems if isinstance(error, Problems) else (error,)
            self.faults += [Fault(spot, each) for each in errors]
            return None


def _is_too_deep(spot: Spot) -> bool:
    """A file that includes itself ends by a condition, which only a run can tell."""
    same = [task for task in spot.outer if task.origin == spot.task.origin]
    return len(spot.outer) > _DEPTH or bool(same)


def has_constant_names(task: Task) -> bool:
    """Whether an include says in plain words what it includes."""
    if task.args.keys().isdisjoint(("file", "name")):
        return False
    return all(
        not (isinstance(value, Source) and value.has_markers)
        for name, value in task.args.items()
        if name == "file" or name == "name" or name.endswith("_from")
    )


def includes_unknown(spot: Spot) -> bool:
    """Whether the task includes what only a run can tell."""
    return spot.task.action in INCLUDES and not has_constant_names(spot.task)
