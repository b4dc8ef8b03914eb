"""`until`, `retries`, `delay`, `timeout`, as ansible-core 2.19 counts them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playing import ItemFinished, Played, play

from runner.events import TaskFinished, TaskRetried


def one(tmp_path: Path, tasks: str) -> Played:
    text = f"- hosts: all\n  gather_facts: false\n  connection: local\n  tasks:\n{tasks}"
    return play(tmp_path, text, "h1,")


def finished(played: Played, task: str) -> Any:
    (event,) = [event for event in played.of(TaskFinished) if event.task == task]
    return event


def counted(tmp_path: Path) -> int:
    return len((tmp_path / "done").read_text())


COUNT = "shell: \"printf x >> '{{ playbook_dir }}/done'; exit {{ code | default(1) }}\""


@pytest.mark.parametrize(
    ("retry", "runs", "attempts", "left"),
    [
        ("until: r.rc == 0, retries: 2", 3, 2, [2, 1]),
        ("retries: 1", 2, 1, [1]),
        ("until: r.attempts == 2, retries: 5", 2, 2, [5]),
        ("until: true, retries: 3", 1, 1, []),
        ("until: false, retries: '{{ 1 }}'", 2, 1, [1]),
        ("until: false, retries: 0", 1, None, []),
        ("until: false, retries: '{{ -3 }}'", 1, None, []),
        ("until: [r.rc == 1, r.attempts > 1], retries: 3", 2, 2, [3]),
        ("until: false", 4, 3, [3, 2, 1]),
    ],
)
def test_attempts_are_counted(
    tmp_path: Path, retry: str, runs: int, attempts: int | None, left: list[int]
) -> None:
    played = one(
        tmp_path,
        f"    - {{name: a, {COUNT}, {retry}, delay: 0, register: r, ignore_errors: true}}\n",
    )
    assert counted(tmp_path) == runs
    assert finished(played, "a").values.get("attempts") == attempts
    assert [event.left for event in played.of(TaskRetried)] == left


def test_what_never_held_is_a_failure_that_says_so(tmp_path: Path) -> None:
    task = "name: a, debug: {msg: m}, until: r.msg == 'n', retries: 1, delay: 0, register: r"
    played = one(tmp_path, f"    - {{{task}}}\n")
    event = finished(played, "a")
    assert (event.status, event.values["attempts"], event.values["msg"]) == ("failed", 1, "m")
    assert "r.msg == 'n'" in event.failure.message
    assert "2 attempts" in event.failure.message


def test_every_attempt_is_judged(tmp_path: Path) -> None:
    played = one(
        tmp_path,
        f"    - {{name: a, {COUNT}, failed_when: r.attempts < 3, changed_when: r.attempts == 3,"
        " retries: 5, delay: 0, register: r}\n",
    )
    event = finished(played, "a")
    assert (event.status, event.values["attempts"], counted(tmp_path)) == ("changed", 3, 3)


def test_arguments_are_rendered_once_and_facts_of_a_failure_are_not_kept(tmp_path: Path) -> None:
    played = one(
        tmp_path,
        """
    - {name: a, set_fact: {n: "{{ n | default(0) + 1 }}"}, until: n == 3, retries: 4, delay: 0,
       ignore_errors: true, register: r}
    - {name: b, debug: {msg: "{{ n | default('none') }} {{ r.ansible_facts.n }}"}}
""",
    )
    assert played.messages("h1") == ["none 1"]


def test_items_have_attempts_of_their_own(tmp_path: Path) -> None:
    played = one(
        tmp_path,
        "    - {name: a, command: '{{ item }}', until: r is success, retries: 1, delay: 0,"
        " loop: ['true', 'false'], register: r, ignore_errors: true}\n",
    )
    results = finished(played, "a").values["results"]
    assert [(each["attempts"], each["failed"]) for each in results] == [(1, False), (1, True)]
    assert len(played.of(TaskRetried)) == 1
    assert [event.status for event in played.of(ItemFinished)] == ["changed", "failed"]


def test_a_condition_that_cannot_be_told_ends_it(tmp_path: Path) -> None:
    played = one(
        tmp_path,
        f"    - {{name: a, {COUNT}, until: r.gone.x, retries: 3, delay: 0, register: r}}\n",
    )
    assert counted(tmp_path) == 1
    assert "gone" in finished(played, "a").failure.message


def test_a_skipped_task_is_not_tried(tmp_path: Path) -> None:
    played = one(
        tmp_path,
        "    - {name: a, debug: {msg: x}, when: false, until: nowhere.x | d(1), retries: 2}\n",
    )
    assert finished(played, "a").status == "skipped"


def test_no_log_hides_attempts_too(tmp_path: Path) -> None:
    played = one(
        tmp_path,
        "    - {name: a, command: echo hush, until: false, retries: 1, delay: 0, no_log: true}\n",
    )
    assert len(played.of(TaskRetried)) == 1
    assert "hush" not in repr(played.events)


def test_a_task_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    played = one(
        tmp_path,
        """
    - {name: a, command: sleep 60, timeout: 1, ignore_errors: true, register: r}
    - {name: b, debug: {msg: "{{ r.timedout.period }}"}}
    - {name: c, debug: {msg: in time}, timeout: 30}
""",
    )
    event = finished(played, "a")
    assert (event.status, event.failure.message) == (
        "failed",
        "the task took longer than its `timeout` of 1 s",
    )
    assert played.messages("h1") == [1, "in time"]


@pytest.mark.parametrize("word", ["retries", "delay"])
def test_a_number_that_is_none_is_named(tmp_path: Path, word: str) -> None:
    played = one(
        tmp_path,
        f"    - {{name: a, debug: {{msg: x}}, until: true, {word}: \"{{{{ 'many' }}}}\"}}\n",
    )
    assert finished(played, "a").failure.message == f"`{word}` must be a number, not 'many'"
