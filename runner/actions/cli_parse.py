"""`cli_parse`: what a command prints, as a structure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
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
from runner.actions.commandline.lines import refuse_controls
from runner.actions.commandline.parsers import ENDINGS, PARSERS, Wanted
from runner.actions.filesystem.places import find_source
from runner.errors import ActionFailed, CommandFailed, nearest
from runner.platforms import is_read_only
from runner.platforms.model import Platform
from runner.values import Source


def _no_parser(written: Mapping[str, Any]) -> str | None:
    """What is wrong with a parser's name, where it is written down."""
    name = str(written.get("name", ""))
    if not name:
        return f"needs a `name`: one of {', '.join(PARSERS)}"
    if "{{" in name or name.rpartition(".")[2] in PARSERS:
        return None
    return f"has no `{name}`: there are {', '.join(PARSERS)}"


class CliParse(Base):
    """Types `command`, or takes `text`, and hands it to a parser.

    `parser` names one (`ansible.utils.textfsm`, `ntc_templates`, `ttp`, `json`, `xml`) and its
    `template_path`; without that, TextFSM and TTP look for `ios_show_version.textfsm`. With
    `set_fact` the result becomes a fact of the host.
    """

    parameters: Mapping[str, Parameter] = {
        "command": Parameter("text", says="The command to type."),
        "text": Parameter("text", says="A text to parse instead."),
        "parser": Parameter(
            "mapping",
            required=True,
            says="`name`, `template_path`, `command`, `os`, `vars`.",
            wrong=_no_parser,
        ),
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
        parse = _parser(str(parser["name"]))
        if call.check and self.writes(call):
            return Outcome(skipped="check mode: not sent, since it may change the device")
        template = _template(call, parser)
        text = _text(call)
        wanted = Wanted(
            text, _command(call, parser), call.platform(), template, parser.get("vars"), _os(parser)
        )
        values: dict[str, Any] = {"parsed": parse(wanted)}
        if "text" not in call.args:
            values |= {"stdout": text, "stdout_lines": text.split("\n")}
        name = call.args.get("set_fact")
        return Outcome(values=values, gathered={str(name): values["parsed"]} if name else {})


def _parser(name: str) -> Callable[[Wanted], Any]:
    parse = PARSERS.get(name.rpartition(".")[2])
    if parse is None:
        close = nearest(name, PARSERS)
        hint = f"did you mean `{close}`?" if close else f"one of {', '.join(PARSERS)}"
        raise ActionFailed(f"there is no parser `{name}`", hint=hint)
    return parse


def _command(call: Call, parser: Mapping[str, Any]) -> str:
    return str(parser.get("command") or call.args.get("command") or "")


def _os(parser: Mapping[str, Any]) -> str | None:
    return None if parser.get("os") is None else str(parser["os"])


def _template(call: Call, parser: Mapping[str, Any]) -> Path | None:
    """The file that `template_path` names, or the one that is named after system and command."""
    written = parser.get("template_path")
    ending = ENDINGS.get(str(parser["name"]).rpartition(".")[2])
    command = _command(call, parser)
    if written is None and ending is not None and command:
        system = _os(parser) or _short_name(call.platform())
        written = f"{system}_{command.replace(' ', '_')}.{ending}"
    return find_source(call.paths, str(written), "templates") if written else None


def _short_name(platform: Platform) -> str:
    """`ios`, as the last part of Ansible's name for it."""
    return next(iter(platform.names.get("ansible", ())), platform.name).rpartition(".")[2]


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
    return (reply.text or "").strip()
