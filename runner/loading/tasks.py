"""Tasks as written become `Task` models: which action, which keywords, which arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from runner.actions import ACTIONS
from runner.actions.absent import ABSENT, WHY
from runner.actions.flow import IMPORTS
from runner.actions.late import LATE
from runner.actions.names import known_elsewhere, of_servers, resolve, short_name, words
from runner.errors import LoadError, NotSupported, PlayrunError, nearest
from runner.loading.arguments import Written, canonical, read_arguments
from runner.loading.convert import Place, Reader, is_variable, kind_of
from runner.loading.inherit import VARS, defaults_for, filled, narrowed
from runner.loading.keyvalue import first_word, options_in, pairs
from runner.loading.keywords import BLOCK, INCLUDES_KNOW, TASK
from runner.loading.late import late_of, variables_of
from runner.loading.loops import read_loop, read_retry
from runner.loading.misplaced import advice, is_action
from runner.loading.standing import Standing
from runner.model import Late, Scope, Task
from runner.values import Source

DEFAULT_OUTPUT = Source("{{ inventory_hostname }}.txt")
_HERE = Source("localhost")
_FOR_SERVERS = (
    "playrun looks after network devices, not servers; on the controller "
    "`command` or `shell` may do it, with `connection: local`"
)


class Parts(NamedTuple):
    """A task, read but not yet made: an import becomes the entries of its file instead."""

    written: Written
    args: dict[str, Any]
    place: Place
    reader: Reader
    inner: Scope
    """What it stands in, narrowed by its own keywords."""
    late: Late | None = None


def read_parts(place: Place, standing: Standing) -> Parts | None:
    """The task at `place`, or None after its problems were noted."""
    problems = standing.problems
    if not isinstance(place.value, dict):
        problems.append(
            place.error(
                f"a task is a mapping, not {kind_of(place.value)}",
                hint="write `- cli: …` or `- debug: …`",
            )
        )
        return None
    reader = Reader(place, TASK, "task", problems, open_ended=True)
    written = _written(place, reader.extra, problems)
    inner = narrowed(standing.scope, reader, place, TASK)
    if "notify" in place.value:
        standing.parts.notifying.append(place.at("notify"))
    _refuse_background(place, reader)
    if written is None:
        return None
    written, inner = _without_variables(written, inner, problems)
    late = None if written.name == ABSENT else late_of(written, place, inner, problems)
    if late is not None:
        inner = inner._replace(vars={**inner.vars, **variables_of(late)})
    args = _arguments(written, place, inner, late, problems)
    return Parts(written, args, place, reader, inner, late)


def _arguments(
    written: Written, place: Place, inner: Scope, late: Late | None, problems: list[PlayrunError]
) -> dict[str, Any]:
    if written.name == LATE:
        return {}
    if written.name == ABSENT:
        return dict(written.args or {})
    defaults = defaults_for(inner, written.word)
    known = {} if isinstance(defaults, Source) else defaults
    return read_arguments(written, place, problems, known, partial=late is not None)


def as_task(parts: Parts, standing: Standing) -> Task:
    """The task itself, what it inherits filled in."""
    written, args, place, reader, inner, late = parts
    if written.name in ("include_tasks", "include_role"):
        _refuse_keywords(written, place, standing)
    _read_listen(parts, standing)
    own_output = args.pop("output", None) if written.name == "cli" else None
    of_play = standing.scope.keywords.get("output")
    task = Task(
        action=written.name,
        args=args,
        origin=place.origin(),
        written=written.word,
        name=reader.text("name") or "",
        loop=read_loop(place, standing.problems),
        register=reader.variable("register"),
        changed_when=reader.conditions("changed_when"),
        failed_when=reader.conditions("failed_when"),
        retry=read_retry(reader),
        output=output_path(reader.output("output") or own_output, of_play),
        scope=standing.scope,
        late=late,
    )
    task = filled(task, inner)
    if "local_action" in place.value:
        return task._replace(delegate_to=_HERE, connection="local")
    return task


def _read_listen(parts: Parts, standing: Standing) -> None:
    listen = parts.reader.read("listen")
    if listen is None:
        return
    if standing.handlers:
        standing.parts.listens[parts.place.origin()] = listen
    else:
        standing.loading.note(
            parts.place.at("listen").key_error(
                "`listen` belongs to a handler", hint="a task notifies: `notify`"
            )
        )


def output_path(own: bool | str | None, of_play: bool | str | None) -> str | None:
    """A task's own path; for `true` the play's, else the default one."""
    if own is True:
        return of_play if isinstance(of_play, str) else DEFAULT_OUTPUT
    return own or None


def _without_variables(
    written: Written, inner: Scope, problems: list[PlayrunError]
) -> tuple[Written, Scope]:
    """`include: file.yml a=b`, the old way to write `vars`; only `include` has it."""
    text = written.place.value if written.text is None else written.text
    if written.name not in ("include_tasks", "import_tasks") or not isinstance(text, Source):
        return written, inner
    found, file = options_in(text, lambda key: is_variable(key) and key not in ("file", "apply"))
    if not found or not file:
        return written, inner
    if short_name(written.word) != "include":
        hint = f"below `vars:` of the task: {', '.join(found)}"
        problems.append(written.place.error(f"`{written.word}` takes no variables so", hint=hint))
    tags = found.pop("tags", "")
    inner = inner._replace(
        vars={**inner.vars, **found},
        keywords={**inner.keywords, VARS: {**inner.keywords.get(VARS, {}), **found}},
        tags=inner.tags | frozenset(tag.strip() for tag in tags.split(",") if tag.strip()),
    )
    return written._replace(text=Source(file, text.origin)), inner


def _refuse_background(place: Place, reader: Reader) -> None:
    """`async` and `poll` where they would mean more than waiting."""
    seconds, poll = reader.number("async"), reader.number("poll")
    for name, value in (("async", seconds or None), ("poll", poll if poll == 0 else None)):
        if value is not None:
            reader.problems.append(
                place.at(name).error(
                    f"`{name}: {value}`: tasks do not run in the background",
                    hint="take it out: hosts are worked on side by side, `timeout` bounds a task",
                )
            )


def _refuse_keywords(written: Written, place: Place, standing: Standing) -> None:
    """Keywords that would look as if the included tasks had them, which they do not."""
    for key in place.value:
        if key in TASK and key not in INCLUDES_KNOW and not (key == "listen" and standing.handlers):
            hint = f"for the tasks in it: `apply: {{{key}: …}}`" if key in BLOCK else None
            standing.problems.append(
                place.at(key).key_error(f"`{written.word}` does not take `{key}`", hint=hint)
            )


def _written(place: Place, keys: Sequence[str], problems: list[PlayrunError]) -> Written | None:
    """The task's action; what stands in its way is noted."""
    for indirect in ("action", "local_action"):
        if indirect in place.value:
            problems += [_unknown(place, key, "a task has no keyword") for key in keys]
            return _named(place.at(indirect), indirect, problems)
    word = _action_word(place, keys, problems)
    return None if word is None else _resolved(word, place.at(word), problems)


def _resolved(
    word: str,
    place: Place,
    problems: list[PlayrunError],
    text: Source | None = None,
    args: Mapping[str, Any] | None = None,
) -> Written | None:
    """The action that a word means. `place` is where its arguments stand."""
    name = resolve(word)
    if name is not None:
        return Written(word, name, ACTIONS[name], place, text, args)
    if "{{" in word and (text is not None or args is not None):
        return Written(Source(word, place.origin()), LATE, ACTIONS[LATE], place, text, args)
    short = short_name(word)
    if short in IMPORTS:
        return Written(word, short, IMPORTS[short], place, text, args)
    error = _not_ours(place, word)
    problems.append(error)
    if not isinstance(error, NotSupported):
        return None
    return Written(word, ABSENT, ACTIONS[ABSENT], place, args={WHY: error})


def _action_word(place: Place, keys: Sequence[str], problems: list[PlayrunError]) -> str | None:
    """The one key of a task that is no keyword."""
    known = [key for key in keys if is_action(key)]
    if len(known) > 1:
        problems.append(
            place.at(known[1]).key_error(
                f"a task has one action; here are {', '.join(known)}", hint="make two tasks of it"
            )
        )
    elif known:
        problems += [
            _unknown(place, key, "a task has no keyword", word=known[0])
            for key in keys
            if key != known[0]
        ]
        return known[0]
    elif "hosts" in keys:
        hint = "`import_playbook`, at the place of a play, brings the plays of a file"
        problems.append(place.error("this is a play, not a task", hint=hint))
    elif keys:
        problems += [_no_action(place, key) for key in keys]
    else:
        problems.append(
            place.error("the task has no action", hint="add one: cli, config, debug, …")
        )
    return None


def _no_action(place: Place, key: str) -> PlayrunError:
    if "{{" not in key:
        return _unknown(place, key, "there is no action or keyword", "action")
    hint = "the word of an action may be one, below `action`"
    return place.at(key).key_error("the key of a task cannot be a template", hint=hint)


def _named(where: Place, key: str, problems: list[PlayrunError]) -> Written | None:
    """`action: debug msg=hello`, or `action: {module: debug, msg: hello}`."""
    value = where.value
    if isinstance(value, dict):
        return _in_mapping(where, key, problems)
    if not isinstance(value, str) or not value.strip():
        problems.append(where.error(f"`{key}` must name an action"))
        return None
    word, rest = first_word(value)
    return _resolved(word, where, problems, Source(rest, where.origin()))


def _in_mapping(where: Place, key: str, problems: list[PlayrunError]) -> Written | None:
    args = dict(where.value)
    module = args.pop("module", None)
    if not isinstance(module, str) or not module.strip():
        hint = f"{key}: {{module: debug, msg: hello}}"
        problems.append(where.error(f"`{key}` as a mapping needs `module`", hint=hint))
        return None
    word, rest = first_word(module)
    text = Source(rest, where.origin()) if rest else None
    return _resolved(word, where, problems, text, args)


def _unknown(
    place: Place, key: str, message: str, about: str = "keyword", word: str | None = None
) -> PlayrunError:
    """An error about a key; `word` is the task's action, if it has one."""
    name = resolve(word) if word else None
    if name is not None and canonical(ACTIONS[name], key) in ACTIONS[name].parameters:
        hint: str | None = f"an argument of `{word}`: indent it below that"
    else:
        hint = advice(key, "task", [*TASK, *words(), *IMPORTS])
    error = place.at(key).key_error(f"{message} `{key}`", hint=hint)
    error.about = about
    return error


def _not_ours(place: Place, word: str) -> LoadError:
    error = _unknown_action(place, word)
    error.about = "action"
    return error


def _configures(word: str) -> bool:
    """Whether an action of Ansible's is one for the configuration of devices."""
    short = short_name(word)
    of_device = resolve(f"{short.partition('_')[0]}_command") is not None
    return short.endswith("_config") or (of_device and not short.endswith(("_facts", "_ping")))


def _for_configurations(args: Any) -> str:
    """What does here what such a task asks for."""
    text = Source(args) if isinstance(args, str) else Source("")
    given = args if isinstance(args, dict) else pairs(text, lambda _key: True) or {}
    types = "`config` types configuration lines"
    if "backup" not in given:
        return types
    keeps = "`backup` keeps the configuration in a file"
    alone = given.keys().isdisjoint(("lines", "commands", "src"))
    return keeps if alone else f"{types}, {keeps}"


def _unknown_action(place: Place, word: str) -> LoadError:
    if known_elsewhere(word):
        hint = _for_configurations(place.value) if _configures(word) else None
        if of_servers(word):
            hint = _FOR_SERVERS
        error = place.key_error(f"the action `{word}` is not supported yet", hint=hint)
        message, origin, excerpt = error.message, error.origin, error.excerpt
        return NotSupported(message, origin=origin, hint=hint, excerpt=excerpt)
    close = nearest(word, [*words(), *IMPORTS])
    hint = f"did you mean `{close}`?" if close else None
    return place.key_error(f"there is no action `{word}`", hint=hint)
