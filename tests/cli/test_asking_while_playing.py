"""`vars_prompt` at a terminal: a play asks when it begins, and one never come to does not."""

from __future__ import annotations

import sys
from pathlib import Path

import pexpect

PLAYBOOK = """
- hosts: localhost
  connection: local
  gather_facts: false
  vars_prompt:
    - {name: first, prompt: First, private: false}
  tasks:
    - {debug: {msg: "got {{ first }}"}}
- hosts: "{{ where }}"
  gather_facts: false
  connection: local
  vars_prompt:
    - {name: where, prompt: Where, private: false, default: localhost}
  tasks:
    - {debug: {msg: "on {{ where }}"}}
    - {fail: {msg: the end}}
- hosts: localhost
  connection: local
  gather_facts: false
  vars_prompt: [{name: never, prompt: Never}]
  tasks: [{debug: {msg: x}}]
"""


def test_a_play_asks_when_it_begins(tmp_path: Path) -> None:
    (tmp_path / "site.yml").write_text(PLAYBOOK)
    (tmp_path / "hosts").write_text("localhost\n")
    words = ["-c", "from runner.cli.main import main; main()", "-i", "hosts", "site.yml"]
    child = pexpect.spawn(
        sys.executable,
        words,
        cwd=str(tmp_path),
        timeout=60,
        encoding="utf-8",
        env={
            "PLAIN": "plain",
            "TERM": "dumb",
            "PYTHONPATH": str(Path.cwd()),
            "HOME": str(tmp_path),
        },
    )
    try:
        child.expect_exact("First: ")
        child.sendline("one")
        child.expect_exact("got one")
        child.expect_exact("Where [localhost]: ")
        child.sendline("")
        child.expect_exact("on localhost")
        child.expect(pexpect.EOF)
        assert "Never" not in str(child.before)
    finally:
        child.close(force=True)
    assert child.exitstatus == 2
