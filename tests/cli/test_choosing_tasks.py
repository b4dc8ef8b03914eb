"""Which tasks run and which are listed: tags, where to start, what is included or imported.

The listings are what ansible-playbook 2.19.14 prints, the tags of a play in order.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playrunning import Said

SITE = """
- name: One
  hosts: g
  gather_facts: false
  tags: [zz, p1]
  pre_tasks:
    - {name: pre, debug: {msg: x}}
  roles:
    - r1
    - {role: r2, tags: r2tag}
  tasks:
    - name: blk
      tags: bt
      block:
        - {name: in block, debug: {msg: x}}
        - block: [{command: ls}]
      rescue: [{name: aid, debug: {msg: x}, tags: aid}]
      always: [{name: last, debug: {msg: x}, tags: last}]
    - include_role: {name: r1}
      tags: irt
    - import_role: {name: r2}
    - {name: named include, include_tasks: more.yml}
    - meta: flush_handlers
    - {name: never ever, debug: {msg: x}, tags: never}
    - {name: always ever, debug: {msg: x}, tags: [always, b]}
    - {name: "templ {{ 1 + 1 }}", debug: {msg: x}}
    - ansible.builtin.debug: {msg: x}
    - action: debug msg=1
  handlers:
    - {name: a handler, debug: {msg: x}, tags: ht}
- import_playbook: other.yml
- hosts: h1,h3
  tasks: []
"""
FILES = {
    "site.yml": SITE,
    "other.yml": (
        "- hosts: [g, k]\n  gather_facts: false\n  tasks: [{debug: {msg: 1}, tags: [x, a]}]\n"
    ),
    "more.yml": "- {name: included, debug: {msg: x}}\n",
    "hosts": "[g]\nh1\nh2\n[k]\nh3\n",
    "roles/r1/tasks/main.yml": (
        "- {name: first of r1, debug: {msg: x}, tags: [rt, aa]}\n- debug: {msg: x}\n"
        "- include_tasks: inner.yml\n- {import_tasks: inner.yml, tags: impt}\n"
    ),
    "roles/r1/tasks/inner.yml": "- {name: inner, debug: {msg: x}}\n",
    "roles/r1/meta/main.yml": "dependencies: [r2]\n",
    "roles/r2/tasks/main.yml": "- {name: dep, debug: {msg: x}}\n",
}
TASKS = """
playbook: site.yml

  play #1 (g): One\tTAGS: [p1,zz]
    tasks:
      pre\tTAGS: [p1, zz]
      r2 : dep\tTAGS: [p1, zz]
      r1 : first of r1\tTAGS: [aa, p1, rt, zz]
      debug\tTAGS: [p1, zz]
      include_tasks\tTAGS: [p1, zz]
      r1 : inner\tTAGS: [impt, p1, zz]
      r2 : dep\tTAGS: [p1, r2tag, zz]
      in block\tTAGS: [bt, p1, zz]
      command\tTAGS: [bt, p1, zz]
      include_role\tTAGS: [irt, p1, zz]
      r2 : dep\tTAGS: [p1, zz]
      named include\tTAGS: [p1, zz]
      meta\tTAGS: [p1, zz]
      always ever\tTAGS: [always, b, p1, zz]
      templ {{ 1 + 1 }}\tTAGS: [p1, zz]
      ansible.builtin.debug\tTAGS: [p1, zz]
      debug\tTAGS: [p1, zz]

  play #2 (g,k): g,k\tTAGS: []
    tasks:
      debug\tTAGS: [a, x]

  play #3 (h1,h3): h1,h3\tTAGS: []
    tasks:
"""


@pytest.fixture
def project(here: Path) -> Path:
    for name, text in FILES.items():
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(text)
    return here


@pytest.mark.usefixtures("project")
def test_tasks_are_listed_as_ansible_lists_them(playrun: Any) -> None:
    said = playrun("-i", "hosts", "--list-tasks", "site.yml")
    assert (said.code, said.out, said.err) == (0, TASKS, "")


@pytest.mark.usefixtures("project")
def test_tags_are_listed_with_those_of_tasks_that_never_run(playrun: Any) -> None:
    lines = playrun("-i", "hosts", "--list-tags", "site.yml").out.splitlines()
    assert [line.strip() for line in lines if "TASK TAGS" in line] == [
        "TASK TAGS: [aa, always, b, bt, impt, irt, never, p1, r2tag, rt, zz]",
        "TASK TAGS: [a, x]",
        "TASK TAGS: []",
    ]
    both = playrun("-i", "hosts", "--list-tags", "--list-tasks", "site.yml").out
    assert "never ever" in both
    asked = playrun("-i", "hosts", "--list-tags", "--tags", "rt", "site.yml").out
    assert "TASK TAGS: [aa, always, b, p1, rt, zz]" in asked


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("flags", "left"),
    [
        (("--tags", "rt"), ["r1 : first of r1", "always ever"]),
        (("--tags", "never"), ["never ever", "always ever"]),
        (("--tags", "irt,x"), ["include_role", "always ever", "debug"]),
        (("--skip-tags", "p1"), ["debug"]),
        (("--tags", "a", "--skip-tags", "always"), ["debug"]),
    ],
)
def test_tags_choose(playrun: Any, flags: tuple[str, ...], left: list[str]) -> None:
    lines = playrun("-i", "hosts", "--list-tasks", *flags, "site.yml").out.splitlines()
    assert [line.split("\t")[0].strip() for line in lines if line.startswith("      ")] == left


@pytest.mark.usefixtures("project")
def test_several_playbooks_are_listed_one_after_another(playrun: Any) -> None:
    said = playrun("-i", "hosts", "--list-hosts", "other.yml", "other.yml")
    assert said.out == 2 * (
        "\nplaybook: other.yml\n\n  play #1 (g,k): g,k\tTAGS: []\n    pattern: ['g', 'k']\n"
        "    hosts (3):\n      h1\n      h2\n      h3\n"
    )


STEPS = """
- hosts: all
  gather_facts: false
  tasks:
    - {name: one, debug: {msg: 1}, register: first}
    - {name: two, debug: {msg: 1}}
- hosts: all
  gather_facts: false
  tasks:
    - {name: three, debug: {msg: 1}}
"""


def ran(out: str) -> list[str]:
    return [line[6 : line.index("]")] for line in out.splitlines() if line.startswith("TASK [")]


@pytest.mark.parametrize(
    ("name", "tasks"),
    [("two", ["two", "three"]), ("thr?e", ["three"]), ("one", ["one", "two", "three"])],
)
def test_a_run_starts_at_a_task(here: Path, playrun: Any, name: str, tasks: list[str]) -> None:
    (here / "site.yml").write_text(STEPS)
    assert ran(playrun("-i", "h1,", "site.yml", "--start-at-task", name).out) == tasks


def test_a_task_to_start_at_that_is_nowhere_is_refused(here: Path, playrun: Any) -> None:
    (here / "site.yml").write_text(STEPS)
    said = playrun("-i", "h1,", "site.yml", "--start-at-task", "tow")
    assert said.code == 1
    assert "there is no task `tow`" in said.err
    assert "did you mean `two`?" in said.err


def test_stepping_needs_somebody_who_answers(here: Path, playrun: Any) -> None:
    (here / "site.yml").write_text(STEPS)
    said = playrun("-i", "h1,", "site.yml", "--step")
    assert (said.code, ran(said.out)) == (1, [])


WRONG = """
- hosts: h1
  gather_facts: false
  tasks:
    - {debug: {msg: "{{ 1 | nosuch }}"}, when: later == 2}
    - {debug: {msg: x}, register: later, failed_when: false}
    - {include_tasks: broken.yml, when: later is failed}
- hosts: h1
  gather_facts: false
  tasks: [{debug: {msg: "{{ nowhere }}"}, when: false}]
"""


def test_the_syntax_check_says_all_that_a_run_only_warns_of(here: Path, playrun: Any) -> None:
    (here / "site.yml").write_text(WRONG)
    (here / "broken.yml").write_text("- debug: {mgs: 1}\n- cil: show version\n")
    said = playrun("-i", "h1,", "--syntax-check", "site.yml")
    assert said.code == 1
    assert said.err.count("playrun: ") == 4
    for text in ("'nosuch'", "`mgs`", "`cil`", "3 problems"):
        assert text in said.err
    run = playrun("-i", "h1,", "site.yml")
    assert run.code == 2, "the first task fails when a host comes to it"
    assert "[WARNING]: site.yml:5:21: there is no filter 'nosuch'" in run.out + run.err


@pytest.mark.usefixtures("project")
def test_a_syntax_check_names_what_is_well(playrun: Any) -> None:
    said = playrun("-i", "hosts", "--syntax-check", "site.yml", "other.yml")
    assert (said.code, said.out) == (0, "\nplaybook: site.yml\n\nplaybook: other.yml\n")


LOCAL = """
- hosts: localhost
  gather_facts: false
  tasks:
    - {command: echo here, register: said}
    - {debug: {msg: "{{ said.stdout }} {{ inventory_hostname }}"}}
"""


def test_the_controller_needs_no_inventory(here: Path, playrun: Any) -> None:
    (here / "site.yml").write_text(LOCAL)
    said = playrun("site.yml")
    assert said.code == 0
    assert '"msg": "here localhost"' in said.out


def test_hosts_of_a_play_are_named_by_extra_variables(here: Path, playrun: Any) -> None:
    play = "- hosts: '{{ target }}'\n  gather_facts: false\n  tasks: [{debug: {msg: x}}]\n"
    (here / "site.yml").write_text(play)
    (here / "hosts").write_text(FILES["hosts"])
    for target, hosts in (("k", 1), ("g:k", 3), ("h1,h2", 2)):
        out = playrun("-i", "hosts", "--list-hosts", "-e", f"target={target}", "site.yml").out
        assert f"hosts ({hosts}):" in out
    listed = playrun("-i", "hosts", "--list-hosts", "-e", '{"target": ["h1", "h3"]}', "site.yml")
    assert "hosts (2):" in listed.out


GROWING = """
- hosts: h1
  gather_facts: false
  tasks:
    - debug: {msg: "{{ 'new' in hostvars }}"}
    - add_host: {name: new, groups: [fresh], colour: red}
    - {name: knows new, debug: {msg: "{{ 'new' in hostvars }}"}}
    - group_by: {key: "is_{{ inventory_hostname }}"}
- hosts: fresh
  gather_facts: false
  tasks: [{name: on new, debug: {msg: "{{ colour }}"}}]
- hosts: is_h1
  gather_facts: false
  tasks: [{name: on h1, debug: {msg: x}}]
"""


def test_later_plays_are_planned_again_when_the_inventory_grew(here: Path, playrun: Any) -> None:
    (here / "site.yml").write_text(GROWING)
    said = playrun("-i", "h1,h2,", "site.yml")
    assert said.code == 0
    assert ran(said.out)[-2:] == ["on new", "on h1"]
    assert '"msg": "red"' in said.out
    assert ran(said.out)[2] == "knows new"
    assert said.out.split("knows new")[1].split("TASK")[0].count("true") == 1


ASKING = """
- hosts: h1
  connection: local
  gather_facts: false
  tasks: [{name: one, debug: {msg: 1}}]
- hosts: "{{ where }}"
  connection: local
  gather_facts: false
  vars_prompt: [{name: where, default: h1}]
  tasks:
    - {name: two, debug: {msg: 2}}
    - {name: three, debug: {msg: 3}}
"""


def test_where_a_run_starts_is_the_same_in_a_play_that_asks(here: Path, playrun: Any) -> None:
    (here / "site.yml").write_text(ASKING)
    said = playrun("-i", "h1,", "--start-at-task", "three", "site.yml")
    assert said.code == 0
    assert "TASK [three]" in said.out
    assert "TASK [two]" not in said.out
    assert "TASK [one]" not in said.out


def test_a_play_that_asks_for_its_hosts_is_listed_and_checked(here: Path, playrun: Any) -> None:
    (here / "site.yml").write_text(ASKING.replace(", default: h1", ""))
    assert playrun("-i", "h1,", "--syntax-check", "site.yml") == Said(
        0, "\nplaybook: site.yml\n", ""
    )
    listed = playrun("-i", "h1,", "--list-hosts", "--list-tasks", "site.yml")
    assert listed.code == 0
    assert listed.out.endswith(
        "\n  play #2 ({{ where }}): {{ where }}\tTAGS: []\n"
        "    pattern: ['{{ where }}']\n"
        "    hosts (0):\n"
        "    tasks:\n"
        "      two\tTAGS: []\n"
        "      three\tTAGS: []\n"
    )
    (here / "site.yml").write_text(ASKING)
    listed = playrun("-i", "h1,", "--list-hosts", "site.yml")
    assert listed.out.endswith(
        "\n  play #2 (h1): h1\tTAGS: []\n    pattern: ['h1']\n    hosts (1):\n      h1\n"
    )
