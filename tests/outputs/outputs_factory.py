"""Events for tests, with a clock that counts up by itself, and what outputs made of them."""

from __future__ import annotations

import io
import resource
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from runner.events import (
    Captured,
    Event,
    Failure,
    HostFinished,
    ItemFinished,
    Notice,
    PlayFinished,
    PlayStarted,
    RunFinished,
    RunStarted,
    TaskFinished,
    TaskStarted,
)
from runner.outputs.api import Dispatch, Output
from runner.outputs.console import Console, ConsoleOptions
from runner.outputs.tally import Tally
from runner.spool import HostFileWriter

START = 1_700_000_000.0


class Events:
    """Makes events; `now` is the time they carry, moved on by `wait`."""

    def __init__(self) -> None:
        self.now = START
        self.play = 0

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def run(self, *playbooks: str, check: bool = False, folder: str | None = None) -> RunStarted:
        return RunStarted(self.now, "r-1", playbooks or ("site.yml",), check, folder)

    def plays(self, *hosts: str, name: str = "Collect", order: str = "lockstep") -> PlayStarted:
        return PlayStarted(self.now, self.play, name, hosts, order, "threads", 32)

    def begins(self, host: str, task: str = "show version", at: int = 0) -> TaskStarted:
        return TaskStarted(self.now, host, self.play, (at,), task, "cli")

    def does(
        self,
        host: str,
        task: str = "show version",
        at: int = 0,
        status: str = "ok",
        action: str = "cli",
        **more: Any,
    ) -> TaskFinished:
        return TaskFinished(
            self.now,
            host,
            self.play,
            (at,),
            task,
            action,
            status,  # type: ignore[arg-type]
            0.5,
            **more,
        )

    def item(self, host: str, item: str, status: str = "ok", **more: Any) -> ItemFinished:
        fields: dict[str, Any] = {
            "task": "show version",
            "action": "cli",
            "values": {},
            "position": (0,),
        }
        fields.update(more)
        return ItemFinished(
            at=self.now, host=host, play=self.play, item=item, status=status, **fields
        )  # type: ignore[arg-type]

    def fails(
        self, host: str, message: str = "it broke", kind: str = "action", **more: Any
    ) -> TaskFinished:
        failure = Failure(kind, message, more.pop("hint", None), more.pop("where", None))
        return self.does(host, status=more.pop("status", "failed"), failure=failure, **more)

    def leaves(
        self, host: str, status: str = "ok", failure: Failure | None = None, **more: Any
    ) -> HostFinished:
        return HostFinished(self.now, host, self.play, status, failure, **more)  # type: ignore[arg-type]

    def play_ends(self) -> PlayFinished:
        return PlayFinished(self.now, self.play)

    def says(self, level: str, text: str, host: str | None = None) -> Notice:
        return Notice(self.now, level, text, host)  # type: ignore[arg-type]

    def ends(self, interrupted: bool = False) -> RunFinished:
        return RunFinished(self.now, "r-1", interrupted)


def spool(
    root: Path, name: str, *commands: tuple[str, str], complete: bool = True, prompt: str = "r1#"
) -> Captured:
    """What a worker leaves for the file `name`: each command with what the device printed."""
    writer = HostFileWriter(root / name, root)
    for command, text in commands:
        writer.section(prompt, command)(text)
    captured = writer.finish(complete)
    shown = [part._replace(shown=part.prompt + part.command) for part in captured.sections]
    return captured._replace(sections=tuple(shown))


def tell(outputs: Iterable[Output], events: Iterable[Event]) -> Dispatch:
    """Feeds all events to all outputs, and closes them."""
    dispatch = Dispatch(tuple(outputs))
    for event in events:
        dispatch.handle(event)
    dispatch.close()
    return dispatch


def screen(events: Iterable[Event], *before: Output, **options: Any) -> str:
    """What the plain console prints for `events`, behind the outputs `before`."""
    stream = io.StringIO()
    tally = Tally()
    console = Console(stream, ConsoleOptions(**options), tally)
    tell([tally, *before, console], events)
    return stream.getvalue()


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """The kernel refuses to let any file grow beyond `size`, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
