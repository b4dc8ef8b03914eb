"""A role's folder: where it is looked for, and the files in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from runner.errors import LoadError, nearest
from runner.loading.adjacent import files_below
from runner.loading.convert import Located, Place
from runner.loading.standing import Loading
from runner.loading.varfiles import SUFFIXES
from runner.model import Scope
from runner.values import EMPTY, Origin

_MAIN = "main"
_MAIN_SUFFIXES = (*SUFFIXES[1:], SUFFIXES[0])
"""A bare `main` counts last."""


def find_role(name: str, scope: Scope, loading: Loading, place: Located) -> Path | LoadError:
    """The folder of a role; the error says where it was looked for."""
    folders = list(_folders(scope, loading))
    candidates = [*_in_collections(name, scope, loading), *(folder / name for folder in folders)]
    candidates.append(Path(name).expanduser() if name.startswith("~") else Path(name))
    for candidate in candidates:
        if candidate.is_dir():
            return candidate.absolute()
    hint = f"looked in {', '.join(dict.fromkeys(map(str, folders)))}"
    close = nearest(name, _names(folders))
    hint = f"did you mean `{close}`? {hint}" if close else hint
    return place.error(f"there is no role `{name}`", hint=hint)


def _folders(scope: Scope, loading: Loading) -> Iterator[Path]:
    home = Path(scope.playbook_folder)
    yield home / "roles"
    yield from loading.roles_path
    if scope.role is not None:
        yield Path(scope.role.path).parent
    yield home


def _in_collections(name: str, scope: Scope, loading: Loading) -> Iterator[Path]:
    """`namespace.collection.role`, where collections are installed.

    The first two words may be missing where `collections` says them.
    """
    if "/" in name:
        return
    searched = scope.keywords.get("collections", ())
    for full in (name, *(f"{collection}.{name}" for collection in searched)):
        namespace, _, rest = full.partition(".")
        collection, _, role = rest.partition(".")
        if not role:
            continue
        for folder in (Path(scope.playbook_folder) / "collections", *loading.collections_path):
            for top in (folder / "ansible_collections", folder):
                yield (top / namespace / collection / "roles").joinpath(*role.split("."))


def _names(folders: list[Path]) -> list[str]:
    there = [folder for folder in folders if folder.name == "roles" and folder.is_dir()]
    return [path.name for folder in there for path in folder.iterdir() if path.is_dir()]


def role_file(role: Path, part: str, name: str | None) -> Path | None:
    """A file of tasks, handlers or meta; None if the role has none of that name.

    `name` is what `tasks_from` and the like say; None: `main`.
    """
    for path in _candidates(role, part, name):
        if path.is_file():
            return path
    return None


def role_variables(role: Path, part: str, name: str | None, loading: Loading) -> Mapping[str, Any]:
    """Variables of `vars/` or `defaults/`: of one file, or all below a folder of that name.

    Raises LoadError.
    """
    for path in _candidates(role, part, name):
        if path.is_file():
            return loading.variables(path, None)
        if path.is_dir():
            merged: dict[str, Any] = {}
            for file in files_below(path):
                merged |= loading.variables(file, None)
            return merged
    if name is not None:
        raise LoadError(f"the role `{role.name}` has no `{part}/{name}`")
    return EMPTY


def _candidates(role: Path, part: str, name: str | None) -> Iterator[Path]:
    suffixes = _MAIN_SUFFIXES if name is None else SUFFIXES
    folder = role / part
    for suffix in suffixes:
        path = folder / f"{name or _MAIN}{suffix}"
        if path.resolve().is_relative_to(folder.resolve()):
            yield path


def role_document(role: Path, part: str, name: str | None, loading: Loading) -> Place | None:
    """A file of the role as a document; None if there is none, or nothing in it.

    Raises LoadError.
    """
    path = role_file(role, part, name)
    if path is None:
        if name is not None:
            raise LoadError(f"the role `{role.name}` has no `{part}/{name}`")
        return None
    document = loading.parse(path, what=f"{part} file", origin=Origin(str(path), 1, 1))
    return None if document.data is None else Place(document, ())
