"""What every strategy promises: one suite, run over all of them."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playing import Played, play

from runner.actions import ACTIONS
from runner.actions.api import Call, Effect, Effects, Outcome
from runner.actions.debug import Debug
from runner.events import Notice, TaskFinished, TaskStarted
from runner.planning.strategies import Running

BASIC = """
- hosts: all
  gather_facts: false
  strategy: {executor}
  workers: {workers}
  processes: 2
  tasks:
    - {{name: one, debug: {{msg: "one {{{{ inventory_hostname }}}}"}}, register: said}}
    - {{name: two, debug: {{msg: "two {{{{ said.msg }}}}"}}}}
"""


def basic(executor: str, workers: int = 4) -> str:
    return BASIC.format(executor=executor, workers=workers)


def hosts(count: int) -> str:
    return "".join(f"h{number}," for number in range(1, count + 1))


def wait_until(holds: Callable[[], bool]) -> None:
    """However busy the machine is; not for ever."""
    end = time.monotonic() + 60
    while not holds() and time.monotonic() < end:
        time.sleep(0.005)


class Odd(Debug):
    """An action that does something to its own worker."""

    def __init__(self, deed: Any, effect: Effect = Effect.DEVICE_READ) -> None:
        self._deed = deed
        self._effect = effect

    def effects(self, args: Any, platforms: Any) -> Effects:
        return frozenset({self._effect})

    def writes(self, call: Call) -> bool:
        return self._effect is Effect.DEVICE_WRITE

    def run(self, call: Call) -> Outcome:
        self._deed(call)
        return Outcome(values={"msg": "did it"})

    place = "device"


def with_action(
    monkeypatch: pytest.MonkeyPatch, deed: Any, effect: Any = Effect.DEVICE_READ
) -> None:
    monkeypatch.setitem(ACTIONS.made, "debug", Odd(deed, effect))  # type: ignore[arg-type]


DEED = """
- hosts: all
  gather_facts: false
  strategy: {executor}
  workers: {workers}
  processes: 2
  vars: {{ansible_network_os: generic}}
  tasks:
    - {{name: before, set_fact: {{a: 1}}}}
    - {{name: deed, debug: {{msg: x}}}}
    - {{name: after, set_fact: {{b: 1}}}}
"""


def deed(executor: str, workers: int = 4) -> str:
    return DEED.format(executor=executor, workers=workers)


def test_every_host_runs_every_task_once(tmp_path: Path, executor: str) -> None:
    played = play(tmp_path, basic(executor), hosts(9))
    assert played.statuses() == {f"h{n}": "ok" for n in range(1, 10)}
    for number in range(1, 10):
        name = f"h{number}"
        assert played.messages(name) == [f"one {name}", f"two one {name}"]


def test_an_empty_fleet(tmp_path: Path, executor: str) -> None:
    played = play(tmp_path, basic(executor), "\nall:\n  hosts: {}\n")
    assert played.statuses() == {}


@pytest.mark.parametrize("workers", [1, 2, 40])
def test_more_or_fewer_workers_than_hosts(tmp_path: Path, executor: str, workers: int) -> None:
    played = play(tmp_path, basic(executor, workers), hosts(7))
    assert set(played.statuses().values()) == {"ok"}


def test_events_of_a_host_come_in_order_and_before_its_end(tmp_path: Path, executor: str) -> None:
    played = play(tmp_path, basic(executor), hosts(5))
    for number in range(1, 6):
        kinds = [
            type(event).__name__
            for event in played.events
            if getattr(event, "host", None) == f"h{number}"
        ]
        assert kinds == ["TaskStarted", "TaskFinished"] * 2 + ["HostFinished"]


@pytest.mark.parametrize(("executor", "bound"), [("serial", 1), ("threads", 3)])
def test_never_more_than_workers_at_a_time(
    tmp_path: Path, executor: str, bound: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    now: list[str] = []
    most = [0]
    lock = threading.Lock()

    def busy(call: Call) -> None:
        with lock:
            now.append(call.host)
            most[0] = max(most[0], len(now))
        wait_until(lambda: most[0] >= bound)
        time.sleep(0.01)
        with lock:
            now.remove(call.host)

    with_action(monkeypatch, busy)
    play(tmp_path, deed(executor, 3), hosts(12))
    assert most[0] == bound


def test_one_host_at_a_time_in_each_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`workers: P` with P processes: exactly one host at a time in each."""
    inside = [0]

    def alone(call: Call) -> None:
        inside[0] += 1
        assert inside[0] == 1, "two hosts at once in one process"
        time.sleep(0.01)
        inside[0] -= 1

    with_action(monkeypatch, alone)
    played = play(tmp_path, deed("processes", 2), hosts(8))
    assert set(played.statuses().values()) == {"ok"}


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), MemoryError(), KeyError(1)])
def test_whatever_a_task_raises_costs_its_host_only(
    tmp_path: Path, executor: str, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def raise_it(call: Call) -> None:
        if call.host == "h2":
            raise error

    with_action(monkeypatch, raise_it)
    played = play(tmp_path, deed(executor), hosts(5))
    statuses = played.statuses()
    assert statuses.pop("h2") == "failed"
    assert set(statuses.values()) == {"ok"}


@pytest.mark.parametrize(
    ("effect", "status"), [(Effect.DEVICE_READ, "lost"), (Effect.DEVICE_WRITE, "unknown")]
)
def test_a_host_that_kills_its_worker_costs_only_that_workers_hosts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, effect: Effect, status: str
) -> None:
    parent = os.getpid()

    def die(call: Call) -> None:
        if call.host == "h3":
            assert os.getpid() != parent
            os.kill(os.getpid(), signal.SIGKILL)

    with_action(monkeypatch, die, effect)
    played = play(
        tmp_path, deed("processes", 2).replace("vars:", "lockstep: never\n  vars:"), hosts(9)
    )
    statuses = played.statuses()
    assert statuses.pop("h3") == status
    assert set(statuses.values()) == {"ok"}
    (finished,) = [e for e in played.events if getattr(e, "status", "") == status]
    assert "SIGKILL" in finished.failure.message
    assert "deed" in finished.failure.message


def test_nothing_runs_twice_after_a_worker_died(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()

    def mark_then_die(call: Call) -> None:
        with (marks / call.host).open("a") as file:
            file.write("x")
        if call.host in ("h2", "h5"):
            os.kill(os.getpid(), signal.SIGKILL)

    with_action(monkeypatch, mark_then_die)
    played = play(tmp_path, deed("processes", 4), hosts(8))
    assert all(file.read_text() in ("x", "") for file in marks.iterdir())
    well = {host for host, status in played.statuses().items() if status == "ok"}
    assert well == {file.name for file in marks.iterdir()} & well
    assert len(well) >= 4


WAITING = """
- hosts: all
  gather_facts: false
  strategy: processes
  lockstep: always
  workers: {workers}
  processes: {processes}
  vars: {{ansible_network_os: generic}}
  tasks:
    - {{name: before, set_fact: {{a: 1}}}}
    - {{name: deed, debug: {{msg: x}}}}
    - {{name: after, set_fact: {{b: 1}}}}
- hosts: all
  gather_facts: false
  strategy: threads
  tasks:
    - {{name: later, set_fact: {{c: 1}}}}
"""


@pytest.mark.parametrize(("processes", "workers"), [(1, 1), (1, 3), (2, 2), (3, 3)])
def test_hosts_that_wait_in_a_worker_that_dies_are_answered_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processes: int, workers: int
) -> None:
    def die(call: Call) -> None:
        if call.host == "h2":
            os.kill(os.getpid(), signal.SIGKILL)

    with_action(monkeypatch, die)
    played = play(tmp_path, WAITING.format(processes=processes, workers=workers), hosts(6))
    statuses = played.statuses()
    assert len(statuses) == 6
    assert statuses["h2"] == "lost"
    assert set(statuses.values()) <= {"ok", "lost"}
    if processes > 1:
        assert "ok" in statuses.values()
    second = played.statuses(1)
    assert second == {host: "ok" for host, status in statuses.items() if status == "ok"}


def test_workers_leave_the_groups_signals_to_their_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def terminate_itself(call: Call) -> None:
        for which in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            os.kill(os.getpid(), which)

    with_action(monkeypatch, terminate_itself)
    played = play(tmp_path, deed("processes", 2), hosts(4))
    assert set(played.statuses().values()) == {"ok"}


def test_a_machine_without_threads_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = [0]
    start = threading.Thread.start

    def only_two(self: threading.Thread) -> None:
        if self.name.startswith("worker-"):
            started[0] += 1
            if started[0] > 2:
                raise RuntimeError("can't start new thread")
        start(self)

    monkeypatch.setattr(threading.Thread, "start", only_two)
    played = play(tmp_path, basic("threads", 8), hosts(8))
    assert set(played.statuses().values()) == {"ok"}
    assert [notice.text for notice in played.of(Notice)] == [
        "no more than 2 workers: the machine allows no more threads"
    ]


def interrupted_by(seen: str, count: int = 1, on: int = 1) -> Any:
    """Sends this process Ctrl-C once a task of that name has started on `on` hosts; `count`
    times in all."""
    started, sent = [0], [0]

    def tell(event: Any) -> None:
        if isinstance(event, TaskStarted) and event.task == seen:
            started[0] += 1
            if started[0] == on:
                sent[0] = 1
                os.kill(os.getpid(), signal.SIGINT)
        if isinstance(event, Notice) and 0 < sent[0] < count:
            sent[0] += 1
            os.kill(os.getpid(), signal.SIGINT)

    return tell


def test_one_ctrl_c_lets_the_running_task_end_and_starts_no_other(
    tmp_path: Path, executor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_action(monkeypatch, lambda call: wait_until(call.stopping))
    played = play(tmp_path, deed(executor, 2), hosts(9), tell=interrupted_by("deed"))
    assert played.interrupted
    assert len(played.statuses()) == 9
    assert set(played.statuses().values()) == {"not_run"}
    started = [event.host for event in played.events if _is(event, TaskStarted, "deed")]
    ended = [event.host for event in played.events if _is(event, TaskFinished, "deed")]
    assert sorted(started) == sorted(ended)
    assert not [event for event in played.events if _is(event, TaskStarted, "after")]


def test_two_ctrl_c_end_a_host_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import runner.engine.conducting.conductor as conductor

    monkeypatch.setattr(conductor, "_GRACE", 0.3)
    release = threading.Event()
    with_action(monkeypatch, lambda call: release.wait(60), Effect.DEVICE_WRITE)
    played = play(tmp_path, deed("threads", 2), hosts(3), tell=interrupted_by("deed", 2, on=2))
    release.set()
    statuses = played.statuses()
    assert played.interrupted
    assert sorted(statuses.values()) == ["not_run", "unknown", "unknown"]


def test_no_process_is_left(tmp_path: Path) -> None:
    play(tmp_path, basic("processes"), hosts(4))
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_results_are_the_same_under_every_strategy(tmp_path: Path) -> None:
    text = """
- hosts: all
  gather_facts: false
  strategy: EXECUTOR
  processes: 2
  tasks:
    - {name: a, set_fact: {n: "{{ inventory_hostname[1:] | int }}"}}
    - {name: b, fail: {msg: odd}, when: n | int == 2}
    - {name: c, debug: {msg: "by {{ inventory_hostname }}"}, run_once: true, register: once}
    - {name: d, debug: {msg: "{{ once.msg }} {{ hostvars['h3'].n }}"}}
- hosts: all
  gather_facts: false
  strategy: EXECUTOR
  tasks:
    - {name: e, debug: {msg: "{{ n }} {{ once.msg }}"}}
"""
    results = []
    for executor in ("linear", "free", "serial", "threads", "processes"):
        folder = tmp_path / executor
        folder.mkdir()
        played = play(folder, text.replace("EXECUTOR", executor), hosts(4))
        results.append(_result(played))
    assert all(result == results[0] for result in results), results
    assert results[0]["h1"] == (
        ["by h1", "by h1 3", "1 by h1"],
        "ok",
        "ok",
    )
    assert results[0]["h2"][1:] == ("failed", None)


def _result(played: Played) -> dict[str, Any]:
    first, second = played.statuses(0), played.statuses(1)
    return {host: (played.messages(host), first.get(host), second.get(host)) for host in first}


def _is(event: Any, kind: type[Any], task: str) -> bool:
    return isinstance(event, kind) and event.task == task


def test_running_defaults_name_the_executor(tmp_path: Path) -> None:
    played = play(tmp_path, basic("linear"), running=Running(executor="serial"))
    assert [event.executor for event in played.events if hasattr(event, "executor")] == ["serial"]


GROUPING = """
- hosts: all
  gather_facts: false
  strategy: linear
  tasks:
    - {name: grouped, group_by: {key: found}}
    - {name: seen, debug: {msg: "{{ groups['found'] | join(' ') }}"}}
"""


def test_a_group_lists_hosts_in_the_plays_order_whoever_was_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    last_is_through = threading.Event()

    class Late(type(ACTIONS["group_by"])):  # type: ignore[misc]
        def run(self, call: Call) -> Outcome:
            if call.host == "h3":
                last_is_through.set()
            else:
                assert last_is_through.wait(60)
            outcome: Outcome = super().run(call)
            return outcome

    monkeypatch.setitem(ACTIONS.made, "group_by", Late())
    played = play(tmp_path, GROUPING, hosts(3))
    assert played.messages("h1")[-1] == "h1 h2 h3"


def test_ctrl_c_while_workers_are_made_is_heard_by_one_process_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = tmp_path / "heard"
    fork = os.fork

    def fork_and_interrupt() -> int:
        pid = fork()
        if pid == 0:
            os.kill(os.getpid(), signal.SIGINT)
        return pid

    def hear(_number: int, _frame: Any) -> None:
        heard.write_text("by a worker")

    monkeypatch.setattr(os, "fork", fork_and_interrupt)
    monkeypatch.setattr("runner.run.conduct.Interrupts._on", lambda _self, *args: hear(*args))
    played = play(tmp_path, basic("processes"), hosts(4))
    assert not heard.exists()
    assert set(played.statuses().values()) == {"ok"}
