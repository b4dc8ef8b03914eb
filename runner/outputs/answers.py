"""What `playrun exec` and `playrun ping` show: each host's answer, whole, as it comes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TextIO

from runner.events import Event, HostFinished, Notice, TaskFinished
from runner.outputs.lines import Line, Style
from runner.outputs.results import failure_word
from runner.outputs.screen import PlainScreen
from runner.outputs.terminal import one_line


class Answers:
    """Prints what `well` makes of a host's result, or why there is none; a host at a time."""

    def __init__(
        self, stream: TextIO, well: Callable[[TaskFinished], list[Line]], *, colour: bool
    ) -> None:
        self._screen = PlainScreen(stream, colour)
        self._well = well
        self._told: set[str] = set()

    def handle(self, event: Event) -> None:
        """Prints one host's lines together."""
        if isinstance(event, TaskFinished):
            self._told.add(event.host)
            self._screen.write([*self._well(event), *_failure(event)])
        elif isinstance(event, HostFinished):
            if event.status != "ok" and event.host not in self._told:
                self._screen.write(_failure(event))
        elif isinstance(event, Notice) and event.level != "info":
            self._screen.write([Line(f"{event.level}: {one_line(event.text)}", "warning")])

    def close(self) -> None:
        """Nothing to close."""


def outputs_of(commands: tuple[str, ...]) -> Callable[[TaskFinished], list[Line]]:
    """For `exec`: each command under a line with the host and the command."""

    def lines(event: TaskFinished) -> list[Line]:
        unsent = event.values.get("unsent", [])
        sent = [command for command in commands if command not in unsent]
        found: list[Line] = []
        for command, text in zip(sent, event.values.get("stdout", []), strict=False):
            found.append(Line(f"{event.host} | {one_line(command)}", "ok"))
            shown = text if isinstance(text, str) else json.dumps(text, indent=2)
            found.append(Line(f"{shown}\n"))
        found += (
            Line(f"{event.host} | {one_line(command)}: not sent (check)", "skipped")
            for command in unsent
        )
        return found

    return lines


def login_of(event: TaskFinished) -> list[Line]:
    """For `ping`: one line, as what the host let us in and how long it took."""
    if event.failure is not None:
        return []
    values: Mapping[str, Any] = event.values
    text = (
        f"{values['platform']}, {values['mode']} mode, prompt `{one_line(values['prompt'])}`, "
        f"login {values['login_seconds']:.2f} s, prompt {values['prompt_seconds']:.3f} s"
    )
    return [Line(f"{event.host} | {text}", "ok")]


def _failure(event: TaskFinished | HostFinished) -> list[Line]:
    failure = event.failure
    if failure is None and event.status in ("ok", "changed", "skipped"):
        return []
    word = failure_word(event.status, failure)
    style: Style = "failed" if word == "FAILED" else "unreachable"
    message = failure.message if failure is not None else "it had no turn"
    lines = [Line(f"{event.host} | {word}: {one_line(message)}", style)]
    if failure is not None and failure.hint:
        lines.append(Line(f"  → {one_line(failure.hint)}", "faint"))
    return lines
