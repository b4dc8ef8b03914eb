"""Commands for devices as a playbook writes them: texts, or {command, prompt, answer}."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from runner.actions.commandline.commands import MAPPING_KEYS, listed
from runner.actions.commandline.conditions import read_condition
from runner.actions.commandline.lines import refuse_controls
from runner.errors import ActionFailed, PlayrunError, nearest
from runner.loading.convert import Located, kind_of
from runner.model import Task
from runner.values import Source

_COMMA = re.compile(r",(?![^{]*\}\})")
"""One that is not within a template."""


def read_commands(place: Located, problems: list[PlayrunError]) -> Task:
    """`commands` of a play as one `cli` task."""
    value = place.value
    if value is None or value == []:
        problems.append(place.error("`commands` is empty", hint="list the commands to send"))
        value = []
    check_commands(place, problems)
    items = value if isinstance(value, list) else [value]
    return Task("cli", {"commands": items}, place.origin(), written="commands", name="commands")


def check_commands(place: Located, problems: list[PlayrunError]) -> None:
    """Notes what is wrong with one command or a list of them."""
    value = place.value
    if isinstance(value, list):
        for index in range(len(value)):
            _check(place.at(index), problems)
    elif value is not None:
        _check(place, problems)


def separated(value: Any) -> Any:
    """Several commands that stand in one text with commas between them, as modules for devices
    take them."""
    if not isinstance(value, Source) or "," not in value:
        return value
    return [Source(part.strip(), value.origin) for part in _COMMA.split(value) if part.strip()]


def _check(place: Located, problems: list[PlayrunError]) -> None:
    item = place.value
    if isinstance(item, Mapping):
        _check_mapping(place, item, problems)
    elif not isinstance(item, str):
        problems.append(
            place.error(f"a command must be text, not {kind_of(item)}", hint="put quotes around it")
        )
    else:
        _check_text(place, item, problems)


def _check_text(place: Located, text: str, problems: list[PlayrunError]) -> None:
    """One line; a text with templates is judged when it is rendered."""
    if not text.strip():
        problems.append(place.error("this command is empty"))
    elif not _is_template(text):
        try:
            refuse_controls(text.strip(" \n"))
        except ActionFailed as error:
            problems.append(place.error(error.message, hint=error.hint))


def _check_mapping(place: Located, item: Mapping[Any, Any], problems: list[PlayrunError]) -> None:
    unknown = [key for key in item if key not in MAPPING_KEYS]
    if "command" not in item and len(item) == 1 and nearest(str(unknown[0]), MAPPING_KEYS) is None:
        problems.append(
            place.error(
                "a command must be text, not a mapping",
                hint="a `: ` inside makes it a mapping: put quotes around the command",
            )
        )
        return
    if unknown:
        problems += [_unknown_key(place, key) for key in unknown]
        return
    if isinstance(item.get("command"), str):
        _check_text(place.at("command"), item["command"], problems)
    else:
        problems.append(place.error("a command as a mapping needs the key `command`, a text"))
    check_answers(place, item, problems)


def _unknown_key(place: Located, key: Any) -> PlayrunError:
    close = nearest(str(key), MAPPING_KEYS)
    hint = f"did you mean `{close}`?" if close else f"it takes {', '.join(MAPPING_KEYS)}"
    return place.at(key).key_error(f"a command has no key `{key}`", hint=hint)


def check_conditions(place: Located, commands: Any, problems: list[PlayrunError]) -> None:
    """Notes conditions of `wait_for` that cannot be read, or ask about a command that is not
    there; templates are judged when rendered."""
    count = len(commands) if isinstance(commands, list) else None
    value = place.value
    for index, item in enumerate(value if isinstance(value, list) else [value]):
        if not isinstance(item, str) or _is_template(item):
            continue
        where = place.at(index) if isinstance(value, list) else place
        try:
            asked = read_condition(item).path[0]
        except ActionFailed as error:
            problems.append(where.error(error.message, hint=error.hint))
            continue
        if count is not None and isinstance(asked, int) and not -count <= asked < count:
            hint = f"commands count from 0: result[{count - 1}] is the last" if count else None
            message = f"the condition `{item}` asks about a command that is not there"
            problems.append(where.error(message, hint=hint))


def check_answers(place: Located, item: Mapping[Any, Any], problems: list[PlayrunError]) -> None:
    """`prompt` and `answer` come in pairs, and every prompt is a regular expression."""
    prompts, answers = listed(item.get("prompt")), listed(item.get("answer"))
    if _is_template(item.get("prompt")) or _is_template(item.get("answer")):
        return
    if bool(prompts) != bool(answers) or len(answers) > len(prompts):
        key = "prompt" if prompts else "answer"
        problems.append(
            place.at(key).key_error(
                f"{len(prompts)} of `prompt` and {len(answers)} of `answer` do not make pairs",
                hint='give one answer for each prompt; "" presses Enter',
            )
        )
    for prompt in prompts:
        _check_pattern(place.at("prompt"), prompt, problems)
    problems += [
        place.at("answer").error(
            f"an answer must be text, not {kind_of(answer)}", hint="put quotes around it"
        )
        for answer in answers
        if isinstance(answer, bool)
    ]


def _check_pattern(place: Located, prompt: Any, problems: list[PlayrunError]) -> None:
    if not isinstance(prompt, str) or _is_template(prompt):
        return
    try:
        re.compile(prompt)
    except re.error as error:
        problems.append(
            place.error(
                f"the prompt `{prompt}` is no regular expression: {error}",
                hint=f"to mean the characters themselves: {re.escape(prompt)}",
            )
        )


def _is_template(value: Any) -> bool:
    return isinstance(value, Source) and value.has_markers
