"""What stands in the lines of a run's record, however they are put together."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.events import (
    Captured,
    Event,
    Failure,
    ItemFinished,
    Position,
    Section,
    StatsSet,
    TaskFinished,
    TaskRetried,
    TaskStarted,
)
from runner.outputs.journal_lines import Lines

TEXTS = st.text(max_size=20)
TIMES = st.floats(0, 2e9)
POSITIONS = st.lists(st.integers(-1, 9) | TEXTS, max_size=4).map(tuple)
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
REGISTERED = st.dictionaries(TEXTS, VALUES, max_size=5)
FAILURES = st.none() | st.builds(Failure, TEXTS, TEXTS, st.none() | TEXTS)
SECTIONS = st.builds(Section, TEXTS, TEXTS, st.integers(), st.integers(), TEXTS)
CAPTURED = st.builds(
    Captured, TEXTS, TEXTS, st.tuples(SECTIONS), st.integers(), TEXTS, st.booleans()
)
STARTED = st.builds(
    TaskStarted, TIMES, TEXTS, st.integers(), POSITIONS, TEXTS, TEXTS, st.booleans()
)
FINISHED = st.builds(
    TaskFinished,
    TIMES,
    TEXTS,
    st.integers(),
    POSITIONS,
    TEXTS,
    TEXTS,
    st.sampled_from(["ok", "failed"]),
    TIMES,
    REGISTERED,
    FAILURES,
    st.just(()) | st.tuples(CAPTURED),
    st.booleans(),
    included=st.lists(TEXTS, max_size=2).map(tuple),
    delegate=st.none() | TEXTS,
)
RECORDS = {*get_args(Event), Captured, Failure, Section}


def spelled_out(value: Any) -> Any:
    """What JSON says of one of our records when nothing is saved on it."""
    if type(value) in RECORDS:
        fields = {name: spelled_out(item) for name, item in value._asdict().items()}
        if isinstance(value, Section):
            del fields["prompt"], fields["command"]
        return {"event": type(value).__name__, **fields}
    if isinstance(value, dict):
        return {name: spelled_out(item) for name, item in value.items()}
    return [spelled_out(item) for item in value] if isinstance(value, (list, tuple)) else value


@given(st.lists(STARTED | FINISHED, max_size=5))
def test_a_line_says_all_of_its_event(events: list[Event]) -> None:
    lines = Lines()
    for event in events:
        line = lines.line(event)
        assert line.isascii()
        assert line.index("\n") == len(line) - 1
        assert json.loads(line) == spelled_out(event)


@pytest.mark.parametrize(
    "event",
    [
        ItemFinished(1.0, "h", 0, (1,), "t", "a", "i", "failed", {"a": [1]}, Failure("k", "m")),
        TaskRetried(1.0, "h", 0, (1, "x"), "t", "a", 3, {"a": None}),
        TaskStarted(1, "h", 0, (), "t", "a"),
    ],
)
def test_the_fields_stand_in_their_order(event: Event) -> None:
    found = json.loads(Lines().line(event))
    assert list(found) == ["event", *event._fields]
    assert found == spelled_out(event)


def test_tasks_that_differ_in_one_thing_are_told_apart() -> None:
    def started(play: int, position: Position, task: str, action: str) -> TaskStarted:
        return TaskStarted(1.0, "h", play, position, task, action)

    events = [
        started(0, (1,), "t", "a"),
        started(1, (1,), "t", "a"),
        started(0, (1, 0), "t", "a"),
        started(0, (1,), "u", "a"),
        started(0, (1,), "t", "b"),
    ]
    lines = Lines()
    for event in [*events, *events]:
        assert json.loads(lines.line(event)) == spelled_out(event)


def test_names_that_differ_for_every_host_do_not_add_up() -> None:
    lines = Lines()
    for number in range(3000):
        lines.line(TaskStarted(1.0, "h", 0, (1,), f"task of {number}", "a"))
    assert len(lines._tasks) <= 1000


@pytest.mark.parametrize("depth", range(9))
def test_values_within_values_end_at_the_same_depth_however_few_they_are(depth: int) -> None:
    def nested(width: int) -> dict[str, Any]:
        inner: dict[str, Any] = {"end": 1}
        for _ in range(depth):
            inner = {"in": inner, **{f"x{n}": n for n in range(width)}}
        return inner

    def innermost(width: int) -> Any:
        line = Lines().line(ItemFinished(1.0, "h", 0, (), "t", "a", "i", "ok", nested(width)))
        found = json.loads(line)["values"]
        for _ in range(min(depth, 6)):
            found = found["in"]
        return found

    assert innermost(1) == innermost(10) == ({"end": 1} if depth < 6 else "…")


def test_a_line_has_no_word_that_json_does_not_know() -> None:
    def unknown(word: str) -> None:
        raise AssertionError(word)

    odd = {"a": float("nan"), "b": [float("inf")], "c": {"d": {"e": float("-inf")}}}
    for event in (
        TaskFinished(0.0, "h", 0, (), "t", "a", "ok", 0.0, odd),
        StatsSet(0.0, "h", odd, False),
    ):
        told = json.loads(Lines().line(event), parse_constant=unknown)
        assert "nan" in (told.get("values") or told["data"]).values()
