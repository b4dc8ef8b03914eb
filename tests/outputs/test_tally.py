from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outputs_factory import START, Events

from runner.events import Event, Failure
from runner.outputs.progress import Progress
from runner.outputs.tally import Tally


def counted(*events: Event) -> Tally:
    tally = Tally()
    for event in events:
        tally.handle(event)
    return tally


def test_tasks_are_counted_as_ansible_counts_them() -> None:
    e = Events()
    tally = counted(
        e.run(),
        e.plays("r1"),
        e.does("r1"),
        e.does("r1", status="changed"),
        e.does("r1", status="skipped"),
        e.fails("r1", ignored=True, values={"changed": True}),
        e.fails("r1", rescued=True),
        e.fails("r1"),
        e.leaves("r1", "failed"),
    )
    assert tally.hosts["r1"].counts() == {
        "ok": 3,
        "changed": 2,
        "unreachable": 0,
        "failed": 1,
        "skipped": 1,
        "rescued": 1,
        "ignored": 1,
    }


def test_a_rescued_host_is_well() -> None:
    e = Events()
    tally = counted(e.plays("r1"), e.fails("r1", rescued=True), e.leaves("r1"))
    assert tally.hosts["r1"].well
    assert tally.exit_code() == 0
    assert tally.unwell_count == 0


@pytest.mark.parametrize(
    ("status", "column"),
    [
        ("failed", "failed"),
        ("unreachable", "unreachable"),
        ("lost", "unreachable"),
        ("unknown", "unreachable"),
        ("not_tried", "unreachable"),
    ],
)
def test_a_host_that_fails_outside_a_task_is_counted_once(status: str, column: str) -> None:
    e = Events()
    tally = counted(e.plays("r1"), e.leaves("r1", status, Failure("x", "why")))
    assert sum(tally.hosts["r1"].counts().values()) == 1
    assert tally.hosts["r1"].counts()[column] == 1


def test_a_failure_told_by_task_and_host_is_counted_once() -> None:
    e = Events()
    tally = counted(e.plays("r1"), e.fails("r1"), e.leaves("r1", "failed"))
    assert tally.hosts["r1"].failed == 1
    assert tally.unwell_count == 1


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        (["ok"], 0),
        ([], 0),
        (["ok", "failed"], 2),
        (["failed", "unreachable"], 4),
        (["lost"], 4),
        (["unknown", "ok"], 4),
        (["not_tried", "failed"], 4),
        (["ok", "not_run"], 0),
    ],
)
def test_exit_codes(statuses: list[str], code: int) -> None:
    e = Events()
    hosts = [f"r{n}" for n in range(len(statuses))]
    ends = [e.leaves(host, status) for host, status in zip(hosts, statuses, strict=True)]
    assert counted(e.run(), e.plays(*hosts), *ends, e.play_ends(), e.ends()).exit_code() == code


def test_a_host_whose_worker_died_before_its_turn_is_not_well() -> None:
    e = Events()
    died = Failure("worker", "its worker died")
    assert counted(e.plays("r1"), e.leaves("r1", "not_run", died)).exit_code() == 4


def test_ctrl_c_wins_and_names_who_was_cut_off() -> None:
    e = Events()
    tally = counted(
        e.run(),
        e.plays("r1", "r2", "r3"),
        e.begins("r1"),
        e.begins("r2"),
        e.leaves("r1"),
        e.ends(interrupted=True),
    )
    assert tally.exit_code() == 130
    assert [tally.hosts[h].status for h in ("r1", "r2", "r3")] == ["ok", "lost", "not_run"]
    assert [host for host, _ in tally.unwell()] == ["r2", "r3"]


def test_an_output_that_broke_alone_is_1() -> None:
    e = Events()
    assert counted(e.plays("r1"), e.leaves("r1"), e.says("error", "no disk")).exit_code() == 1
    assert counted(e.plays("r1"), e.says("warning", "hm")).exit_code() == 0


def test_a_file_that_could_not_be_written_fails_its_host() -> None:
    e = Events()
    tally = counted(e.plays("r1"), e.leaves("r1"), e.says("error", "disk full", "r1"))
    assert tally.hosts["r1"].status == "failed"
    assert tally.exit_code() == 2
    assert list(tally.failures()) == ["output"]


def test_the_worst_of_several_plays_stays() -> None:
    e = Events()
    first = [e.plays("r1"), e.fails("r1", "why", "timeout"), e.leaves("r1", "failed")]
    tally = counted(*first, e.play_ends(), e.plays("r1"), e.leaves("r1"))
    assert tally.hosts["r1"].status == "failed"
    assert tally.hosts["r1"].kind == "timeout"


def test_a_host_that_came_back_and_failed_again_counts_again() -> None:
    e = Events()
    first = [e.plays("r1"), e.fails("r1"), e.leaves("r1", "failed"), e.play_ends()]
    again = [e.plays("r1"), e.leaves("r1", "failed", Failure("worker", "died"))]
    assert counted(*first, *again).hosts["r1"].failed == 2


def test_slowest_and_running() -> None:
    e = Events()
    tally = counted(e.run(), e.plays("r1", "r2"), e.begins("r1"))
    e.wait(2)
    tally.handle(e.begins("r2"))
    e.wait(3)
    tally.handle(e.leaves("r2"))
    assert "slowest r1 (5 s)" in Progress.of(tally).text(tally.now)
    assert tally.slowest() == ("r2", 3.0)
    e.wait(1)
    tally.handle(e.leaves("r1"))
    assert "slowest" not in Progress.of(tally).text(tally.now)
    assert tally.slowest() == ("r1", 6.0)
    assert tally.elapsed == 6.0


def test_failures_are_grouped_by_class_the_commonest_first() -> None:
    e = Events()
    tally = counted(
        e.plays("a", "b", "c"),
        e.fails("a", "x", "timeout"),
        e.fails("b", "y", "command"),
        e.fails("c", "z", "command"),
    )
    groups = {kind: [host for host, _ in hosts] for kind, hosts in tally.failures().items()}
    assert list(groups.items()) == [("command", ["b", "c"]), ("timeout", ["a"])]


def test_the_summary_is_json_and_says_all() -> None:
    e = Events()
    tally = counted(
        e.run(folder="/x"), e.plays("r1"), e.begins("r1"), e.fails("r1", "why", "timeout")
    )
    e.wait(2)
    for event in (e.leaves("r1", "failed"), e.play_ends(), e.ends()):
        tally.handle(event)
    summary = json.loads(json.dumps(tally.summary()))
    assert summary["exit_code"] == 2
    assert summary["started"] == "2023-11-14T22:13:20Z"
    assert summary["seconds"] == 2.0
    assert summary["failures"] == {"timeout": ["r1"]}
    assert summary["hosts"]["r1"]["failure"]["message"] == "why"
    assert summary["hosts"]["r1"]["failure"]["task"] == "show version"
    assert START > 0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["ok", "fail", "skip"]))))
def test_hosts_do_not_disturb_each_other(steps: list[tuple[str, str]]) -> None:
    e = Events()

    def event(host: str, what: str) -> Event:
        if what == "fail":
            return e.fails(host, ignored=True)
        return e.does(host, status="ok" if what == "ok" else "skipped")

    mixed = counted(e.plays("a", "b", "c"), *(event(*step) for step in steps))
    apart = counted(e.plays("a", "b", "c"), *(event(*step) for step in sorted(steps)))
    assert {h: t.counts() for h, t in mixed.hosts.items()} == {
        h: t.counts() for h, t in apart.hosts.items()
    }
