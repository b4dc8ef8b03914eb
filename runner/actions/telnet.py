"""`telnet`: lines typed into a raw Telnet connection, as `ansible.netcommon.telnet` does.

For what has no platform: consoles, boot loaders, odd equipment. It waits for what it is told
to wait for and knows nothing of prompts, pagers or errors; `cli` over connection telnet does.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from runner.actions.api import Base, Call, Effect, Effects, Outcome, Parameter
from runner.actions.arguments.reading import Arguments
from runner.actions.commandline.commands import listed
from runner.actions.commandline.lines import refuse_controls
from runner.actions.commandline.waiting import pause
from runner.connections.api import Target
from runner.errors import ActionFailed, ConnectionFailed, ConnectionLost, TaskError
from runner.platforms import load
from runner.platforms.model import Platform
from runner.values import Secret

if TYPE_CHECKING:
    from runner.connections.telnet import TelnetTransport

_PORT = 23
_GLANCE = 0.2
"""Seconds between two looks at whether the run is being cut off."""
_WINDOW = 4_096
"""In bytes; where a prompt is looked for."""
_USERS = ("ansible_user", "ansible_ssh_user", "user")
_PASSWORDS = ("ansible_password", "ansible_ssh_pass", "ansible_ssh_password", "password")
_ADDRESSES = ("ansible_host", "ansible_ssh_host", "host", "inventory_hostname")


class Telnet(Base):
    """Logs in, types each command, and waits for one of `prompts` after each.

    Prompts are regular expressions. What was printed is one text, login and all.
    """

    parameters: Mapping[str, Parameter] = {
        "command": Parameter(
            "list", required=True, aliases=("commands",), says="Lines to type, in their order."
        ),
        "host": Parameter("text", says="Where; default: the host's address."),
        "user": Parameter("text", says="Who logs in; default: the host's user."),
        "password": Parameter("text", says="With what; default: the host's password."),
        "port": Parameter("number", default=_PORT, says="Its Telnet port."),
        "timeout": Parameter("number", default=120, says="Seconds to wait for a prompt."),
        "prompts": Parameter("list", default=[r"\$ "], says="What ends a command's output."),
        "login_prompt": Parameter("text", default="login: ", says="What asks for the user."),
        "password_prompt": Parameter("text", default="Password: ", says="And for the password."),
        "pause": Parameter("number", default=1, says="Seconds after each command."),
        "send_newline": Parameter("flag", default=False, says="Whether Enter comes first."),
        "crlf": Parameter("flag", default=False, says="Whether Enter is CR LF, not LF."),
    }
    free_form: str | None = "command"

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """Whatever the lines do."""
        return frozenset({Effect.DEVICE_WRITE})

    def writes(self, call: Call) -> bool:
        """Nobody knows what the lines mean."""
        return not call.check

    def run(self, call: Call) -> Outcome:
        """Values: stdout, stdout_lines. Raises TaskError, ConnectionFailed."""
        args = Arguments(call, self.parameters)
        commands = _commands(args)
        if call.check:
            return Outcome(skipped="check mode: nothing was typed")
        from runner.connections.dial import Sockets
        from runner.connections.telnet import open_telnet

        if call.simulated:
            return Outcome(skipped="--lab: nothing was typed, it would reach a real device")
        sockets = Sockets()
        wire = _Wire(call, open_telnet(_target(call, args), sockets), args)
        failure: Exception | None = None
        try:
            _converse(call, wire, args, commands)
        except (TaskError, ConnectionFailed) as error:
            failure = error
        finally:
            wire.transport.close()
        text = wire.seen.decode("utf-8", "replace")
        values = {"stdout": text, "stdout_lines": text.splitlines(keepends=True)}
        return Outcome(changed=True, values=values, failure=failure)


class _Wire:
    """The connection and everything that came over it."""

    def __init__(self, call: Call, transport: TelnetTransport, args: Arguments) -> None:
        self._call = call
        self.transport = transport
        self._timeout = float(args.get("timeout"))
        self._enter = b"\r\n" if args.flag("crlf") else b"\n"
        self._from = 0
        """Where what was not yet waited for begins."""
        self.seen = bytearray()

    def type(self, text: str) -> None:
        """A line, with Enter."""
        self.transport.write(text.encode() + self._enter)

    def wait(self, patterns: Sequence[re.Pattern[bytes]]) -> None:
        """Reads until one of the patterns is seen. Raises TaskError, ConnectionFailed."""
        until = time.monotonic() + self._timeout
        while not self._found(patterns):
            if self._call.cancelled():
                raise ConnectionLost("interrupted")
            if time.monotonic() > until:
                wanted = ", ".join(repr(pattern.pattern.decode()) for pattern in patterns)
                last = bytes(self.seen[-200:]).decode("utf-8", "replace")
                raise ActionFailed(
                    f"{wanted} did not come within {self._timeout:g} s; the last was {last!r}",
                    hint="say in `prompts` (or login_prompt, password_prompt) what comes",
                )
            self._read()

    def _read(self) -> None:
        try:
            data = self.transport.read(_GLANCE)
        except TimeoutError:
            return
        if not data:
            raise ActionFailed("the device closed the connection")
        self.seen += data
        if len(self.seen) > self._call.max_register:
            raise ActionFailed(
                f"the device printed more than `max_register` ({self._call.max_register} bytes)"
            )

    def _found(self, patterns: Sequence[re.Pattern[bytes]]) -> bool:
        start = max(self._from, len(self.seen) - _WINDOW)
        ends = [match.end() for p in patterns if (match := p.search(self.seen, start))]
        if ends:
            self._from = min(ends)
        return bool(ends)


def _converse(call: Call, wire: _Wire, args: Arguments, commands: Sequence[str]) -> None:
    prompts = [_pattern("prompts", text) for text in listed(args.get("prompts"))]
    user, password = _given(call, "user", _USERS), _given(call, "password", _PASSWORDS)
    if args.flag("send_newline"):
        wire.type("")
    for name, text in (("user", user), ("password", password)):
        from runner.connections.exchange import untypeable

        if text and untypeable(text):
            raise ActionFailed(f"there is a control character in the `{name}`: not sent")
    if password:
        call.hide(password)
    if user:
        wire.wait([_pattern("login_prompt", args.text("login_prompt"))])
        wire.type(user)
    if password:
        wire.wait([_pattern("password_prompt", args.text("password_prompt"))])
        wire.type(password)
    wire.wait(prompts)
    for command in commands:
        call.note({"sending": command})
        wire.type(command)
        wire.wait(prompts)
        pause(call, float(args.get("pause")))
    wire.type("exit")


def _commands(args: Arguments) -> list[str]:
    value = args.get("command")
    lines = value.split(",") if isinstance(value, str) else listed(value)
    commands = [str(line) for line in lines]
    for command in commands:
        refuse_controls(command)
    if not commands:
        raise ActionFailed("`telnet` needs a command to type")
    return commands


def _pattern(name: str, text: Any) -> re.Pattern[bytes]:
    try:
        return re.compile(str(text).encode())
    except re.error as error:
        raise ActionFailed(f"`{name}` {text!r} is no regular expression: {error}") from None


def _given(call: Call, argument: str, names: Sequence[str]) -> str | None:
    """An argument, or the first of the host's variables that is set."""
    value = call.args.get(argument)
    for name in names:
        if value is not None:
            break
        if name in call.variables:
            value = call.variables[name]
    return value.reveal() if isinstance(value, Secret) else None if value is None else str(value)


def _target(call: Call, args: Arguments) -> Target:
    return Target(
        host=call.host,
        address=_given(call, "host", _ADDRESSES) or call.host,
        platform=load("generic"),
        transport="telnet",
        port=int(args.get("port")),
    )
