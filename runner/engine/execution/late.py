"""What a late task turns out to be on a host: its action, and which arguments it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.engine.world import World
from runner.errors import ActionFailed, LoadError
from runner.model import Late, Task
from runner.templating import OMIT, Variables
from runner.values import Source, brief


def told(world: World, task: Task, late: Late, variables: Variables) -> Task:
    """The task as it is for a host that sees `variables`. Raises PlayrunError and Signal."""
    if world.includes is None:
        raise LoadError("nothing can be read while this play runs", origin=task.origin)
    names = tuple(_names(world.templar.render(text, variables), text) for text in late.given)
    return world.includes.told(task, word_of(world, late, variables), names)


def word_of(world: World, late: Late, variables: Variables) -> str:
    """The action's word. Raises RenderError and Signal."""
    return world.templar.text(late.word, variables).strip()


def _names(value: Any, text: Source) -> tuple[str, ...]:
    if value is OMIT:
        return ()
    if not isinstance(value, Mapping):
        shown = brief(value)
        message = f"arguments must be a mapping, and `{text}` gives {shown}"
        raise ActionFailed(message, origin=text.origin)
    return tuple(map(str, value))
