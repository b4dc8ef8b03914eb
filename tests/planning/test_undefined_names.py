"""Variables that nothing defines are found before connecting, and only those."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from planned_plays import planned, planned_book

from runner.errors import PlayrunError

BEFORE = """
- set_fact: {fact: 1}
- debug: {msg: x}
  register: result
"""


def plan(folder: Path, tasks: str) -> Any:
    """The error that a play with these tasks, after two that set names, is refused with; None."""
    try:
        planned(folder, tasks, before=BEFORE)
    except PlayrunError as error:
        return error
    return None


@pytest.mark.parametrize(
    "task",
    [
        '- debug: {msg: "{{ gone }}"}',
        '- debug: {msg: "{{ deep }}"}',
        "- debug: {msg: x}\n  when: gone",
        "- debug: {msg: x}\n  when: [there == 1, gone]",
        "- debug: {msg: x}\n  when: there == 1 and gone == 2",
        '- debug: {msg: "{{ gone }}"}\n  when: there == 1',
        '- debug: {msg: x}\n  loop: "{{ gone }}"',
        '- cli: "show {{ gone }}"',
        '- cli: show version\n  output: "{{ gone }}/{{ inventory_hostname }}"',
        "- debug: {msg: x}\n  failed_when: gone",
        "- debug: {msg: x}\n  changed_when: gone",
        "- assert: {that: gone}",
        '- debug: {msg: "{{ x }}"}\n  vars: {x: "{{ gone }}"}',
        '- debug: {msg: "{{ own }}"}',
        '- debug: {msg: "{{ item }}"}',
    ],
)
def test_a_name_that_nothing_defines_is_refused(tmp_path: Path, task: str) -> None:
    error = plan(tmp_path, task)
    assert error is not None
    assert "is not defined" in error.message


@pytest.mark.parametrize(
    "task",
    [
        '- debug: {msg: "{{ gone | default(5) }}"}',
        '- debug: {msg: "{{ safe }}"}',
        '- debug: {msg: "{{ fact }} {{ result.msg }}"}',
        "- debug: {msg: x}\n  when: gone is defined",
        '- debug: {msg: "{{ gone }}"}\n  when: gone is defined',
        '- debug: {msg: "{{ gone }}"}\n  when: [gone is defined, gone > 5]',
        "- debug: {msg: x}\n  when: [no_, gone]",
        '- debug: {msg: "{{ gone }}"}\n  when: no_',
        '- debug: {msg: "{{ gone }}"}\n  when: fact == 1',
        '- debug: {msg: "{{ own }}"}\n  when: inventory_hostname == "h1"',
        "- debug: {msg: x}\n  when: no_ and gone",
        '- debug: {msg: "{{ gone if no_ else 1 }}"}',
        '- debug: {msg: "{{ item }}"}\n  loop: [1]',
        '- debug: {msg: "{{ gone }}"}\n  ignore_errors: true',
        "- debug: {var: gone}",
        "- debug: {msg: x}\n  register: mine\n  failed_when: mine.msg == 'y'",
        "- assert: {that: [gone is defined, gone > 5]}",
        '- cli: show version\n  output: "{{ inventory_hostname }}/{{ command_slug }}.txt"',
        '- debug: {msg: "{{ hostvars.h1.own }} {{ groups.all }} {{ playbook }}"}'
        "\n  vars: {playbook: 1}",
        '- debug: {msg: "{% set x = 1 %}{{ x }}{% for y in [1] %}{{ y }}{% endfor %}"}',
        '- set_fact: {gone: 1}\n- debug: {msg: "{{ gone }}"}',
    ],
)
def test_a_name_that_may_be_there_is_not(tmp_path: Path, task: str) -> None:
    assert plan(tmp_path, task) is None


def test_names_that_are_made_as_the_run_goes_stop_the_search(tmp_path: Path) -> None:
    task = '- set_fact: {"dyn_{{ there }}": 1}\n- debug: {msg: "{{ dyn_1 }}"}'
    assert plan(tmp_path, task) is None


def test_the_hosts_are_named_once(tmp_path: Path) -> None:
    error = plan(tmp_path, '- debug: {msg: "{{ own }}"}')
    assert error.message == "`own`, which `debug` uses, is not defined for h2"


def test_a_template_file_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "x.j2").write_text("one\ntwo {{ gone }}\n")
    error = plan(tmp_path, '- template: {src: x.j2, dest: "{{ inventory_hostname }}"}')
    assert error.message == "`gone`, which `template` uses, is not defined for h1, h2"
    assert error.origin == (str(tmp_path / "x.j2"), 2, 8)


def test_a_file_that_an_earlier_task_makes_is_left_alone(tmp_path: Path) -> None:
    made = '- copy: {content: x, dest: "{{ inventory_hostname }}.j2"}\n'
    used = '- config: {src: "{{ inventory_hostname }}.j2"}'
    assert plan(tmp_path, made + used) is None
    assert "there is no file" in plan(tmp_path, used).message


GONE = '{debug: {msg: "{{ gone }}"}}'


@pytest.mark.parametrize(
    "task",
    [
        f"- block: [{GONE}]",
        f"- block: [{{debug: {{msg: x}}}}]\n  always: [{GONE}]",
        f"- block: [{{block: [{GONE}]}}]\n  when: there == 1",
        "- include_tasks: reads.yml",
        "- block: [{include_tasks: reads.yml}]\n  vars: {other: 1}",
        '- debug: {msg: x}\n  environment: {A: "{{ gone }}"}',
        '- debug: {msg: x}\n  delegate_to: "{{ gone }}"',
        f"- assert: {{that: there == 1}}\n- {GONE}",
        f"- fail: {{msg: x}}\n  when: there == 2\n- {GONE}",
        f"- meta: end_host\n  when: no_\n- {GONE}",
        f"- include_tasks: empty.yml\n  when: fact is defined\n- {GONE}",
    ],
)
def test_a_name_is_missed_wherever_it_is_certainly_read(tmp_path: Path, task: str) -> None:
    write_files(tmp_path)
    error = plan(tmp_path, task)
    assert error is not None
    assert "`gone`" in error.message


@pytest.mark.parametrize(
    "task",
    [
        f"- block: [{GONE}]\n  rescue: [{{debug: {{msg: x}}}}]",
        f"- block: [{{block: [{GONE}]}}]\n  rescue: [{{debug: {{msg: x}}}}]",
        f"- block: [{{debug: {{msg: x}}}}]\n  rescue: [{GONE}]",
        f"- block: [{GONE}]\n  when: fact == 1",
        f"- block: [{GONE}]\n  ignore_errors: true",
        '- debug: {msg: "{{ gone }}"}\n  run_once: true',
        '- debug: {msg: "{{ gone }}"}\n  loop: []',
        '- debug: {msg: "{{ gone }}"}\n  loop: "{{ fact }}"',
        '- debug: {msg: x}\n  name: "do {{ gone }}"',
        '- debug: {msg: x}\n  vars: {unread: "{{ gone }}"}',
        '- assert: {that: there == 1, fail_msg: "{{ gone }}"}',
        "- include_tasks: reads.yml\n  when: fact == 1",
        "- include_tasks: reads.yml\n  loop: []",
        "- include_tasks: reads.yml\n  vars: {gone: 1}",
        "- include_tasks: reads.yml\n  loop: [1]\n  loop_control: {loop_var: gone}",
        f'- include_tasks: "{{{{ fact }}}}.yml"\n- {GONE}',
        f"- include_tasks: sets.yml\n- {GONE}",
        f"- {GONE}\n- include_tasks: sets.yml",
        f"- include_vars: vars.yml\n- {GONE}",
        f'- include_vars: "{{{{ fact }}}}.yml"\n- {GONE}',
        f"- include_vars: {{dir: somewhere}}\n- {GONE}",
        f"- include_vars: {{file: vars.yml, name: gone}}\n- {GONE}",
        f"- add_host: {{name: x}}\n- {GONE}",
        f"- group_by: {{key: x}}\n- {GONE}",
        f"- assert: {{that: fact == 1}}\n- {GONE}",
        f"- assert: {{that: gone is defined}}\n- {GONE}",
        f"- fail: {{msg: x}}\n  when: gone is not defined\n- {GONE}",
        f"- meta: end_host\n  when: fact == 1\n- {GONE}",
        f"- meta: end_play\n- {GONE}",
        f"- block: [{{meta: end_host}}]\n  when: gone is not defined\n- {GONE}",
        '- debug: {msg: "{{ ansible_net_version }} {{ ansible_facts.net_version }}"}',
        '- debug: {msg: "{{ ansible_host }} {{ environment }} {{ playbook_dir }}"}',
        '- set_fact: {deep: 1}\n- debug: {msg: "{{ deep }}"}',
        '- debug: {msg: "{{ fact if fact else gone }}"}',
    ],
)
def test_a_name_that_may_be_there_is_not_missed_anywhere(tmp_path: Path, task: str) -> None:
    write_files(tmp_path)
    assert plan(tmp_path, task) is None


def write_files(folder: Path) -> None:
    (folder / "reads.yml").write_text(f"- {GONE}\n")
    (folder / "sets.yml").write_text("- set_fact: {gone: 1}\n")
    (folder / "empty.yml").write_text("- debug: {msg: x}\n")
    (folder / "vars.yml").write_text("gone: 1\n")


HANDLED = """
- hosts: all
  gather_facts: false
  tasks: [{debug: {msg: x}, changed_when: true, notify: reads}]
  handlers: [{name: reads, debug: {msg: "{{ gone }}"}}]
"""


def test_a_handler_may_never_run(tmp_path: Path) -> None:
    assert planned_book(tmp_path, HANDLED).plans


ROLES = """
- hosts: all
  gather_facts: false
  roles: [r]
  tasks: [{debug: {msg: "{{ default }} {{ variable }}"}}]
"""


def test_a_roles_tasks_are_looked_at_with_its_variables(tmp_path: Path) -> None:
    files = {
        "tasks": '- debug: {msg: "{{ default }} {{ variable }} {{ role_path }} {{ role_name }}"}\n',
        "defaults": "default: 1\n",
        "vars": "variable: 1\n",
    }
    for folder, text in files.items():
        (tmp_path / "roles" / "r" / folder).mkdir(parents=True)
        (tmp_path / "roles" / "r" / folder / "main.yml").write_text(text)
    assert planned_book(tmp_path, ROLES).plans
    (tmp_path / "roles" / "r" / "defaults" / "main.yml").write_text("defult: 1\n")
    with pytest.raises(PlayrunError, match=r"`default`.*did you mean `defult`"):
        planned_book(tmp_path, ROLES)
