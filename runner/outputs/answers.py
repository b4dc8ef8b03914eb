"""What `playrun exec` and `playrun ping` show: each host's answer, whole, as it comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TextIO

from runner.events import Event, HostFinished, Notice, TaskFinished
from runner.outputs.lines import Line, Style
from runner.outputs.screen import PlainScreen
from runner.outputs.terminal import one_line


class Answers:
    """Prints a host's output under a line with its name; failures to the same place."""

    def __init__(self, stream: TextIO, commands: tuple[str, ...], *, colour: bool) -> None:
        self._screen = PlainScreen(stream, colour)
        self._commands = commands
        self._failed: set[str] = set()

    def handle(self, event: Event) -> None:
        """Prints one host's answers together."""
        if isinstance(event, TaskFinished):
            self._screen.write(self._answers(event))
        elif isinstance(event, HostFinished):
            self._screen.write(self._end(event))
        elif isinstance(event, Notice) and event.level != "info":
            self._screen.write([Line(f"{event.level}: {one_line(event.text)}", "warning")])

    def close(self) -> None:
        """Nothing to close."""

    def _answers(self, event: TaskFinished) -> list[Line]:
        lines: list[Line] = []
        texts = event.values.get("stdout", [])
        for command, text in zip(self._commands, texts, strict=False):
            lines.append(Line(f"{event.host} | {one_line(command)}", "ok"))
            lines.append(Line(f"{text}\n"))
        if event.failure is not None:
            self._failed.add(event.host)
            lines.append(_failure(event.host, event.status, event.failure.message))
            if event.failure.hint:
                lines.append(Line(f"  → {event.failure.hint}", "faint"))
        return lines

    def _end(self, event: HostFinished) -> list[Line]:
        if event.status == "ok" or event.host in self._failed:
            return []
        reason = event.failure.message if event.failure else event.status
        return [_failure(event.host, event.status, reason)]


class Logins:
    """One line a host: whether it let us in, as what, and how long it took."""

    def __init__(self, stream: TextIO, *, colour: bool) -> None:
        self._screen = PlainScreen(stream, colour)
        self._failed: set[str] = set()

    def handle(self, event: Event) -> None:
        """Prints one line for each host."""
        if isinstance(event, TaskFinished) and event.failure is None:
            self._screen.write([Line(f"{event.host} | {_login(event.values)}", "ok")])
        elif isinstance(event, TaskFinished) and event.failure is not None:
            self._failed.add(event.host)
            lines = [_failure(event.host, event.status, event.failure.message)]
            if event.failure.hint:
                lines.append(Line(f"  → {event.failure.hint}", "faint"))
            self._screen.write(lines)
        elif isinstance(event, HostFinished) and event.status != "ok":
            if event.host not in self._failed:
                reason = event.failure.message if event.failure else event.status
                self._screen.write([_failure(event.host, event.status, reason)])
        elif isinstance(event, Notice) and event.level != "info":
            self._screen.write([Line(f"{event.level}: {one_line(event.text)}", "warning")])

    def close(self) -> None:
        """Nothing to close."""


def _login(values: Mapping[str, Any]) -> str:
    return (
        f"{values['platform']}, {values['mode']} mode, prompt `{one_line(values['prompt'])}`, "
        f"login {values['login_seconds']:.2f} s, prompt {values['prompt_seconds']:.3f} s"
    )


def _failure(host: str, status: str, message: str) -> Line:
    style: Style = "failed" if status == "failed" else "unreachable"
    return Line(f"{host} | {status.upper().replace('_', ' ')}: {one_line(message)}", style)
