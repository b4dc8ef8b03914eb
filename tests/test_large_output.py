"""A hundred megabytes from one device: the whole file, and memory that does not grow with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.lab

SIZE = 100_000_000
MEMORY_KB = 120 * 1024

TOPOLOGY = """
devices:
  r1: {{platform: cisco_ios, transports: [{transport}],
        misbehaviour: {{outputs: {{"show tech": {size}}}}}}}
"""
PLAYBOOK = "- {hosts: all, commands: [show tech]}\n"


@pytest.mark.parametrize("transport", ["ssh", "telnet"])
def test_a_huge_output_is_whole_and_costs_no_memory(tmp_path: Path, transport: str) -> None:
    (tmp_path / "lab.yml").write_text(TOPOLOGY.format(transport=transport, size=SIZE))
    (tmp_path / "site.yml").write_text(PLAYBOOK)
    peak = run_and_measure(
        [sys.executable, "-m", "runner", "--lab", "--topology", "lab.yml", "site.yml", "-q"],
        tmp_path,
    )
    written = tmp_path / "output" / "r1.txt"
    # The device counts CR LF as two bytes; the file has LF.
    assert SIZE * 0.97 < written.stat().st_size <= SIZE
    assert not list(written.parent.glob("*.partial"))
    assert peak < MEMORY_KB


MEASURING = """
import resource, subprocess, sys
ended = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(ended)
"""
"""Run in a process of its own: a child's peak begins with that of the process it came from."""


MEASURE = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""
"""The kernel counts what a process was before its exec: only a small parent tells the truth."""


def run_and_measure(command: list[str], folder: Path) -> int:
    """Peak resident kilobytes of the command. Fails when it does."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return int(done.stdout.split()[-1])
