"""Files of tasks: where they are looked for, and their entries."""

from __future__ import annotations

from pathlib import Path

from runner.errors import LoadError
from runner.loading.convert import Located, Place, kind_of
from runner.loading.standing import Standing, missing_file
from runner.model import Entry, Scope
from runner.values import at_home, near


def find_static(name: str, scope: Scope, place: Located, *, handlers: bool) -> Path | LoadError:
    """The file of an `import_tasks`: beside the file that names it first."""
    return _first(name, place, [Path(scope.folder), *_other_folders(scope, handlers=handlers)])


def find_dynamic(name: str, scope: Scope, place: Located, *, handlers: bool) -> Path | LoadError:
    """The file of an `include_tasks`. In a role, its own `tasks` folder comes first, as in
    Ansible; elsewhere, the folder of the file that names it."""
    others = _other_folders(scope, handlers=handlers)
    if scope.role is not None:
        return _first(name, place, [*others[:1], Path(scope.folder), *others[1:]])
    return _first(name, place, [Path(scope.folder), *others])


def _other_folders(scope: Scope, *, handlers: bool) -> list[Path]:
    folders = []
    if scope.role is not None:
        role = Path(scope.role.path)
        folders = [role / ("handlers" if handlers else "tasks"), role / "tasks", role]
    home = Path(scope.playbook_folder)
    return [*folders, home, home / "tasks"]


def _first(name: str, place: Located, folders: list[Path]) -> Path | LoadError:
    path = at_home(name)
    candidates = [path] if path.is_absolute() else [folder / path for folder in folders]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    return missing_file(place, "tasks file", name, candidates)


def entries_of(path: Path, standing: Standing, place: Located | None) -> tuple[Entry, ...]:
    """The entries of a file; mistakes are noted. `place` is where the file is named."""
    real = str(path.resolve())
    if real in standing.open_files:
        standing.loading.note(_circle(real, standing, place))
        return ()
    origin = place.origin() if place else None
    try:
        document = standing.loading.parse(path, what="tasks file", origin=origin)
    except LoadError as error:
        standing.loading.note(error)
        return ()
    tasks = Place(document, ())
    if tasks.value is None:
        standing.loading.warnings.append(f"{near(path)}: there are no tasks in this file")
        return ()
    if not isinstance(tasks.value, list):
        standing.loading.note(
            tasks.error(
                f"a tasks file is a list of tasks, not {kind_of(tasks.value)}",
                hint=_hint(tasks.value),
            )
        )
        return ()
    scope = standing.scope._replace(folder=str(path.parent))
    inner = standing._replace(scope=scope, open_files=(*standing.open_files, real))
    return standing.read(tasks, inner)


def _hint(value: object) -> str:
    if isinstance(value, dict) and ("tasks" in value or "hosts" in value):
        return "this is a play: only its tasks belong here"
    return "begin each task with `- name: …`"


def _below(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)


def _circle(real: str, standing: Standing, place: Located | None) -> LoadError:
    start = standing.open_files.index(real)
    home = Path(standing.scope.playbook_folder).resolve()
    names = [_below(Path(file), home) for file in (*standing.open_files[start:], real)]
    message = f"`{names[-1]}` imports itself: {' → '.join(names)}"
    hint = "an include under a `when` may do that, an import never ends"
    return place.error(message, hint=hint) if place else LoadError(message, hint=hint)
