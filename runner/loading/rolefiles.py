"""A role's folder: where it is looked for, and the files in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from runner.errors import LoadError, nearest
from runner.loading.adjacent import files_below
from runner.loading.convert import Located, Place
from runner.loading.standing import Loading
from runner.loading.varfiles import SUFFIXES
from runner.model import Scope
from runner.values import EMPTY, Origin, at_home

_MAIN = "main"
_MAIN_SUFFIXES = (*SUFFIXES[1:], SUFFIXES[0])
"""A bare `main` counts last."""


class Found(NamedTuple):
    """A role's folder, and what the role is called."""

    path: Path
    name: str
    collection: str = ""
    """The one it is of; its name begins with that."""


def find_role(
    name: str, scope: Scope, loading: Loading, place: Located, *, beside: bool
) -> Found | LoadError:
    """A role; the error says where it was looked for.

    `beside`: whether it may lie beside the role that names it, as what that depends on does.
    """
    folders = list(_folders(scope, loading, beside=beside))
    path = at_home(name)
    candidates = [
        *_in_collections(name, scope, loading),
        *(Found(folder / name, name) for folder in folders),
        Found(path, path.name),
    ]
    for found in candidates:
        if found.path.is_dir():
            return found._replace(path=found.path.resolve())
    hint = f"looked in {', '.join(dict.fromkeys(map(str, folders)))}"
    close = nearest(name, _names(folders))
    hint = f"did you mean `{close}`? {hint}" if close else hint
    return place.error(f"there is no role `{name}`", hint=hint)


def _folders(scope: Scope, loading: Loading, *, beside: bool) -> Iterator[Path]:
    home = Path(scope.playbook_folder)
    yield home / "roles"
    yield from loading.roles_path
    if scope.role is not None and beside:
        yield Path(scope.role.path).parent
    yield home


def _in_collections(name: str, scope: Scope, loading: Loading) -> Iterator[Found]:
    """`namespace.collection.role`, where collections are installed.

    The first two words may be missing where `collections` says them, or in a role of that
    collection.
    """
    if "/" in name:
        return
    own = (scope.role.collection,) if scope.role is not None and scope.role.collection else ()
    searched = (*own, *scope.keywords.get("collections", ()))
    for full in (name, *(f"{collection}.{name}" for collection in searched)):
        namespace, _, rest = full.partition(".")
        collection, _, role = rest.partition(".")
        if not role:
            continue
        for folder in (Path(scope.playbook_folder) / "collections", *loading.collections_path):
            for top in (folder / "ansible_collections", folder):
                path = (top / namespace / collection / "roles").joinpath(*role.split("."))
                yield Found(path, full, f"{namespace}.{collection}")


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
        refuse_missing(role, part, name, loading)
    return EMPTY


def refuse_missing(role: Path, part: str, name: str, loading: Loading) -> None:
    """A role has no such file. Raises LoadError, unless it has no folder for such files: then
    that is only said, and Ansible does not even say it."""
    if (role / part).is_dir():
        raise LoadError(f"the role `{role.name}` has no `{part}/{name}`")
    loading.warnings.append(f"the role `{role.name}` has no folder `{part}` for `{name}`")


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
        return None
    document = loading.parse(path, what=f"{part} file", origin=Origin(str(path), 1, 1))
    return None if document.data is None else Place(document, ())
