"""What `set_stats` counts, as it stands at the end of a run and in the record."""

from __future__ import annotations

import json
from typing import Any

import pytest
from outputs_factory import START

from runner.events import StatsSet
from runner.outputs.recap import recap
from runner.outputs.tally import Tally


def said(host: str | None = None, aggregate: bool = True, **data: Any) -> StatsSet:
    return StatsSet(START, host, data, aggregate)


def counted(*events: StatsSet) -> Tally:
    tally = Tally()
    for event in events:
        tally.handle(event)
    return tally


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        (1, 2, 3),
        ("a", "b", "ab"),
        (["a"], ["b"], ["a", "b"]),
        ({"a": 1, "b": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ("a", 1, "a"),
        (None, 1, None),
    ],
)
def test_values_of_one_kind_are_added_up(first: Any, second: Any, both: Any) -> None:
    assert counted(said(n=first), said(n=second)).stats.run == {"n": both}


def test_the_last_one_counts_where_nothing_is_to_be_added() -> None:
    assert counted(said(n=1), said(n=5, aggregate=False)).stats.run == {"n": 5}


def test_they_stand_below_the_recap_and_in_the_summary() -> None:
    tally = counted(said(n=1), said("r2", own="x"), said("r1", own="\x1b[2J"), said(n=1))
    lines = [line.text for line in recap(tally, 0, 40)]
    start = next(n for n, line in enumerate(lines) if line.startswith("CUSTOM STATS: ***"))
    assert lines[start + 1 : start + 4] == [
        '\tr1: {"own": "\\u001b[2J"}',
        '\tr2: {"own": "x"}',
        '\tRUN: {"n": 2}',
    ]
    assert tally.summary()["stats"]["run"] == {"n": 2}


def test_what_json_has_no_word_for_is_text_there() -> None:
    tally = counted(said(n=float("nan"), m={1: [float("-inf")], None: 1.5, False: "x"}))
    text = json.dumps(tally.summary(), default=str, allow_nan=False)
    assert json.loads(text)["stats"]["run"] == {
        "n": "nan",
        "m": {"1": ["-inf"], "null": 1.5, "false": "x"},
    }


def test_a_run_without_any_says_nothing_of_them() -> None:
    tally = Tally()
    assert not any("STATS" in line.text for line in recap(tally, 0, 80))
    assert "stats" not in tally.summary()
