"""Mistakes in playbooks that cannot be planned, since other mistakes kept them from loading.

Whoever mends the one kind shall not be told of the other only then. Looked for is what a task
says by itself: templates, conditions, the files that it names. Names that nobody defines are
not: the task that defines one may be the one that could not be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from runner.actions.absent import ABSENT, WHY
from runner.actions.api import Paths
from runner.actions.filesystem.places import find_source
from runner.engine.prepared import Prepared
from runner.engine.world import Includes
from runner.errors import PlayrunError, Problems, TaskError
from runner.model import Play, Playbook, Task
from runner.planning.texts import TemplateFiles, condition_faults, is_template, task_faults
from runner.planning.walking import Walk
from runner.run.lookups import NAMES
from runner.run.project import Project
from runner.templating import Templar
from runner.templating.plugins import load_filters


def more_mistakes(playbooks: Iterable[Playbook], project: Project) -> Iterator[PlayrunError]:
    """All that is wrong in what could be read of playbooks."""
    filters, opened = load_filters(project.filter_plugins), project.vault.opened
    templar = Templar(lookups=dict.fromkeys(NAMES), filters=filters, opened=opened)
    includes = project.includes(lambda _task: True, lambda entries, _task: entries)
    root = project.settings.root.absolute()
    paths = Paths(root, project.playbook_dir.absolute(), root)
    for playbook in playbooks:
        for play in playbook.plays:
            yield from _in_play(play, templar, includes, paths)


def _in_play(
    play: Play, templar: Templar, includes: Includes, paths: Paths
) -> Iterator[PlayrunError]:
    walk = Walk(includes)
    spots = [*walk.spots(play.entries), *walk.handler_spots(play.handlers)]
    for fault in walk.faults:
        yield from fault.error.problems if isinstance(fault.error, Problems) else [fault.error]
    yield from (spot.task.args[WHY] for spot in spots if spot.task.action == ABSENT)
    yield from templar.check([play.vars, play.role_vars, play.role_defaults])
    for spot in spots:
        yield from mistakes_of(spot.task, templar)
        yield from _in_file(spot.task, templar, paths)


def mistakes_of(task: Task, templar: Templar) -> Iterator[PlayrunError]:
    """What is wrong with the templates and conditions of one task."""
    yield from task_faults(templar, task)
    yield from templar.check(task.vars)
    for condition in task.when[:1]:
        yield from condition_faults(templar, condition)


def _in_file(task: Task, templar: Templar, paths: Paths) -> Iterator[PlayrunError]:
    """What is wrong with a task's template file, where its name is constant."""
    if not TemplateFiles.has_one(task) or is_template(task.args["src"]):
        return
    try:
        where = Prepared(task, templar, paths).paths
        found = find_source(where, str(task.args["src"]), "templates")
    except TaskError:
        return  # Another task may make it.
    yield from templar.check_file(found)
