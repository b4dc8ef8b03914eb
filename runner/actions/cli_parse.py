"""`cli_parse`: what a command prints, as a structure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
from runner.actions.lines import refuse_controls
from runner.actions.parsers import PARSERS, Wanted
from runner.actions.places import find_source
from runner.errors import ActionFailed, CommandFailed, nearest
from runner.platforms import is_read_only
from runner.platforms.model import Platform
from runner.values import Source


class CliParse(Base):
    """Types `command`, or takes `text`, and hands it to a parser.

    `parser` names one (`ansible.utils.textfsm`, `ntc_templates`, `ttp`, `json`) and its
    `template_path`. With `set_fact` the result becomes a variable of the host.
    """

    parameters: Mapping[str, Parameter] = {
        "command": Parameter("text", says="The command to type."),
        "text": Parameter("text", says="A text to parse instead."),
        "parser": Parameter("mapping", required=True, says="`name`, `template_path`, `vars` …"),
        "set_fact": Parameter("text", says="The variable that gets the result."),
        **PROVIDER_ARGUMENTS,
    }
    one_of: OneOf = OneOf(("command", "text"), needed=False)
    place: Place = "device"

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """A read, as far as the command is known as one."""
        command = args.get("command")
        if command is None:
            return frozenset()
        constant = not (isinstance(command, Source) and command.has_markers)
        if constant and all(is_read_only(platform, str(command)) for platform in platforms):
            return frozenset({Effect.DEVICE_READ})
        return frozenset({Effect.DEVICE_WRITE})

    def writes(self, call: Call) -> bool:
        """Whether the command is not known as one that only reads."""
        command = call.args.get("command")
        return command is not None and not is_read_only(call.platform(), str(command))

    def run(self, call: Call) -> Outcome:
        """Values: parsed, stdout, stdout_lines. Raises TaskError, ConnectionFailed."""
        parser = call.args["parser"]
        if not isinstance(parser, Mapping) or "name" not in parser:
            raise ActionFailed("`parser` needs a `name`", hint=f"one of {', '.join(PARSERS)}")
        parse = PARSERS.get(str(parser["name"]).rpartition(".")[2])
        if parse is None:
            close = nearest(str(parser["name"]), PARSERS)
            hint = f"did you mean `{close}`?" if close else f"one of {', '.join(PARSERS)}"
            raise ActionFailed(f"there is no parser `{parser['name']}`", hint=hint)
        if call.check and self.writes(call):
            return Outcome(skipped="check mode: not sent, since it may change the device")
        text = _text(call)
        template = parser.get("template_path")
        wanted = Wanted(
            text,
            str(parser.get("command") or call.args.get("command") or ""),
            call.platform(),
            find_source(call.paths, str(template), "templates") if template else None,
            parser.get("vars"),
        )
        parsed = parse(wanted)
        name = call.args.get("set_fact")
        return Outcome(
            values={"parsed": parsed, "stdout": text, "stdout_lines": text.split("\n")},
            facts={str(name): parsed} if name else {},
        )


def _text(call: Call) -> str:
    if "text" in call.args:
        return str(call.args["text"])
    command = call.args.get("command")
    if command is None:
        raise ActionFailed("`cli_parse` needs `command` or `text`")
    refuse_controls(str(command))
    if not is_read_only(call.platform(), str(command)):
        call.note({"sending": str(command)})
    reply = call.session().command(str(command))
    if reply.error is not None:
        raise CommandFailed(f"the device refused `{command}`: {reply.error}")
    return (reply.text or "").strip("\n")
