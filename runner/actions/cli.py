"""`cli`: type commands at a device and keep what it prints."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from runner.actions.api import Call, Effect, Effects, OneOf, Outcome, Parameter, Place
from runner.actions.lines import refuse_controls
from runner.actions.recorder import Recorder
from runner.connections.api import Answer, Session
from runner.errors import ActionFailed, CommandFailed, ConnectionFailed, TaskError
from runner.events import Captured
from runner.platforms import is_read_only
from runner.platforms.model import Platform
from runner.values import Secret, Source


class Line(NamedTuple):
    """One command and the answers declared for the questions it may ask."""

    text: str
    answers: tuple[Answer, ...] = ()


class Cli:
    """Runs `command` (one, its output a text) or `commands` (several, a list of texts)."""

    parameters: Mapping[str, Parameter] = {
        "command": Parameter("text"),
        "commands": Parameter("list", aliases=("cmds",)),
        "prompt": Parameter("list"),
        "answer": Parameter("list"),
        "output": Parameter("any"),
    }
    one_of: OneOf = OneOf(("command", "commands"))
    free_form: str | None = "command"
    place: Place = "device"
    raw: frozenset[str] = frozenset()

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """A read if every command is constant text that every platform knows as read-only."""
        items = args.get("commands", args.get("command"))
        commands = items if isinstance(items, list) else [items]
        if all(_reads(command, platforms) for command in commands):
            return frozenset({Effect.DEVICE_READ})
        return frozenset({Effect.DEVICE_WRITE})

    def writes(self, call: Call) -> bool:
        """Whether any of the rendered commands is not known as read-only."""
        platform = call.platform()
        return not all(is_read_only(platform, line.text) for line in _lines(call.args))

    def run(self, call: Call) -> Outcome:
        """Types the commands one after another; stops at the first that the device refuses."""
        lines = _lines(call.args)
        single = "commands" not in call.args
        sent, unsent = _split_for_check(call, lines)
        if not sent:
            return Outcome(
                values={"unsent": unsent},
                skipped="check mode: not sent, since it may change the device",
            )
        texts: list[str] = []
        files: list[Captured] = []
        try:
            _type_all(call, sent, texts, files)
        except (TaskError, ConnectionFailed) as error:
            return Outcome(
                values=_values(texts, single, unsent),
                captured=tuple(files),
                failure=error,
            )
        return Outcome(values=_values(texts, single, unsent), captured=tuple(files))


def _reads(command: Any, platforms: tuple[Platform, ...]) -> bool:
    text = command.get("command") if isinstance(command, dict) else command
    if not isinstance(text, str) or (isinstance(text, Source) and text.has_markers):
        return False
    return bool(platforms) and all(is_read_only(platform, text) for platform in platforms)


def _lines(args: Mapping[str, Any]) -> list[Line]:
    if "commands" in args:
        items = args["commands"]
        return [_line(item) for item in (items if isinstance(items, list) else [items])]
    if "command" not in args:
        raise ActionFailed("cli needs `command` or `commands`")
    return [_line({key: args[key] for key in ("command", "prompt", "answer") if key in args})]


def _line(item: Any) -> Line:
    if isinstance(item, Mapping):
        if "command" not in item:
            raise ActionFailed(f"a command as a mapping needs the key `command`: {dict(item)!r}")
        return Line(_text(item["command"]), _answers(item.get("prompt"), item.get("answer")))
    return Line(_text(item))


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ActionFailed(f"a command must be text, not {type(value).__name__}: {value!r}")
    text = str(value).strip(" \n")
    refuse_controls(text)
    if not text:
        raise ActionFailed("this command is empty")
    return text


def _answers(prompts: Any, answers: Any) -> tuple[Answer, ...]:
    if prompts is None and answers is None:
        return ()
    asked = prompts if isinstance(prompts, list) else [prompts]
    given = answers if isinstance(answers, list) else [answers]
    if len(asked) != len(given) or None in asked:
        raise ActionFailed("`prompt` and `answer` must come in pairs, one answer for each prompt")
    return tuple(_answer(prompt, answer) for prompt, answer in zip(asked, given, strict=True))


def _answer(prompt: Any, answer: Any) -> Answer:
    try:
        re.compile(str(prompt))
    except re.error as error:
        raise ActionFailed(f"the prompt {prompt!r} is no regular expression: {error}") from None
    text = "" if answer is None else str(answer)
    return Answer(str(prompt), answer if isinstance(answer, Secret) else text)


def _split_for_check(call: Call, lines: Sequence[Line]) -> tuple[list[Line], list[str]]:
    if not call.check:
        return list(lines), []
    platform = call.platform()
    reads = [line for line in lines if is_read_only(platform, line.text)]
    return reads, [line.text for line in lines if not is_read_only(platform, line.text)]


def _type_all(call: Call, lines: Sequence[Line], texts: list[str], files: list[Captured]) -> None:
    session = call.session()
    with Recorder(call, files) as recorder:
        for line in lines:
            _type_one(call, session, line, recorder, texts)


def _type_one(
    call: Call, session: Session, line: Line, recorder: Recorder, texts: list[str]
) -> None:
    if not is_read_only(session.platform, line.text):
        call.note({"sending": line.text})
    with recorder.command(session.prompt, line.text) as part:
        try:
            reply = session.command(line.text, answers=line.answers, sink=part.take)
        finally:
            texts.append(part.text())
    if reply.error is not None:
        raise CommandFailed(f"the device refused `{line.text}`: {reply.error}")


def _values(texts: list[str], single: bool, unsent: list[str]) -> dict[str, Any]:
    """The shapes of Ansible's cli_command (one text) and ios_command (a list of texts)."""
    stripped = [text.strip("\n") for text in texts]
    values: dict[str, Any]
    if single:
        text = stripped[0] if stripped else ""
        values = {"stdout": text, "stdout_lines": text.split("\n") if text else []}
    else:
        values = {"stdout": stripped, "stdout_lines": [text.split("\n") for text in stripped]}
    if unsent:
        values["unsent"] = unsent
    return values
