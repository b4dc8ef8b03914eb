"""`with_items: vlans`: a name without braces, which is one item, where a variable has that name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from runner.errors import PlanError
from runner.model import Task
from runner.templating import Variables
from runner.values import Source

_STYLES = ("items", "list", "flattened", "indexed_items", "random_choice")


def bare_loops(
    tasks: Sequence[Task], variables_of: Callable[[Task], Variables]
) -> Iterator[PlanError]:
    """What to say of such loops. `variables_of` gives a task's variables on some host."""
    registered = {task.register for task in tasks}
    for task in tasks:
        name = _bare(task)
        if name is None:
            continue
        if name in registered or name in variables_of(task):
            yield PlanError(
                f"`{name}` is one item here, a text; a variable has that name",
                origin=name.origin or task.origin,
                hint=f'its items: "{{{{ {name} }}}}"; the text: [{name}]',
            )


def _bare(task: Task) -> Source | None:
    """The lone word that a task loops over; None: it does not."""
    loop = task.loop
    if loop is None or loop.style not in _STYLES or not isinstance(loop.items, Source):
        return None
    return loop.items if loop.items.isidentifier() else None
