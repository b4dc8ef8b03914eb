"""`vars_files` that have constant names: looked at before the first play runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runner.engine.variables.varsfiles import first_there, read
from runner.engine.world import World
from runner.errors import PlayrunError
from runner.model import Play
from runner.values import Origin, Source


def unreadable(world: World, play: Play) -> Iterator[PlayrunError]:
    """Files that are there and cannot be read, for want of a vault password perhaps."""
    for names in _constant(play):
        path = first_there(world, play, names)
        if path is not None and world.includes is not None:
            try:
                read(world.includes, path)
            except PlayrunError as error:
                yield error


def absent(world: World, play: Play) -> Iterator[str]:
    """A warning for each entry of which no file is there."""
    for names in _constant(play):
        if first_there(world, play, names) is None:
            shown = " or ".join(f"`{name}`" for name in names)
            origin = getattr(names[0], "origin", None)
            where = origin if isinstance(origin, Origin) else play.origin
            yield f"{where}: there is no file {shown}; `vars_files` goes on without it"


def _constant(play: Play) -> Iterator[list[Any]]:
    for entry in play.vars_files:
        names = list(entry) if isinstance(entry, (list, tuple)) else [entry]
        if names and not any(isinstance(name, Source) and name.has_markers for name in names):
            yield names
