"""`command` and `shell`: what goes in, what comes out, and what is left when a run is cut."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from calling import a_call

from runner.actions.processes import Command, Shell
from runner.errors import ActionFailed


def test_both_streams_of_a_program_are_read_however_much_it_says(tmp_path: Path) -> None:
    line = "head -c 3000000 /dev/zero | tr '\\0' x; head -c 2000000 /dev/zero | tr '\\0' y >&2"
    done = Shell().run(a_call(tmp_path, "shell", cmd=line))
    assert (len(done.values["stdout"]), len(done.values["stderr"])) == (3_000_000, 2_000_000)


def test_a_large_stdin_is_taken_slowly_and_whole(tmp_path: Path) -> None:
    line = "sleep 0.3; wc -c"
    done = Shell().run(a_call(tmp_path, "shell", cmd=line, stdin="x" * 1_000_000))
    assert done.values["stdout"].strip() == "1000001"


def test_a_program_without_stdin_reads_nothing(tmp_path: Path) -> None:
    assert Command().run(a_call(tmp_path, "command", cmd="cat")).values["stdout"] == ""


def test_bytes_that_are_no_text_survive(tmp_path: Path) -> None:
    done = Command().run(a_call(tmp_path, "command", argv=["printf", "a\\377b"]))
    assert done.values["stdout"] == "a\udcffb"


def test_a_program_has_a_session_of_its_own(tmp_path: Path) -> None:
    line = "cut -d ' ' -f 6 /proc/$$/stat"
    done = Shell().run(a_call(tmp_path, "shell", cmd=line))
    assert int(done.values["stdout"]) != os.getsid(0)


@pytest.mark.parametrize("stubborn", ["", "trap '' TERM; "])
def test_a_cut_ends_the_program_and_all_that_it_started(tmp_path: Path, stubborn: str) -> None:
    pids = tmp_path / "pids"
    inner = f"sh -c '{stubborn}echo $$ >> pids; while :; do sleep 60; done' & "
    line = f"{stubborn}{inner * 2} echo $$ >> pids; wait; sleep 60"

    def all_run() -> bool:
        return pids.exists() and len(pids.read_text().split()) == 3

    with pytest.raises(ActionFailed, match="the run was cut off"):
        Shell().run(a_call(tmp_path, "shell", cmd=line, cancelled=all_run))
    for pid in map(int, pids.read_text().split()):
        gone(pid)


def gone(pid: int) -> None:
    """Waits until a process that has been killed is collected, or is a zombie of somebody's."""
    status = Path(f"/proc/{pid}/stat")
    for _ in range(6000):
        try:
            if status.read_text().rpartition(")")[2].split()[0] == "Z":
                return
        except OSError:
            return
        time.sleep(0.01)
    raise AssertionError(f"{pid} still runs")


def test_a_run_that_is_cut_starts_no_program(tmp_path: Path) -> None:
    with pytest.raises(ActionFailed):
        Shell().run(a_call(tmp_path, "shell", cmd="sleep 60", cancelled=lambda: True))
