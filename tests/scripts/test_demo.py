"""The demonstration of the README's first screen, from a copy of the project's files."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.lab


def test_demo_shows_a_run_and_its_files(tmp_path):
    for name in ("playbooks", "inventory", "templates", "scripts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "playrun.toml", tmp_path)
    ran = subprocess.run(
        [str(tmp_path / "scripts" / "demo"), str(Path(sys.executable).parent)],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "PLAY RECAP" in ran.stdout
    collected = {path.stem for path in (tmp_path / "output" / "collected").glob("*.txt")}
    assert len(collected) > 5
    assert all(f"\n{host} " in ran.stdout for host in collected), "every host is in the recap"
    for kind in ("collected", "backup", "intended"):
        assert f"$ head -n 12 output/{kind}/" in ran.stdout
