"""What the conductor answers where one host's failure, or order, concerns all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playing import make_world, play
from test_conductor import Script, Scripted, conduct, through

from runner.engine.conducting.conductor import Conductor, Outcome
from runner.engine.conducting.ranks import ranked
from runner.engine.plan import PlayPlan
from runner.engine.steps import Before, Merge, Once, Result, Verdict, Yield
from runner.events import ErrorsCleared, Failure
from runner.model import Play
from runner.planning.strategies import Running
from runner.values import Origin

WHY = Failure("fatal", "it failed on b")


def outcome(
    tmp_path: Path, scripts: dict[str, Callable[[], Script]], **settings: Any
) -> tuple[Scripted, Outcome, list[Any]]:
    plan = PlayPlan(
        0, Play("p", "all", (), Origin("f", 1, 1)), tuple(scripts), (), "lockstep", "serial", 1
    )
    world, _ = make_world(tmp_path, ",".join(scripts) + ",")
    world.step = settings.get("step")
    strategy, said = Scripted(scripts), []
    return strategy, Conductor(plan, world, strategy, said.extend).run(), said


def test_a_fatal_failure_reaches_all_hosts_where_they_wait(tmp_path: Path) -> None:
    strategy, statuses = conduct(
        tmp_path,
        {
            "a": through(Verdict((1, -1), failed=False, fatal=True)),
            "b": through(Verdict((1, -1), failed=True, fatal=True, failure=WHY)),
            "c": through(Before((7,))),
        },
    )
    assert strategy.log[3:] == ["b go", "a fatal", "c fatal"]
    assert set(statuses) == {"a", "b", "c"}


def test_a_failure_that_is_not_fatal_is_nobody_elses(tmp_path: Path) -> None:
    verdicts = (Verdict((1, -1), failed=False), Verdict((1, -1), failed=True))
    strategy, _ = conduct(tmp_path, {"a": through(verdicts[0]), "b": through(verdicts[1])})
    assert strategy.log[2:] == ["a go", "b go"]


@pytest.mark.parametrize(("limit", "answer"), [(50.0, "go"), (49.0, "break")])
def test_max_fail_percentage_is_exceeded_by_strictly_more(
    tmp_path: Path, limit: float, answer: str
) -> None:
    strategy, ended, _ = outcome(
        tmp_path,
        {
            "a": through(Verdict((1, -1), failed=False, limit=limit)),
            "b": through(Verdict((1, -1), failed=True, counts=True, limit=limit)),
        },
    )
    assert strategy.log[2:] == [f"a {answer}", f"b {answer}"]
    assert ended.stop is (answer == "break")


def test_a_failure_that_something_shelters_does_not_count(tmp_path: Path) -> None:
    sheltered = Verdict((1, -1), failed=True, counts=False, limit=0.0)
    _, ended, _ = outcome(tmp_path, {"a": through(sheltered)})
    assert not ended.stop


def test_at_most_so_many_go_at_once(tmp_path: Path) -> None:
    scripts = {name: through(Before((1,), at_most=2), Before((2,))) for name in "abcde"}
    strategy, _ = conduct(tmp_path, scripts)
    assert strategy.log[5:10] == ["a go", "b go", "c go", "d go", "e go"]
    assert strategy.log[10:] == [f"{name} go" for name in "abcde"]


def ordering(order: Any) -> Callable[[], Script]:
    def script() -> Script:
        step = yield Once((1,))
        if step.answer == "do":
            yield Result((1,), order=order)

    return script


@pytest.mark.parametrize("order", ["end_play", "end_batch"])
def test_an_order_to_end_holds_for_all_wherever_they_are(tmp_path: Path, order: str) -> None:
    make = ordering(order)
    strategy, ended, _ = outcome(tmp_path, {"a": make, "b": make, "c": through(Before((5,)))})
    assert strategy.log[3:] == ["a do", "a end", "b end", "c end"]
    assert ended.end_play is (order == "end_play")


def test_clearing_errors_is_told_and_lets_hosts_that_left_in_again(tmp_path: Path) -> None:
    def breaks() -> Script:
        yield Before((0,))
        raise RuntimeError

    _, ended, said = outcome(tmp_path, {"a": ordering("clear_host_errors"), "b": breaks})
    assert (ended.cleared, dict(ended.statuses)) == (True, {"a": "ok", "b": "ok"})
    assert [event.hosts for event in said if isinstance(event, ErrorsCleared)] == [("a", "b")]


def test_a_task_that_somebody_does_not_want_is_left_out_and_asked_about_once(
    tmp_path: Path,
) -> None:
    asked: list[str] = []

    def step(_position: Any, task: str) -> bool:
        asked.append(task)
        return task != "second"

    tasks: tuple[Yield, ...] = (
        Before((1,), 1, "first"),
        Before((2,), 0, "second"),
        Once((3,), "third"),
    )
    strategy, _, _ = outcome(tmp_path, {"a": through(*tasks), "b": through(*tasks)}, step=step)
    assert asked == ["first", "second", "third"]
    assert strategy.log[2:6] == ["a go", "b go", "a skip", "b skip"]


def test_hosts_walk_what_several_include_together_and_in_one_order(tmp_path: Path) -> None:
    places: dict[str, tuple[int, ...]] = {}

    def including(name: str, *keys: str) -> Callable[[], Script]:
        def script() -> Script:
            step = yield Merge((1, -1), keys)
            places[name] = step.ranks

        return script

    conduct(tmp_path, {"a": including("a", "x", "y"), "b": including("b", "y", "x", "z", "x")})
    assert places == {"a": (0, 1), "b": (1, 0, 2, 3)}


def test_the_same_thing_twice_is_walked_twice() -> None:
    assert ranked([("x", "x"), ("x",), ("y", "x", "x", "x")]) == [(0, 1), (0,), (2, 0, 1, 3)]


def test_somebody_is_asked_about_blocks_includes_and_handlers_too(tmp_path: Path) -> None:
    (tmp_path / "more.yml").write_text("- {name: inner, debug: {msg: x}}\n")
    asked: list[str] = []

    def step(_position: Any, task: str) -> bool:
        asked.append(task)
        return task != "unwanted"

    played = play(
        tmp_path,
        """
- hosts: all
  gather_facts: false
  handlers: [{name: handler, debug: {msg: x}}]
  tasks:
    - block:
        - {name: unwanted, debug: {msg: x}}
        - {name: once, debug: {msg: x}, run_once: true, changed_when: true, notify: handler}
    - {name: include, include_tasks: more.yml}
""",
        step=step,
        running=Running(step=True),
    )
    assert asked == ["unwanted", "once", "include", "inner", "handler"]
    assert played.tasks("h2") == [("include", "ok"), ("inner", "ok")]
