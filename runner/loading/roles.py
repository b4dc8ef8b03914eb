"""Roles: what a play, another role or a task says of one, and what its folder brings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from runner.engine.digests import digest_here
from runner.engine.hostprogram.includes import given
from runner.errors import LoadError, nearest
from runner.loading.convert import Located, Place, Reader, as_flag, kind_of
from runner.loading.handlers import as_handlers
from runner.loading.inherit import VARS, narrowed
from runner.loading.keywords import ROLE, TASK
from runner.loading.misplaced import is_action
from runner.loading.rolefiles import (
    Found,
    find_role,
    refuse_missing,
    role_document,
    role_file,
    role_variables,
)
from runner.loading.rolespecs import validation
from runner.loading.standing import Standing, nearest_file
from runner.loading.taskfiles import entries_of
from runner.loading.tasks import Parts
from runner.model import Block, Entry, Handler, Role, Scope, Use, tasks_in
from runner.values import EMPTY

_ROLE_KEYWORDS = {name: keyword for name, keyword in ROLE.items() if name != "vars"}
_FROM = {"tasks_from": "tasks", "vars_from": "vars", "defaults_from": "defaults"}
_FROM["handlers_from"] = "handlers"
_GALAXY = ("src", "scm", "version")
"""Where a dependency can be had from: of no use once it is here."""


_NO_ROLE = Role("", "")


class Wanted(NamedTuple):
    """A role as something names it."""

    name: str
    place: Located
    scope: Scope
    """Of what names it, narrowed by its keywords."""
    params: Mapping[str, Any] = EMPTY
    vars: Mapping[str, Any] = EMPTY
    files: Mapping[str, str] = EMPTY
    """Names by part (`tasks`, `vars`, …) where `main` is not meant."""
    again: bool | None = None
    """Whether it may run twice; None: as its meta file says."""
    own: tuple[Any, ...] = ()
    """Keywords that tell two uses of a role apart."""
    given: str | None = None
    """What a task gives to it; None: that shows when an include runs."""
    by_task: bool = False
    """Whether a task names it; else a play or another role's meta file does."""
    validates: bool = True
    """Whether its arguments are looked at first, where it says what they are to be."""


class ReadRole(NamedTuple):
    """A role with all that it brings."""

    role: Role
    entries: tuple[Entry, ...]
    """Its dependencies' first."""
    handlers: tuple[Handler, ...]
    exported_vars: Mapping[str, Any]
    exported_defaults: Mapping[str, Any]
    dependencies: tuple[str, ...]
    public: bool = True
    """Whether all tasks of its play see its variables."""


_META = ("dependencies", "allow_duplicates", "galaxy_info", "argument_specs", "collections")


class _Meta(NamedTuple):
    dependencies: Place | None = None
    again: bool = False
    specs: Place | None = None


def _listing(value: Any) -> str:
    if not isinstance(value, str):
        return "begin each role with a dash"
    return f"write a list: `- {json.dumps(value) if value.startswith('{') else value}`"


def listed_roles(place: Place, standing: Standing) -> list[ReadRole]:
    """The roles of `roles` or `dependencies`, in order."""
    if place.value is None:
        return []
    if not isinstance(place.value, list):
        message = f"`{place.path[-1]}` must be a list of roles, not {kind_of(place.value)}"
        standing.loading.note(place.error(message, hint=_listing(place.value)))
        return []
    wanted = (_listed(place.at(index), standing) for index in range(len(place.value)))
    read = [read_role(one, standing) for one in wanted if one is not None]
    return [role for role in read if role is not None]


def _listed(place: Place, standing: Standing) -> Wanted | None:
    value = place.value
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        name = standing.name(value if isinstance(value, str) else str(value), place)
        own: tuple[Any, ...] = ((), [])
        return None if name is None else Wanted(name, place, standing.scope, own=own, given="")
    if not isinstance(value, dict):
        message = f"a role is a name or a mapping, not {kind_of(value)}"
        standing.loading.note(place.error(message, hint="- role: NAME"))
        return None
    return _in_mapping(place, standing)


def _in_mapping(place: Place, standing: Standing) -> Wanted | None:
    reader = Reader(place, ROLE, "role", standing.problems, open_ended=True)
    written = reader.text("role") or reader.text("name") or _galaxy_name(place.value.get("src"))
    if not written:
        task = any(is_action(str(key)) for key in place.value)
        hint = "this is a task: put it under `tasks`" if task else "- role: NAME"
        standing.loading.note(place.error("a role needs its name", hint=hint))
        return None
    name = standing.name(written, place)
    scope = _ordered(narrowed(standing.scope, reader, place, _ROLE_KEYWORDS), standing.scope)
    variables = reader.variables("vars")
    params = {key: place.value[key] for key in reader.extra if key not in _GALAXY}
    if name is None:
        return None
    own = (reader.conditions("when") or (), _words(place.value.get("tags")))
    return Wanted(name, place, scope, params, variables, own=own, given="")


def _ordered(scope: Scope, outer: Scope) -> Scope:
    """The scope with the role's own conditions where they are asked."""
    own, first = scope.when[len(outer.when) :], outer.of_roles
    when = (*outer.when[:first], *own, *outer.when[first:])
    return scope._replace(when=when, of_roles=first + len(own))


def _words(value: Any) -> list[str]:
    """Words in the order they are written: in another order, it is another use of the role."""
    if isinstance(value, list):
        return [str(item) for item in value]
    return [] if value is None else [word.strip() for word in str(value).split(",")]


def _galaxy_name(source: Any) -> str | None:
    """`git+https://host/role.git,v1` → `role`."""
    if not isinstance(source, str):
        return None
    last = source.split(",")[0].rstrip("/").rpartition("/")[2]
    return last.removesuffix(".git").removesuffix(".tar.gz")


def imported_role(parts: Parts, standing: Standing) -> tuple[Entry, ...]:
    """The entries that an `import_role` brings."""
    wanted = role_of_task(parts.args, parts.written.place, parts.inner, standing)
    own = parts.place.value.get("vars")
    told = given(own) if isinstance(own, dict) else ""
    read = None if wanted is None else read_role(wanted._replace(given=told), standing)
    if read is None:
        return ()
    public = as_flag(parts.args.get("public", True)) is not False
    standing.parts.roles.append(read._replace(public=public))
    standing.parts.handlers += read.handlers
    return read.entries


def role_of_task(
    args: Mapping[str, Any], place: Located, inner: Scope, standing: Standing
) -> Wanted | None:
    """The role that `import_role` or `include_role` names."""
    if standing.handlers:
        standing.loading.note(place.key_error("a role is no handler", hint="notify its handlers"))
        return None
    names = {part: standing.name(args[key], place) for key, part in _FROM.items() if key in args}
    name = standing.name(args["name"], place) if "name" in args else None
    if name is None or None in names.values():
        return None
    files = {part: str(name) for part, name in names.items()}
    again = as_flag(args.get("allow_duplicates", True)) is not False
    validates = as_flag(args.get("rolespec_validate", True)) is not False
    return Wanted(name, place, inner, files=files, again=again, by_task=True, validates=validates)


def read_role(wanted: Wanted, standing: Standing) -> ReadRole | None:
    """Everything of a role; None after a problem was noted."""
    place = wanted.place
    beside = not wanted.by_task
    found = find_role(wanted.name, wanted.scope, standing.loading, place, beside=beside)
    try:
        if isinstance(found, LoadError):
            raise found
        return _read(wanted, found, standing)
    except LoadError as error:
        standing.loading.note(_placed(error, wanted.place))
        return None


def _placed(error: LoadError, place: Located) -> LoadError:
    return error if error.origin else place.error(error.message, hint=error.hint)


def _read(wanted: Wanted, found: Found, standing: Standing) -> ReadRole:
    path = found.path
    own_vars = role_variables(path, "vars", wanted.files.get("vars"), standing.loading)
    own_defaults = role_variables(path, "defaults", wanted.files.get("defaults"), standing.loading)
    vars_above, defaults_above = (wanted.scope.role or _NO_ROLE).below
    role = _without_dependencies(wanted, found, own_vars, own_defaults)
    meta = _read_meta(path, standing)
    needed = _dependencies(role, meta, wanted, standing)
    exported_vars = _merged([*(one.exported_vars for one in needed), own_vars])
    exported_defaults = _merged([*(one.exported_defaults for one in needed), own_defaults])
    names = tuple(dict.fromkeys(n for one in needed for n in (*one.dependencies, one.role.name)))
    role = role._replace(
        defaults=_merged(
            [*(one.exported_defaults for one in needed), defaults_above, own_defaults]
        ),
        vars=_merged([vars_above, *(one.exported_vars for one in needed), own_vars, wanted.vars]),
        dependencies=names,
    )
    inner = standing.within(_inside(wanted, role))
    entries = _own_entries(wanted, path, inner, meta)
    handlers = _own_handlers(wanted, path, inner)
    return ReadRole(
        role,
        (*(entry for one in needed for entry in one.entries), *entries),
        (*(handler for one in needed for handler in one.handlers), *handlers),
        exported_vars,
        exported_defaults,
        names,
    )


def _without_dependencies(
    wanted: Wanted, found: Found, own_vars: Mapping[str, Any], own_defaults: Mapping[str, Any]
) -> Role:
    """The role as its own dependencies see it."""
    parent = wanted.scope.role or _NO_ROLE
    brought = wanted.by_task and parent.name != ""
    vars_above, defaults_above = parent.below
    below = (
        _merged([vars_above, wanted.vars, own_vars]),
        _merged([defaults_above, own_defaults]),
    )
    return Role(
        name=found.name,
        path=str(found.path),
        collection=found.collection,
        defaults=below[1],
        vars=below[0],
        below=below,
        parents=((parent.name, parent.path), *parent.parents) if brought else parent.parents,
        parent_paths=(parent.path, *parent.parent_paths) if parent.path else (),
    )


def _merged(layers: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """One mapping; the layer itself where there is only one that holds anything."""
    full = [layer for layer in layers if layer]
    if len(full) < 2:
        return full[0] if full else EMPTY
    merged: dict[str, Any] = {}
    for layer in full:
        merged |= layer
    return merged


def _inside(wanted: Wanted, role: Role) -> Scope:
    """The scope of the role's tasks: blocks around it are nearer than its own variables."""
    scope = wanted.scope
    return scope._replace(
        role=role,
        vars=_merged([role.vars, scope.keywords.get(VARS, EMPTY)]),
        params=_merged([scope.params, wanted.params]),
        folder=str(Path(role.path) / "tasks"),
    )


def _read_meta(path: Path, standing: Standing) -> _Meta:
    place = role_document(path, "meta", None, standing.loading)
    if place is None:
        return _Meta()
    if not isinstance(place.value, dict):
        raise place.error(f"a meta file is a mapping, not {kind_of(place.value)}")
    for key in place.value:
        if key not in _META and key not in TASK:
            close = nearest(str(key), _META)
            hint = f"did you mean `{close}`?" if close else None
            raise place.at(key).key_error(f"a role's meta file has no keyword `{key}`", hint=hint)
    again = as_flag(place.value.get("allow_duplicates", False)) is True
    dependencies, specs = (
        place.at(key) if key in place.value else None for key in ("dependencies", "argument_specs")
    )
    return _Meta(dependencies, again, specs)


def _dependencies(role: Role, meta: _Meta, wanted: Wanted, standing: Standing) -> list[ReadRole]:
    if meta.dependencies is None:
        return []
    file = str(role_file(Path(role.path), "meta", None))
    if file in standing.open_files:
        start = standing.open_files.index(file)
        names = [Path(one).parent.parent.name for one in (*standing.open_files[start:], file)]
        raise wanted.place.error(
            f"the role `{role.name}` depends on itself: {' → '.join(names)}",
            hint="take one of the dependencies out",
        )
    inner = standing._replace(
        scope=_inside(wanted, role), open_files=(*standing.open_files, file), handlers=False
    )
    return listed_roles(meta.dependencies, inner)


def _own_entries(wanted: Wanted, path: Path, standing: Standing, meta: _Meta) -> tuple[Entry, ...]:
    name = wanted.files.get("tasks")
    file = role_file(path, "tasks", name)
    if file is None and name is not None:
        close = nearest_file([path / "tasks" / f"{name}.yml"])
        raise wanted.place.error(
            f"the role `{wanted.name}` has no `tasks/{name}`",
            hint=f"did you mean `{close}`?" if close else None,
        )
    entries = () if file is None else entries_of(file, standing, wanted.place)
    if wanted.validates:
        entries = (*validation(path, name, wanted.params, meta.specs, standing), *entries)
    again = meta.again if wanted.again is None else wanted.again
    if not entries or (again and not wanted.by_task):
        return entries
    origin = next(tasks_in(entries), None)
    where = origin.origin if origin else wanted.place.origin()
    role = standing.scope.role
    assert role is not None, "a role's entries stand in its scope"
    use = Use(_key(wanted, path), role, again, wanted.given is None)
    return (Block(entries, where, once=use),)


def _own_handlers(wanted: Wanted, path: Path, standing: Standing) -> tuple[Handler, ...]:
    name = wanted.files.get("handlers")
    file = role_file(path, "handlers", name)
    if file is None:
        if name is not None:
            refuse_missing(path, "handlers", name, standing.loading)
        return ()
    inner = standing._replace(handlers=True)
    role = standing.scope.role
    return as_handlers(entries_of(file, inner, wanted.place), role and role.name, inner)


def _key(wanted: Wanted, path: Path) -> str:
    """Stands for one use of a role: the same folder and name, files, parameters and keywords."""
    names = (wanted.name, str(path), wanted.by_task, dict(wanted.files))
    what = (*names, dict(wanted.params), dict(wanted.vars), wanted.own)
    return f"{path.name} {digest_here(what)} {wanted.given or ''}"
