"""What is told before plays run, and what may only be told when a play begins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

MAKES = """
- hosts: localhost
  gather_facts: false
  tasks: [{add_host: {name: made, groups: makers, ansible_connection: local}}]
"""
WANTS = """
- hosts: %s
  gather_facts: false
  tasks: [{debug: {msg: "here is {{ inventory_hostname }}"}}]
"""


def ran(playrun: Any, here: Path, text: str, *words: str) -> Any:
    (here / "site.yml").write_text(text)
    return playrun(*words, "site.yml")


def test_hosts_that_a_task_will_add_are_not_missed(here: Path, playrun: Any) -> None:
    said = ran(playrun, here, MAKES + WANTS % "makers")
    assert said.code == 0, said.err
    assert "here is made" in said.out
    assert "no host or group" not in said.out + said.err


def test_a_group_that_nobody_made_is_missed_when_its_play_begins(here: Path, playrun: Any) -> None:
    said = ran(playrun, here, MAKES + WANTS % "makers:others" + WANTS % "nobody")
    assert said.out.index("here is made") < said.out.index("is called `nobody`")
    assert said.out.count("is called `others`") == 1
    assert said.out.count("is called `nobody`") == 1


def test_without_an_inventory_a_play_needs_a_host_that_was_added(here: Path, playrun: Any) -> None:
    said = ran(playrun, here, WANTS % "makers" + MAKES)
    assert said.code == 1
    assert "there is no inventory" in said.err


def test_a_file_of_variables_that_is_not_there_is_told_once(here: Path, playrun: Any) -> None:
    text = WANTS % "h1,h2"
    files = "  vars_files: [gone.yml, [a.yml, b.yml], '{{ inventory_hostname }}.yml']\n"
    said = ran(playrun, here, text.replace("  tasks", files + "  tasks"), "-i", "h1,h2,")
    assert said.code == 0
    assert said.out.count("WARNING") == 2
    assert "site.yml:4:16: there is no file `gone.yml`" in said.out
    assert "there is no file `a.yml` or `b.yml`" in said.out


def test_a_vault_without_its_password_stops_the_run_before_it_begins(
    here: Path, playrun: Any
) -> None:
    (here / "secret.yml").write_text("$ANSIBLE_VAULT;1.1;AES256\n3132\n")
    text = (WANTS % "h1").replace("  tasks", "  vars_files: [secret.yml]\n  tasks")
    said = ran(playrun, here, text, "-i", "h1,")
    assert said.code == 1
    assert "PLAY [" not in said.out
    assert "secret.yml" in said.err


FATAL = """
- hosts: h1,h2
  gather_facts: false
  tasks:
    - {fail: {msg: no}, when: inventory_hostname == 'h1'}
    - {name: after, debug: {msg: x}}
"""


@pytest.mark.parametrize(("keyword", "reached"), [("", False), ("any_errors_fatal: false", True)])
def test_the_setting_any_errors_fatal_is_for_plays_that_say_nothing(
    here: Path, playrun: Any, keyword: str, reached: bool
) -> None:
    (here / "playrun.toml").write_text("any_errors_fatal = true\n")
    said = ran(playrun, here, FATAL.replace("  tasks", f"  {keyword}\n  tasks"), "-i", "h1,h2,")
    assert said.code == 2
    assert ("TASK [after]" in said.out) is reached


def test_to_look_at_a_playbook_needs_no_vault_password(here: Path, playrun: Any) -> None:
    (here / "secret.yml").write_text("$ANSIBLE_VAULT;1.1;AES256\n3132\n")
    text = (WANTS % "h1").replace("  tasks", "  vars_files: [secret.yml]\n  tasks")
    assert ran(playrun, here, text, "-i", "h1,", "--syntax-check").code == 0
    assert ran(playrun, here, text, "-i", "h1,", "--list-tasks").code == 0
