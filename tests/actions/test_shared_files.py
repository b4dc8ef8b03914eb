"""Many hosts that write to one file at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from playrunning import Playrun

HOSTS = [f"r{number}" for number in range(1, 25)]
PLAY = """
- hosts: all
  connection: local
  gather_facts: false
  strategy: {strategy}
  tasks:
    - {task}
"""
LINE = "lineinfile: {{path: '{path}', line: '{{{{ inventory_hostname }}}} is here', create: true}}"
BLOCK = (
    "blockinfile: {{path: '{path}', block: '{{{{ inventory_hostname }}}} is here', create: true, "
    "marker: '# {{mark}} {{{{ inventory_hostname }}}}'}}"
)


@pytest.mark.parametrize("strategy", ["threads", "processes"])
@pytest.mark.parametrize("path", ["r1/new/of r2/all.txt", "all.txt"])
@pytest.mark.parametrize("task", [LINE, BLOCK])
def test_nobody_s_line_is_lost(
    here: Path, playrun: Playrun, strategy: str, path: str, task: str
) -> None:
    (here / "hosts").write_text("\n".join(HOSTS))
    (here / "site.yml").write_text(PLAY.format(strategy=strategy, task=task.format(path=path)))
    command = "from runner.cli.main import main; main()"
    words = ["site.yml", "-i", "hosts", "-f", "12", "--processes", "2"]
    # In a process of its own: one that forks must have no threads.
    done = subprocess.run(
        [sys.executable, "-c", command, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in (here / path).read_text().splitlines() if "is here" in line]
    assert sorted(lines) == sorted(f"{host} is here" for host in HOSTS)
    left = {file.name for file in here.rglob(".*") if file.name not in (".playrun", ".git")}
    assert left == set()
    (here / "site.yml").write_text(PLAY.format(strategy="threads", task=task.format(path=path)))
    assert playrun("site.yml", "-i", "hosts").out.count("changed=0") == len(HOSTS)
