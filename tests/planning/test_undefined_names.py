"""Variables that nothing defines are found before connecting, and only those."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from planned_plays import planned

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
