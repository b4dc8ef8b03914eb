"""An output is a callback on events; `Dispatch` feeds them all and survives the broken ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from runner.errors import PlayrunError
from runner.events import Event, Notice, Report


class Output(Protocol):
    """Sees every event of a run, one at a time, in the order they happened for each host."""

    def handle(self, event: Event) -> Iterable[Notice | Report] | None:
        """Takes one event. What it returns is for the other outputs to hear."""

    def close(self) -> None:
        """Called once, at the end, however the run ended."""


class Ahead(Output, Protocol):
    """An output that may hear of events before the others do: it only writes them down."""

    def write(self, events: Sequence[Event]) -> bool:
        """Takes all of them, in the place of `handle`. False: none, it must hear of each after
        the outputs before it."""


class Dispatch:
    """Gives each event to each output, in order. Any thread may call; one event at a time.

    What an output has to say of an event (a file that could not be written, the report at
    the end) the others hear at once, so those behind it hear it before the event itself.

    An output that raises is out: it gets no further event, the others get one error notice
    that says why, and the run goes on, because a full disk under the journal is no reason to
    leave a fleet half done. `broken` keeps the notices, so that the run does not end with 0
    even when the output that broke is the console. One whose reader has gone (`| head`) is
    out without a word: that is no mistake of anybody's.
    """

    def __init__(self, outputs: Sequence[Output], ahead: Ahead | None = None) -> None:
        """`ahead`: the one of the outputs that hears what came in together before the others."""
        self._all = tuple(outputs)
        self._ahead = ahead
        self._working = list(outputs)
        self._lock = threading.RLock()
        self.broken: list[Notice] = []
        self._last_words: list[tuple[Output, Notice]] = []

    def handle(self, event: Event) -> None:
        """Tells every output of `event`. Never raises for an output's failure."""
        with self._lock:
            self._tell(event, None)

    def handle_all(self, events: Sequence[Event]) -> None:
        """Tells every output of events that came in together."""
        with self._lock:
            done = self._write_ahead(events)
            for event in events:
                self._tell(event, done)

    def between(self, calls: Iterable[Callable[[], None]]) -> None:
        """Calls each while no event is told."""
        with self._lock:
            for call in calls:
                call()

    def _write_ahead(self, events: Sequence[Event]) -> Output | None:
        """Who has heard of all of them now."""
        ahead = self._ahead
        if ahead is None or ahead not in self._working:
            return None
        try:
            return ahead if ahead.write(events) else None
        except Exception as error:  # noqa: BLE001 - a defect of one output is not the run's
            self._drop(ahead, events[0].at, error)
            return None

    def close(self) -> None:
        """Closes every output, the broken ones too."""
        with self._lock:
            for output in self._all:
                try:
                    output.close()
                except Exception as error:  # noqa: BLE001 - the other outputs must be closed
                    if output in self._working:
                        self._drop(output, 0.0, error)

    def unseen(self, screens: Iterable[Output]) -> list[Notice]:
        """Why the screens are out, if all of them are: nobody has seen that."""
        names = list(screens)
        if any(screen in self._working for screen in names):
            return []
        return [notice for output, notice in self._last_words if output in names]

    def _tell(self, event: Event, sender: Output | None) -> None:
        working = self._working
        for output in working:
            if output is sender or (working is not self._working and output not in self._working):
                continue
            try:
                said = output.handle(event)
                words = tuple(said) if said else ()
            except Exception as error:  # noqa: BLE001 - a defect of one output is not the run's
                self._drop(output, event.at, error)
                continue
            for word in words:
                self._tell(word, output)

    def _drop(self, output: Output, at: float, error: Exception) -> None:
        self._working = [one for one in self._working if one is not output]
        if isinstance(error, BrokenPipeError):
            return
        reason = error.message if isinstance(error, PlayrunError) else _reason(error)
        hint = f" ({error.hint})" if isinstance(error, PlayrunError) and error.hint else ""
        notice = Notice(at, "error", f"{_name(output)} stopped: {reason}{hint}; the run goes on")
        self.broken.append(notice)
        self._last_words.append((output, notice))
        self._tell(notice, None)


def _name(output: Output) -> str:
    names = {
        "HostFiles": "writing host files",
        "Journal": "the run record",
        "Answers": "the screen",
        "Console": "the screen",
        "JsonSummary": "the JSON summary",
    }
    name = type(output).__name__
    return names.get(name, f"the output {name}")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    return f"{type(error).__name__}: {error} (a defect in playrun: please report it)"
