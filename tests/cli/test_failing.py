"""What is told of a mistake never steers the terminal."""

from __future__ import annotations

from pathlib import Path

from playrunning import Playrun

from runner.cli.failing import explain
from runner.errors import LoadError, Problems


def test_what_others_say_cannot_move_the_cursor() -> None:
    error = LoadError("no host `a\x1b[2Jb`", hint="not \x9b5m", excerpt="a: \x1b[31mb")
    text = explain(Problems([error, LoadError("plain")]))
    assert "\x1b" not in text
    assert "\x9b" not in text
    assert "\\x1b[2Jb" in text


def test_a_hostile_host_name(playrun: Playrun, here: Path) -> None:
    (here / "site.yml").write_text("- hosts: all\n  tasks: [{debug: {msg: x}}]\n")
    (here / "hosts.yml").write_text('all: {hosts: {"a\\x1b[31mb": {}}}\n')
    said = playrun("site.yml", "-i", "hosts.yml")
    assert said.code == 1
    assert "\x1b" not in said.err + said.out
