"""`include_tasks` and `include_role`: entries that a host reads when it comes to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from runner.engine.digests import digest, digest_here
from runner.engine.execution.execution import Ended
from runner.engine.failures import failure_of
from runner.engine.frame import Frame, Inclusion, Lent
from runner.engine.hostprogram.ends import failed_with
from runner.engine.hostprogram.way import EndRole, Program, Way
from runner.engine.steps import DONE, Merge
from runner.engine.world import Included, World
from runner.errors import LoadError, PlayrunError
from runner.events import Position
from runner.model import Task

DEEPEST = 100
"""Includes within one another: a file that includes itself for ever is told so."""


class Part(NamedTuple):
    """One thing that is included: what was asked for, and what it brings."""

    inclusion: Inclusion
    included: Included
    key: str
    """The same for hosts that include the same, with the same loop item."""


def load(world: World, task: Task, ended: Ended, depth: int) -> tuple[Ended, tuple[Part, ...]]:
    """What a task includes. When something cannot be read, the task has failed."""
    try:
        if depth >= DEEPEST:
            raise _too_deep(task)
        parts = tuple(_part(world, task, each) for each in ended.inclusions)
    except PlayrunError as error:
        return failed_with(ended, failure_of(error, task.origin)), ()
    return ended, parts


def _part(world: World, task: Task, inclusion: Inclusion) -> Part:
    if world.includes is None:
        raise LoadError("nothing can be included here", origin=task.origin)
    if task.action == "include_role":
        included = world.includes.role(task, inclusion.name, inclusion.args)
    else:
        included = world.includes.tasks(task, inclusion.name)
    return Part(inclusion, included, _key(inclusion))


def _key(inclusion: Inclusion) -> str:
    """A digest: positions are told to outputs, and an item may be secret."""
    return digest([inclusion.name, dict(inclusion.args), dict(inclusion.params)])


def given(params: Mapping[str, Any]) -> str:
    """Stands for the variables that a task gives to a role."""
    return digest_here(dict(params)) if params else ""


def _too_deep(task: Task) -> LoadError:
    return LoadError(
        f"`{task.label}` includes within includes, more than {DEEPEST} deep",
        origin=task.origin,
        hint="a file that includes itself needs a `when` that ends it",
    )


def walk_includes(way: Way, parts: Sequence[Part], position: Position, frame: Frame) -> Program:
    """Walks what a task includes; where hosts wait for one another, each thing together.

    What all of it brings is known before the first of its tasks.
    """
    ranks: Sequence[int] = range(len(parts))
    if way.cross:
        go = yield from way.ask(Merge((*position, DONE), tuple(part.key for part in parts)))
        ranks = go.ranks
    walked = [
        (part, (*position, rank), _inside(part, frame))
        for rank, part in sorted(zip(ranks, parts, strict=True), key=lambda each: each[0])
    ]
    for part, place, inside in walked:
        _bring(way, part.included, place, inside.params)
    for part, place, inside in walked:
        yield from _walk_part(way, part, place, inside)


def _inside(part: Part, frame: Frame) -> Frame:
    params = {**frame.params, **part.inclusion.params}
    inside = frame._replace(params=params, depth=frame.depth + 1, run_once=False)
    if part.included.role is not None:
        inside = inside._replace(given=given(part.inclusion.params))
    return inside


def _bring(way: Way, included: Included, place: Position, params: Mapping[str, Any]) -> None:
    """Makes known what the tasks that follow are to see: roles' names, variables, handlers."""
    way.host.name_roles(included.roles)
    for role in included.exposed:
        way.host.expose(role)
    way.handlers.add(place, included.handlers, params)
    way.host.lend(Lent(place, included.handlers, params), alike=way.cross)


def _walk_part(way: Way, part: Part, place: Position, inside: Frame) -> Program:
    included = part.included
    try:
        yield from way.walk(way, included.entries, (*place, part.key), inside)
    except EndRole as end:
        if end.role is not included.role:
            raise
