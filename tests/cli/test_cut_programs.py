"""Ctrl-C twice: the programs that tasks run on the controller end with the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PLAYBOOK = """
- hosts: localhost
  tasks: [{shell: "sleep 300 & echo $! >> pids; echo $$ >> pids; sleep 300"}]
"""


@pytest.mark.parametrize("strategy", ["serial", "threads", "processes"])
def test_no_program_outlives_a_run_that_is_cut(here: Path, strategy: str) -> None:
    (here / "playrun.toml").touch()
    (here / "site.yml").write_text(PLAYBOOK)
    run = subprocess.Popen(
        [sys.executable, "-m", "runner", "-i", "localhost,", "--strategy", strategy, "site.yml"],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert run.stdout is not None
    pids = here / "pids"
    while not pids.exists() or len(pids.read_text().split()) < 2:
        assert run.poll() is None
        time.sleep(0.02)
    run.send_signal(signal.SIGINT)
    while "Ctrl-C again" not in (line := run.stdout.readline()):
        assert line, "it says how to cut"
    run.send_signal(signal.SIGINT)
    rest = run.communicate()[0]
    assert run.returncode == 130
    assert "the program was ended, since the run was cut off" in rest
    assert [pid for pid in pids.read_text().split() if still_running(pid)] == []


def still_running(pid: str) -> bool:
    """Also after a while: what was killed may need a moment to be gone."""
    end = time.monotonic() + 60
    while running(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return running(pid)


def running(pid: str) -> bool:
    """Whether a process is there, and more than a zombie that nobody has collected yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
