"""What the set-up scripts say on a machine that lacks something."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
NEEDED = ("bash", "dirname", "env")


@pytest.fixture
def tools(tmp_path):
    """A folder to be the whole PATH, with what a shell script cannot do without."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in NEEDED:
        add(folder, name)
    return folder


def add(folder, *names):
    for name in names:
        (folder / name).symlink_to(shutil.which(name))


def fake_python(folder, body):
    path = folder / "python3"
    path.write_text(f"#!/bin/bash\n{body}\n")
    path.chmod(0o755)


def run(script, *arguments, path=None, user=None):
    environment = {"PATH": str(path) if path else os.environ["PATH"]}
    return subprocess.run(
        [str(SCRIPTS / script), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        user=user,
        timeout=60,
    )


def test_everything_missing_is_named_at_once(tools, tmp_path):
    ran = run("bootstrap", "python3", str(tmp_path / "venv"), path=tools)
    assert ran.returncode == 1
    assert "missing on this machine: python3 python3-venv git make" in ran.stderr
    assert "apt-get install python3 python3-venv git make" in ran.stderr


def test_missing_venv_module_is_named(tools, tmp_path):
    add(tools, "git", "make")
    fake_python(tools, 'case "$*" in *ensurepip*) exit 1 ;; esac')
    ran = run("bootstrap", "python3", str(tmp_path / "venv"), path=tools)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "missing on this machine: python3-venv\n" in ran.stderr


def test_old_python_is_named_with_its_version(tools, tmp_path):
    add(tools, "git", "make")
    fake_python(tools, 'case "$*" in *version_info*) exit 1 ;; *) echo 3.9.2 ;; esac')
    ran = run("bootstrap", "python3", str(tmp_path / "venv"), path=tools)
    assert ran.returncode == 1
    assert "python3 is 3.9.2; playrun needs Python 3.11" in ran.stderr


def test_real_parts_say_how_without_root():
    nobody = 65534 if os.geteuid() == 0 else None
    ran = run("real-parts", ".venv/bin", user=nobody)
    assert ran.returncode == 1
    assert "sudo scripts/real-parts" in ran.stderr
    assert "make check" in ran.stderr


def test_an_oracle_that_cannot_be_fetched_is_not_taken_for_one(tmp_path):
    venv = tmp_path / "venv" / "bin"
    venv.mkdir(parents=True)
    (venv / "python").write_text("#!/bin/bash\nexit 1\n")
    (venv / "python").chmod(0o755)
    ran = run("ansible-oracle", str(venv.parent))
    assert ran.returncode == 1
    assert "pip could not install ansible-core==2.19.*" in ran.stderr
    assert not (venv.parent / "complete").exists()


@pytest.mark.parametrize(
    "script", ["bootstrap", "demo", "real-parts", "foreign-data", "ansible-oracle"]
)
def test_usage(script):
    ran = run(script)
    assert ran.returncode != 0
    assert f"usage: scripts/{script}" in ran.stderr
