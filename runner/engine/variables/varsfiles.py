"""`vars_files` of a play, as one host's own values name them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from runner.engine.world import Includes, World
from runner.errors import LoadError
from runner.model import Play
from runner.templating import Signal, UndefinedVariable, Variables


def play_files(world: World, play: Play, variables: Variables) -> Sequence[Mapping[str, Any]]:
    """The variables of the files, in their order.

    A file may use what the files before it say. One whose name cannot be told is left out,
    as Ansible does; one that is not there is left out too. Raises LoadError for a file that
    cannot be read.
    """
    if not play.vars_files or world.includes is None:
        return ()
    found: list[Mapping[str, Any]] = []
    for entry in play.vars_files:
        choices = entry if isinstance(entry, (list, tuple)) else [entry]
        path = next(_existing(world, play, choices, variables), None)
        if path is not None:
            values = read(world.includes, path)
            found.append(values)
            variables = variables.with_layer(values)
    return found


def _existing(
    world: World, play: Play, choices: Sequence[Any], variables: Variables
) -> Iterator[Path]:
    for choice in choices:
        try:
            name = world.templar.text(choice, variables)
        except (UndefinedVariable, Signal):
            return  # Other hosts' values are not there yet.
        path = first_there(world, play, [name])
        if path is not None:
            yield path


def first_there(world: World, play: Play, names: Sequence[str]) -> Path | None:
    """The first of these files that exists."""
    places = (folder / name for name in names for folder in _folders(world, play))
    return next((path for path in places if path.is_file()), None)


def _folders(world: World, play: Play) -> Iterator[Path]:
    own = play.scope.folder or play.scope.playbook_folder
    for folder in (Path(own) if own else world.paths.playbook, world.paths.playbook):
        yield folder / "vars"
        yield folder


def read(includes: Includes, path: Path) -> Mapping[str, Any]:
    """The variables in a file. Raises LoadError."""
    values = includes.variables(path)
    if not isinstance(values, Mapping):
        raise LoadError(f"{path} holds no mapping of variables")
    return values
