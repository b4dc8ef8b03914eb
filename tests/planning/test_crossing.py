"""Which items concern several hosts, through blocks, files, handlers and variables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from planned_plays import planned, planned_book

PLAIN = "- debug: {msg: x}"


def crosses(folder: Path, tasks: str, play: str = "") -> list[bool]:
    """Of what is written; flushes between sections are left out."""
    items: Any = planned(folder, tasks, play).items
    return [item.cross for item in items if not getattr(item.entry, "implicit", False)]


@pytest.mark.parametrize(
    "task",
    [
        "- debug: {msg: x}\n  run_once: true",
        '- debug: {msg: x}\n  run_once: "{{ no_ }}"',
        "- debug: {msg: x}\n  any_errors_fatal: true",
        "- debug: {msg: x}\n  throttle: 1",
        "- debug: {msg: x}\n  delegate_to: h2",
        '- debug: {msg: x}\n  delegate_to: "{{ there }}"',
        "- debug: {msg: x}\n  delegate_to: localhost\n  delegate_facts: true",
        "- pause: {seconds: 1}",
        "- add_host: {name: x}",
        "- group_by: {key: x}",
        "- meta: end_play",
        "- meta: end_batch",
        "- meta: clear_host_errors",
        "- meta: refresh_inventory",
        '- debug: {msg: "{{ hostvars.h1.own }}"}',
        '- debug: {msg: "{{ vars }}"}',
        '- debug: {msg: "{{ vars[safe] }}"}',
        '- debug: {msg: "{{ ansible_play_hosts }}"}',
        '- debug: {msg: "{{ ansible_play_batch }}"}',
        "- debug: {msg: x}\n  when: play_hosts is defined",
        "- debug: {msg: \"{{ lookup('varnames', 'x') }}\"}",
        "- debug: {msg: \"{{ lookup('template', 'x.j2') }}\"}",
        '- debug: {msg: "{{ x }}"}\n  vars: {x: "{{ hostvars.h1.own }}"}',
        '- include_tasks: "{{ safe }}.yml"',
        '- include_role: {name: "r{{ safe }}"}',
        "- block:\n  - block:\n    - debug: {msg: x}\n      run_once: true",
        "- block: [{debug: {msg: x}}]\n  rescue: [{debug: {msg: x}, run_once: true}]",
        "- include_tasks: crossing.yml",
        "- block: [{include_tasks: crossing.yml}]",
        "- block: [{debug: {msg: x}}]\n  any_errors_fatal: true",
    ],
)
def test_what_concerns_several_hosts(tmp_path: Path, task: str) -> None:
    (tmp_path / "crossing.yml").write_text("- debug: {msg: x}\n  run_once: true\n")
    assert crosses(tmp_path, f"{PLAIN}\n{task}\n{PLAIN}") == [False, True, False]


@pytest.mark.parametrize(
    "task",
    [
        "- debug: {msg: x}\n  delegate_to: localhost",
        "- debug: {msg: x}\n  delegate_to: 127.0.0.1",
        "- meta: end_host",
        "- meta: noop",
        "- meta: flush_handlers",
        '- debug: {msg: "{{ groups.all }} {{ group_names }}"}',
        "- debug: {msg: \"{{ vars['there'] }} {{ lookup('vars', 'there') }}\"}",
        "- include_tasks: plain.yml",
        "- block: [{debug: }]\n  rescue: [{debug: }]\n  always: [{debug: }]",
    ],
)
def test_what_a_host_does_by_itself(tmp_path: Path, task: str) -> None:
    (tmp_path / "plain.yml").write_text("- debug: {msg: x}\n")
    assert crosses(tmp_path, task) == [False]


@pytest.mark.parametrize("keyword", ["any_errors_fatal: true", "max_fail_percentage: 30"])
def test_a_play_that_may_end_for_all_is_in_lockstep(tmp_path: Path, keyword: str) -> None:
    assert crosses(tmp_path, f"{PLAIN}\n{PLAIN}", f"  {keyword}\n") == [True, True]


HANDLERS = """
- hosts: all
  gather_facts: false
  tasks:
    - debug: {msg: x}
      %s
    - meta: flush_handlers
    - debug: {msg: x}
  handlers:
    - {name: alone, debug: {msg: x}}
    - {name: together, listen: all of us, debug: {msg: x}, run_once: true}
    - {name: leads on, debug: {msg: x}, changed_when: true, notify: together}
"""


@pytest.mark.parametrize(
    ("notify", "cross"),
    [
        ("", False),
        ("notify: alone", False),
        ("notify: together", True),
        ("notify: all of us", True),
        ("notify: leads on", True),
        ('notify: "{{ inventory_hostname }}"', True),
    ],
)
def test_a_flush_is_what_the_handlers_are_that_it_may_run(
    tmp_path: Path, notify: str, cross: bool
) -> None:
    items: Any = planned_book(tmp_path, HANDLERS % notify).plans[0].items
    assert [item.cross for item in items] == [False, False, cross, False, cross, cross]


READ, WRITE = "{cli: show version}", "{config: {lines: [hostname x]}}"


@pytest.mark.parametrize(
    ("block", "cross"), [(f"[{READ}, {READ}]", False), (f"[{READ}, {WRITE}]", True)]
)
def test_what_conflicts_in_a_block_puts_all_of_it_in_lockstep(
    tmp_path: Path, block: str, cross: bool
) -> None:
    assert crosses(tmp_path, f"- block: {block}\n{PLAIN}") == [cross, False]
    assert crosses(tmp_path, f"- block: {block}", "  lockstep: never\n") == [False]


def test_a_block_is_touched_by_what_it_touches(tmp_path: Path) -> None:
    items = planned(tmp_path, f"- block: [{READ}]\n- {READ}\n- block: [{WRITE}]\n- {READ}").items
    assert [item.join for item in items] == [False, False, True, True]


@pytest.mark.parametrize(
    ("tasks", "shared"),
    [
        (PLAIN, frozenset()),
        ('- debug: {msg: "{{ hostvars.h1.own }}"}', frozenset({"own"})),
        ('- debug: {msg: "{{ hostvars[there].r.stdout }}"}', frozenset({"r"})),
        ('- debug: {msg: "{{ hostvars }}"}', None),
        ("- debug: {msg: \"{{ groups.all | map('extract', hostvars, 'own') }}\"}", None),
        ('- include_tasks: "{{ safe }}.yml"', None),
        ('- debug: {msg: "{{ x }}"}\n  vars: {x: "{{ hostvars.h1.own }}"}', frozenset({"own"})),
    ],
)
def test_only_what_others_may_read_is_published(
    tmp_path: Path, tasks: str, shared: frozenset[str] | None
) -> None:
    assert planned(tmp_path, tasks).shared == shared


KEPT = """
- hosts: all
  gather_facts: false
  tasks:
    - {debug: {msg: x}, register: one}
    - {debug: {msg: x}, register: two}
    - set_fact: {three: 1, ansible_user: me}
- hosts: all
  gather_facts: false
  vars: {led: "{{ three }}"}
  tasks:
    - debug: {msg: "%s"}
"""


@pytest.mark.parametrize(
    ("reads", "kept"),
    [
        ("{{ one.msg }}", frozenset({"one", "ansible_user"})),
        ("{{ led }}", frozenset({"three", "ansible_user"})),
        ("{{ hostvars.h2.two }}", frozenset({"two", "ansible_user"})),
        ("{{ vars }}", None),
        ("{{ lookup('vars', led) }}", None),
    ],
)
def test_only_what_later_plays_may_read_is_kept(
    tmp_path: Path, reads: str, kept: frozenset[str] | None
) -> None:
    plans = planned_book(tmp_path, KEPT % reads).plans
    assert [plan.kept for plan in plans] == [kept, frozenset()]
