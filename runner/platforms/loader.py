"""Finds platform files by any of their names and loads them once."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from runner.errors import PlanError, nearest
from runner.platforms.aliases import ALIASES, normal
from runner.platforms.layers import Layer, Merged
from runner.platforms.model import Platform
from runner.platforms.reader import read_platform

_HOME = Path(__file__).parent
_NAME = re.compile(r"[a-z0-9_]+(?:\.[a-z0-9_]+)*")
_DEEPEST = 8


@cache
def _names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in _HOME.glob("*.yaml")))


def names() -> list[str]:
    """The names of the platforms that come with playrun, sorted."""
    return list(_names())


def canonical(name: str) -> str | None:
    """The file name behind `name` or an alias of it; None if no platform has that name.

    Reads no platform file.
    """
    wanted = normal(name)
    return wanted if wanted in _names() else ALIASES.get(wanted)


def load(name: str, folders: tuple[Path, ...] = ()) -> Platform:
    """The platform called `name`, or one of its aliases.

    `<name>.yaml` in one of `folders` (the user's own platforms, known by file name only)
    comes before what playrun brings, and may extend the very one it replaces. Cached for the
    life of the process. Raises PlanError for a name nobody knows, LoadError for a bad file.
    """
    return _load(normal(name), folders)


@cache
def _load(wanted: str, folders: tuple[Path, ...]) -> Platform:
    path = _find(wanted, folders)
    if path is None:
        raise _unknown(wanted, folders)
    return read_platform(path.stem, Merged(_layers(path, folders)))


def _find(wanted: str, folders: tuple[Path, ...]) -> Path | None:
    if _NAME.fullmatch(wanted) is None:
        return None
    known = canonical(wanted)
    stems = [stem for stem in (wanted, known) if stem]
    own = (folder / f"{stem}.yaml" for stem in stems for folder in folders)
    built_in = _HOME / f"{known}.yaml" if known else None
    return next((path for path in own if path.is_file()), built_in)


def _unknown(wanted: str, folders: tuple[Path, ...]) -> PlanError:
    own = {path.stem for folder in folders for path in folder.glob("*.yaml")}
    best = nearest(wanted, {*names(), *ALIASES, *own})
    say = f"did you mean {best}?" if best else f"known: {', '.join(sorted({*names(), *own}))}"
    return PlanError(f"no platform is called {wanted!r}", hint=say)


def _layers(path: Path, folders: tuple[Path, ...]) -> tuple[Layer, ...]:
    """The file and what it extends, the most basic first."""
    layers = [Layer.read(path)]
    while (base := layers[-1].extends) is not None:
        layers.append(Layer.read(_base(layers, normal(base), folders)))
    return tuple(reversed(layers))


def _base(layers: list[Layer], wanted: str, folders: tuple[Path, ...]) -> Path:
    seen = [layer.file for layer in layers]
    nearest_one = _find(wanted, folders)
    # A user's file may extend the one it stands for, which is the one that playrun brings.
    path = _find(wanted, ()) if nearest_one in seen else nearest_one
    if nearest_one is None:
        best = nearest(wanted, {*names(), *ALIASES})
        say = f"did you mean {best}?" if best else f"known: {', '.join(names())}"
        raise layers[-1].error(("extends",), f"no platform is called {wanted!r}", say)
    if path is None or path in seen or len(seen) >= _DEEPEST:
        raise layers[-1].error(("extends",), f"{wanted} extends this one in turn")
    return path
