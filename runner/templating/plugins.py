"""Filters of the user's own: Python files with a `FilterModule`, as Ansible's are written.

They run with all rights of playrun, so only folders that a setting names are looked in.
"""

from __future__ import annotations

import importlib.util
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from runner.errors import LoadError

Filters = Mapping[str, Callable[..., Any]]


def load_filters(folders: Sequence[Path]) -> Filters:
    """Every filter of the folders' files by its name; later ones win.

    Raises LoadError for a folder that anybody may write to, and for a file that fails.
    """
    found: dict[str, Callable[..., Any]] = {}
    for folder in folders:
        if not folder.is_dir():
            raise LoadError(
                f"there is no folder {folder}", hint="the setting `filter_plugins` names it"
            )
        for path in _files(folder):
            found.update(_filters(path))
    return found


def _files(folder: Path) -> Iterator[Path]:
    _refuse_shared(folder)
    for path in sorted(folder.glob("*.py")):
        if path.name != "__init__.py":
            _refuse_shared(path)
            yield path


def _refuse_shared(path: Path) -> None:
    if path.stat().st_mode & stat.S_IWOTH:
        raise LoadError(f"{path} is not loaded: anybody may write to it", hint=f"chmod o-w {path}")


def _filters(path: Path) -> dict[str, Callable[..., Any]]:
    factory = getattr(_module(path), "FilterModule", None)
    if factory is None:
        return {}
    try:
        return dict(factory().filters())
    except Exception as error:
        raise LoadError(f"the filters of {path} cannot be had: {error}") from error


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"playrun_filters_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ModuleNotFoundError as error:
        raise LoadError(
            f"the filters of {path} need the module `{error.name}`",
            hint="install it beside playrun; if it is Ansible's, take the import out",
        ) from error
    except Exception as error:
        raise LoadError(f"the filters of {path} cannot be loaded: {error}") from error
    return module
