"""The lockout breaker, in one process and across workers that may die."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ssh_servers import target

from runner.connections.lockout import (
    AT_A_TIME,
    Ledger,
    NothingSent,
    Outcome,
    ThreadGate,
    Verdict,
    credential_key,
)
from runner.connections.lockout_processes import ProcessGate
from runner.errors import AuthenticationFailed, ConnectionLost, NotTried
from runner.values import Secret

Gate = ThreadGate | ProcessGate
fork = multiprocessing.get_context("fork")


@pytest.fixture(params=["threads", "processes"])
def make(request: pytest.FixtureRequest) -> Iterator[Callable[..., Gate]]:
    """Makes a gate of either kind."""
    made: list[Gate] = []

    def make(*given: int) -> Gate:
        gate: Gate
        if request.param == "threads":
            gate = ThreadGate(*given)
        else:
            gate = ProcessGate(*given)
            gate.serve()
        made.append(gate)
        return gate

    yield make
    for gate in made:
        if isinstance(gate, ProcessGate):
            gate.close()


def fail(gate: Gate, key: str = "k", error: type[Exception] = AuthenticationFailed) -> None:
    with pytest.raises(error), gate.attempt(key):
        raise error("no")


def succeed(gate: Gate, key: str = "k") -> None:
    with gate.attempt(key):
        pass


def test_three_failures_and_no_more(make):
    gate = make()
    for _ in range(3):
        fail(gate)
    with pytest.raises(NotTried, match="refused 3 times"), gate.attempt("k"):
        pytest.fail("it was tried")
    succeed(gate, "another")


def test_after_a_success_nothing_is_held_back(make):
    gate = make()
    fail(gate)
    fail(gate)
    succeed(gate)
    for _ in range(5):
        fail(gate)
    succeed(gate)


@pytest.mark.parametrize("error", [ConnectionLost, NothingSent, KeyboardInterrupt])
def test_what_tells_nothing_of_the_credential_does_not_count(make, error):
    gate = make()
    for _ in range(5):
        fail(gate, error=error)
    succeed(gate)


@pytest.mark.parametrize(("given", "failures"), [((1,), 1), ((5,), 5)])
def test_the_bound_is_settable(make, given, failures):
    gate = make(*given)
    for _ in range(failures):
        fail(gate)
    with pytest.raises(NotTried), gate.attempt("k"):
        pass


def test_no_bound_at_all(make):
    gate = make(0)
    for _ in range(10):
        fail(gate)


def test_three_at_a_time_until_one_succeeds(make):
    gate = make()
    inside = threading.Semaphore(0)
    leave = threading.Event()
    entered: list[int] = []

    def attempt(number: int) -> None:
        with gate.attempt("k"):
            entered.append(number)
            inside.release()
            assert leave.wait(60)

    threads = [threading.Thread(target=attempt, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for _ in range(AT_A_TIME):
        assert inside.acquire(timeout=60)
    assert not inside.acquire(timeout=0.05)
    assert len(entered) == AT_A_TIME
    leave.set()
    for thread in threads:
        thread.join(60)
    assert len(entered) == 10


def test_cancel_wakes_who_waits(make):
    gate = make()
    leave = threading.Event()
    inside = threading.Semaphore(0)
    told: list[str] = []

    def attempt() -> None:
        try:
            with gate.attempt("k"):
                inside.release()
                leave.wait(60)
        except NotTried as error:
            told.append(str(error))

    threads = [threading.Thread(target=attempt) for _ in range(6)]
    for thread in threads:
        thread.start()
    for _ in range(AT_A_TIME):
        assert inside.acquire(timeout=60)
    gate.cancel()
    for thread in threads:
        if len(told) < 3:
            thread.join(0.1)
    leave.set()
    for thread in threads:
        thread.join(60)
    assert told == ["interrupted before the login"] * 3
    with pytest.raises(NotTried), gate.attempt("other"):
        pass


def in_workers(gate: ProcessGate, *works: Callable[[], None]) -> list[int | None]:
    """Forks a worker for each, serves them, and gives their exit codes."""

    def run(work: Callable[[], None]) -> None:
        code = 9
        try:
            work()
            code = 0
        finally:
            os._exit(code)

    workers = [fork.Process(target=run, args=(work,)) for work in works]
    for worker in workers:
        worker.start()
    gate.serve()
    for worker in workers:
        worker.join(60)
    gate.close()
    return [worker.exitcode for worker in workers]


def test_failures_of_all_workers_count_together():
    tried = fork.Value("i", 0)

    def work() -> None:
        for _ in range(4):
            try:
                with gate.attempt("k"):
                    with tried.get_lock():
                        tried.value += 1
                    raise AuthenticationFailed("no")
            except AuthenticationFailed:
                pass
            except NotTried:
                os._exit(3)

    gate = ProcessGate()
    codes = in_workers(gate, work, work, work)
    assert tried.value == 3
    assert 3 in codes


def test_a_success_in_one_worker_frees_the_others():
    def first() -> None:
        with gate.attempt("k"):
            pass

    def second() -> None:
        for _ in range(20):
            with gate.attempt("k"):
                pass

    gate = ProcessGate()
    assert in_workers(gate, first, second, second) == [0, 0, 0]


def test_a_worker_that_dies_in_an_attempt_blocks_nobody_and_counts_as_failed():
    inside = fork.Event()

    def die() -> None:
        with gate.attempt("k"):
            inside.set()
            os._exit(7)

    def live() -> None:
        inside.wait(60)
        try:
            with gate.attempt("k"):
                pass
        except NotTried:
            os._exit(3)

    gate = ProcessGate(1)
    assert in_workers(gate, die, live) == [7, 3]
    inside.clear()
    gate = ProcessGate(2)
    assert in_workers(gate, die, live) == [7, 0]


def test_workers_are_told_when_the_parent_gives_up():
    def wait() -> None:
        try:
            with gate.attempt("k"):
                pass
        except NotTried:
            os._exit(3)

    gate = ProcessGate()
    worker = fork.Process(target=wait)
    worker.start()
    gate.close()
    worker.join(60)
    assert worker.exitcode == 3


@given(
    st.integers(1, 5),
    st.lists(st.tuples(st.sampled_from(["ask", "end"]), st.sampled_from(list(Outcome)))),
)
def test_never_more_failures_than_allowed_before_a_success(failures_max, steps):
    ledger = Ledger(failures_max)
    trying = failures = 0
    proven = False
    for step, outcome in steps:
        if step == "ask":
            verdict = ledger.ask("k")
            assert (verdict is Verdict.FREE) == proven
            if verdict is Verdict.TRY:
                trying += 1
                assert trying <= min(AT_A_TIME, failures_max - failures)
            if verdict is Verdict.REFUSED:
                assert failures >= failures_max
        elif trying:
            ledger.finish("k", outcome)
            trying -= 1
            proven = proven or outcome is Outcome.SUCCESS
            failures += outcome is Outcome.FAILURE
            if not proven:
                assert failures <= failures_max


def test_a_credential_is_named_without_telling_it(tmp_path):
    one = target(22, tmp_path, password=Secret("hidden"))
    assert credential_key(one) == credential_key(target(23, tmp_path, password=Secret("hidden")))
    assert "hidden" not in credential_key(one)
    others = [
        target(22, tmp_path, password=Secret("hidden2")),
        target(22, tmp_path, password=Secret("hidden"), user="other"),
        target(22, tmp_path, password=Secret("hidden"), private_key_file="k"),
        target(22, tmp_path, password=None),
    ]
    assert len({credential_key(each) for each in (one, *others)}) == 5
