"""Actions and arguments that templates name: what cannot be served is told by task and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

PLAY = """\
- hosts: all
  gather_facts: false
  vars: {which: %s, given: {msg: hello}}
  tasks:
    - name: late
      %s
    - {name: after, debug: {msg: went on}}
"""


def says(here: Path, playrun: Any, which: str, task: str, hosts: str = "h1") -> Any:
    (here / "site.yml").write_text(PLAY % (which, task))
    (here / "more.yml").write_text("- debug:\n")
    (here / "hosts").write_text(f"{hosts} ansible_connection=local\n")
    return playrun("-i", "hosts", "site.yml")


def test_what_is_named_is_done(here: Path, playrun: Any) -> None:
    said = says(here, playrun, "debug", 'action: "{{ which }} msg={{ given.msg }}"')
    assert said.code == 0
    assert '"msg": "hello"' in said.out


@pytest.mark.parametrize(
    ("which", "task", "message"),
    [
        ("include_tasks", 'action: "{{ which }} more.yml"', "`include_tasks` cannot be named so"),
        ("meta", 'action: "{{ which }} end_play"', "`meta` cannot be named so"),
        ("import_role", 'action: "{{ which }} name=x"', "there is no action `import_role`"),
        ("debgu", 'action: "{{ which }} msg=x"', "there is no action `debgu`"),
        ("debug", 'action: "{{ which }} mgs=x"', "`debug` has no argument `mgs`"),
        ("copy", 'action: "{{ which }} content=x"', "`copy` needs the argument `dest`"),
        ("x", 'debug: "{{ which }}"', "gives 'x'"),
        ("x", "ping:\n      args: \"{{ {'bogus': 1} }}\"", "`ping` has no argument `bogus`"),
        (
            "x",
            "assert:\n      args: \"{{ {'that': true} }}\"",
            "`that` of `assert` cannot come from",
        ),
    ],
)
def test_what_cannot_be_done_fails_its_task_where_it_stands(
    here: Path, playrun: Any, which: str, task: str, message: str
) -> None:
    said = says(here, playrun, which, task)
    assert said.code == 2
    assert message in said.out
    assert "    at site.yml:" in said.out
    assert "went on" not in said.out


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ('include_tasks: {}\n      args: "{{ given }}"', "arguments of `include_tasks` cannot be"),
        ('import_tasks:\n      args: "{{ given }}"', "arguments of `import_tasks` cannot be"),
        ('"{{ which }}": {msg: x}', "the key of a task cannot be a template"),
        ('debug: {mgs: x}\n      args: "{{ given }}"', "`debug` has no argument `mgs`"),
        ('debug: {}\n      args: "{{ given | nosuch }}"', "there is no filter 'nosuch'"),
        ('action: "{{ which | nosuch }} msg=x"', "there is no filter 'nosuch'"),
    ],
)
def test_what_is_certainly_wrong_is_told_before_anything_runs(
    here: Path, playrun: Any, task: str, message: str
) -> None:
    said = says(here, playrun, "debug", task)
    assert said.code == 1
    assert message in said.err
    assert "site.yml:" in said.err


def test_a_program_is_not_run_for_a_device(here: Path, playrun: Any) -> None:
    (here / "site.yml").write_text(PLAY % ("command", 'action: "{{ which }} touch made"'))
    (here / "hosts").write_text("h1 ansible_connection=network_cli ansible_network_os=ios\n")
    said = playrun("-i", "hosts", "site.yml")
    assert said.code == 2
    assert "runs a program on the controller, and h1 is a device" in said.out
    assert not (here / "made").exists()
