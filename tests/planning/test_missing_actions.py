"""Actions that playrun has not: refused before the run, unless no host would come to them."""

from __future__ import annotations

from pathlib import Path

import pytest
from planned_plays import planned_book

from runner.errors import NotSupported, PlayrunError, Problems

HOSTS = "all: {hosts: {h1: {os: nxos, n: 1}, h2: {os: nxos, n: 2}}}\n"
PLAY = "- hosts: all\n  gather_facts: false\n  vars: {vendor: '{{ os }}'}\n  tasks:\n"
FACT = "- set_fact: {os: ios}\n"


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def _refused(folder: Path, tasks: str, more: str = "") -> list[PlayrunError]:
    """What is wrong with a play with these tasks."""
    try:
        planned_book(folder, PLAY + _indented(tasks) + more, HOSTS)
    except PlayrunError as error:
        return list(error.problems) if isinstance(error, Problems) else [error]
    return []


@pytest.mark.parametrize(
    "tasks",
    [
        "- ios_config: {lines: x}\n  when: os == 'ios'",
        "- ios_config: {lines: x}\n  when: vendor == 'ios'",
        "- ios_config: {lines: x}\n  when: [os == 'nxos', n == 9]",
        "- ios_config: {lines: x}\n  when: [n < 9, false]",
        "- ios_config: {lines: '{{ item }}'}\n  loop: [a, b]\n  when: os == 'ios'",
        "- block:\n    - {yum: name=x}\n  rescue: [{service: {name: x}}]\n  when: os == 'ios'",
        "- import_tasks: missing.yml\n  when: os == 'ios'",
        "- include_tasks: missing.yml\n  when: os == 'ios'",
        "- include_tasks: missing.yml\n  loop: [1]\n  when: os == 'ios'",
        "- include_tasks: narrow.yml",
        "- action: ios_config lines=x\n  when: os == 'ios'",
        "- ios_config: '{{ os }}'\n  args: '{{ os }}'\n  when: os == 'ios'",
    ],
)
def test_what_no_host_comes_to_is_left_alone(tmp_path: Path, tasks: str) -> None:
    (tmp_path / "missing.yml").write_text("- junos_config: {lines: x}\n")
    (tmp_path / "narrow.yml").write_text("- junos_config: {lines: x}\n  when: n == 9\n")
    assert _refused(tmp_path, tasks) == []


@pytest.mark.parametrize(
    "tasks",
    [
        "- ios_config: {lines: x}",
        "- ios_config: {lines: x}\n  when: os == 'nxos'",
        "- ios_config: {lines: x}\n  when: n == 2",
        "- ios_config: {lines: x}\n  when: n == 9 or later is defined\n  register: later",
        FACT + "- ios_config: {lines: x}\n  when: os == 'ios'",
        "- ios_config: {lines: x}\n  loop: [1]\n  loop_control: {loop_var: n}\n  when: n == 9",
        "- ios_config: {lines: x}\n  when: os.nowhere == 'ios'",
        "- import_tasks: missing.yml\n  when: n == 2",
        "- include_tasks: missing.yml",
    ],
)
def test_what_a_host_may_come_to_is_refused(tmp_path: Path, tasks: str) -> None:
    (tmp_path / "missing.yml").write_text("- ios_config: {lines: x}\n")
    (error,) = _refused(tmp_path, tasks)
    assert isinstance(error, NotSupported)
    assert error.message == "the action `ios_config` is not supported yet"
    assert error.hint == "`config` types configuration lines"
    assert error.about == "action"
    assert error.origin is not None
    assert error.excerpt is not None


def test_all_that_may_be_come_to_are_told(tmp_path: Path) -> None:
    tasks = "- yum: name=x\n- ios_config: {lines: x}\n  when: false\n- service: name=x\n"
    found = _refused(tmp_path, tasks)
    assert [str(error).split("`")[1] for error in found] == ["yum", "service"]


@pytest.mark.parametrize(("when", "count"), [("os == 'ios'", 0), ("os == 'nxos'", 1)])
def test_a_handler(tmp_path: Path, when: str, count: int) -> None:
    handler = f'  handlers:\n    - {{name: handler, service: name=x, when: "{when}"}}\n'
    tasks = "- {debug: , changed_when: true, notify: handler}\n"
    assert len(_refused(tmp_path, tasks, handler)) == count


def test_a_play_without_hosts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotSupported):
        planned_book(tmp_path, PLAY + _indented("- yum: x\n  when: false"), "all: {hosts: {}}\n")


def test_what_is_included_perhaps_is_a_doubt(tmp_path: Path) -> None:
    (tmp_path / "missing.yml").write_text("- yum: name=x\n")
    tasks = "- {debug: , register: r}\n- include_tasks: missing.yml\n  when: r is changed\n"
    doubts = planned_book(tmp_path, PLAY + _indented(tasks), HOSTS).doubts
    assert doubts == ["the action `yum` is not supported yet"]


def test_in_a_file_of_a_computed_name_it_is_a_doubt(tmp_path: Path) -> None:
    (tmp_path / "nxos.yml").write_text("- yum: x\n- service: x\n  when: os == 'ios'\n")
    doubts = planned_book(
        tmp_path, PLAY + _indented("- include_tasks: '{{ os }}.yml'\n"), HOSTS
    ).doubts
    assert doubts == ["the action `yum` is not supported yet"]
