"""What keywords say for one host: flags and numbers that may be templates."""

from __future__ import annotations

from runner.engine.frame import Frame
from runner.engine.hostprogram.way import Way
from runner.errors import PlayrunError
from runner.events import Position
from runner.model import Flag, Number, Task


def flag(way: Way, task: Task, value: Flag | None, position: Position, frame: Frame) -> bool:
    """Whether a keyword of a task's is on; one that cannot be told is off."""
    if value is None or isinstance(value, bool):
        return bool(value)
    try:
        rendered = _rendered(way, task, value, position, frame)
    except PlayrunError:
        return False
    return str(rendered).lower() in ("true", "yes", "on", "1")


def forces_handlers(way: Way, task: Task, position: Position, frame: Frame) -> bool:
    """Whether a host that failed still runs the handlers that it was notified of."""
    said = way.host.plan.play.force_handlers
    if said is None:
        return way.host.world.force_handlers
    return flag(way, task, said, position, frame)


def number(
    way: Way, task: Task, value: Number | None, position: Position, frame: Frame
) -> float | None:
    """A keyword's number; None where it has none, or it cannot be told."""
    if value is None or isinstance(value, (int, float)):
        return value
    try:
        return float(str(_rendered(way, task, value, position, frame)).rstrip("% "))
    except (PlayrunError, ValueError):
        return None


def _rendered(way: Way, task: Task, value: object, position: Position, frame: Frame) -> object:
    variables = way.host.variables(task, position, frame._replace(joined=True))
    return way.host.world.templar.render(value, variables)
