"""The comparison sees what it must see, and its driver runs programs as they run by themselves."""

from __future__ import annotations

import copy
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from oracle_canonical import difference, exit_code, of_playrun
from oracle_case import Case, all_cases, from_texts, inventory
from oracle_comparing import Oracle
from oracle_differences import NAMED
from oracle_driver import descendants
from oracle_sides import Driver, ansible_drivers, oracle_python, playrun_drivers

ONE: dict[str, Any] = {
    "exit": 2,
    "hosts": {"h1": [["a", "ok", {"x": 1}], ["b", "failed", {}]], "h2": [["a", "ok", {"x": 1}]]},
    "recap": {"h1": {"ok": 1, "failed": 1}, "h2": {"ok": 1}},
}


def test_what_is_the_same_is_no_difference() -> None:
    assert difference(ONE, copy.deepcopy(ONE)) == []


def changed(*path: Any, to: Any) -> dict[str, Any]:
    other = copy.deepcopy(ONE)
    place: Any = other
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return other


@pytest.mark.parametrize(
    "other",
    [
        changed("exit", to=0),
        changed("recap", "h1", to={"ok": 2}),
        changed("recap", "h2", to={}),
        changed("hosts", "h1", 0, 1, to="changed"),
        changed("hosts", "h1", 0, 2, to={"x": True}),
        changed("hosts", "h1", 0, 2, to={"x": 1.0}),
        changed("hosts", "h1", 0, 2, to={"x": 1, "y": None}),
        changed("hosts", "h1", 0, 0, to="c"),
        changed("hosts", "h2", to=[]),
        changed("hosts", "h3", to=[["a", "ok", {}]]),
    ],
)
def test_every_kind_of_difference_is_told(other: dict[str, Any]) -> None:
    assert difference(ONE, other)
    assert difference(other, ONE)


@pytest.mark.parametrize(
    ("code", "ran", "ours"),
    [(0, True, 0), (2, True, 2), (4, True, 4), (4, False, 1), (2, False, 1)],
)
def test_exit_codes_stand_for_one_another(code: int, ran: bool, ours: int) -> None:
    assert exit_code(code, ran) == ours


def test_every_named_difference_is_shown_by_a_case() -> None:
    shown = {case.differs["why"] for case in all_cases().values() if case.differs}
    assert shown == set(NAMED)


def name_of(pid: int) -> str:
    """Of a program; nothing where it has ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


SLEEPING = from_texts(
    "sleeps",
    {
        "hosts": inventory(2),
        "site.yml": "- hosts: all\n  gather_facts: false\n  tasks: [{command: sleep 300}]\n",
    },
)


@pytest.mark.oracle
@pytest.mark.parametrize("side", ["ansible", "playrun"])
def test_a_run_that_does_not_end_is_ended_with_all_it_began(
    oracle: Oracle, tmp_path: Path, side: str
) -> None:
    made = ansible_drivers(tmp_path, 1) if side == "ansible" else playrun_drivers(tmp_path)
    try:
        ran = made.run(SLEEPING, timeout=4)
        assert ran.timed_out
        assert "sleep" not in [name_of(pid) for pid in descendants(os.getpid())]
    finally:
        made.close()


PROBES = (
    "loops: with_items flattens one level",
    "handlers: listen",
    "registering: command and shell",
    "templates: lookups",
    "roles: a role with everything",
)


@pytest.mark.oracle
@pytest.mark.parametrize("name", PROBES)
def test_a_forked_ansible_does_as_a_fresh_one(oracle: Oracle, name: str) -> None:
    case = all_cases()[name]
    fresh = Case(
        case.name, case.files, tuple(word for word in case.words() if word != "site.yml"), True, {}
    )
    assert difference(oracle.ansible(fresh), oracle.ansible(case)) == []


@pytest.mark.oracle
def test_a_driver_ends_with_its_input(oracle: Oracle, tmp_path: Path) -> None:
    driver = Driver("ansible", oracle_python(), tmp_path)
    pid = driver._process.pid
    driver.close()
    assert not Path(f"/proc/{pid}").exists()


SAYING = from_texts(
    "says",
    {
        "hosts": inventory(1),
        "site.yml": "- hosts: all\n  gather_facts: false\n  tasks: [{debug: {msg: a}}]\n",
    },
)


@pytest.mark.oracle
def test_a_difference_stands_only_if_ansible_agrees_with_itself(oracle: Oracle) -> None:
    verdicts = iter([["by chance"], []])
    assert oracle.judged(SAYING, lambda _: next(verdicts)) == []
    assert oracle.judged(SAYING, lambda ran: [ran["hosts"]["h1"][0][1]]) == ["ok"]


@pytest.mark.oracle
def test_a_job_whose_test_was_given_up_does_not_answer_for_the_next(tmp_path: Path) -> None:
    with Driver("playrun", Path(sys.executable), tmp_path / "home") as driver:
        here = str(tmp_path / "home")
        given_up = {"id": "0", "argv": ["--version"], "cwd": here, "env": {}, "timeout": 60}
        assert driver._process.stdin is not None
        driver._process.stdin.write(json.dumps(given_up) + "\n")
        ran = driver.run(SAYING, tmp_path / "1", 60)
        assert of_playrun(ran)["hosts"]["h1"][0][1] == "ok"
