"""What a run warns of before its first play."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from runner.engine.plan import PlayPlan
from runner.errors import PlayrunError
from runner.model import Play, all_tasks
from runner.planning.tags import not_there
from runner.planning.walking import INCLUDES
from runner.run.options import Options
from runner.run.worker import files_per_host, raise_file_limit

_TOLD = 5
"""Doubtful mistakes that a run warns of."""


def doubtful(doubts: Sequence[PlayrunError]) -> Iterator[str]:
    """Warnings of what is wrong where hosts may never come to."""
    told = list(dict.fromkeys(map(str, doubts)))
    yield from told[:_TOLD]
    if len(told) > _TOLD:
        yield f"{len(told) - _TOLD} more mistakes where hosts may never come to: --syntax-check"


def tags_of_none(options: Options, plays: Sequence[Play]) -> Iterator[str]:
    """What is odd about the tags in flags; files that are included may have them."""
    tasks = [task for play in plays for task in all_tasks(play)]
    if not any(task.action in INCLUDES for task in tasks):
        yield from not_there({"--tags": options.tags, "--skip-tags": options.skip_tags}, tasks)


def too_many_workers(plans: Sequence[PlayPlan]) -> Iterator[str]:
    """Says so when `workers` needs more open files than this process may have."""
    room = raise_file_limit()
    for plan in plans:
        at_once = min(plan.workers, len(plan.hosts)) // plan.processes
        if files_per_host(at_once) > room:
            yield (
                f"workers: {plan.workers} needs more open files than the limit of this shell "
                f"allows ({room}); raise it with `ulimit -n`, or use fewer workers"
            )


_PLACE = re.compile(r"(?P<file>[^\s:]+):(?P<line>\d+)(?::(?P<column>\d+))?: ")


def in_order(warnings: Iterable[str]) -> list[str]:
    """Each once; those of one file together, from its top."""
    files: dict[str, int] = {}

    def place(text: str) -> tuple[int, int, int]:
        found = _PLACE.match(text)
        rank = files.setdefault(found["file"] if found else "", len(files))
        return (rank, int(found["line"]), int(found["column"] or 0)) if found else (rank, 0, 0)

    return sorted(dict.fromkeys(warnings), key=place)
