"""`expect`: run a program on the controller and answer what it asks."""

from __future__ import annotations

import itertools
import os
import re
import shlex
import shutil
import time
from collections.abc import Iterator, Mapping
from typing import Any

from runner.actions.api import PROGRAM, Base, Call, Effects, Outcome, Parameter, Place
from runner.actions.arguments.reading import Arguments
from runner.actions.processes import folder_of, not_needed, times
from runner.actions.programs.dialogue import Answer, Program, Unanswered, converse
from runner.actions.programs.subprocesses import Cut
from runner.errors import ActionFailed
from runner.platforms.model import Platform

_FOR_A_SECRET = re.compile(r"(?i)passw|passphrase|secret|token")


class Expect(Base):
    """Runs `command` in a terminal of its own; `responses` says what to type at which question."""

    parameters: Mapping[str, Parameter] = {
        "command": Parameter("text", required=True, says="What to run, without a shell."),
        "responses": Parameter(
            "mapping",
            required=True,
            says="Patterns and what to type when one is seen; a list is used up one by one.",
        ),
        "timeout": Parameter("number", default=30, says="Seconds for each question; none: any."),
        "echo": Parameter("flag", default=False, says="Whether the terminal shows what is typed."),
        "chdir": Parameter("text", says="The folder it runs in; else the playbook's."),
        "creates": Parameter("text", says="Do nothing if this file is there."),
        "removes": Parameter("text", says="Do nothing if this file is not there."),
    }
    place: Place = "shell"

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """It may read and write anything on the controller."""
        return PROGRAM

    def run(self, call: Call) -> Outcome:
        """Fails when its exit status is not 0, or when it falls silent."""
        args = Arguments(call, self.parameters)
        command = args.text("command")
        if not command.strip():
            return _failed({"rc": 256}, "no command given")
        if call.check:
            return Outcome(skipped="check mode: not run")
        folder = folder_of(call, args)
        found = not_needed(args, folder)
        if found is not None:
            return Outcome(values=_values(command, 0, f"skipped, since {found[0]} {found[1]}"))
        program = Program(_words(command), folder, call.environment, args.flag("echo"))
        answers = [_answer(key, value) for key, value in args.mapping("responses").items()]
        _hide(call, args.mapping("responses"))
        begun = time.time()
        code, out = _done(call, program, answers, _timeout(call, args))
        values = {**_values(command, code, out), **times(begun, time.time())}
        if code is None:
            return _failed(values, "command exceeded timeout", changed=True)
        if code != 0:
            return _failed(values, "non-zero return code", changed=True)
        return Outcome(changed=True, values=values)


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ActionFailed(f"cannot split `{command}` into words: {error}") from error
    if shutil.which(words[0]) is None:
        raise ActionFailed(f"there is no program `{words[0]}` on the controller")
    return words


def _answer(key: Any, value: Any) -> Answer:
    try:
        pattern = re.compile(str(key).encode("utf-8", "surrogateescape"), re.DOTALL)
    except re.error as error:
        raise ActionFailed(f"`responses` holds what is no pattern: {key}: {error}") from error
    return Answer(pattern, _texts(value), str(key))


def _hide(call: Call, responses: Mapping[str, Any]) -> None:
    """What answers a question for a password is one; a program may repeat it."""
    for question, value in responses.items():
        if _FOR_A_SECRET.search(str(question)):
            for text in value if isinstance(value, list) else [value]:
                call.hide(str(text).strip())


def _texts(value: Any) -> Iterator[bytes]:
    if isinstance(value, list):
        return iter([_typed(text) for text in value])
    return itertools.repeat(_typed(value))


def _typed(value: Any) -> bytes:
    text = "" if value is None else str(value)
    return text.encode("utf-8", "surrogateescape").rstrip(b"\n") + b"\n"


def _timeout(call: Call, args: Arguments) -> float | None:
    if "timeout" in call.args and call.args["timeout"] is None:
        return None
    return args.seconds("timeout")


def _done(
    call: Call, program: Program, answers: list[Answer], timeout: float | None
) -> tuple[int | None, str]:
    try:
        code, out = converse(program, answers, timeout, call.cancelled)
    except Unanswered as error:
        shown = _text(error.output)
        message = f"there are no more responses for `{error.question}`; the output was {shown!r}"
        raise ActionFailed(message) from error
    except Cut:
        raise ActionFailed("the program was ended, since the run was cut off") from None
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise ActionFailed(f"cannot run `{program.words[0]}`: {reason}") from error
    return code, _text(out).rstrip("\r\n")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _values(command: str, code: int | None, out: str) -> dict[str, Any]:
    return {"cmd": command, "rc": code, "stdout": out, "stdout_lines": out.splitlines()}


def _failed(values: dict[str, Any], message: str, *, changed: bool = False) -> Outcome:
    return Outcome(changed, values={**values, "msg": message}, failure=ActionFailed(message))
