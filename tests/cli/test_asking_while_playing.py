"""What a play asks at a terminal: when it begins, and not if it never does; a `pause`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pexpect
import pytest

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

PAUSE = """
- hosts: localhost
  gather_facts: false
  tasks:
    - {pause: {prompt: "Go on?"}, register: answer}
    - {debug: {msg: "said {{ answer.user_input }}"}}
"""


def test_a_play_asks_when_it_begins(tmp_path: Path) -> None:
    (tmp_path / "site.yml").write_text(PLAYBOOK)
    (tmp_path / "hosts").write_text("localhost\n")
    child = _playing(tmp_path, "dumb")
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


def test_nothing_is_written_behind_an_open_question(tmp_path: Path) -> None:
    (tmp_path / "site.yml").write_text(PAUSE)
    (tmp_path / "hosts").write_text("localhost ansible_connection=local\n")
    child = _playing(tmp_path, "xterm")
    try:
        child.expect_exact("Go on?:")
        with pytest.raises(pexpect.TIMEOUT):
            child.expect("[a-z]", timeout=0.8)
        child.sendline("yes")
        child.expect_exact("said yes")
        child.expect(pexpect.EOF)
    finally:
        child.close(force=True)
    assert child.exitstatus == 0


SECRET = """
- hosts: localhost
  gather_facts: false
  vars_prompt: [{name: word, prompt: Word}]
  tasks:
    - {pause: {prompt: "with {{ word }}?", echo: false}, register: answer}
    - {debug: {msg: "said {{ answer.user_input }}"}}
"""


def test_what_is_typed_unseen_is_shown_nowhere(tmp_path: Path) -> None:
    (tmp_path / "site.yml").write_text(SECRET)
    (tmp_path / "hosts").write_text("localhost ansible_connection=local\n")
    child = _playing(tmp_path, "xterm")
    shown = []
    try:
        for question, answer in (("Word: ", "hunter22"), ("(output is hidden):", "t0psecret")):
            child.expect_exact(question)
            shown.append(str(child.before))
            child.waitnoecho()
            child.sendline(answer)
        child.expect(pexpect.EOF)
        shown.append(str(child.before))
    finally:
        child.close(force=True)
    assert "with ********?" in shown[1]
    assert "said ********" in shown[2]
    assert not {"hunter22", "t0psecret"}.intersection(re.findall(r"\w+", "".join(shown)))
    assert child.exitstatus == 0


def test_the_end_of_input_ends_the_line_of_the_question(tmp_path: Path) -> None:
    (tmp_path / "site.yml").write_text(PLAYBOOK)
    (tmp_path / "hosts").write_text("localhost\n")
    child = _playing(tmp_path, "dumb")
    try:
        child.expect_exact("First: ")
        child.sendeof()
        child.expect_exact("\r\nplayrun: nothing was typed at `First:`")
        child.expect(pexpect.EOF)
    finally:
        child.close(force=True)
    assert child.exitstatus == 1


def _playing(folder: Path, terminal: str) -> pexpect.spawn:
    words = ["-c", "from runner.cli.main import main; main()", "-i", "hosts", "site.yml"]
    return pexpect.spawn(
        sys.executable,
        words,
        cwd=str(folder),
        timeout=120,
        encoding="utf-8",
        env={
            "PLAIN": "plain",
            "TERM": terminal,
            "PYTHONPATH": str(Path.cwd()),
            "HOME": str(folder),
        },
    )
