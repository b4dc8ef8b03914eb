"""What tasks and loops leave behind when something goes wrong in the middle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playing import ItemFinished, Played, play

from runner.events import TaskFinished


def results(played: Played, task: str, host: str = "h1") -> Any:
    (event,) = [e for e in played.of(TaskFinished) if e.task == task and e.host == host]
    return event


def test_every_item_runs_after_one_has_failed(tmp_path: Path) -> None:
    played = play(
        tmp_path,
        """
- hosts: all
  tasks:
    - {name: loop, fail: {msg: "{{ item }}"}, loop: [1, 2, 3], when: item != 2}
    - {name: never, debug: {msg: x}}
""",
        "h1,",
    )
    items = [(event.item, event.status) for event in played.of(ItemFinished)]
    assert items == [("1", "failed"), ("2", "skipped"), ("3", "failed")]
    assert results(played, "loop").values["msg"] == "One or more items failed"
    assert played.statuses() == {"h1": "failed"}


def test_an_item_sees_the_facts_of_the_item_before(tmp_path: Path) -> None:
    played = play(
        tmp_path,
        """
- hosts: all
  tasks:
    - {name: sum, set_fact: {n: "{{ n | default(0) + item }}"}, loop: [1, 2, 3]}
    - {name: see, debug: {msg: "{{ n }}"}}
""",
    )
    assert [played.messages(host) for host in ("h1", "h2", "h3")] == [[6], [6], [6]]


def test_a_broken_flag_ignores_nothing(tmp_path: Path) -> None:
    played = play(
        tmp_path,
        """
- hosts: all
  tasks:
    - {name: a, fail: {msg: x}, ignore_errors: "{{ hostvars.h1.gone }}"}
    - {name: b, debug: {msg: x}}
""",
        "h1,",
    )
    assert played.tasks("h1") == [("a", "failed")]


def test_no_log_hides_values_failures_and_items(tmp_path: Path) -> None:
    played = play(
        tmp_path,
        """
- hosts: all
  tasks:
    - {name: a, debug: {msg: hush}, no_log: true, register: r}
    - {name: b, fail: {msg: hush}, no_log: true, ignore_errors: true}
    - {name: c, debug: {msg: "{{ item }}"}, loop: [hush], no_log: true}
    - {name: d, debug: {msg: "{{ r.msg | length }}"}}
""",
        "h1,",
    )
    assert "hush" not in repr(played.events)
    assert played.messages("h1")[-1] == 4


def test_names_are_rendered_for_each_host(tmp_path: Path) -> None:
    played = play(
        tmp_path,
        """
- hosts: all
  tasks:
    - {name: "on {{ inventory_hostname }}", debug: {msg: x}}
    - {name: "with {{ gone | default('nothing') }}", debug: {msg: x}}
""",
    )
    assert played.tasks("h2") == [("on h2", "ok"), ("with nothing", "ok")]


def test_a_condition_that_breaks_keeps_what_the_action_gave(tmp_path: Path) -> None:
    played = play(
        tmp_path,
        """
- hosts: all
  tasks:
    - name: a
      command: echo hello
      delegate_to: localhost
      failed_when: hostvars.h1.gone
      ignore_errors: true
""",
        "h1,",
    )
    event = results(played, "a")
    assert (event.status, event.values["stdout"]) == ("failed", "hello")
    assert "gone" in event.values["failed_when_result"]
    assert "gone" in event.failure.message


def test_a_flag_of_the_play_holds_unless_a_task_says_otherwise(tmp_path: Path) -> None:
    played = play(
        tmp_path,
        """
- hosts: all
  ignore_errors: true
  tasks:
    - {name: a, fail: {msg: x}}
    - {name: b, fail: {msg: x}, ignore_errors: false}
    - {name: c, debug: {msg: x}}
""",
        "h1,",
    )
    assert played.tasks("h1") == [("a", "failed"), ("b", "failed")]


def test_what_no_log_hides_stays_hidden_when_the_host_leaves(tmp_path: Path) -> None:
    played = play(
        tmp_path,
        """
- hosts: all
  vars: {tok: the-token}
  tasks:
    - {fail: {msg: "{{ tok }} is bad"}, no_log: true}
""",
        "h1,",
    )
    assert "the-token" not in repr(played.events)
    assert played.statuses() == {"h1": "failed"}


def test_a_skipped_task_says_why_in_its_action_s_own_words_or_in_ours(tmp_path: Path) -> None:
    played = play(
        tmp_path,
        """
- hosts: all
  tasks:
    - {name: quiet, debug: {msg: x, verbosity: 3}}
    - {name: checked, command: touch x, check_mode: true, delegate_to: localhost}
""",
        "h1,",
    )
    quiet, checked = (results(played, name).values for name in ("quiet", "checked"))
    assert quiet["skipped_reason"] == "Verbosity threshold not met."
    assert "msg" not in quiet
    assert "check mode" in checked["msg"]
