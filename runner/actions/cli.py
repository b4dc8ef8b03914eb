"""`cli`: type commands at a device and keep what it prints."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from runner.actions.api import (
    PROVIDER_ARGUMENTS,
    Base,
    Call,
    Effect,
    Effects,
    OneOf,
    Outcome,
    Parameter,
    Place,
)
from runner.actions.commandline.commands import Line, read_lines
from runner.actions.commandline.conditions import Condition
from runner.actions.commandline.leaving import takes_its_leave
from runner.actions.commandline.recorder import Part, Recorder
from runner.actions.commandline.waiting import (
    INTERVAL,
    RETRIES,
    Unsatisfied,
    Waiting,
    pause,
    waiting_of,
)
from runner.connections.api import Reply, Session
from runner.errors import (
    ActionFailed,
    CommandFailed,
    ConnectionFailed,
    ConnectionLost,
    PromptTimeout,
    TaskError,
)
from runner.events import Captured
from runner.platforms import is_read_only
from runner.platforms.model import Platform
from runner.values import Source

_SEND_SECONDS = 2.0
"""How long a `sendonly` command is listened to."""
_STRUCTURED = ("cisco_nxos", "arista_eos", "cisco_iosxr")
"""Where Ansible gives JSON as a structure, whether or not `output: json` asked for it."""


class Cli(Base):
    """Runs `command` (one, its output a text) or `commands` (several, a list of texts).

    With `wait_for` all of them are typed again until the conditions hold.
    """

    parameters: Mapping[str, Parameter] = {
        "command": Parameter("text", says="The command to type."),
        "commands": Parameter("list", aliases=("cmds",), says="Commands, typed one by one."),
        "prompt": Parameter("list", says="Questions the command may ask (regular expressions)."),
        "answer": Parameter("list", says="What to answer, one for each `prompt`."),
        "check_all": Parameter(
            "flag", default=False, says="Each prompt once; what does not come is told."
        ),
        "newline": Parameter("flag", default=True, says="Whether Enter follows an answer."),
        "sendonly": Parameter("flag", default=False, says="Do not wait for what it prints."),
        "output": Parameter("any", says="Where the output goes: true, or a path."),
        "display": Parameter(
            "text",
            choices=("text", "json", "xml", "set"),
            aliases=("format",),
            says="The form of the output, where the platform has several.",
        ),
        "wait_for": Parameter(
            "list", aliases=("waitfor",), says="Conditions: `result[0] contains up`."
        ),
        "match": Parameter(
            "text", choices=("all", "any"), default="all", says="How many of them must hold."
        ),
        "retries": Parameter("number", default=RETRIES, says="How often to try again for them."),
        "interval": Parameter("number", default=INTERVAL, says="Seconds between two tries."),
        "rpcs": Parameter("list", old=True, says="Refused: no command line."),
        **PROVIDER_ARGUMENTS,
    }
    one_of: OneOf = OneOf(("command", "commands"))
    free_form: str | None = "command"
    place: Place = "device"

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
        return not all(is_read_only(platform, line.text) for line in _lines(call))

    def run(self, call: Call) -> Outcome:
        """Types the commands one after another; stops at the first that the device refuses."""
        lines = _lines(call)
        waiting = waiting_of(call.args, call.platform().name)
        sent, unsent = _split_for_check(call, lines)
        if not sent:
            return Outcome(
                values=_unsent(unsent),
                skipped="check mode: not sent, since it may change the device",
            )
        printed: list[_Printed] = []
        files: list[Captured] = []
        failure: Exception | None = None
        try:
            with Recorder(call, files) as recorder:
                _type_recorded(call, sent, waiting, printed, recorder)
        except (TaskError, ConnectionFailed) as error:
            failure = error
        values = {**_values(call, sent, printed), **_unsent(unsent)}
        unasked = [found.unasked for found in printed if found.unasked]
        if unasked:
            values["warnings"] = [*values.get("warnings", ()), *unasked]
        if isinstance(failure, Unsatisfied):
            values["failed_conditions"] = failure.conditions
        return Outcome(values=values, captured=tuple(files), failure=failure)


def _reads(command: Any, platforms: tuple[Platform, ...]) -> bool:
    text = command.get("command") if isinstance(command, dict) else command
    if not isinstance(text, str) or (isinstance(text, Source) and text.has_markers):
        return False
    return bool(platforms) and all(is_read_only(platform, text) for platform in platforms)


def _lines(call: Call) -> list[Line]:
    if "rpcs" in call.args:
        raise ActionFailed(
            "`rpcs` are NETCONF, and playrun types at command lines",
            hint="use `commands`, with `display: json` where the structure is wanted",
        )
    return read_lines(call.args, call.platform())


def _split_for_check(call: Call, lines: Sequence[Line]) -> tuple[list[Line], list[str]]:
    if not call.check:
        return list(lines), []
    platform = call.platform()
    reads = [line for line in lines if is_read_only(platform, line.text)]
    return reads, [line.text for line in lines if not is_read_only(platform, line.text)]


def _unsent(lines: Sequence[str]) -> dict[str, Any]:
    if not lines:
        return {}
    warnings = [f"check mode: `{line}` may change the device and was not sent" for line in lines]
    return {"unsent": list(lines), "warnings": warnings}


class _Printed(NamedTuple):
    """What one command printed, and the prompt it was typed at."""

    prompt: str
    text: str
    unasked: str = ""
    """What is to be told of answers that nobody asked for."""


def _type_all(
    call: Call, lines: Sequence[Line], printed: list[_Printed], recorder: Recorder
) -> None:
    session = call.session()
    for line in lines:
        prompt = session.prompt
        reply: Reply | None = None
        with recorder.command(prompt, line.text) as part:
            try:
                reply = _type(call, session, line, part)
            finally:
                text = _answered(part.text(), reply, session)
                printed.append(_Printed(prompt, text, _unasked(line, reply)))
        _judge(line, reply)


def _type_until(
    call: Call, lines: Sequence[Line], waiting: Waiting, printed: list[_Printed]
) -> None:
    """Types all lines again until the conditions hold. Raises Unsatisfied."""
    left: Sequence[Condition] = waiting.conditions
    for turn in range(waiting.tries):
        if turn:
            if call.stopping():
                raise Unsatisfied(left, turn)
            pause(call, waiting.interval)
        printed.clear()
        with Recorder(call, [], kept=False) as nowhere:
            _type_all(call, lines, printed, nowhere)
        left = waiting.left(_results(call, lines, printed), left)
        if not left:
            return
    raise Unsatisfied(left, waiting.tries)


def _type_recorded(
    call: Call,
    lines: Sequence[Line],
    waiting: Waiting,
    printed: list[_Printed],
    recorder: Recorder,
) -> None:
    """Types the lines; of those typed several times, the last time is recorded."""
    if not waiting.conditions:
        _type_all(call, lines, printed, recorder)
        return
    try:
        _type_until(call, lines, waiting, printed)
    finally:
        for line, found in zip(lines, printed, strict=False):
            with recorder.command(found.prompt, line.text) as part:
                part.take(found.text)


def _type(call: Call, session: Session, line: Line, part: Part) -> Reply | None:
    """None: it was only sent, or the connection has ended as the command wants it to."""
    if not is_read_only(session.platform, line.text):
        call.note({"sending": line.text})
    if not line.sendonly:
        return _type_and_read(call, session, line, part)
    try:
        session.command(line.text, answers=line.answers, timeout=_SEND_SECONDS, check=False)
    except (PromptTimeout, ConnectionLost):
        # It may print for ever, or take the connection with it: that is what sendonly is for.
        return None
    return None


def _type_and_read(call: Call, session: Session, line: Line, part: Part) -> Reply | None:
    try:
        return session.command(line.text, answers=line.answers, sink=part.take)
    except ConnectionLost:
        if call.cancelled() or not takes_its_leave(line.text, part.text()):
            raise
        return None


def _answered(text: str, reply: Reply | None, session: Session) -> str:
    """Without the prompts that the Enter after a one-key answer (`[confirm]`) brought up."""
    if reply is None or not reply.answered:
        return text
    lines = text.split("\n")
    while lines and lines[-1].rstrip() in ("", session.prompt):
        lines.pop()
    return "\n".join(lines)


def _judge(line: Line, reply: Reply | None) -> None:
    if reply is None:
        return
    if reply.error is not None:
        raise CommandFailed(f"the device refused `{line.text}`: {reply.error}")


def _unasked(line: Line, reply: Reply | None) -> str:
    if reply is None or not line.check_all or reply.answered >= len(line.answers):
        return ""
    asked, expected = reply.answered, len(line.answers)
    return f"`{line.text}` asked {asked} of the {expected} questions that `check_all` expects"


def _results(call: Call, lines: Sequence[Line], printed: Sequence[_Printed]) -> list[Any]:
    """What the commands gave, JSON as the structure that it says."""
    structured = call.platform().name in _STRUCTURED
    return [
        _structure(found.text) if structured or line.output == "json" else found.text.strip()
        for line, found in zip(lines, printed, strict=False)
    ]


def _structure(text: str) -> Any:
    stripped = text.strip()
    if not stripped.startswith(("{", "[")):
        return stripped
    try:
        return json.loads(stripped)
    except ValueError:
        return stripped


def _values(call: Call, lines: Sequence[Line], printed: Sequence[_Printed]) -> dict[str, Any]:
    """The shapes of Ansible's cli_command (one text) and ios_command (a list of them)."""
    if "commands" in call.args:
        results = _results(call, lines, printed)
        split = [item.split("\n") if isinstance(item, str) else item for item in results]
        return {"stdout": results, "stdout_lines": split}
    if any(line.sendonly for line in lines):
        return {}
    text = printed[0].text.strip() if printed else ""
    values = {"stdout": text, "stdout_lines": text.split("\n") if text else []}
    try:
        return {**values, "json": json.loads(text)}
    except ValueError:
        return values
