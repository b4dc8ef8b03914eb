"""`playrun lint`: what of an Ansible project would run here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playrunning import Playrun

PROJECT = {
    "site.yml": """
- import_playbook: users.yml
- hosts: all
  gather_facts: false
  roles: [base]
  tasks:
    - cisco.ios.ios_command: {commands: show version}
      register: out
    - debug: {msg: "{{ out.stdout[0] | regex_search('x') }}"}
    - include_tasks: more.yml
""",
    "users.yml": """
- hosts: all
  connection: netconf
  tasks:
    - cisco.ios.ios_user: {name: x}
    - debug: {msg: "{{ x | magick }}", mesage: y}
      whenn: x
""",
    "more.yml": "- debug: {msg: \"{{ lookup('clipboard', 'x') }}\"}\n",
    "roles/base/tasks/main.yml": "- set_fact: {a: 1}\n  when: a is evenn\n",
    "roles/alone/tasks/main.yml": "- debug: {msg: fine}\n- reboot_now: {}\n",
    "group_vars/all.yml": "a: 1\n",
    "templates/r.j2": "hostname {{ a }}\n{{ a | ipadr }}\n",
    "well.yml": "- hosts: all\n  tasks: [{debug: {msg: hello}}]\n",
}


@pytest.fixture
def project(here: Path) -> Path:
    for name, text in PROJECT.items():
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(text)
    return here


@pytest.mark.usefixtures("project")
def test_tells_what_would_not_run(playrun: Playrun) -> None:
    done = playrun("lint", "--ansible", ".", "--json")
    assert done.code == 2
    found = json.loads(done.out)
    assert not found["well"]
    told = {
        (file["file"], finding["about"], finding["line"])
        for file in found["files"]
        for finding in file["findings"]
    }
    assert told == {
        ("users.yml", "connection", 3),
        ("users.yml", "action", 5),
        ("users.yml", "filter", 6),
        ("users.yml", "argument", 6),
        ("users.yml", "keyword", 7),
        ("more.yml", "lookup", 1),
        ("roles/base/tasks/main.yml", "test", 2),
        ("roles/alone/tasks/main.yml", "action", 2),
        ("templates/r.j2", "filter", 2),
    }
    assert found["counts"]["action"] == 2
    assert {file["file"]: file["tasks"] for file in found["files"]}["site.yml"] == 3


@pytest.mark.usefixtures("project")
def test_says_so_when_all_would_run(playrun: Playrun) -> None:
    done = playrun("lint", "--ansible", "well.yml")
    assert done.code == 0
    assert done.out == "well.yml: 1 task, all would run\n\nwould run as they are: 1 of 1 file\n"


@pytest.mark.usefixtures("project")
def test_names_the_line_and_the_nearest_word(playrun: Playrun) -> None:
    done = playrun("lint", "users.yml")
    assert done.code == 2
    assert "users.yml:7:7: a task has no keyword `whenn` (did you mean `when`?)" in done.out


def test_what_is_no_playbook(playrun: Playrun, here: Path) -> None:
    (here / "broken.yml").write_text("- hosts: all\n  tasks: [\n")
    assert playrun("lint", "broken.yml").code == 2
    assert playrun("lint", "nowhere.yml").code == 1
    (here / "empty").mkdir()
    said = playrun("lint", "empty")
    assert said.code == 1
    assert "there is no playbook in empty" in said.err
