"""Classes of hosts: what is found for many at once is what is found for each alone."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from planned_plays import planned_book

import runner.planning.checks
from runner.errors import PlayrunError, Problems

NAMES = ("a", "b", "c")
VALUES = ("1", "text", "[1, 2]", "'{{ b }}'", "'{{ c }}'", "['{{ c }}']", "{x: '{{ b }}'}")
TASKS = (
    "debug: {msg: '{{ a }}'}",
    "debug: {msg: '{{ b }} {{ c }}'}",
    "{debug: {msg: '{{ a }}'}, when: b is defined}",
    "{debug: {msg: '{{ c }}'}, when: inventory_hostname == 'h1'}",
    "{debug: {msg: '{{ c }}'}, when: a == 1}",
    "{assert: {that: b is defined}}",
    "{fail: {msg: x}, when: c is not defined}",
    "{set_fact: {d: '{{ a }}'}}",
    "{cli: show version, output: '{{ a }}/{{ inventory_hostname }}.txt'}",
    "{cli: show version, output: '{{ a }}.txt'}",
)
_MISSING = re.compile(r"`(\w+)`, which .* is not defined for (.*)")


def book(hosts: dict[str, dict[str, str]]) -> str:
    lines = [
        f"{host}: {{platform: cisco_ios{''.join(f', {n}: {v}' for n, v in own.items())}}}"
        for host, own in hosts.items()
    ]
    return "all: {hosts: {" + ", ".join(lines) + "}}\n"


def missing(folder: Path, tasks: list[str], hosts: dict[str, dict[str, str]]) -> set[Any]:
    """(line, name, host) of every name that is reported."""
    play = "- hosts: all\n  gather_facts: false\n  tasks:\n"
    try:
        planned_book(folder, play + "".join(f"    - {task}\n" for task in tasks), book(hosts))
    except PlayrunError as error:
        problems = error.problems if isinstance(error, Problems) else [error]
    else:
        return set()
    found = set()
    for problem in problems:
        match = _MISSING.search(problem.message)
        if match is not None and problem.origin is not None:
            found |= {(problem.origin.line, match[1], host) for host in match[2].split(", ")}
    return found


variables = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES), max_size=3)


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(TASKS), min_size=1, max_size=5),
    st.lists(variables, min_size=2, max_size=3),
)
@example([TASKS[0]], [{"a": "'{{ b }}'", "b": "1"}, {"a": "'{{ c }}'", "b": "1"}])
@example([TASKS[0]], [{"a": "['{{ c }}']"}, {"a": "'{{ c }}'"}])
def test_a_class_is_judged_as_each_of_its_hosts(
    tasks: list[str], of_hosts: list[dict[str, str]]
) -> None:
    hosts = {f"h{number}": own for number, own in enumerate(of_hosts)}
    with tempfile.TemporaryDirectory() as folder:
        each = [missing(Path(folder), tasks, {host: own}) for host, own in hosts.items()]
        assert missing(Path(folder), tasks, hosts) == set().union(*each)


def test_a_larger_fleet_is_no_more_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []
    real = runner.planning.checks.task_variables

    def counted(*args: Any) -> Any:
        looked_at.append(args[1])
        return real(*args)

    monkeypatch.setattr(runner.planning.checks, "task_variables", counted)
    work = []
    for count in (10, 200):
        hosts = {f"h{n}": {"a": "1", "b": "'{{ a }}'", "c": str(n)} for n in range(count)}
        assert not missing(tmp_path, list(TASKS[:9]), hosts)
        work.append(len(looked_at))
        looked_at.clear()
    assert work[0] == work[1] > 0


@pytest.mark.parametrize(
    ("path", "others"),
    [
        ("{{ inventory_hostname }}.txt", False),
        ("all/{{ inventory_hostname }}/x", False),
        ("{{ a }}/{{ inventory_hostname }}", False),
        ("x.txt", True),
        ("{{ a }}.txt", True),
        ("{{ inventory_hostname[:1] }}.txt", True),
        ("{{ inventory_hostname | upper }}.txt", False),
        ("{{ 'x' if inventory_hostname else inventory_hostname }}.txt", True),
    ],
)
def test_two_hosts_have_two_files(tmp_path: Path, path: str, others: bool) -> None:
    hosts = book({"h1": {"a": "1"}, "h2": {"a": "1"}})
    play = "- hosts: all\n  gather_facts: false\n  tasks:\n"
    text = play + f'    - cli: show version\n      output: "{path}"\n'
    if not others:
        assert planned_book(tmp_path, text, hosts).plans
        return
    with pytest.raises(PlayrunError, match="h1, h2 would all write the host file"):
        planned_book(tmp_path, text, hosts)


def test_files_of_two_tasks_may_meet(tmp_path: Path) -> None:
    hosts = book({"h": {}, "xh": {}})
    text = (
        "- hosts: all\n  gather_facts: false\n  tasks:\n"
        '    - {cli: show version, output: "{{ inventory_hostname }}.txt"}\n'
        '    - {cli: show version, output: "x{{ inventory_hostname }}.txt"}\n'
    )
    with pytest.raises(PlayrunError, match=r"xh, h would all write the host file 'xh\.txt'"):
        planned_book(tmp_path, text, hosts)
