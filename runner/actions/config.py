"""`config`: type configuration lines in the device's configuration mode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.actions.api import Call, Effect, Effects, OneOf, Outcome, Parameter, Place
from runner.actions.commandline.lines import refuse_controls
from runner.actions.copy_and_template import find_source
from runner.connections.api import Session
from runner.errors import ActionFailed, CommandFailed, ConnectionFailed
from runner.platforms.model import Platform


class Config:
    """Types `lines` under optional `parents`, or the lines of the template `src`.

    Comment lines (`!`, `#`) and blank lines of `src` are left out. With `save_when: always`
    (or `changed`) the running configuration is saved afterwards.
    """

    parameters: Mapping[str, Parameter] = {
        "lines": Parameter("list", aliases=("commands",), says="Lines to type."),
        "parents": Parameter("list", says="Lines that are typed first, to get there."),
        "src": Parameter("text", says="A template whose lines are typed; from `templates/` first."),
        "save_when": Parameter(
            "text",
            choices=("never", "always", "changed", "modified"),
            says="When to save the running configuration.",
        ),
    }
    one_of: OneOf = OneOf(("lines", "src"))
    free_form: str | None = None
    place: Place = "device"
    raw: frozenset[str] = frozenset()

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """It changes the device."""
        return frozenset({Effect.DEVICE_WRITE})

    def writes(self, call: Call) -> bool:
        """Always, but in check mode."""
        return not call.check

    def run(self, call: Call) -> Outcome:
        """Enters configuration mode, types the lines, leaves it; commits where that is the way."""
        lines = _lines(call)
        if call.check:
            return Outcome(
                changed=bool(lines),
                values={"commands": lines, "unsent": lines},
                skipped="check mode: not sent, since it changes the device",
            )
        if not lines:
            return Outcome(values={"commands": []})
        save = _save_command(call)
        session = call.session()
        try:
            session.configure(lines, on_line=lambda line: call.note({"sending": line}))
            if save is not None:
                _save(call, session, save)
        except ConnectionFailed as error:
            call.note({"lost": error.message, "sent": error.sent, "seen": error.seen})
            raise
        call.note({"done": len(lines)})
        return Outcome(changed=True, values={"commands": lines})


def _save(call: Call, session: Session, line: str) -> None:
    call.note({"sending": line})
    reply = session.command(line)
    if reply.error is not None:
        raise CommandFailed(f"the device took the lines but refused `{line}`: {reply.error}")


def _lines(call: Call) -> list[str]:
    parents = _texts(call.args.get("parents", []), "parents")
    if "src" in call.args:
        path = find_source(call.paths, str(call.args["src"]), "templates")
        text = call.templar.file(path, call.variables)
        lines = [line.rstrip() for line in text.splitlines() if not _is_comment(line)]
    else:
        lines = _texts(call.args["lines"], "lines")
    for line in (*parents, *lines):
        refuse_controls(line)
    return [*parents, *lines]


def _is_comment(line: str) -> bool:
    stripped = line.strip()
    return not stripped or stripped.startswith(("!", "#"))


def _texts(value: Any, name: str) -> list[str]:
    """A list of lines; a text of several lines is split, as Ansible's config modules do."""
    items = value if isinstance(value, list) else [value]
    lines: list[str] = []
    for item in items:
        if isinstance(item, bool) or not isinstance(item, (str, int, float)):
            raise ActionFailed(f"`{name}` must be lines of text, not {item!r}")
        lines.extend(line.rstrip() for line in str(item).splitlines() if line.strip())
    return lines


def _save_command(call: Call) -> str | None:
    if call.args.get("save_when", "never") == "never":
        return None
    platform = call.platform()
    if platform.config is None or platform.config.save is None:
        raise ActionFailed(
            f"platform {platform.name} has no separate save step",
            hint="take `save_when` out: what is committed is saved",
        )
    return platform.config.save
