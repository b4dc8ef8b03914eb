from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from outputs_factory import Events

from runner.events import Event
from runner.outputs.console import Console, ConsoleOptions
from runner.outputs.tally import Tally


class Screen:
    """A console on a pseudo-terminal of ours, and what came out at its other end."""

    def __init__(self, **options: object) -> None:
        self._here, there = pty.openpty()
        self._stream = os.fdopen(there, "w", encoding="utf-8")
        self.tally = Tally()
        self.console = Console(self._stream, ConsoleOptions(**options), self.tally)  # type: ignore[arg-type]

    def tell(self, *events: Event) -> None:
        for event in events:
            self.tally.handle(event)
            self.console.handle(event)

    def text(self) -> str:
        self.console.close()
        self._stream.close()
        pieces = []
        try:
            while piece := os.read(self._here, 65536):
                pieces.append(piece)
        except OSError:
            pass  # Linux says so when the other end is closed and all was read
        os.close(self._here)
        return b"".join(pieces).decode()


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() == before


def test_lines_scroll_above_the_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    e = Events()
    screen = Screen()
    screen.tell(e.run(), e.plays("r1", "r2"), e.begins("r1"), e.does("r1"), e.leaves("r1"))
    screen.tell(e.begins("r2"), e.fails("r2", "no \x1b[2J[bold]x[/]"), e.leaves("r2", "failed"))
    screen.tell(e.play_ends(), e.ends())
    text = screen.text()
    assert "ok: [r1]" in text
    assert "1 running" in text
    assert "\\u001b[2J[bold]x[/]" in text
    assert "r2                         : ok=0" in text


def test_between_plays_no_thread_runs() -> None:
    e = Events()
    screen = Screen()
    before = threading.active_count()
    screen.tell(e.run(), e.plays("r1"))
    assert threading.active_count() == before
    screen.tell(e.begins("r1"))
    assert threading.active_count() == before + 1
    screen.tell(e.leaves("r1"), e.play_ends())
    assert threading.active_count() == before
    screen.tell(e.plays("r1"), e.begins("r1"))
    assert threading.active_count() == before + 1
    screen.text()


def test_quiet_has_no_live_progress() -> None:
    e = Events()
    screen = Screen(quiet=True)
    screen.tell(e.run(), e.plays("r1"), e.begins("r1"), e.leaves("r1"), e.play_ends(), e.ends())
    assert screen.text() == ""


def test_rich_is_not_imported_without_a_terminal() -> None:
    code = """
import io, sys
from runner.outputs.console import Console, ConsoleOptions
from runner.outputs.tally import Tally
from outputs_factory import Events
e, tally = Events(), Tally()
console = Console(io.StringIO(), ConsoleOptions(), tally)
for event in (e.run(), e.plays("r1"), e.begins("r1"), e.leaves("r1"), e.ends()):
    tally.handle(event), console.handle(event)
print("rich" in sys.modules)
"""
    paths = [str(Path(__file__).parent), *sys.path]
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"


def test_live_may_be_forced_and_forbidden() -> None:
    e = Events()
    stream, tally = io.StringIO(), Tally()
    console = Console(stream, ConsoleOptions(live=True), tally)
    for event in (e.run(), e.plays("r1"), e.begins("r1"), e.leaves("r1"), e.play_ends()):
        tally.handle(event)
        console.handle(event)
    console.close()
    assert "0 of 1 hosts done" in stream.getvalue()


def test_a_question_has_the_screen_to_itself() -> None:
    e = Events()
    screen = Screen()
    before = threading.active_count()
    screen.tell(e.run(), e.plays("r1", "r2"), e.begins("r1"))
    screen.console.hold()
    assert threading.active_count() == before
    screen.tell(e.begins("r2"), e.does("r2"))
    assert threading.active_count() == before
    screen.console.release()
    screen.tell(e.begins("r2"))
    assert threading.active_count() == before + 1
    screen.tell(e.play_ends())
    screen.text()


def test_a_pause_in_another_process_has_the_screen_to_itself() -> None:
    e = Events()
    screen = Screen()
    before = threading.active_count()
    screen.tell(e.run(), e.plays("r1", "r2")._replace(executor="processes"), e.begins("r2"))
    screen.tell(e.begins("r1")._replace(action="pause"), e.does("r2"))
    assert threading.active_count() == before
    screen.tell(e.does("r1", action="pause"))
    assert threading.active_count() == before + 1
    screen.tell(e.play_ends())
    screen.text()


def test_what_is_said_at_a_question_begins_a_line() -> None:
    e = Events()
    screen = Screen()
    screen.tell(e.run(), e.plays("r1"), e.begins("r1"))
    screen.console.hold()
    screen.console.handle(e.says("warning", "stopping"))
    screen.console.handle(e.says("warning", "cutting"))
    screen.console.release()
    screen.console.handle(e.says("warning", "over"))
    screen.tell(e.play_ends())
    said = screen.text().replace("\r", "")
    assert "\n\n[WARNING]: stopping\n[WARNING]: cutting\n[WARNING]: over\n" in uncoloured(said)


def uncoloured(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
