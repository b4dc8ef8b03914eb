"""One play: its keywords, and all that runs in it, in order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from runner.actions import ACTIONS
from runner.errors import nearest
from runner.loading.blocks import read_entries, read_section
from runner.loading.commands import read_commands
from runner.loading.convert import Place, Reader, kind_of
from runner.loading.handlers import as_handlers, unknown_notified
from runner.loading.inherit import filled, narrowed
from runner.loading.keywords import PLAY, PROMPT
from runner.loading.misplaced import is_task
from runner.loading.once import single
from runner.loading.roles import ReadRole, listed_roles
from runner.loading.standing import Exporting, Loading, PlayParts, Standing
from runner.loading.tasks import output_path
from runner.model import Handler, Play, Prompt, Scope, Task, tasks_in
from runner.values import EMPTY, Source

_PERCENT = re.compile(r"\d+(\.\d+)?%")
_LONE = re.compile(r"\s*\{\{((?:(?!\{\{|\}\}).)*)\}\}\s*", re.DOTALL)
_DYNAMIC = ("include_tasks", "include_role")
_SHARED = {name: keyword for name, keyword in PLAY.items() if name not in ("vars", "tags")}


class Imported(NamedTuple):
    """What an `import_playbook` says of the plays it brings."""

    vars: Mapping[str, Any] = EMPTY
    """Above the play's own."""
    tags: frozenset[str] = frozenset()
    when: tuple[Any, ...] = ()


def read_play(
    place: Place, loading: Loading, folder: str, imported: Imported, open_files: tuple[str, ...]
) -> Play | None:
    """One play, or None after its problems were noted."""
    if not isinstance(place.value, dict):
        loading.note(
            place.error(
                f"a play is a mapping, not {kind_of(place.value)}",
                hint="write `hosts:`, `commands:` or `tasks:` below it",
            )
        )
        return None
    if is_task(place.value):
        hint = "put it under `tasks` of a play, which begins with `- hosts: …`"
        loading.note(place.error("this is a task, not a play", hint=hint))
        return None
    reader = Reader(place, PLAY, "play", loading.problems)
    hosts = _hosts(place, loading)
    if hosts is None:
        return None
    variables = {**reader.variables("vars"), **imported.vars}
    scope = _scope(place, reader, folder, imported)
    parts = PlayParts(vars=variables)
    standing = Standing(loading, parts, scope, read_entries, open_files)
    play = _keywords(place, reader, hosts, scope)
    return _filled(play._replace(vars=variables), place, reader, standing)


def _hosts(place: Place, loading: Loading) -> str | None:
    """The pattern, or None after its problem was noted. A list is as good as its commas."""
    if "hosts" not in place.value:
        if not _looks_like_hosts(place.value):
            loading.note(place.error("a play needs `hosts`", hint="hosts: all"))
        return None
    value = place.value["hosts"]
    items = value if isinstance(value, list) else [value]
    if not items or not all(isinstance(item, str) and item.strip() for item in items):
        wrong = next((item for item in items if not isinstance(item, str)), None)
        loading.note(
            place.at("hosts").error(
                f"`hosts` must be a pattern or a list of patterns, not {kind_of(wrong)}"
            )
        )
        return None
    return Source(",".join(items), place.at("hosts").origin())


def _looks_like_hosts(play: dict[Any, Any]) -> bool:
    """A keyword that is `hosts` misspelt was noted already."""
    return any(nearest(str(key), PLAY) == "hosts" for key in play)


def _scope(place: Place, reader: Reader, folder: str, imported: Imported) -> Scope:
    """What the play's entries begin with. Its variables are no block's: they are lower."""
    outer = Scope(when=imported.when, tags=imported.tags, folder=folder, playbook_folder=folder)
    scope = narrowed(outer, reader, place, _SHARED)
    keywords = dict(scope.keywords)
    output = reader.output("output")
    if output is not None:
        keywords["output"] = output
    user = reader.text("user")
    if user is not None:
        keywords.setdefault("remote_user", user)
    return scope._replace(
        keywords=keywords, of_roles=len(scope.when), tags=scope.tags | reader.names("tags")
    )


def _keywords(place: Place, reader: Reader, hosts: str, scope: Scope) -> Play:
    """The play without its entries."""
    has = scope.keywords
    return Play(
        name=reader.text("name") or hosts,
        hosts=hosts,
        entries=(),
        origin=place.origin(),
        vars_files=_vars_files(place, reader),
        prompts=_prompts(place, reader),
        strategy=reader.late_word("strategy"),
        lockstep=reader.word("lockstep") or "auto",  # type: ignore[arg-type]
        serial=_serial(place, reader),
        host_order=reader.late_word("order"),
        max_fail_percentage=reader.number("max_fail_percentage"),
        any_errors_fatal=has.get("any_errors_fatal", False),
        force_handlers=reader.flag("force_handlers"),
        workers=reader.number("workers"),  # type: ignore[arg-type]
        processes=reader.number("processes"),  # type: ignore[arg-type]
        tags=scope.tags,
        connection=has.get("connection"),
        become=has.get("become"),
        become_method=has.get("become_method"),
        remote_user=has.get("remote_user"),
        port=has.get("port"),
        check_mode=has.get("check_mode"),
        ignore_errors=has.get("ignore_errors", False),
        no_log=has.get("no_log", False),
        scope=scope,
    )


def _vars_files(place: Place, reader: Reader) -> tuple[Any, ...]:
    value = reader.get("vars_files")
    items = value if isinstance(value, list) else [] if value is None else [value]
    where = place.at("vars_files")
    for index, item in enumerate(items):
        names = item if isinstance(item, list) else [item]
        for wrong in (name for name in names if not isinstance(name, str)):
            message = f"`vars_files` must be a list of file names, not {kind_of(wrong)}"
            inside = where.at(index) if isinstance(value, list) else where
            reader.problems.append(inside.error(message))
    return tuple(items)


def _serial(place: Place, reader: Reader) -> tuple[int | str | Source, ...]:
    value = reader.get("serial")
    items = value if isinstance(value, list) else [] if value is None else [value]
    where = place.at("serial")
    for index, item in enumerate(items):
        if not _is_size(item):
            reader.problems.append(
                (where.at(index) if isinstance(value, list) else where).error(
                    f"`serial` must be numbers of hosts or percentages, not {kind_of(item)}",
                    hint='serial: 10, serial: "30%" or serial: [1, 5, "50%"]',
                )
            )
    return tuple(items)


def _is_size(item: Any) -> bool:
    if isinstance(item, Source) and item.has_markers:
        return True
    if isinstance(item, str):
        return item.isdecimal() or _PERCENT.fullmatch(item) is not None
    return isinstance(item, int) and not isinstance(item, bool) and item >= 0


def _prompts(place: Place, reader: Reader) -> tuple[Prompt, ...]:
    value = reader.get("vars_prompt")
    if value is None:
        return ()
    where = place.at("vars_prompt")
    if not isinstance(value, list):
        reader.problems.append(
            where.error(f"`vars_prompt` must be a list, not {kind_of(value)}", hint="- name: user")
        )
        return ()
    found = (_prompt(where.at(index), reader) for index in range(len(value)))
    return tuple(prompt for prompt in found if prompt is not None)


def _prompt(place: Place, play: Reader) -> Prompt | None:
    if not isinstance(place.value, dict):
        message = f"a prompt is a mapping, not {kind_of(place.value)}"
        play.problems.append(place.error(message, hint="- name: user"))
        return None
    reader = Reader(place, PROMPT, "prompt", play.problems)
    name = reader.variable("name")
    if name is None:
        if place.value.get("name") is None:
            play.problems.append(place.error("a prompt needs `name`", hint="- name: user"))
        return None
    return Prompt(
        name=name,
        text=reader.text("prompt") or "",
        default=reader.get("default"),
        private=reader.flag("private") is not False,
        confirm=reader.flag("confirm") is True,
        encrypt=reader.text("encrypt"),
        salt=reader.text("salt"),
        salt_size=reader.number("salt_size"),  # type: ignore[arg-type]
        unsafe=reader.flag("unsafe") is True,
    )


def _filled(play: Play, place: Place, reader: Reader, standing: Standing) -> Play:
    """The play with its entries, handlers and what its roles leave to all tasks."""
    facts = _facts(place, reader, standing)
    imported = standing.parts.roles
    before = read_section(place, "pre_tasks", standing)
    first = len(imported)
    roles = _roles(place, standing)
    second = len(imported)
    commands = _commands(place, standing)
    tasks = read_section(place, "tasks", standing)
    third = len(imported)
    after = read_section(place, "post_tasks", standing)
    handlers = _handlers(place, roles, standing)
    of_roles = tuple(entry for role in roles for entry in role.entries)
    sections = single([before, (*commands, *of_roles, *tasks), after])
    tasks_of_all = [task for section in sections for task in tasks_in(section)]
    dynamic = any(task.action in _DYNAMIC for task in tasks_of_all)
    if not dynamic:
        standing.problems.extend(unknown_notified(standing.parts.notifying, handlers))
    flush = _flush(play, standing) if handlers or dynamic else ()
    # Of two roles with a variable of one name, the later one here counts, as in Ansible.
    of_tasks = (*imported[:first], *imported[third:], *imported[second:third])
    all_roles: list[Exporting] = [*roles, *imported[first:second], *of_tasks]
    exporting = [role for role in all_roles if role.public]
    return play._replace(
        entries=(*facts, *(entry for section in sections for entry in (*section, *flush))),
        handlers=handlers,
        role_vars=_laid(role.exported_vars for role in exporting),
        role_defaults=_laid(role.exported_defaults for role in exporting),
        role_names=tuple(role.role.name for role in all_roles),
    )


def _laid(layers: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    merged: dict[str, Any] = {}
    for layer in layers:
        merged |= layer
    return merged


def _roles(place: Place, standing: Standing) -> list[ReadRole]:
    return listed_roles(place.at("roles"), standing) if "roles" in place.value else []


def _handlers(place: Place, roles: list[ReadRole], standing: Standing) -> tuple[Handler, ...]:
    """Those of roles, the play's own, those of roles that are imported among its tasks."""
    scope = standing.scope._replace(when=())
    inner = standing._replace(handlers=True, scope=scope)
    own = as_handlers(read_section(place, "handlers", inner), None, inner)
    of_roles = (handler for role in roles for handler in role.handlers)
    return (*of_roles, *own, *standing.parts.handlers)


def _facts(place: Place, reader: Reader, standing: Standing) -> tuple[Task, ...]:
    """Gathering of facts as a task; unless the play says so, whoever runs it decides."""
    wanted = reader.flag("gather_facts")
    args = reader.given(("gather_subset", "gather_timeout"))
    reader.text("fact_path")
    if wanted is False or "gather_facts" not in ACTIONS:
        return ()
    scope = standing.scope._replace(tags=standing.scope.tags or frozenset({"always"}))
    if isinstance(wanted, Source):
        scope = scope._replace(when=(*scope.when, _as_condition(wanted)))
    task = Task(
        action="gather_facts",
        args={name: list(item) if isinstance(item, tuple) else item for name, item in args.items()},
        origin=place.origin() if wanted is None else place.at("gather_facts").origin(),
        written="gather_facts",
        name="Gathering Facts",
        scope=standing.scope,
        implicit=wanted is None,
    )
    return (filled(task, scope),)


def _as_condition(flag: Source) -> Source:
    """A flag that is a template, as an expression; `-e facts=no` gives it text."""
    lone = _LONE.fullmatch(flag)
    return flag if lone is None else Source(f"({lone[1]}) | bool", flag.origin)


def _commands(place: Place, standing: Standing) -> tuple[Task, ...]:
    """`commands` as a task, or nothing. Its output goes to a file unless `output` is false."""
    if "commands" not in place.value:
        return ()
    of_play = standing.scope.keywords.get("output")
    task = read_commands(place.at("commands"), standing.problems)
    path = output_path(True if of_play is None else of_play, of_play)
    return (filled(task._replace(output=path, scope=standing.scope), standing.scope),)


def _flush(play: Play, standing: Standing) -> tuple[Task, ...]:
    """What stands after each section of a play: handlers run."""
    return (
        Task(
            action="meta",
            args={"free_form": "flush_handlers"},
            origin=play.origin,
            written="meta",
            name="flush_handlers",
            tags=frozenset({"always"}),
            scope=standing.scope,
            implicit=True,
        ),
    )
