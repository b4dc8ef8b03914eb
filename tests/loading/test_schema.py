"""The JSON Schemas take what the loader takes, and find what people mistype."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml_reading

from runner.loading.schema import SCHEMAS

PROJECT = Path(__file__).parents[2]


def faults(kind: str, text: str) -> list[str]:
    checker = jsonschema.Draft7Validator(SCHEMAS[kind]())
    return [error.message for error in checker.iter_errors(yaml_reading.plain(text))]


@pytest.mark.parametrize("kind", SCHEMAS)
def test_is_a_schema(kind: str) -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMAS[kind]())


@pytest.mark.parametrize("path", sorted((PROJECT / "playbooks").glob("*.yml")), ids=str)
def test_takes_the_projects_own_playbooks(path: Path) -> None:
    assert faults("playbook", path.read_text()) == []


@pytest.mark.parametrize(
    "path",
    sorted((PROJECT / "inventory").glob("*.yml")),
    ids=str,
)
def test_takes_the_projects_own_inventories(path: Path) -> None:
    assert faults("inventory", path.read_text()) == []


PLAYBOOK = """
- import_playbook: other.yml
  when: x
- hosts: all
  gather_facts: no
  serial: [1, "30%"]
  roles: [base, {role: bgp, asn: 65000, when: x}]
  vars_files: vars.yml
  tasks:
    - name: look
      cisco.ios.ios_command: {commands: [show version], wait_for: ["result[0] contains IOS"]}
      register: out
      until: out is succeeded
      with_items: [1]
      loop_control: {loop_var: one, extended: "{{ x }}", label: null}
    - block:
        - debug: msg=hello
        - set_fact: {any_name: "{{ out }}"}
      rescue: [{meta: end_host}]
      when: [a, b]
    - template: {src: t.j2, dest: "{{ inventory_hostname }}.cfg"}
      delegate_to: localhost
      run_once: "{{ once }}"
  handlers:
    - name: saved
      listen: save
      debug:
"""


def test_takes_what_playbooks_say() -> None:
    assert faults("playbook", PLAYBOOK) == []


INVENTORY = """
all:
  vars: {ansible_user: admin}
  hosts: {r1: {ansible_host: 10.0.0.1, platform: cisco_ios}, r2: }
  children:
    core: {hosts: {r1: }}
    edge:
"""


def test_takes_inventories() -> None:
    assert faults("inventory", INVENTORY) == []
    assert faults("inventory", "plugin: constructed\nstrict: false\n") == []


@pytest.mark.parametrize(
    ("kind", "text", "word"),
    [
        ("playbook", "- hsots: all\n  tasks: []", "hsots"),
        ("playbook", "- hosts: all\n  task: []", "task"),
        ("playbook", "hosts: all", "array"),
        ("playbook", "- hosts: all\n  lockstep: sometimes", "sometimes"),
        ("playbook", "- hosts: all\n  tasks: [{debgu: {msg: x}}]", "debgu"),
        ("playbook", "- hosts: all\n  roles: [{rol: x}]", "rol"),
        ("tasks", "- debug: {msg: x}\n  wehn: y", "wehn"),
        ("tasks", "- debug: {msg: x}\n  loop_control: {lop_var: y}", "lop_var"),
        ("inventory", "all: {host: {r1: }}", "host"),
    ],
)
def test_finds_what_people_mistype(kind: str, text: str, word: str) -> None:
    found = faults(kind, text)
    assert found
    assert any(word in message for message in found)


def test_says_what_an_argument_may_be() -> None:
    found: Any = faults("playbook", "- hosts: all\n  tasks: [{meta: {free_form: end_plya}}]")
    assert found
