"""Batches, includes and cleared errors: how they are counted and shown."""

from __future__ import annotations

import io

from runner.events import (
    ErrorsCleared,
    Event,
    Failure,
    HostFinished,
    PlayFinished,
    PlayStarted,
    RunFinished,
    TaskFinished,
)
from runner.outputs.console import Console, ConsoleOptions
from runner.outputs.tally import Tally


def shown(*events: Event) -> tuple[str, Tally]:
    stream, tally = io.StringIO(), Tally()
    console = Console(stream, ConsoleOptions(colour="never"), tally)
    for event in events:
        tally.handle(event)
        console.handle(event)
    console.close()
    return stream.getvalue(), tally


def play(*hosts: str, batch: int = 0, batches: int = 1) -> PlayStarted:
    return PlayStarted(1, 0, "p", hosts, "lockstep", "threads", 4, 1, batch, batches)


def task(host: str, status: str = "ok", **more: object) -> TaskFinished:
    return TaskFinished(2, host, 0, (0,), "t", "debug", status, 0.1)._replace(**more)  # type: ignore[arg-type]


def test_batches_are_numbered_and_count_as_one_play() -> None:
    text, tally = shown(
        play("a", "b", batch=0, batches=2), PlayFinished(2, 0), play("c", batch=1, batches=2)
    )
    assert "PLAY [p] (batch 1 of 2) ***" in text
    assert "PLAY [p] (batch 2 of 2) ***" in text
    assert [(each.name, each.hosts) for each in tally.plays] == [("p", 3)]


def test_a_play_in_one_batch_has_no_number() -> None:
    assert "PLAY [p] ***" in shown(play("a"))[0]


def test_an_include_counts_for_each_thing_it_includes_and_names_it() -> None:
    text, tally = shown(play("a"), task("a", action="include_tasks", included=("x.yml", "y.yml")))
    assert "included: [a] => x.yml, y.yml" in text
    assert tally.hosts["a"].ok == 2


def test_cleared_errors_stay_counted_but_the_host_stands_well() -> None:
    failure = Failure("action", "no")
    events = (play("a", "b"), task("a", "failed", failure=failure))
    left = HostFinished(3, "a", 0, "failed", failure)
    _, failed = shown(*events, left, RunFinished(5, "r"))
    _, cleared = shown(*events, left, ErrorsCleared(4, 0, ("a", "b")), RunFinished(5, "r"))
    assert (failed.hosts["a"].failed, failed.unwell_count) == (1, 2)
    assert (cleared.hosts["a"].failed, cleared.hosts["a"].status) == (1, "ok")
    assert failed.unwell_count - cleared.unwell_count == 1


def test_a_host_that_was_taken_along_counts_as_failed_in_the_exit_code() -> None:
    for kind in ("fatal", "max_fail", "run_once"):
        left = HostFinished(3, "a", 0, "not_run", Failure(kind, "why"))
        _, tally = shown(play("a"), left, RunFinished(5, "r"))
        assert tally.exit_code() == 2
