"""Blocks: tasks that share a fate, what rescues them, and what runs in any case."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from runner.engine.frame import Frame
from runner.engine.hostprogram.way import EndRole, Failed, Go, HostLeft, Program, Way
from runner.engine.steps import Yield
from runner.events import Position
from runner.model import Block, Entry, Use

BODY, RESCUE, ALWAYS = range(3)

Fate = Generator[Yield, Go, Failed | None]
"""Comes to the failure that is pending when a part of a block is through; None: all is well."""


def walk_block(way: Way, block: Block, position: Position, frame: Frame) -> Program:
    """Walks a block. Raises Failed when neither body nor rescue came to a good end."""
    if block.once is not None:
        return _walk_role(way, block, block.once, position, frame)
    return _walk_block(way, block, position, frame)


def _walk_role(way: Way, block: Block, use: Use, position: Position, frame: Frame) -> Program:
    """A role's tasks: no block of the user's, so its failures are those of what is around it."""
    key = use.key + (frame.given if use.given else "")
    if key in way.completed and not use.again:
        yield from way.walk(way, block.body, (*position, BODY), frame._replace(over=use.role))
        return
    try:
        yield from way.walk(way, block.body, (*position, BODY), frame)
    except EndRole:
        _complete(way, key, use)
        raise
    _complete(way, key, use)


def _complete(way: Way, key: str, use: Use) -> None:
    """A role has come to its end, if it did anything."""
    if id(use.role) in way.acted:
        way.completed.add(key)


def _walk_block(way: Way, block: Block, position: Position, frame: Frame) -> Program:
    failed = yield from _body(way, block, position, frame)
    if failed is not None and failed.twice:
        failed = yield from _lost_twice(way, block, position, frame, failed)
    else:
        failed = yield from _rest(way, block, position, frame, failed)
    if failed is not None:
        raise failed


def _body(way: Way, block: Block, position: Position, frame: Frame) -> Fate:
    inside = frame
    if block.rescue or block.always:
        inside = frame._replace(rescued=frame.rescued or bool(block.rescue), sheltered=True)
    return (yield from _tried(way, block.body, (*position, BODY), inside))


def _rest(way: Way, block: Block, position: Position, frame: Frame, failed: Failed | None) -> Fate:
    if failed is not None and block.rescue:
        inside = frame._replace(sheltered=frame.sheltered or bool(block.always))
        failed = yield from _tried(way, block.rescue, (*position, RESCUE), inside)
    if failed is not None and failed.twice:
        failed.twice = False
        return failed
    return (yield from _always(way, block, position, frame, failed))


def _lost_twice(way: Way, block: Block, position: Position, frame: Frame, failed: Failed) -> Fate:
    """The failure of a run_once task elsewhere: the rescue is lost, or else what always runs."""
    failed.twice = False
    if not block.rescue:
        return failed
    return (yield from _always(way, block, position, frame, failed))


def _always(
    way: Way, block: Block, position: Position, frame: Frame, failed: Failed | None
) -> Fate:
    """A failure that is pending stays, unless the host's errors are cleared meanwhile."""
    if not block.always:
        return failed
    clears = way.clears
    try:
        later = yield from _tried(way, block.always, (*position, ALWAYS), frame)
    except HostLeft as left:
        if left.status != "ok" or failed is None or way.clears > clears:
            raise
        raise HostLeft(failed.status, failed.failure) from None
    if later is not None:
        later.twice = False
        return later
    return None if way.clears > clears else failed


def _tried(way: Way, entries: Sequence[Entry], position: Position, frame: Frame) -> Fate:
    try:
        yield from way.walk(way, entries, position, frame)
    except Failed as failed:
        return failed
    return None
