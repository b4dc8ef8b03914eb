"""The texts of a task that may hold templates, and the template files it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from runner.actions import ACTIONS
from runner.actions.filesystem.places import find_source
from runner.engine.world import World
from runner.errors import PlayrunError, Problems, TaskError
from runner.model import Condition, Task
from runner.planning.names import late_texts
from runner.planning.walking import Spot
from runner.templating import Names, Templar, Variables
from runner.values import Origin, Source, near

_TEMPLATE_FILES = ("template", "config")
"""Actions whose `src` is a template file."""
_MAKES_NO_FILES = frozenset(
    "absent add_host assert debug facts fail find gather_facts group_by include_role "
    "include_tasks include_vars meta pause ping ping_device reach set_fact set_stats setup "
    "slurp stat wait_for validate_argument_spec wait_for_connection".split()
)
"""Any other action may make a file which a later task takes as its `src`."""


def task_faults(templar: Templar, task: Task) -> Iterator[PlayrunError]:
    """Syntax errors, unknown filters and tests, in everything that an execution renders."""
    raw = ACTIONS[task.action].raw
    yield from templar.check({k: v for k, v in task.args.items() if k not in raw})
    yield from templar.check(list(late_texts(task)))
    yield from templar.check([task.loop.items if task.loop else None, list(task.environment)])
    yield from templar.check([task.output, task.connection, task.run_once, task.delegate_to])
    for condition in [*task.when[1:], *_judging(task)]:
        yield from condition_faults(templar, condition)


def condition_faults(templar: Templar, condition: Condition) -> Iterator[PlayrunError]:
    """What is wrong with a bare expression."""
    for fault in templar.check_condition(condition):
        if isinstance(condition, Source) and "{{" in condition and not fault.about:
            plain = re.sub(r"\{\{\s*(.*?)\s*\}\}", r"\1", condition)
            message = "a condition is an expression already, {{ }} do not belong into it"
            yield type(fault)(message, origin=fault.origin, hint=f"leave them out: `{plain}`")
        else:
            yield fault


def _judging(task: Task) -> list[Condition]:
    """The bare expressions of a task but its `when`."""
    found = [*(task.changed_when or ()), *(task.failed_when or ())]
    found += task.retry.until if task.retry else ()
    for name in ACTIONS[task.action].raw:
        value = task.args.get(name, ())
        found += value if isinstance(value, tuple) else ()
    return found


def origin_of(task: Task, name: str) -> Origin:
    """The first text of the task that names the variable, or the task."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    values = [*task.args.values(), task.loop and task.loop.items, task.output, task.vars]
    values += [task.delegate_to, task.connection, *task.environment]
    for text in _sources([*values, *late_texts(task), *conditions_of(task)]):
        if text.origin is not None and word.search(text):
            return text.origin
    return task.origin


def conditions_of(task: Task) -> list[Condition]:
    """All bare expressions of a task."""
    return [*task.when, *_judging(task)]


def texts_of(task: Task) -> Iterator[Source]:
    """The texts of a task's arguments and loop."""
    yield from _sources([*task.args.values(), *late_texts(task), task.loop and task.loop.items])


def _sources(value: Any) -> Iterator[Source]:
    if isinstance(value, Source):
        yield value
    elif isinstance(value, (list, tuple, Mapping)):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _sources(inner)


class TemplateFiles:
    """The template files that tasks name in `src`, each read once before anything runs.

    A file that an earlier task may write is left alone: it is not yet what it will be.
    """

    def __init__(self, world: World, spots: Sequence[Spot]) -> None:
        self._world = world
        self._looked_at: dict[Path, Names | PlayrunError] = {}
        writers = [index for index, spot in enumerate(spots) if _may_make_files(spot.task)]
        self._first_writer = min(writers, default=len(spots))

    @staticmethod
    def has_one(task: Task) -> bool:
        """Whether the task names a template file."""
        return task.action in _TEMPLATE_FILES and "src" in task.args

    def is_final(self, index: int) -> bool:
        """Whether files are by now what they will be when the task with this index runs."""
        return index <= self._first_writer

    def path(self, task: Task, variables: Variables) -> Path:
        """The file. Raises TaskError when it is not there."""
        name = self._world.templar.text(task.args["src"], variables)
        try:
            return find_source(self._world.prepared(task).paths, name, "templates")
        except TaskError as error:
            origin = getattr(task.args["src"], "origin", None) or task.origin
            raise type(error)(error.message, origin=origin, hint=error.hint) from None

    def names(self, path: Path) -> Names:
        """What the file reads. Raises Problems with all that is wrong with it."""
        if path not in self._looked_at:
            faults = self._world.templar.check_file(path)
            self._looked_at[path] = (
                Problems(faults) if faults else self._world.templar.file_names(path)
            )
        found = self._looked_at[path]
        if isinstance(found, PlayrunError):
            raise found
        return found


def _may_make_files(task: Task) -> bool:
    if task.action == "cli":
        return task.output is not None
    return task.action not in _MAKES_NO_FILES


def origin_in_file(path: Path, name: str) -> Origin | None:
    """Where a template file names the variable first."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1):
        match = word.search(line)
        if match:
            return Origin(near(path), number, match.start() + 1)
    return None


def is_template(value: Any) -> bool:
    """Whether Jinja has anything to do with it."""
    return isinstance(value, Source) and value.has_markers
