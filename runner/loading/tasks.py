"""Tasks as written become `Task` models: which action, which arguments, which keywords."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from runner.actions import ACTIONS
from runner.actions.api import Action, Parameter
from runner.actions.names import known_elsewhere, resolve, words
from runner.errors import PlayrunError, nearest
from runner.loading.convert import Place, Reader, as_conditions, kind_of
from runner.loading.keywords import NOT_YET_TASK, TASK
from runner.model import Loop, Task
from runner.values import Source

DEFAULT_OUTPUT = Source("{{ inventory_hostname }}.txt")


def read_tasks(
    place: Place, key: str, output: bool | str | None, problems: list[PlayrunError]
) -> list[Task]:
    """The tasks under `key` of a play; `output` is the play's, for tasks with `output: true`."""
    value = place.value.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        problems.append(
            place.at(key).error(
                f"`{key}` must be a list of tasks, not {kind_of(value)}",
                hint="begin each task with `- name: …`",
            )
        )
        return []
    read = [_task(place.at(key).at(index), output, problems) for index in range(len(value))]
    return [task for task in read if task is not None]


def read_commands(place: Place, problems: list[PlayrunError]) -> Task:
    """`commands` of a play as one `cli` task."""
    value = place.value
    items = value if isinstance(value, list) else [value]
    if not items or items == [None]:
        problems.append(place.error("`commands` is empty", hint="list the commands to send"))
    for index, item in enumerate(items):
        if not _is_command(item):
            where = place.at(index) if isinstance(value, list) else place
            problems.append(
                where.error(
                    f"a command must be text, not {kind_of(item)}",
                    hint="put quotes around it, or write {command, prompt, answer}",
                )
            )
    return Task("cli", {"commands": items}, place.origin(), written="commands", name="commands")


def _is_command(item: Any) -> bool:
    if isinstance(item, dict):
        return isinstance(item.get("command"), str) and not set(item) - {
            "command",
            "prompt",
            "answer",
        }
    return isinstance(item, str) and bool(item.strip())


def _task(place: Place, output: bool | str | None, problems: list[PlayrunError]) -> Task | None:
    if not isinstance(place.value, dict):
        problems.append(
            place.error(
                f"a task is a mapping, not {kind_of(place.value)}",
                hint="write `- debug: …` or `- cli: …`",
            )
        )
        return None
    reader = Reader(place, TASK, NOT_YET_TASK, "task", problems)
    written = _action_word(place, reader, problems)
    if written is None:
        return None
    action = _resolve(place, written, problems)
    if action is None:
        return None
    args = _arguments(place, written, action, problems)
    own_output = args.pop("output", None) if action == "cli" else None
    return Task(
        action=action,
        args=args,
        origin=place.origin(),
        written=written,
        name=reader.text("name") or "",
        when=reader.conditions("when") or (),
        loop=_loop(place, problems),
        register=_register(place, reader, problems),
        vars=reader.mapping("vars"),
        tags=reader.names("tags"),
        ignore_errors=reader.flag("ignore_errors") or False,
        changed_when=reader.conditions("changed_when"),
        failed_when=reader.conditions("failed_when"),
        delegate_to=_delegate(place, reader, problems),
        run_once=reader.flag("run_once") or False,
        no_log=reader.flag("no_log") or False,
        connection=reader.text("connection"),
        check_mode=reader.flag("check_mode"),
        become=reader.flag("become"),
        output=_output(reader.output("output") or own_output, output),
        redact=reader.flag("redact") is True,
    )


def _output(own: bool | str | None, of_play: bool | str | None) -> str | None:
    """A task's own path; for `true` the play's, else the default one."""
    if own is True:
        return of_play if isinstance(of_play, str) else DEFAULT_OUTPUT
    return own or None


def _action_word(place: Place, reader: Reader, problems: list[PlayrunError]) -> str | None:
    """The one key of a task that is no keyword."""
    candidates = list(reader.extra)
    if "action" in place.value:
        return _old_action(place, problems)
    known = [key for key in candidates if resolve(key) or known_elsewhere(key)]
    if len(known) == 1 and len(candidates) > 1:
        for key in candidates:
            if key != known[0]:
                problems.append(_unknown(place, key, f"a task has no keyword `{key}`"))
        return known[0]
    if len(known) > 1:
        problems.append(
            place.at(known[1]).key_error(
                f"a task has one action; here are {', '.join(known)}", hint="make two tasks of it"
            )
        )
        return None
    if not candidates:
        if not set(place.value) & NOT_YET_TASK:
            problems.append(
                place.error("the task has no action", hint="add one: cli, config, debug, …")
            )
        return None
    return candidates[0]


def _old_action(place: Place, problems: list[PlayrunError]) -> str | None:
    value = place.value["action"]
    if isinstance(value, str) and value.strip():
        return value.split(None, 1)[0]
    problems.append(place.at("action").error("`action` must name an action"))
    return None


def _unknown(place: Place, key: str, message: str) -> PlayrunError:
    close = nearest(key, [*TASK, *NOT_YET_TASK, *words()])
    where = place.at(key if key in place.value else "action")
    return where.key_error(message, hint=f"did you mean `{close}`?" if close else None)


def _resolve(place: Place, written: str, problems: list[PlayrunError]) -> str | None:
    action = resolve(written)
    if action is None:
        key = place.at(written) if written in place.value else place.at("action")
        if known_elsewhere(written):
            hint = "use `config`" if written.endswith("_config") else None
            problems.append(
                key.key_error(f"the action `{written}` is not supported yet", hint=hint)
            )
        else:
            problems.append(_unknown(place, written, f"there is no action or keyword `{written}`"))
    return action


def _arguments(
    place: Place, written: str, name: str, problems: list[PlayrunError]
) -> dict[str, Any]:
    """The action's arguments under their canonical names, checked against its parameters."""
    action = ACTIONS[name]
    raw = dict(_raw_arguments(place, written, action, problems))
    more = place.value.get("args")
    if isinstance(more, dict):
        raw.update(more)
    where = place.at(written) if written in place.value else place.at("action")
    args: dict[str, Any] = {}
    for key, value in raw.items():
        canonical = _canonical(action, key)
        if canonical is None:
            problems.append(_no_parameter(where, written, key, action))
        else:
            args[canonical] = value
    _check_values(where, written, action, args, problems)
    return args


def _raw_arguments(
    place: Place, written: str, action: Action, problems: list[PlayrunError]
) -> Mapping[str, Any]:
    value = place.value.get(written)
    if "action" in place.value and written not in place.value:
        words_after = str(place.value["action"]).split(None, 1)[1:]
        value = Source(words_after[0], place.at("action").origin()) if words_after else None
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    if isinstance(value, str):
        return _from_text(
            place.at(written), Source(value, getattr(value, "origin", None)), action, problems
        )
    problems.append(
        place.at(written).error(f"`{written}` takes arguments as a mapping, not {kind_of(value)}")
    )
    return {}


def _from_text(
    place: Place, text: Source, action: Action, problems: list[PlayrunError]
) -> dict[str, Any]:
    """`debug: msg="hello"`: key=value words, the old style; or the action's one free text."""
    pairs = _pairs(text, action)
    if pairs is not None:
        return pairs
    if action.free_form is None:
        problems.append(place.error("this action takes arguments as a mapping, not a text"))
        return {}
    return {action.free_form: text}


def _pairs(text: Source, action: Action) -> dict[str, Any] | None:
    """key=value arguments, or None if the text is not of that form throughout."""
    try:
        lexer = shlex.shlex(_shield(text), posix=True)
        lexer.whitespace_split = True
        lexer.commenters = ""
        parts = list(lexer)
    except ValueError:
        return None
    pairs: dict[str, Any] = {}
    for part in parts:
        key, equals, value = part.partition("=")
        if not equals or _canonical(action, key) is None:
            return None
        pairs[key] = Source(_unshield(value), text.origin)
    return pairs or None


def _shield(text: str) -> str:
    """Keeps blanks and quotes inside `{{ … }}` together while the words are split."""
    parts: list[str] = []
    depth = 0
    index = 0
    while index < len(text):
        pair = text[index : index + 2]
        if pair in ("{{", "{%"):
            depth += 1
        elif pair in ("}}", "%}"):
            depth = max(0, depth - 1)
        char = text[index]
        parts.append(_SHIELD.get(char, char) if depth else char)
        index += 1
    return "".join(parts)


_SHIELD = {" ": "\ue000", "'": "\ue001", '"': "\ue002", "\\": "\ue003"}
_UNSHIELD = str.maketrans({shield: char for char, shield in _SHIELD.items()})


def _unshield(text: str) -> str:
    return text.translate(_UNSHIELD)


def _canonical(action: Action, key: Any) -> str | None:
    if not isinstance(key, str):
        return None
    if key in action.parameters and key != "*":
        return key
    for name, parameter in action.parameters.items():
        if key in parameter.aliases:
            return name
    return key if "*" in action.parameters else None


def _no_parameter(where: Place, written: str, key: Any, action: Action) -> PlayrunError:
    close = nearest(str(key), [name for name in action.parameters if name != "*"])
    hint = f"did you mean `{close}`?" if close else "it takes " + ", ".join(action.parameters)
    inside = where.at(key) if isinstance(where.value, dict) and key in where.value else where
    return inside.key_error(f"`{written}` has no argument `{key}`", hint=hint)


def _check_values(
    where: Place, written: str, action: Action, args: dict[str, Any], problems: list[PlayrunError]
) -> None:
    for name, parameter in action.parameters.items():
        if name not in args:
            if parameter.required:
                problems.append(where.key_error(f"`{written}` needs the argument `{name}`"))
            continue
        if parameter.kind == "conditions":
            _conditions_argument(where, name, args, problems)
            continue
        wrong = _mismatch(args[name], parameter)
        if wrong is not None:
            inside = where.at(name) if isinstance(where.value, dict) else where
            problems.append(inside.error(f"`{name}` of `{written}` {wrong}"))


def _conditions_argument(
    where: Place, name: str, args: dict[str, Any], problems: list[PlayrunError]
) -> None:
    try:
        args[name] = as_conditions(args[name])
    except ValueError as error:
        problems.append(where.error(f"`{name}` must be a condition or a list of them: {error}"))


def _mismatch(value: Any, parameter: Parameter) -> str | None:
    """What is wrong with a literal value, or None. Templates are judged when rendered."""
    if isinstance(value, Source) and value.has_markers:
        return None
    if parameter.choices and value not in parameter.choices:
        return f"is one of {', '.join(parameter.choices)}; not `{value}`"
    if parameter.kind == "text" and isinstance(value, (dict, list)):
        return f"must be text, not {kind_of(value)}"
    if parameter.kind == "mapping" and not isinstance(value, dict):
        return f"must be a mapping, not {kind_of(value)}"
    if parameter.kind == "list" and isinstance(value, dict):
        return "must be a list, not a mapping"
    return None


def _loop(place: Place, problems: list[PlayrunError]) -> Loop | None:
    styles = [key for key in ("loop", "with_items") if key in place.value]
    if not styles:
        return None
    if len(styles) > 1:
        problems.append(place.at(styles[1]).key_error("a task has one loop; here are two"))
    style = styles[0]
    items = place.value[style]
    literal_text = isinstance(items, str) and not Source(items).has_markers
    if style == "loop" and (literal_text or isinstance(items, dict)):
        problems.append(
            place.at(style).error(
                f"`loop` needs a list, not {kind_of(items)}",
                hint="for a mapping use `{{ it | dict2items }}`",
            )
        )
    return Loop(items, "loop" if style == "loop" else "items")


def _register(place: Place, reader: Reader, problems: list[PlayrunError]) -> str | None:
    name = reader.word("register")
    if name is not None and not name.isidentifier():
        problems.append(place.at("register").error(f"`{name}` is no name for a variable"))
        return None
    return name


def _delegate(place: Place, reader: Reader, problems: list[PlayrunError]) -> str | None:
    value = reader.text("delegate_to")
    if value is not None and value not in ("localhost", "127.0.0.1", "::1"):
        problems.append(
            place.at("delegate_to").error("only `delegate_to: localhost` is supported yet")
        )
        return None
    return value
