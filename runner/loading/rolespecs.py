"""What a role says of its arguments, as the task that it begins with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.loading.convert import Place, kind_of
from runner.loading.inherit import filled
from runner.loading.rolefiles import role_document, role_file
from runner.loading.standing import Standing
from runner.model import Role, Task

_FILE = "argument_specs"
_MAIN = "main"


def validation(
    path: Path,
    tasks_from: str | None,
    params: Mapping[str, Any],
    of_meta: Place | None,
    standing: Standing,
) -> tuple[Task, ...]:
    """The task that looks at the role's arguments; none where it says nothing of them.

    `tasks_from` names the spec, as it does the file of tasks; `of_meta` are the specs of the
    role's meta file, which count if it has no file of specs. Raises LoadError.
    """
    specs = _specs(path, of_meta, standing)
    if specs is None or specs.value is None:
        return ()
    _check(specs)
    entry = tasks_from or _MAIN
    if not specs.value.get(entry):
        return ()
    spec = specs.at(entry)
    _check(spec)
    role = standing.scope.role
    assert role is not None, "a role's entries stand in its scope"
    return (_task(role, entry, spec, params, standing),)


def _specs(path: Path, of_meta: Place | None, standing: Standing) -> Place | None:
    if role_file(path, "meta", _FILE) is None:
        return of_meta
    document = role_document(path, "meta", _FILE, standing.loading)
    if document is None:
        return None
    _check(document)
    return document.at(_FILE) if _FILE in document.value else None


def _check(place: Place) -> None:
    if not isinstance(place.value, dict):
        what = f"`{place.path[-1]}`" if place.path else f"a file of `{_FILE}`"
        raise place.error(
            f"{what} must be a mapping, not {kind_of(place.value)}",
            hint=f"{_FILE}: {{main: {{options: {{NAME: {{type: str}}}}}}}}",
        )


def _task(
    role: Role, entry: str, spec: Place, params: Mapping[str, Any], standing: Standing
) -> Task:
    """Always there, whatever the tags say; the role's conditions hold for it too."""
    from runner.actions.validate_argument_spec import ENTRY_POINT  # few roles have specs

    about = spec.value.get("short_description")
    context = {
        "type": "role",
        "name": role.short,
        "argument_spec_name": entry,
        "path": role.path,
    }
    scope = standing.scope
    task = Task(
        action="validate_argument_spec",
        args={
            "argument_spec": spec.value.get("options") or {},
            "provided_arguments": params,
            ENTRY_POINT: context,
        },
        origin=spec.origin(),
        written="ansible.builtin.validate_argument_spec",
        name=f"Validating arguments against arg spec '{entry}'{f' - {about}' if about else ''}",
        scope=scope,
    )
    return filled(task, scope._replace(tags=scope.tags | {"always"}))
