from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runner.outputs.lines import Line
from runner.outputs.sequence import Shown, TaskOrder


def told(shown: list[Shown]) -> list[str]:
    return [line.text for one in shown for line in one.lines]


def test_a_result_waits_for_the_hosts_behind() -> None:
    order = TaskOrder(["a", "b"])
    assert told(order.finished("a", (0,), "one", [Line("a0")])) == ["a0"]
    assert told(order.finished("a", (1,), "two", [Line("a1")])) == []
    assert told(order.finished("b", (0,), "one", [Line("b0")])) == ["b0", "a1"]
    assert told(order.finished("b", (1,), "two", [Line("b1")])) == ["b1"]


def test_a_host_that_skipped_a_task_without_a_word_holds_nobody() -> None:
    order = TaskOrder(["a", "b"])
    order.finished("a", (0,), "one", [Line("a0")])
    assert told(order.finished("a", (1,), "two", [Line("a1")])) == []
    assert told(order.started("b", (1,))) == ["a1"]


def test_a_host_that_left_holds_nobody() -> None:
    order = TaskOrder(["a", "b"])
    order.finished("a", (0,), "one", [Line("a0")])
    order.finished("a", (1,), "two", [Line("a1")])
    assert told(order.left("b")) == ["a1"]


STEPS = st.lists(st.sampled_from("abc"), min_size=12, max_size=60)


@given(turns=STEPS, tasks=st.integers(1, 4))
def test_all_is_shown_once_and_task_by_task(turns: list[str], tasks: int) -> None:
    order = TaskOrder(["a", "b", "c"])
    at = dict.fromkeys("abc", 0)
    shown: list[Shown] = []
    for host in [*turns, *"abc" * tasks]:
        if at[host] < tasks:
            position = (at[host],)
            shown += order.started(host, position)
            shown += order.finished(host, position, "t", [Line(f"{host}{at[host]}")])
            at[host] += 1
            if at[host] == tasks:
                shown += order.left(host)
    assert [one.position for one in shown] == sorted(one.position for one in shown)
    assert sorted(told(shown)) == sorted(f"{h}{n}" for h in "abc" for n in range(tasks))
