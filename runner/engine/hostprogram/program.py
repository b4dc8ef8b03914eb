"""The host program: one host's way through a play, as a generator.

It walks tasks, blocks, includes and handlers with recursion and exceptions, and yields only
where other hosts matter, never inside `finally`. Whoever runs it sends the answer to each
yield; any thread may take the next step, one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from runner.engine.frame import Frame
from runner.engine.host import HostState
from runner.engine.hostprogram.asked import forces_handlers
from runner.engine.hostprogram.blocks import walk_block
from runner.engine.hostprogram.meta import walk_meta
from runner.engine.hostprogram.once import runs_once, walk_once
from runner.engine.hostprogram.tasks import walk_task
from runner.engine.hostprogram.way import EndRole, Failed, HostLeft, Program, Way
from runner.engine.plan import Item
from runner.engine.steps import Before
from runner.events import Position
from runner.model import Entry, Role, Task

_ALONE = Frame()
_JOINED = Frame(joined=True)


def host_program(host: HostState, stopped: Callable[[], bool]) -> Program:
    """Walks the play's items. Raises HostLeft when the host leaves the play early, and when a
    change on it was cut off."""
    way = Way(host, stopped, walk)
    try:
        yield from _walk_items(way)
    except HostLeft:
        if way.doubt is None:
            raise
    if way.doubt is not None:
        raise HostLeft("unknown", way.doubt)


def _walk_items(way: Way) -> Program:
    over: Role | None = None
    rest = iter(way.host.plan.items)
    for item in rest:
        if over is not None and _belongs(item.entry, over):
            continue
        over = None
        try:
            yield from _walk_item(way, item)
        except EndRole as end:
            over = end.role
        except Failed as failed:
            fate = failed
            break
    else:
        return
    if not _flushes(item.entry):
        yield from _last_handlers(way, rest)
    raise HostLeft(fate.status, fate.failure)


def _walk_item(way: Way, item: Item) -> Program:
    way.cross = item.cross
    position = (item.index,)
    if item.join and not item.cross:
        yield from way.ask(Before(position))
    yield from _walk_entry(way, item.entry, position, _JOINED if item.cross else _ALONE)


def walk(way: Way, entries: Sequence[Entry], position: Position, frame: Frame) -> Program:
    """Walks entries one after another; the end of a role leaves out those that belong to it."""
    over: Role | None = None
    for number, entry in enumerate(entries):
        if over is not None and _belongs(entry, over):
            continue
        over = None
        if frame.over is not None and isinstance(entry, Task) and entry.scope.role is frame.over:
            continue
        try:
            yield from _walk_entry(way, entry, (*position, number), frame)
        except EndRole as end:
            over = end.role
    if over is not None and _belongs(entries[0], over):
        raise EndRole(over)


def _walk_entry(way: Way, entry: Entry, position: Position, frame: Frame) -> Program:
    if not isinstance(entry, Task):
        return walk_block(way, entry, position, frame)
    if entry.action == "meta":
        return walk_meta(way, entry, position, frame)
    if runs_once(way, entry, position, frame):
        return walk_once(way, entry, position, frame)
    return walk_task(way, entry, position, frame)


def _belongs(entry: Entry, role: Role) -> bool:
    """Whether an entry is a part of that very use of a role."""
    while not isinstance(entry, Task):
        if not entry.body:
            return False
        entry = entry.body[0]
    return entry.scope.role is role


def _last_handlers(way: Way, items: Iterable[Item]) -> Program:
    """With `force_handlers`, a host that failed still runs what it was notified of."""
    last = next((item for item in items if _flushes(item.entry)), None)
    if last is None or not isinstance(last.entry, Task):
        return
    if not forces_handlers(way, last.entry, (last.index,), _ALONE):
        return
    try:
        yield from _walk_item(way, last)
    except Failed:
        return
    except HostLeft as left:
        # The play may end while it waits for its handlers: it has failed all the same.
        if left.status != "ok":
            raise


def _flushes(entry: Entry) -> bool:
    """Whether it is the flush that ends a section of the play."""
    return isinstance(entry, Task) and entry.implicit and entry.action == "meta"
