"""Where hosts wait for one another: only where it could be noticed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from planned_plays import planned

READ, WRITE = "- cli: show version", "- config: {lines: [hostname x]}"
OWN = '- copy: {content: x, dest: "{{ inventory_hostname }}"}'
SHARED = '- copy: {content: x, dest: "all.txt"}'
DEBUG = "- debug: {msg: x}"
ALL = "- assemble: {src: parts, dest: all.txt}"
PROGRAM = "- shell: cat parts/*\n  delegate_to: localhost"
ONCE = "- debug: {msg: x}\n  run_once: true"
OTHERS = '- debug: {msg: "{{ hostvars.h1.own }}"}'


def joins(folder: Path, *tasks: str, play: str = "") -> list[bool]:
    return [item.join for item in planned(folder, "\n".join(tasks), play).items]


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [
        ([READ, READ, DEBUG, OWN], [False, False, False, False]),
        ([READ, WRITE, READ], [False, True, True]),
        ([WRITE, DEBUG, WRITE], [False, False, True]),
        ([SHARED, OWN, SHARED], [False, False, True]),
        ([DEBUG, ONCE, DEBUG, DEBUG], [False, True, True, False]),
        ([DEBUG, OTHERS, DEBUG], [False, True, True]),
        ([ONCE, ONCE], [False, True]),
        ([OWN, OWN, ALL, OWN], [False, False, True, True]),
        ([OWN, PROGRAM, DEBUG], [False, True, False]),
        (["- cli: reload", READ], [False, True]),
        (['- cli: "show {{ there }}"', READ], [False, True]),
    ],
)
def test_joins(tmp_path: Path, tasks: list[str], expected: list[bool]) -> None:
    assert joins(tmp_path, *tasks) == expected


def test_free_plays_join_only_where_hosts_matter_or_devices_change(tmp_path: Path) -> None:
    free = "  strategy: free\n"
    assert joins(tmp_path, SHARED, SHARED, play=free) == [False, False]
    assert joins(tmp_path, DEBUG, ONCE, play=free) == [False, True]
    assert joins(tmp_path, READ, WRITE, play=free) == [False, True]


def test_lockstep_says_otherwise(tmp_path: Path) -> None:
    assert joins(tmp_path, DEBUG, DEBUG, play="  lockstep: always\n") == [False, True]
    assert joins(tmp_path, READ, WRITE, play="  lockstep: never\n") == [False, False]


def test_what_concerns_several_hosts_is_marked(tmp_path: Path) -> None:
    items: Any = planned(tmp_path, "\n".join([DEBUG, ONCE, OTHERS]), "").items
    assert [item.cross for item in items] == [False, True, True]
