"""Commands as tasks write them, ready to be typed: texts, or mappings with answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from runner.actions.commandline.lines import refuse_controls
from runner.connections.api import Answer
from runner.errors import ActionFailed
from runner.platforms.model import Platform
from runner.values import Secret

MAPPING_KEYS = ("command", "prompt", "answer", "output", "check_all", "newline", "sendonly")
"""What a command as a mapping may say."""

_LITERAL_BRACKETS = re.compile(r"\[[A-Za-z][\w /]*\]\s*[?:]?\s*")
"""`[confirm]`: as a regular expression it would fit nearly every line."""


class Line(NamedTuple):
    """One command and the answers declared for the questions it may ask."""

    text: str
    answers: tuple[Answer, ...] = ()
    output: str | None = None
    """`json` or `text`: what form the output is to have; None: as it comes."""
    check_all: bool = False
    """Every one of the answers must be asked for."""
    sendonly: bool = False
    """What it prints is of no interest, and it may never end."""


def read_lines(args: Mapping[str, Any], platform: Platform) -> list[Line]:
    """The commands of a task's arguments. Raises ActionFailed."""
    if "commands" in args:
        items = args["commands"]
        lines = [_line(item) for item in (items if isinstance(items, list) else [items])]
    elif "command" in args:
        lines = [_line({key: args[key] for key in MAPPING_KEYS if key in args})]
    else:
        raise ActionFailed("cli needs `command` or `commands`")
    display = args.get("display")
    return [_in_form(line, platform, display) for line in lines]


def _line(item: Any) -> Line:
    if not isinstance(item, Mapping):
        return Line(_text(item))
    if "command" not in item:
        raise ActionFailed(f"a command as a mapping needs the key `command`: {dict(item)!r}")
    check_all = _flag(item, "check_all", default=False)
    return Line(
        _text(item["command"]),
        _answers(item, check_all=check_all),
        None if item.get("output") is None else str(item["output"]),
        check_all,
        _flag(item, "sendonly", default=False),
    )


def _in_form(line: Line, platform: Platform, display: str | None) -> Line:
    """The line as the platform wants it for the wanted form of output."""
    wanted = line.output or display
    ending = platform.json_output
    if wanted in (None, "text"):
        plain = line.text.removesuffix(ending).rstrip() if wanted and ending else line.text
        return line._replace(text=plain)
    if wanted in ("xml", "set") and platform.name == "juniper_junos":
        return line._replace(text=_once(line.text, f"| display {wanted}"))
    if wanted not in ("json", "json-pretty"):
        raise ActionFailed(f"`output` is text or json, not `{wanted}`")
    if ending is None:
        raise ActionFailed(
            f"platform {platform.name} prints no JSON", hint="take `output: json` out"
        )
    if wanted == "json-pretty":
        ending = ending.replace("json", "json-pretty")
    return line._replace(text=_once(line.text, ending), output="json")


def _once(text: str, ending: str) -> str:
    return text if text.endswith(ending) else f"{text} {ending}"


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ActionFailed(f"a command must be text, not {type(value).__name__}: {value!r}")
    text = str(value).strip(" \n")
    refuse_controls(text)
    if not text:
        raise ActionFailed("this command is empty")
    return text


def _flag(item: Mapping[Any, Any], key: str, *, default: bool) -> bool:
    value = item.get(key)
    return default if value is None else str(value).lower() in ("true", "yes", "on", "1")


def _answers(item: Mapping[Any, Any], *, check_all: bool) -> tuple[Answer, ...]:
    """One answer for each prompt; a single one, or a missing one, is the first for all."""
    prompts, answers = listed(item.get("prompt")), listed(item.get("answer"))
    if not prompts and not answers:
        return ()
    if not prompts or not answers or None in prompts or len(answers) > len(prompts):
        raise ActionFailed("`prompt` and `answer` must come in pairs, one answer for each prompt")
    if check_all and len(prompts) != len(answers):
        raise ActionFailed("`check_all` needs one answer for each prompt")
    newline = _flag(item, "newline", default=True)
    answers += answers[:1] * (len(prompts) - len(answers))
    return tuple(
        _answer(prompt, answer, newline=newline, once=check_all)
        for prompt, answer in zip(prompts, answers, strict=True)
    )


def listed(value: Any) -> list[Any]:
    """A list as it is, a single value as a list of it, nothing as an empty one."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _answer(prompt: Any, answer: Any, *, newline: bool, once: bool) -> Answer:
    pattern = str(prompt)
    if _LITERAL_BRACKETS.fullmatch(pattern):
        pattern = re.escape(pattern)
    try:
        re.compile(pattern)
    except re.error as error:
        raise ActionFailed(f"the prompt {prompt!r} is no regular expression: {error}") from None
    text = "" if answer is None else str(answer)
    return Answer(pattern, answer if isinstance(answer, Secret) else text, newline, once)
