"""A task's arguments: in a mapping, in a text, or under `args`; checked before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Any, NamedTuple, TypeGuard

from runner.actions.api import Action, Parameter
from runner.actions.names import short_name
from runner.errors import PlayrunError, nearest
from runner.loading.commands import (
    check_answers,
    check_commands,
    check_conditions,
    separated,
)
from runner.loading.convert import Located, as_conditions, as_flag, kind_of
from runner.loading.keyvalue import has_pairs, is_pair, options_in, pairs, words_in
from runner.loading.keywords import TASK
from runner.values import EMPTY, Source


class Written(NamedTuple):
    """An action as a task names it. `place` is where its arguments stand."""

    word: str
    name: str
    action: Action
    place: Located
    text: Source | None = None
    """What follows the action's name in `action: name text`."""
    args: Mapping[str, Any] | None = None
    """Those of `action: {module: name, …}`."""


def read_arguments(
    written: Written,
    task: Located,
    problems: list[PlayrunError],
    defaults: Mapping[str, Any] = EMPTY,
    *,
    partial: bool = False,
) -> dict[str, Any]:
    """The arguments under their canonical names. `defaults` are those of `module_defaults`.

    `partial`: some are not known yet, so none can be missing.
    """
    before = len(problems)
    raw = {**_more(task, problems), **_own(written, problems, partial=partial)}
    readable = len(problems) == before and not partial
    args: dict[str, Any] = {}
    for key, value in [*defaults.items(), *raw.items()]:
        name = canonical(written.action, key)
        if name is None:
            problems.append(_no_parameter(written, key))
        else:
            args[name] = value
    if readable:
        _check_presence(written, {*args, *_meant(written.action, task, raw)}, problems)
    args = {name: value for name, value in args.items() if not _is_left_out(written, name, value)}
    _check_values(written, args, problems)
    if "*" in written.action.parameters:
        problems += [_no_name(written, name) for name in args if not _is_name(name)]
    if written.name == "cli" and len(problems) == before:
        if short_name(written.word).endswith("_command") and "commands" in args:
            args["commands"] = separated(args["commands"])
        _check_cli(written, args, problems)
    return args


def canonical(action: Action, key: Any) -> str | None:
    """The parameter that a word names, by itself or by an alias; None: there is none."""
    if not isinstance(key, str):
        return None
    if key in action.parameters and key != "*":
        return key
    for name, parameter in action.parameters.items():
        if key in parameter.aliases:
            return name
    return key if "*" in action.parameters else None


def _is_left_out(written: Written, name: str, value: Any) -> bool:
    """Whether an argument says nothing, which is as good as leaving it out: `owner:` alone."""
    parameter = written.action.parameters.get(name)
    if value is not None or parameter is None:
        return False
    says_nothing = parameter.kind in ("text", "list", "mapping", "number")
    return says_nothing and not parameter.required and parameter.default is None


def _meant(action: Action, task: Located, raw: Mapping[str, Any]) -> Iterator[str]:
    """Parameters that are there misspelt, or beside the action instead of below it."""
    names = [name for name in action.parameters if name != "*"]
    for key in raw:
        if canonical(action, key) is None:
            yield from filter(None, [nearest(str(key), names)])
    for key in task.value:
        if key not in TASK and key in action.parameters:
            yield key


def _own(written: Written, problems: list[PlayrunError], *, partial: bool) -> Mapping[str, Any]:
    if written.args is not None:
        text = {} if written.text is None else _from_text(written, written.text, problems)
        return {**text, **written.args}
    value = written.place.value if written.text is None else written.text
    if value is None or value == "":
        return {}
    if isinstance(value, dict):
        return value
    if partial and takes_pairs(written) and is_template(value) and not has_pairs(value):
        return {}
    if isinstance(value, str):
        return _from_text(written, Source(value, getattr(value, "origin", None)), problems)
    problems.append(_not_arguments(written, kind_of(value)))
    return {}


def is_template(value: Any) -> TypeGuard[Source]:
    """Whether a value as a whole is a template: what it is cannot be seen before."""
    if not isinstance(value, Source):
        return False
    text = value.strip()
    return text.startswith("{{") and text.endswith("}}")


def takes_pairs(written: Written) -> bool:
    """Whether text below the action is nothing but its arguments."""
    return written.action.free_form is None and written.action.place != "shell"


def _not_arguments(written: Written, shown: str) -> PlayrunError:
    message = f"`{written.word}` takes arguments as a mapping, not {shown}"
    return written.place.error(message, hint=f"it takes {_names(written.action)}")


def _from_text(written: Written, text: Source, problems: list[PlayrunError]) -> Mapping[str, Any]:
    action = written.action
    if action.place == "shell":
        found, rest = options_in(text, lambda key: key != "cmd" and key in action.parameters)
        return {**found, "cmd": Source(rest, text.origin)} if rest else found
    known = pairs(text, lambda key: canonical(action, key) is not None)
    if known is not None:
        return known
    if action.free_form is not None:
        return {action.free_form: text}
    problems.append(_text_error(written, text))
    return {}


def _text_error(written: Written, text: Source) -> PlayrunError:
    """Why a text is no `key=value` arguments: what the first word that is none wants."""
    place, action = written.place, written.action
    words = words_in(text)
    if words is None:
        message = f"the arguments of `{written.word}` have a quote that is not closed"
        return place.error(message, hint="write them as a mapping, one to a line: `name: value`")
    if not any(is_pair(word) for word in words):
        return _not_arguments(written, "a text")
    unknown = [word for word in words if canonical(action, word.partition("=")[0]) is None]
    wrong = next((word for word in words if not is_pair(word)), "")
    if not wrong and unknown:
        return _no_parameter(written, unknown[0].partition("=")[0])
    message = f"`{wrong}` is no `name=value` argument of `{written.word}`"
    return place.error(message, hint="put quotes around a value of several words: name='a b'")


def _more(task: Located, problems: list[PlayrunError]) -> Mapping[str, Any]:
    value = task.value.get("args")
    if value is None or isinstance(value, dict):
        return value or {}
    if not is_template(value):
        message = f"`args` must be a mapping, not {kind_of(value)}"
        problems.append(task.at("args").error(message))
    return {}


def _no_parameter(written: Written, key: Any) -> PlayrunError:
    action, place = written.action, written.place
    close = nearest(str(key), [name for name in action.parameters if name != "*"])
    hint = f"did you mean `{close}`?" if close else f"it takes {_names(action)}"
    if key == "backup" and written.word == "config":
        hint = "`backup` is an action of its own, for a task before this one"
    inside = place.at(key) if isinstance(place.value, dict) and key in place.value else place
    error = inside.key_error(f"`{written.word}` has no argument `{key}`", hint=hint)
    error.about = "argument"
    return error


def _is_name(key: str) -> bool:
    return "{{" in key or (key.isidentifier())


def _no_name(written: Written, key: str) -> PlayrunError:
    place = written.place
    inside = place.at(key) if isinstance(place.value, dict) and key in place.value else place
    return inside.key_error(
        f"`{key}` is no name for a variable",
        hint="letters, digits and _, beginning with a letter",
    )


def _names(action: Action) -> str:
    if "free_form" in action.parameters:
        return "one word behind its colon"
    if "*" in action.parameters:
        return "names with their values: `name: value`"
    return ", ".join(action.parameters) or "none"


def _check_presence(written: Written, args: Set[str], problems: list[PlayrunError]) -> None:
    """The arguments that must be there, and those that exclude one another."""
    word, place = written.word, written.place
    for name, parameter in written.action.parameters.items():
        if parameter.required and name not in args:
            needed = "a word" if name == "free_form" else f"the argument `{name}`"
            problems.append(place.key_error(f"`{word}` needs {needed}"))
    one_of = written.action.one_of
    given = [name for name in one_of.names if name in args]
    wanted = " or ".join(f"`{name}`" for name in one_of.names)
    if len(given) > 1:
        problems.append(place.key_error(f"`{word}` takes {wanted}, not both"))
    elif one_of.needed and not given:
        problems.append(place.key_error(f"`{word}` needs {wanted}"))


def _check_values(written: Written, args: dict[str, Any], problems: list[PlayrunError]) -> None:
    place = written.place
    for name, parameter in written.action.parameters.items():
        if name not in args:
            continue
        inside = place.at(name) if isinstance(place.value, dict) and name in place.value else place
        if parameter.kind == "conditions":
            _conditions(inside, name, args, problems)
            continue
        wrong = _mismatch(args[name], parameter)
        if wrong is not None:
            which = "" if name == "free_form" else f"`{name}` of "
            close = nearest(str(args[name]), parameter.choices)
            hint = f"did you mean `{close}`?" if close else None
            problems.append(inside.error(f"{which}`{written.word}` {wrong}", hint=hint))


def _conditions(
    place: Located, name: str, args: dict[str, Any], problems: list[PlayrunError]
) -> None:
    try:
        if args[name] is None:
            raise ValueError(kind_of(None))
        args[name] = as_conditions(args[name])
    except ValueError as error:
        problems.append(place.error(f"`{name}` must be a condition or a list of them, not {error}"))


def _mismatch(value: Any, parameter: Parameter) -> str | None:
    """What is wrong with a literal value, or None. Templates are judged when rendered."""
    if isinstance(value, Source) and value.has_markers:
        return None
    if parameter.choices and value not in parameter.choices:
        return f"is one of {', '.join(parameter.choices)}; not `{value}`"
    wanted = _WANTED.get(parameter.kind)
    if wanted is None or _fits(value, parameter.kind):
        return None if parameter.wrong is None else parameter.wrong(value)
    return f"must be {wanted}, not {kind_of(value)}"


_WANTED = {
    "text": "text",
    "mapping": "a mapping",
    "list": "a list",
    "flag": "true or false",
    "number": "a number",
}


def _fits(value: Any, kind: str) -> bool:
    if kind == "text":
        return value is not None and not isinstance(value, (dict, list))
    if kind == "mapping":
        return isinstance(value, dict)
    if kind == "list":
        return value is not None and not isinstance(value, dict)
    if kind == "flag":
        return as_flag(value) is not None
    return isinstance(value, (int, float)) or _is_number(value)


def _is_number(value: Any) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True


def _check_cli(written: Written, args: Mapping[str, Any], problems: list[PlayrunError]) -> None:
    """The commands in it, each by itself."""
    place = written.place
    if not isinstance(place.value, dict):
        return
    for key in place.value:
        name = canonical(written.action, key)
        if name == "commands":
            check_commands(place.at(key), problems)
        elif name == "wait_for":
            check_conditions(place.at(key), args.get("commands"), problems)
    if "command" in args:
        check_answers(place, place.value, problems)
