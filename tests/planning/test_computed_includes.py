"""Includes whose names are templates: what the inventory leads to is looked at before the run."""

from __future__ import annotations

from pathlib import Path

import pytest
from planned_plays import planned_book

HOSTS = "all: {hosts: {h1: {os: ios}, h2: {os: junos}, h3: {}}}\n"
UNKNOWN = "there is no action or keyword `no_such_thing`"


def _doubts(folder: Path, tasks: str) -> list[str]:
    return planned_book(folder, f"- hosts: all\n  gather_facts: false\n  tasks:\n{tasks}", HOSTS)[1]


def _file(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    _file(tmp_path, "ios.yml", "- no_such_thing:\n")
    _file(tmp_path, "junos.yml", "- include_tasks: more.yml\n")
    _file(tmp_path, "more.yml", "- debug: {msg: hello}\n")
    _file(tmp_path, "roles/r/tasks/ios.yml", "- no_such_thing:\n")
    _file(tmp_path, "roles/r/tasks/junos.yml", "- debug: {msg: hello}\n")
    return tmp_path


@pytest.mark.parametrize(
    "tasks",
    [
        "    - include_tasks: '{{ os }}.yml'\n",
        "    - include_tasks: '{{ os }}.yml'\n      when: os == 'ios'\n",
        "    - include_role: {name: r, tasks_from: '{{ os }}'}\n",
        "    - include_tasks: '{{ os }}.yml'\n      when: found.later\n",
    ],
)
def test_a_broken_file_that_the_inventory_names_is_told(files: Path, tasks: str) -> None:
    assert _doubts(files, tasks) == [UNKNOWN]


def test_a_file_that_is_missing_is_told(files: Path) -> None:
    (files / "ios.yml").unlink()
    tasks = "    - include_tasks: '{{ os }}.yml'\n"
    assert _doubts(files, tasks) == ["there is no tasks file `ios.yml`"]


def test_a_file_that_such_a_file_includes_is_looked_at(files: Path) -> None:
    _file(files, "more.yml", "- no_such_thing:\n")
    tasks = "    - include_tasks: '{{ os }}.yml'\n      when: os == 'junos'\n"
    assert _doubts(files, tasks) == [UNKNOWN]


@pytest.mark.parametrize(
    "tasks",
    [
        "    - include_tasks: '{{ os }}.yml'\n      when: os == 'junos'\n",
        "    - include_tasks: '{{ os }}.yml'\n      when: false\n",
        "    - include_tasks: '{{ found }}.yml'\n",
        "    - include_tasks: '{{ item }}.yml'\n      loop: [nothing]\n",
        "    - include_tasks: \"{{ lookup('env', 'NOTHING') }}.yml\"\n",
        "    - include_role: {name: r, tasks_from: '{{ os }}'}\n      when: os != 'ios'\n",
    ],
)
def test_nothing_is_said_of_what_only_the_run_tells(files: Path, tasks: str) -> None:
    assert _doubts(files, tasks) == []


def test_a_name_of_every_hosts_own_is_left_to_the_run(tmp_path: Path) -> None:
    hosts = "all:\n  hosts:\n    h[001:100]:\n"
    playbook = "- hosts: all\n  tasks:\n    - include_tasks: '{{ inventory_hostname }}.yml'\n"
    assert planned_book(tmp_path, playbook, hosts).doubts == []
