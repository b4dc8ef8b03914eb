"""`wait_for`: until a port answers, a file is there, a text is in it; or the other way round."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from runner.actions.api import Base, Call, Effects, Outcome, Parameter
from runner.actions.arguments.reading import Arguments
from runner.actions.filesystem.attributes import described
from runner.actions.filesystem.places import location, reads_and_writes
from runner.actions.machine.connections import ACTIVE, Active
from runner.actions.resting import rest, tries
from runner.errors import ActionFailed
from runner.platforms.model import Platform

_STATES = ("absent", "drained", "present", "started", "stopped")
_MOST = 10_000_000
"""Bytes of a file or an answer that are looked through."""


class WaitFor(Base):
    """Waits until `port` of `host` or `path` is as `state` says; without both, for `timeout`."""

    parameters: Mapping[str, Parameter] = {
        "host": Parameter("text", default="127.0.0.1", says="Whose port."),
        "port": Parameter("number", says="A TCP port."),
        "path": Parameter("text", says="A file."),
        "search_regex": Parameter("text", says="What the file or the port's answer must hold."),
        "state": Parameter("text", default="started", choices=_STATES, says="What to wait for."),
        "delay": Parameter("number", default=0, says="Seconds before the first look."),
        "sleep": Parameter("number", default=1, says="Seconds between two looks."),
        "timeout": Parameter("number", default=300, says="Seconds to wait at most."),
        "connect_timeout": Parameter("number", default=5, says="Seconds for one connection."),
        "active_connection_states": Parameter(
            "list", default=list(ACTIVE), says="What counts as a connection, for `drained`."
        ),
        "exclude_hosts": Parameter("list", says="Whose connections do not count, for `drained`."),
        "msg": Parameter("text", says="What to say when it does not come."),
    }

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """It reads a file that hosts may share."""
        return reads_and_writes(args, reads="path")

    def run(self, call: Call) -> Outcome:
        """Fails when the time is over first."""
        args = Arguments(call, self.parameters)
        if call.check:
            return Outcome(skipped="check mode: not waited for")
        wait = _wait(call, args)
        begun = time.monotonic()
        rest(call, args.seconds("delay"))
        left = args.seconds("timeout") - (time.monotonic() - begun)
        met = _until(call, args, wait, left)
        elapsed = int(time.monotonic() - begun)
        if not met:
            message = args.text("msg") or f"Timeout when waiting for {wait.what}"
            values = {"elapsed": elapsed, "msg": message}
            return Outcome(values=values, failure=ActionFailed(message))
        about = described(location(call, "path"), follow=True) if args.has("path") else {}
        return Outcome(values={**_said(args, wait), **about, "elapsed": elapsed})


class _Wait(NamedTuple):
    """What is waited for, in words; a look at it (with the seconds left); what was found."""

    what: str
    look: Callable[[float], bool] | None
    found: dict[str, Any]


def _until(call: Call, args: Arguments, wait: _Wait, seconds: float) -> bool:
    look = wait.look
    if look is None:
        rest(call, seconds)
        return True
    return any(look(left) for left in tries(call, seconds, args.seconds("sleep")))


def _said(args: Arguments, wait: _Wait) -> dict[str, Any]:
    return {
        "state": args.text("state"),
        "port": args.whole("port") if args.has("port") else None,
        "search_regex": args.get("search_regex"),
        "match_groups": [],
        "match_groupdict": {},
        "path": args.get("path"),
        **wait.found,
    }


def _wait(call: Call, args: Arguments) -> _Wait:
    state, port = args.text("state"), args.whole("port")
    _refuse_mixes(args, state)
    host = args.text("host")
    found: dict[str, Any] = {}
    pattern = _pattern(args)
    if state == "drained":
        active = Active(host, port, args.texts("active_connection_states"))
        excluded = frozenset(args.texts("exclude_hosts"))
        return _Wait(f"{host}:{port} to drain", lambda _: not active.count(excluded), found)
    gone = state in ("absent", "stopped")
    if port:
        door = _Port(host, port, args.seconds("connect_timeout"), pattern, found)
        if gone:
            return _Wait(f"{host}:{port} to stop", lambda left: not door.opens(left), found)
        searched = f"search string {args.text('search_regex')} in " if pattern else ""
        return _Wait(f"{searched}{host}:{port}", door.answers, found)
    if not args.has("path"):
        return _Wait("nothing", None, found)
    path = location(call, "path")
    if gone:
        return _Wait(f"{path} to be absent", lambda _: not path.exists(), found)
    searched = f"search string {args.text('search_regex')} in " if pattern else "file "
    return _Wait(f"{searched}{path}", lambda _: _there(path, pattern, found), found)


def _refuse_mixes(args: Arguments, state: str) -> None:
    if args.has("port") and args.has("path"):
        raise ActionFailed("`wait_for` takes `port` or `path`, not both")
    if args.has("path") and state in ("stopped", "drained"):
        raise ActionFailed(f"`state: {state}` is for a port; a file is `absent`")
    if args.has("exclude_hosts") and state != "drained":
        raise ActionFailed("`exclude_hosts` goes with `state: drained` only")


def _pattern(args: Arguments) -> re.Pattern[bytes] | None:
    text = args.text("search_regex")
    if not text:
        return None
    try:
        return re.compile(text.encode("utf-8", "surrogateescape"), re.MULTILINE)
    except re.error as error:
        raise ActionFailed(f"`search_regex` is no pattern: {text}: {error}") from error


def _there(path: Path, pattern: re.Pattern[bytes] | None, found: dict[str, Any]) -> bool:
    if pattern is None:
        return path.exists()
    try:
        with path.open("rb") as file:
            return _matches(pattern, file.read(_MOST), found)
    except OSError:
        return False


def _matches(pattern: re.Pattern[bytes], data: bytes, found: dict[str, Any]) -> bool:
    match = pattern.search(data)
    if match is None:
        return False
    found["match_groups"] = [_text(group) for group in match.groups()]
    found["match_groupdict"] = {name: _text(group) for name, group in match.groupdict().items()}
    return True


def _text(group: bytes | None) -> str | None:
    return None if group is None else group.decode("utf-8", "replace")


class _Port(NamedTuple):
    host: str
    port: int
    timeout: float
    pattern: re.Pattern[bytes] | None
    found: dict[str, Any]

    def opens(self, left: float) -> bool:
        """Whether somebody takes the connection."""
        try:
            socket.create_connection((self.host, self.port), min(self.timeout, left)).close()
        except OSError:
            return False
        return True

    def answers(self, left: float) -> bool:
        """Whether somebody takes the connection and says what is looked for."""
        if self.pattern is None:
            return self.opens(left)
        try:
            connection = socket.create_connection((self.host, self.port), min(self.timeout, left))
        except OSError:
            return False
        with connection, suppress(OSError):
            return self._heard(connection, self.pattern, time.monotonic() + left)
        return False

    def _heard(self, connection: socket.socket, pattern: re.Pattern[bytes], end: float) -> bool:
        data = b""
        while (left := end - time.monotonic()) > 0 and len(data) < _MOST:
            connection.settimeout(left)
            more = connection.recv(4096)
            data += more
            if _matches(pattern, data, self.found):
                return True
            if not more:
                return False
        return False
