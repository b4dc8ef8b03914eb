"""Every difference from Ansible that is told is held by a test that exists, and the other way."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "ansible.md").read_text("utf-8")
TOLD_OTHERWISE = {"a file that is not there, included in a block with a rescue"}
"""It is `missing-include`."""
HELD = re.compile(r"\| `([\w/.]+?)(?:::([^`]+))?` \|$", re.MULTILINE)


def test_the_tests_that_are_named_exist() -> None:
    named = HELD.findall(PAGE)
    assert len(named) > 30
    for file, name in named:
        assert name in (ROOT / file).read_text("utf-8"), f"{file}::{name}"


def test_every_difference_names_its_test() -> None:
    section = PAGE.split("## Different on purpose")[1].split("\n## ")[0]
    rows = [line for line in section.split("\n") if line.startswith("| ")]
    without = [
        row for row in rows if not HELD.search(row) and not row.startswith(("| what", "| --"))
    ]
    assert not without


def test_what_the_oracle_lets_differ_is_told() -> None:
    oracle = ROOT / "tests" / "oracle"
    named = _loaded(oracle / "differences.yaml")["named"]
    odd = [one["name"] for one in _loaded(oracle / "oddities.yaml") if one["playrun"] != "same"]
    assert named
    assert odd
    assert {name for name in [*named, *odd] if f"::{name}`" not in PAGE} == TOLD_OTHERWISE


def _loaded(file: Path) -> Any:
    return YAML(typ="safe").load(file.read_text("utf-8"))


def test_relative_targets_start_at_the_project(tmp_path: Path) -> None:
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playrun.toml").write_text("")
    playbook = tmp_path / "playbooks/site.yml"
    playbook.write_text("- hosts: h1\n  tasks: [{copy: {content: x, dest: made.txt}}]\n")
    subprocess.run(
        [sys.executable, "-m", "runner", "-i", "h1,", str(playbook)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert (tmp_path / "made.txt").read_text() == "x"
    assert not (tmp_path / "playbooks/made.txt").exists()
