"""Lines on screen that are Ansible's to the letter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

ROLE = """\
- {name: try, command: echo x, until: false, retries: 2, delay: 0, ignore_errors: true}
"""
PLAYBOOK = """\
- hosts: localhost
  connection: local
  gather_facts: false
  roles: [one]
  tasks:
    - {name: again, command: echo x, until: false, retries: 1, delay: 0, ignore_errors: true}
    - {name: quiet, assert: {that: true, quiet: true}}
    - {name: quiet items, assert: {that: true, quiet: true}, loop: [1, 2]}
    - {name: loud, assert: {that: true}}
    - {name: broken, assert: {that: false, quiet: true}}
"""


def shown(here: Path, playrun: Any) -> str:
    (here / "roles" / "one" / "tasks").mkdir(parents=True)
    (here / "roles" / "one" / "tasks" / "main.yml").write_text(ROLE)
    (here / "site.yml").write_text(PLAYBOOK)
    (here / "hosts").write_text("localhost\n")
    return str(playrun("-i", "hosts", "site.yml").out)


def test_an_attempt_is_named_without_its_role(here: Path, playrun: Any) -> None:
    out = shown(here, playrun)
    assert "FAILED - RETRYING: [localhost]: try (2 retries left).\n" in out
    assert "FAILED - RETRYING: [localhost]: again (1 retries left).\n" in out


def test_a_quiet_assertion_says_only_that_it_is_well(here: Path, playrun: Any) -> None:
    out = shown(here, playrun)
    stars = out.partition("TASK [quiet]")[2].splitlines()
    assert stars[1:3] == ["ok: [localhost]", ""]
    assert "ok: [localhost] => (item=1)\nok: [localhost] => (item=2)\n" in out
    assert out.count("All assertions passed") == 1
    assert 'fatal: [localhost]: FAILED! => {"assertion": false, "changed": false' in out
