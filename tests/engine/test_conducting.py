"""Plays and batches one after another: who is out, and what is planned anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playing import NoDevices, make_world, play

from runner.engine.plan import Item, PlayPlan
from runner.events import ErrorsCleared, Event, HostFinished, PlayStarted
from runner.model import Play, Task
from runner.run.conduct import conduct
from runner.values import Origin, Source

HERE = Origin("f", 1, 1)
GROWS: Any = {"name": "new", "groups": "g"}


def plan(index: int, *hosts: str, **task: Any) -> PlayPlan:
    entry = Task(task.pop("action", "debug"), task.pop("args", {"msg": "x"}), HERE, **task)
    return PlayPlan(
        index,
        Play(f"p{index}", "all", (entry,), HERE),
        hosts,
        (Item(0, entry, cross=True),),
        "lockstep",
        "serial",
        1,
        kept=None,
    )


def started(events: list[Event]) -> list[tuple[int, tuple[str, ...]]]:
    return [(each.play, each.hosts) for each in events if isinstance(each, PlayStarted)]


def test_a_play_is_planned_anew_once_tasks_have_changed_the_inventory(tmp_path: Path) -> None:
    world, _ = make_world(tmp_path, "a,b,")
    events: list[Event] = []
    plans = [
        plan(0, "a", "b"),
        plan(1, "a", "b", action="add_host", args=GROWS),
        plan(2, "a", "b"),
    ]
    asked: list[int] = []

    def again(number: int) -> PlayPlan:
        asked.append(number)
        return plan(number, *world.hosts.groups["all"])

    conduct(plans, world, NoDevices(), events.extend, again)
    assert asked == [2]
    assert started(events) == [(0, ("a", "b")), (1, ("a", "b")), (2, ("new", "a", "b"))]


def test_hosts_that_failed_are_out_and_a_batch_without_any_ends_the_run(tmp_path: Path) -> None:
    fails: Any = {
        "action": "fail",
        "args": {"msg": "no"},
        "when": (Source("inventory_hostname == 'a'"),),
    }
    world, _ = make_world(tmp_path, "a,b,")
    events: list[Event] = []
    plans = [plan(0, "a", "b", **fails), plan(1, "b"), plan(2, "a"), plan(3, "b", "a", **fails)]
    conduct(plans, world, NoDevices(), events.extend)
    assert started(events) == [(0, ("a", "b")), (1, ("b",)), (2, ()), (3, ("b",))]
    plans[1] = plan(1, "b", action="fail", args={"msg": "no"})
    events.clear()
    conduct(plans, world, NoDevices(), events.extend)
    assert started(events) == [(0, ("a", "b")), (1, ("b",))]


def test_hosts_whose_errors_were_cleared_are_in_later_plays_again(tmp_path: Path) -> None:
    text = """
- {hosts: all, gather_facts: false, tasks: [{fail: {msg: no}, when: inventory_hostname == 'h1'}]}
- {hosts: h2, gather_facts: false, tasks: [{meta: clear_host_errors}]}
- {hosts: all, gather_facts: false, tasks: [{debug: {msg: again}}]}
"""
    played = play(tmp_path, text, "h1,h2,")
    assert len(played.of(ErrorsCleared)) == 1
    assert set(played.statuses(2)) == {"h1", "h2"}


def test_a_host_that_was_taken_along_is_out_of_later_plays_and_said_so(tmp_path: Path) -> None:
    text = """
- hosts: all
  gather_facts: false
  any_errors_fatal: true
  tasks:
    - block: [{name: try, fail: {msg: broken}, when: inventory_hostname == 'h1'}]
      rescue: [{name: aid, debug: {msg: x}}]
- {hosts: all, gather_facts: false, tasks: [{name: later, debug: {msg: x}}]}
"""
    played = play(tmp_path, text, "h1,h2,")
    assert played.statuses(0) == {"h1": "ok", "h2": "ok"}
    left = {each.host: each for each in played.of(HostFinished) if each.play == 1}
    assert {host: each.status for host, each in left.items()} == {"h1": "ok", "h2": "not_run"}
    assert "another host's failure" in left["h2"].failure.message
