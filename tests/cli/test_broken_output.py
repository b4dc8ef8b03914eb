"""Standard output that is full, or that nobody reads any more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FULL = "cannot write to standard output: No space left on device"
SCREEN = "the screen stopped: No space left on device; the run goes on"
PLAYBOOK = "- hosts: all\n  tasks: [{debug: {msg: hi}}]\n"
LOCAL = ("-i", "localhost,")


@pytest.fixture
def folder(here: Path) -> Path:
    (here / "playrun.toml").touch()
    (here / "site.yml").write_text(PLAYBOOK)
    return here


def run(words: tuple[str, ...], out: int, *, buffered: bool) -> tuple[int, str]:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    env["PYTHONUNBUFFERED"] = "" if buffered else "1"
    command = [sys.executable, "-m", "runner", *words]
    done = subprocess.run(
        command, stdout=out, stderr=subprocess.PIPE, text=True, env=env, check=False
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((*LOCAL, "site.yml"), 1, f"playrun: {SCREEN}\n"),
        (
            (*LOCAL, "site.yml", "--json"),
            1,
            f"[ERROR]: {SCREEN}\n".replace("screen", "JSON summary"),
        ),
        ((*LOCAL, "site.yml", "--list-tasks"), 1, f"playrun: {FULL}\n"),
        (("--version",), 1, f"playrun: {FULL}\n"),
        (("--help",), 1, f"playrun: {FULL}\n"),
    ],
)
def test_a_full_disk_is_said_in_one_line(
    folder: Path, words: tuple[str, ...], code: int, said: str, buffered: bool
) -> None:
    with Path("/dev/full").open("wb") as full:
        assert run(words, full.fileno(), buffered=buffered) == (code, said)


@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize(
    "words", [(*LOCAL, "site.yml"), (*LOCAL, "site.yml", "--list-tasks"), ("--version",)]
)
def test_a_reader_may_go(folder: Path, words: tuple[str, ...], buffered: bool) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        assert run(words, write, buffered=buffered) == (0, "")
    finally:
        os.close(write)


def test_what_failed_is_the_exit_code_though_nobody_reads(folder: Path) -> None:
    (folder / "site.yml").write_text("- hosts: all\n  tasks: [{fail: {msg: no}}]\n")
    read, write = os.pipe()
    os.close(read)
    try:
        assert run((*LOCAL, "site.yml"), write, buffered=True) == (2, "")
    finally:
        os.close(write)
