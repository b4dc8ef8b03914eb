"""Loops, as ansible-core 2.19 has them: what is looped over, what is seen, what is registered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playing import ItemFinished, Notice, Played, play

from runner.events import TaskFinished


def one(tmp_path: Path, tasks: str, head: str = "") -> Played:
    """The tasks on one host that is this machine."""
    text = f"- hosts: all\n  gather_facts: false\n  connection: local\n{head}  tasks:\n{tasks}"
    return play(tmp_path, text, "h1,")


def values(played: Played, task: str) -> Any:
    (event,) = [event for event in played.of(TaskFinished) if event.task == task]
    return event.values


def test_a_result_says_of_what_item_it_is(tmp_path: Path) -> None:
    played = one(
        tmp_path,
        """
    - name: a
      debug: {msg: "{{ x }}"}
      loop: [7, 8]
      loop_control: {loop_var: x, index_var: i, extended: true}
      when: x == 8
""",
    )
    loop = {"allitems": [7, 8], "length": 2}
    assert values(played, "a") == {
        "changed": False,
        "skipped": False,
        "msg": "All items completed",
        "results": [
            {
                "x": 7,
                "ansible_loop_var": "x",
                "i": 0,
                "ansible_index_var": "i",
                "ansible_loop": loop
                | {"index": 1, "index0": 0, "first": True, "last": False, "nextitem": 8}
                | {"revindex": 2, "revindex0": 1},
                "changed": False,
                "skipped": True,
                "skip_reason": "Conditional result was False",
                "false_condition": "x == 8",
            },
            {
                "x": 8,
                "ansible_loop_var": "x",
                "i": 1,
                "ansible_index_var": "i",
                "ansible_loop": loop
                | {"index": 2, "index0": 1, "first": False, "last": True, "previtem": 7}
                | {"revindex": 1, "revindex0": 0},
                "changed": False,
                "failed": False,
                "msg": 8,
            },
        ],
    }


def test_all_items_of_a_large_loop_need_not_be_repeated(tmp_path: Path) -> None:
    control = "{extended: true, extended_allitems: false}"
    played = one(
        tmp_path,
        f"    - debug: {{msg: \"{{{{ 'allitems' in ansible_loop }}}}\"}}\n"
        f"      name: a\n      loop: [1]\n      loop_control: {control}\n",
    )
    assert [result["msg"] for result in values(played, "a")["results"]] == [False]


@pytest.mark.parametrize(
    ("loop", "items"),
    [
        ("loop: '{{ l }}'", ["a", ["b"]]),
        ("with_items: '{{ l }}'", ["a", "b"]),
        ("with_items: ['{{ l }}', c]", ["a", ["b"], "c"]),
        ("with_items: abc", ["abc"]),
        ("with_items: {k: 1}", [{"k": 1}]),
        ("with_list: '{{ l }}'", ["a", ["b"]]),
        ("with_dict: {k: 1}", [{"key": "k", "value": 1}]),
        ("with_sequence: start=1 end=3", ["1", "2", "3"]),
        ("with_together: [[1, 2], [3]]", [[1, 3], [2, None]]),
        ("with_nested: [[1, 2], [3]]", [[1, 3], [2, 3]]),
        ("with_indexed_items: [x, y]", [[0, "x"], [1, "y"]]),
        ("with_flattened: [1, [2, [3]]]", [1, 2, 3]),
        ("loop: [1, '{{ omit }}', 3]", [1, 3]),
    ],
)
def test_every_style_gives_its_items(tmp_path: Path, loop: str, items: list[Any]) -> None:
    played = one(
        tmp_path,
        f"    - {{name: a, debug: {{msg: '{{{{ item }}}}'}}, {loop}}}\n",
        "  vars: {l: [a, [b]]}\n",
    )
    assert [result["item"] for result in values(played, "a")["results"]] == items


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ("'{{ 5 }}'", "a number: 5"),
        ("'{{ {1: 2} }}'", "a mapping"),
        ("'{{ none }}'", "nothing"),
        ("'{{ range(2) }}'", "a range"),
    ],
)
def test_what_is_no_list_is_named(tmp_path: Path, items: str, told: str) -> None:
    played = one(tmp_path, f"    - {{name: a, debug: {{msg: x}}, loop: {items}}}\n")
    (event,) = played.of(TaskFinished)
    assert event.failure.message.startswith(f"`loop` needs a list, not {told}")


def test_an_item_sees_what_the_one_before_registered_and_set(tmp_path: Path) -> None:
    played = one(
        tmp_path,
        """
    - {name: r, debug: {msg: "{{ r.msg | default('') }}{{ item }}"}, loop: [1, 2, 3], register: r}
    - {name: s, set_fact: {n: "{{ n | default(0) + item }}"}, loop: [1, 2, 3]}
    - {name: t, debug: {msg: "{{ n }} {{ r.results | length }}"}}
""",
    )
    assert [result["msg"] for result in values(played, "r")["results"]] == ["1", "12", "123"]
    assert played.messages("h1")[-1] == "6 3"


def test_a_loop_that_failed_leaves_no_facts(tmp_path: Path) -> None:
    played = one(
        tmp_path,
        """
    - name: a
      set_fact: {z: "{{ item }}"}
      loop: [1, 2]
      failed_when: item == 2
      ignore_errors: true
      register: r
    - debug: {msg: "{{ z | default('none') }} {{ r.results[0].ansible_facts.z }}"}
""",
    )
    assert played.messages("h1") == ["none 1"]


def test_it_is_ignored_only_if_every_failure_is(tmp_path: Path) -> None:
    played = one(
        tmp_path,
        """
    - {name: a, fail: {msg: x}, loop: [1, 1], ignore_errors: "{{ item == 1 }}"}
    - {name: b, fail: {msg: x}, loop: [1, 2], ignore_errors: "{{ item == 1 }}"}
""",
    )
    assert [(e.task, e.ignored) for e in played.of(TaskFinished)] == [("a", True), ("b", False)]


def test_no_log_of_an_item_hides_it_and_the_whole(tmp_path: Path) -> None:
    played = one(
        tmp_path,
        """
    - name: a
      debug: {msg: "{{ item.text }}"}
      loop: [{text: hush, secret: true}, {text: open, secret: false}]
      no_log: "{{ item.secret }}"
""",
    )
    assert "hush" not in repr(played.events)
    first, second = played.of(ItemFinished)
    assert (first.item, second.values["msg"]) == ("(censored)", "open")
    assert "censored" in values(played, "a")


def test_the_label_is_shown_and_one_that_cannot_be_told_fails_the_item(tmp_path: Path) -> None:
    played = one(
        tmp_path,
        """
    - {name: a, debug: {msg: m}, loop: [1], loop_control: {label: "{{ r.msg }}-{{ item }}"},
       register: r}
    - {name: b, debug: {msg: m}, loop: [1], loop_control: {label: "{{ r.gone }}"},
       ignore_errors: true}
""",
    )
    first, second = played.of(ItemFinished)
    assert (first.item, first.status) == ("m-1", "ok")
    assert second.status == "failed"
    assert "label" in second.values["msg"]


def test_breaking_leaves_the_rest_out(tmp_path: Path) -> None:
    played = one(
        tmp_path,
        """
    - name: a
      debug: {msg: "{{ item }}"}
      loop: [1, 2, 3]
      register: r
      loop_control: {break_when: ["item > 1", "r.msg == 2"]}
""",
    )
    assert [result["item"] for result in values(played, "a")["results"]] == [1, 2]


def test_a_loop_variable_that_hides_another_is_told_once(tmp_path: Path) -> None:
    played = play(
        tmp_path,
        "- hosts: all\n  vars: {item: 1}\n  tasks:\n"
        "    - {debug: {msg: '{{ item }}'}, loop: [2]}\n",
    )
    (notice,) = played.of(Notice)
    assert "`item` is in use already" in notice.text
    assert notice.text.startswith(str(tmp_path / "site.yml") + ":4:")


def test_items_that_are_undefined_do_not_matter_to_a_skipped_task(tmp_path: Path) -> None:
    played = one(
        tmp_path,
        """
    - {name: a, debug: {msg: x}, loop: "{{ l.gone }}", when: false, register: r}
    - {name: b, debug: {msg: "{{ r.skipped }} {{ 'results' in r }}"}}
    - {name: c, debug: {msg: x}, loop: "{{ l.gone }}", when: l.missing, ignore_errors: true}
""",
        "  vars: {l: {}}\n",
    )
    assert played.messages("h1")[1] == "True False"
    last = played.of(TaskFinished)[-1]
    assert (last.status, last.ignored) == ("failed", True)
    assert "gone" in last.failure.message


def test_variables_of_the_user_see_the_item(tmp_path: Path) -> None:
    played = one(
        tmp_path,
        "    - {name: a, debug: {msg: '{{ t }}'}, loop: [1, 2], vars: {t: '{{ lazy }}+'}}\n",
        "  vars: {lazy: '<{{ item }}>'}\n",
    )
    assert [result["msg"] for result in values(played, "a")["results"]] == ["<1>+", "<2>+"]
