"""A task that finds out in the middle that it needs another host's values does nothing twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from single import Single, single

from runner.engine.variables.hostvars import NeedRead
from runner.events import ItemFinished, TaskStarted


def stopped(one: Single, index: int = 0) -> Any:
    """The task, after it has asked for another host once."""
    execution = one.execution(index)
    with pytest.raises(NeedRead) as need:
        execution.judge()
    assert need.value.hosts == {"h2"}
    return execution


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def play_of(task: str) -> str:
    return f"""
- hosts: all
  connection: local
  tasks:
    - name: a
      shell: "echo {{{{ item | default('x') }}}} >> {{{{ playbook_dir }}}}/done"
      register: r
{task}
"""


def test_an_action_does_not_run_again_for_its_condition(tmp_path: Path) -> None:
    one = single(tmp_path, play_of("      changed_when: hostvars.h2.inventory_hostname == 'h2'"))
    ended, _ = stopped(one).judge()
    assert (ended.status, lines(tmp_path / "done")) == ("changed", ["x"])
    assert len(one.of(TaskStarted)) == 1


def test_items_that_are_done_stay_done(tmp_path: Path) -> None:
    text = play_of("      loop: [1, 2, 3]\n      when: item == 1 or 'h2' in hostvars.h2.values()")
    one = single(tmp_path, text)
    execution = stopped(one)
    assert lines(tmp_path / "done") == ["1"]
    ended, _ = execution.judge()
    assert lines(tmp_path / "done") == ["1", "2", "3"]
    assert [event.item for event in one.of(ItemFinished)] == ["1", "2", "3"]
    assert [result["item"] for result in ended.values["results"]] == [1, 2, 3]


def test_a_label_that_needs_another_host_ends_its_item_once(tmp_path: Path) -> None:
    label = "{{ item }} {{ hostvars.h2.inventory_hostname }}"
    text = play_of(f"      loop: [1, 2]\n      loop_control: {{label: '{label}'}}")
    one = single(tmp_path, text)
    stopped(one).judge()
    assert lines(tmp_path / "done") == ["1", "2"]
    assert [event.item for event in one.of(ItemFinished)] == ["1 h2", "2 h2"]


def test_break_when_is_asked_again_before_another_item(tmp_path: Path) -> None:
    when = "hostvars.h2.inventory_hostname == 'h2'"
    text = play_of(f'      loop: [1, 2]\n      loop_control: {{break_when: ["{when}"]}}')
    stopped(single(tmp_path, text)).judge()
    assert lines(tmp_path / "done") == ["1"]


def test_attempts_go_on_where_they_were(tmp_path: Path) -> None:
    text = play_of(
        "      until: r.attempts > 1 and 'h2' in hostvars.h2.values()\n"
        "      retries: 3\n      delay: 0"
    )
    one = single(tmp_path, text)
    execution = stopped(one)
    assert lines(tmp_path / "done") == ["x", "x"]
    ended, _ = execution.judge()
    assert lines(tmp_path / "done") == ["x", "x"]
    assert ended.values["attempts"] == 2


def test_each_host_is_waited_for(tmp_path: Path) -> None:
    text = """
- hosts: all
  tasks:
    - debug: {msg: "{{ hostvars.h2.inventory_hostname }}{{ hostvars.h3.inventory_hostname }}"}
"""
    execution = stopped(single(tmp_path, text))
    with pytest.raises(NeedRead) as need:
        execution.judge()
    assert need.value.hosts == {"h3"}
    assert execution.judge()[0].values["msg"] == "h2h3"
