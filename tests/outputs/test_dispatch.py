from __future__ import annotations

import io
import threading
import time
from collections.abc import Sequence

from outputs_factory import Events, tell

from runner.errors import ActionFailed
from runner.events import Event, Notice
from runner.outputs.api import Dispatch
from runner.outputs.console import Console, ConsoleOptions
from runner.outputs.tally import Tally


class Notes:
    """An output that remembers, and may say or raise something."""

    def __init__(self, says: Notice | None = None, raises: Exception | None = None) -> None:
        self.says = says
        self.raises = raises
        self.heard: list[Event] = []
        self.closed = 0

    def handle(self, event: Event) -> list[Notice] | None:
        self.heard.append(event)
        if self.raises is not None:
            raise self.raises
        says, self.says = self.says, None
        return [says] if says else None

    def close(self) -> None:
        self.closed += 1


def test_every_output_hears_every_event_in_order() -> None:
    e = Events()
    events = [e.run(), e.plays("r1"), e.ends()]
    outputs = [Notes(), Notes()]
    tell(outputs, events)
    assert [output.heard for output in outputs] == [events, events]
    assert [output.closed for output in outputs] == [1, 1]


def test_what_one_says_those_behind_it_hear_first() -> None:
    e = Events()
    notice = e.says("warning", "look")
    before, speaker, behind = Notes(), Notes(says=notice), Notes()
    tell([before, speaker, behind], [e.ends()])
    assert before.heard == [e.ends(), notice]
    assert speaker.heard == [e.ends()]
    assert behind.heard == [notice, e.ends()]


class Ahead(Notes):
    """An output that may hear of events first."""

    def __init__(self, takes: bool = True, raises: Exception | None = None) -> None:
        super().__init__()
        self.takes = takes
        self.fault = raises
        self.written: list[Event] = []

    def write(self, events: Sequence[Event]) -> bool:
        if self.fault is not None:
            raise self.fault
        self.written += events if self.takes else ()
        return self.takes


def told_together(ahead: Ahead, *others: Notes) -> list[Event]:
    """Three events that come in together; `others` stand before `ahead`."""
    e = Events()
    events: list[Event] = [e.run(), e.plays("r1"), e.ends()]
    Dispatch([*others, ahead], ahead).handle_all(events)
    return events


def test_one_hears_all_that_came_in_together_before_the_others_hear_the_first() -> None:
    class Watching(Notes):
        def handle(self, event: Event) -> None:
            seen.append(list(ahead.written))

    seen: list[list[Event]] = []
    ahead = Ahead()
    events = told_together(ahead, Watching())
    assert seen == [events] * 3
    assert ahead.heard == []


def test_what_others_say_of_such_events_reaches_it_too() -> None:
    notice = Events().says("warning", "look")
    ahead = Ahead()
    told_together(ahead, Notes(says=notice))
    assert ahead.heard == [notice]


def test_one_that_takes_none_of_them_hears_each_in_its_turn() -> None:
    notice = Events().says("warning", "look")
    ahead = Ahead(takes=False)
    events = told_together(ahead, Notes(says=notice))
    assert ahead.heard == [notice, *events]


def test_one_that_cannot_write_them_is_out_before_the_others_hear_of_any() -> None:
    ahead, other = Ahead(raises=OSError(28, "No space left on device", "/x")), Notes()
    events = told_together(ahead, other)
    notice, *rest = other.heard
    assert isinstance(notice, Notice)
    assert "No space left on device" in notice.text
    assert rest == events
    assert ahead.heard == []


def test_one_that_raises_is_out_and_the_others_are_told_once() -> None:
    e = Events()
    bad, good = Notes(raises=OSError(28, "No space left on device", "/x/f")), Notes()
    dispatch = tell([bad, good], [e.run(), e.ends()])
    assert len(bad.heard) == 1
    notice, first, second = good.heard
    assert (first, second) == (e.run(), e.ends())
    assert isinstance(notice, Notice)
    assert notice.text == (
        "the output Notes stopped: /x/f: No space left on device; the run goes on"
    )
    assert dispatch.broken == [notice]
    assert (bad.closed, good.closed) == (1, 1)


def test_errors_of_ours_and_defects_read_differently() -> None:
    e = Events()
    ours, defect = Notes(raises=ActionFailed("full", hint="make room")), Notes(raises=KeyError("x"))
    dispatch = tell([ours, defect], [e.run()])
    assert [notice.text for notice in dispatch.broken] == [
        "the output Notes stopped: full (make room); the run goes on",
        "the output Notes stopped: KeyError: 'x' (a defect in playrun: please report it); "
        "the run goes on",
    ]


def test_all_may_break_without_an_end() -> None:
    dispatch = tell(
        [Notes(raises=ValueError("a")), Notes(raises=ValueError("b"))], [Events().run()]
    )
    assert len(dispatch.broken) == 2


def test_a_close_that_fails_closes_the_others() -> None:
    class Stuck(Notes):
        def close(self) -> None:
            raise OSError(5, "Input/output error")

    last = Notes()
    dispatch = tell([Stuck(), last], [])
    assert last.closed == 1
    assert len(dispatch.broken) == 1


def test_a_screen_on_a_full_device_does_not_stop_the_run() -> None:
    tally = Tally()
    e = Events()
    with open("/dev/full", "w") as full:
        console = Console(full, ConsoleOptions(), tally)
        dispatch = tell([tally, console], [e.run(), e.plays("r1"), e.does("r1"), e.leaves("r1")])
        _forget(full)
    assert tally.hosts["r1"].ok == 1
    assert dispatch.broken[0].text.startswith("the screen stopped: No space left on device")
    assert tally.exit_code() == 1


def _forget(stream: io.TextIOWrapper) -> None:
    """Closing would flush once more, and fail once more."""
    try:
        stream.close()
    except OSError:
        return


def test_events_of_many_threads_come_one_at_a_time() -> None:
    class Strict(Notes):
        busy = False
        overlapped = False

        def handle(self, event: Event) -> None:
            self.overlapped = self.overlapped or self.busy
            self.busy = True
            time.sleep(0)  # lets another thread in, if anything does
            self.heard.append(event)
            self.busy = False

    strict, e = Strict(), Events()
    dispatch = Dispatch([strict])
    threads = [
        threading.Thread(target=lambda: [dispatch.handle(e.does("r1")) for _ in range(200)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(strict.heard) == 800
    assert not strict.overlapped
