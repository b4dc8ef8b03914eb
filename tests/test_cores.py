from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from runner.cores import Load, all_cores, better_core, one_core

ALLOWED = frozenset(os.sched_getaffinity(0))
SAY = "import os; print(sorted(os.sched_getaffinity(0)))"


def in_a_thread() -> frozenset[int]:
    found: list[frozenset[int]] = []
    thread = threading.Thread(target=lambda: found.append(frozenset(os.sched_getaffinity(0))))
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.skipif(len(ALLOWED) < 2, reason="this machine has one core")
def test_threads_that_are_started_meanwhile_share_a_core() -> None:
    with one_core():
        here = frozenset(os.sched_getaffinity(0))
        assert len(here) == 1
        assert here < ALLOWED
        assert in_a_thread() == here
    assert os.sched_getaffinity(0) == ALLOWED
    assert in_a_thread() == ALLOWED


def test_other_threads_are_left_alone() -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(os.getpid).result()
        with one_core():
            assert pool.submit(os.sched_getaffinity, 0).result() == ALLOWED


def test_the_core_is_given_back_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), one_core():
        raise ZeroDivisionError
    assert os.sched_getaffinity(0) == ALLOWED


def test_a_program_may_use_all_cores() -> None:
    with one_core():
        here = os.sched_getaffinity(0)
        with all_cores():
            said = subprocess.run([sys.executable, "-c", SAY], stdout=subprocess.PIPE, check=True)
        assert os.sched_getaffinity(0) == here
    assert said.stdout.decode().strip() == str(sorted(ALLOWED))


def load(at: float, own: float, *cores: float) -> Load:
    return Load(at, dict(enumerate(cores)), own)


@pytest.mark.parametrize(
    ("after", "wanted"),
    [
        pytest.param(load(10.0, 0.9, 1.0, 0.0), None, id="all of it is ours"),
        pytest.param(load(10.0, 0.5, 1.0, 0.1), 1, id="half of it is not, and there is room"),
        pytest.param(load(10.0, 0.5, 1.0, 0.8), None, id="crowded everywhere"),
        pytest.param(load(10.0, 0.0, 0.2, 0.0), None, id="hardly anybody"),
        pytest.param(load(10.0, 0.1, 0.9, 0.4, 0.1), 2, id="the calmest"),
        pytest.param(load(10.0, 0.0, 0.9, 0.4, 0.3), 2, id="even when ours was not used"),
    ],
)
def test_who_is_crowded_moves_to_a_free_core(after: Load, wanted: int | None) -> None:
    before = load(9.0, 0.0, *([0.0] * len(after.cores)))
    assert better_core(before, after, 0, frozenset(after.cores)) == wanted
    if wanted is not None:
        assert better_core(before, after, 0, frozenset({0})) is None
