"""Plays that say nothing of facts: those of devices are gathered where one is used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from planned_plays import planned_book

Uses = Callable[..., list[str]]


@pytest.fixture
def uses(tmp_path: Path) -> Uses:
    """The names for which a play with these lines gathers facts of devices."""

    def look(body: str, hosts: str = "all: {hosts: {h1: }}\n", **files: str) -> list[str]:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        lines = "".join(f"  {line}\n" for line in body.strip("\n").splitlines())
        book = planned_book(tmp_path, f"- hosts: all\n{lines}", hosts)
        return [use.name for use in book.facts]

    return look


USED = [
    "tasks: [{debug: {msg: '{{ ansible_net_version }}'}}]",
    "tasks: [{debug: {var: ansible_net_version}}]",
    "tasks: [{debug: , when: \"ansible_net_version is version('15', '>')\"}]",
    "tasks: [{debug: {msg: \"{{ ansible_net_version | default('none') }}\"}}]",
    "tasks: [{debug: {msg: '{{ item }}'}, loop: '{{ ansible_net_version | list }}'}]",
    "tasks: [{debug: {msg: \"{{ hostvars['h1'].ansible_net_version }}\"}}]",
    "tasks: [{debug: {msg: \"{{ vars['ansible_net_version'] }}\"}}]",
    "tasks: [{debug: {msg: '{{ x }}'}}]\nvars: {x: '{{ y }}', y: 'v{{ ansible_net_version }}'}",
    "tasks: [{block: [{debug: }], always: [{debug: {msg: '{{ ansible_net_version }}'}}]}]",
    "tasks: [{debug: , notify: h}]\n"
    "handlers: [{name: h, debug: {msg: '{{ ansible_net_version }}'}}]",
    "vars_files: ['{{ ansible_net_version }}.yml']\ntasks: []",
]
AS_KEYS = [
    ("ansible_facts.net_model", "ansible_facts.net_model"),
    ("ansible_facts['net_model']", "ansible_facts.net_model"),
    ("ansible_facts['net_model'].x", "ansible_facts.net_model"),
    ("hostvars['h1'].ansible_facts.net_model", "ansible_facts.net_model"),
    ("hostvars[x]['ansible_facts']['net_model']", "ansible_facts.net_model"),
    ("vars['ansible_facts'].net_model", "ansible_facts.net_model"),
    ("ansible_facts.network_resources", "ansible_facts.network_resources"),
    ("ansible_network_resources.vlans", "ansible_network_resources"),
    ("ansible_facts", "ansible_facts"),
    ("ansible_facts.get('net_model')", "ansible_facts"),
    ("ansible_facts[x]", "ansible_facts"),
]
NOT_USED = [
    "tasks: [{debug: {msg: '{{ ansible_network_os }}'}}]",
    "tasks: [{debug: {msg: '{{ ansible_facts.date_time.date }}'}}]",
    "tasks: [{debug: {msg: ansible_net_version}}]",
    "tasks: [{debug: {msg: '{{ result.ansible_facts.net_version }}'}}]\nvars: {result: {}}",
    "tasks: [{debug: }]\nvars: {x: '{{ ansible_net_version }}'}",
    "gather_facts: false\ntasks: [{debug: {var: ansible_net_version}}]",
    "gather_facts: true\ntasks: [{debug: {var: ansible_net_version}}]",
    "tasks: [{ios_facts: }, {debug: {var: ansible_net_version}}]",
    "tasks: [{ios_facts: {gather_subset: all}, when: ansible_net_version is not defined}]",
    "tasks: [{gather_facts: }, {debug: {var: ansible_net_version}}]",
    "tasks: [{action: \"{{ 'ios' }}_facts\"}, {debug: {var: ansible_net_version}}]",
    "pre_tasks: [{ios_facts: }]\ntasks: [{debug: {var: ansible_net_version}}]",
]


@pytest.mark.parametrize("body", USED)
def test_a_play_that_uses_one_gathers_them(uses: Uses, body: str) -> None:
    assert uses(body) == ["ansible_net_version"]


@pytest.mark.parametrize(("text", "name"), AS_KEYS)
def test_facts_by_their_short_names(uses: Uses, text: str, name: str) -> None:
    assert uses(f'tasks: [{{debug: {{msg: "{{{{ {text} }}}}"}}}}]\nvars: {{x: h1}}') == [name]


@pytest.mark.parametrize("body", NOT_USED)
def test_others_do_not(uses: Uses, body: str) -> None:
    assert uses(body) == []


def test_a_use_before_the_plays_own_gathering_counts(uses: Uses) -> None:
    body = "tasks: [{debug: {var: ansible_net_version}}, {ios_facts: }]"
    assert uses(body) == ["ansible_net_version"]


def test_setup_tells_nothing_of_a_device(uses: Uses) -> None:
    body = "tasks: [{setup: , delegate_to: localhost}, {debug: {var: ansible_net_version}}]"
    assert uses(body) == ["ansible_net_version"]


def test_templates_includes_roles_and_the_inventory_are_looked_at(uses: Uses) -> None:
    text = "{{ ansible_net_version }}"
    assert uses("tasks: [{template: {src: a.j2, dest: x}}]", **{"a.j2": text})
    assert uses(
        "tasks: [{template: {src: '{{ os }}.j2', dest: x}}]\nvars: {os: b}", **{"b.j2": text}
    )
    inner = "- debug: {var: ansible_net_version}\n"
    assert uses("tasks: [{include_tasks: more.yml}]", **{"more.yml": inner})
    assert uses("roles: [r]", **{"roles/r/tasks/main.yml": inner})
    assert uses("tasks: [{include_role: {name: r}}]")
    assert uses("tasks: [{debug: {var: v}}]", f"all: {{hosts: {{h1: {{v: '{text}'}}}}}}\n")
    assert not uses(
        "tasks: [{debug: {var: w}}]", f"all: {{hosts: {{h1: {{w: 1, v: '{text}'}}}}}}\n"
    )


def test_this_machine_is_no_device(uses: Uses) -> None:
    body = "tasks: [{debug: {var: ansible_net_version}}]"
    assert not uses(body, "all: {hosts: {localhost: }}\n")
    assert uses(body, "all: {hosts: {localhost: , h1: }}\n")


def test_what_is_said_of_it(tmp_path: Path) -> None:
    playbook = "- hosts: all\n  tasks:\n    - debug: {var: ansible_net_version}\n"
    (use,) = planned_book(tmp_path, playbook).facts
    assert str(use).endswith(
        "site.yml:3:7: facts of devices are gathered first, for `ansible_net_version` is used "
        "and the play says nothing of `gather_facts`"
    )
