"""Where `copy` and `template` may write: values from elsewhere do not choose the folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from calling import a_call

from runner.actions.copy_and_template import Copy
from runner.errors import ActionFailed

PLAY = """
- hosts: localhost
  gather_facts: false
  vars: {{base: "{base}", deeper: "{{{{ base }}}}/x", up: ../sibling}}
  tasks:
    - {{shell: "printf '%s' '{said}'", register: said}}
    - {task}
"""


@pytest.mark.parametrize("dest", ["", "a\nb", "a\x00b", "a\x1b[2Jb", "a\x9bb"])
def test_no_path_at_all(tmp_path: Path, dest: str) -> None:
    with pytest.raises(ActionFailed, match="`dest` is no path"):
        Copy().run(a_call(tmp_path, "copy", content="x", dest=dest, written=[dest]))


def failure(here: Path) -> Any:
    last = max(here.glob(".playrun/runs/*/events.jsonl"))
    events = [json.loads(line) for line in last.read_text().splitlines()]
    return [event for event in events if event["event"] == "TaskFinished"][-1]["failure"]


def run(here: Path, playrun: Any, task: str, said: str = "") -> Any:
    (here / "playrun.toml").touch()
    base = here / "base"
    text = PLAY.format(base=base, said=said, task=task.replace("HERE", str(here)))
    (here / "site.yml").write_text(text)
    return playrun("-i", "localhost,", "site.yml")


@pytest.mark.parametrize(
    ("said", "dest", "why"),
    [
        ("../../etc", "out/{{ said.stdout }}/x", "has a `..` in it"),
        ("..", "{{ said.stdout }}/x", "has a `..` in it"),
        ("/tmp/astray", "{{ said.stdout }}", "is absolute"),
        ("/tmp/astray", "{{ said.stdout_lines[0] }}/{{ base | basename }}", "is absolute"),
        ("/tmp/astray", "{{ other }}", "is absolute"),
        ("/../..", "{{ base }}{{ said.stdout }}", "has a `..` in it"),
    ],
)
def test_what_a_program_said_leads_nowhere(
    here: Path, playrun: Any, said: str, dest: str, why: str
) -> None:
    task = f'{{copy: {{content: x, dest: "{dest}"}}, vars: {{other: "{{{{ said.stdout }}}}"}}}}'
    assert run(here, playrun, task, said).code == 2
    assert why in failure(here)["message"]
    assert "may not choose the folder" in failure(here)["hint"]


@pytest.mark.parametrize(
    ("dest", "file"),
    [
        ("HERE/a.txt", "a.txt"),
        ("{{ base }}/a.txt", "base/a.txt"),
        ("{{ deeper }}/a.txt", "base/x/a.txt"),
        ("{{ playbook_dir }}/a.txt", "a.txt"),
        ("sub/../a.txt", "a.txt"),
        ("{{ up }}/a.txt", "../sibling/a.txt"),
        ("sub/{{ said.stdout }}.txt", "sub/word.txt"),
    ],
)
def test_what_the_user_wrote_leads_where_it_says(
    here: Path, playrun: Any, dest: str, file: str
) -> None:
    for folder in ("sub", "../sibling"):
        (here / folder).mkdir()
    said = run(here, playrun, f'{{copy: {{content: x, dest: "{dest}"}}}}', "word")
    assert said.code == 0, said.out
    assert (here / file).read_text() == "x"


@pytest.mark.parametrize("dest", ["{{ up }}/a.txt", "{{ playbook_dir }}/../sibling/deep/a.txt"])
def test_no_folder_is_made_outside_the_project(here: Path, playrun: Any, dest: str) -> None:
    assert run(here, playrun, f'{{copy: {{content: x, dest: "{dest}"}}}}', "word").code == 2
    assert "there is no folder" in failure(here)["message"]
    assert not (here / "../sibling").exists()


def test_the_items_of_a_loop_are_the_users_if_they_are_written_there(
    here: Path, playrun: Any
) -> None:
    task = '{copy: {content: x, dest: "{{ item }}"}, loop: ["HERE/a.txt", "HERE/b.txt"]}'
    assert run(here, playrun, task).code == 0
    task = '{copy: {content: x, dest: "{{ item }}"}, loop: "{{ said.stdout_lines }}"}'
    assert run(here, playrun, task, "/tmp/astray").code == 2


FOLLOWING = """
- hosts: localhost
  gather_facts: false
  tasks:
    - {tempfile: {state: directory}, register: made}
    - {set_fact: {base: HERE/facts, deep: {list: [HERE/facts]}}}
    - {set_fact: {again: "{{ made.path }}"}}
    - {copy: {content: x, dest: "{{ base }}/a"}, register: copied}
    - {stat: {path: "{{ copied.dest }}"}, register: seen}
    - {find: {paths: "{{ base }}"}, register: found}
    - {copy: {content: x, dest: "TARGET"}}
    - {file: {path: "{{ made.path }}", state: absent}}
"""


@pytest.mark.parametrize(
    "target",
    [
        "{{ base }}/b",
        "{{ deep.list[0] }}/b",
        "{{ made.path }}/b",
        "{{ again }}/b",
        "{{ copied.dest }}",
        "{{ seen.stat.path }}",
        "{{ found.files[0].path }}",
        "{{ found.files | map(attribute='path') | first }}",
        "{{ flagged }}/b",
        "{{ lookup('env', 'HOME') }}/b",
    ],
)
def test_paths_that_the_users_words_led_to_are_the_users(
    here: Path, playrun: Any, target: str
) -> None:
    text = FOLLOWING.replace("TARGET", target).replace("HERE", str(here))
    (here / "site.yml").write_text(text)
    said = playrun("-i", "localhost,", "-e", f"flagged={here}/flag", "site.yml")
    assert said.code == 0, said.out


@pytest.mark.parametrize(
    "through",
    [
        "set_fact: {path: '{{ said.stdout }}'}",
        "set_fact: {path: '{{ said.stdout }}/{{ base }}'}",
        "set_fact: {path: '{{ [said.stdout, base] | first }}'}",
        "stat: {path: '{{ said.stdout }}'}\n      register: path",
    ],
)
def test_what_a_program_said_is_not_the_users_by_way_of_another_task(
    here: Path, playrun: Any, through: str
) -> None:
    (here / "astray").write_text("kept")
    lines = f"""
- hosts: localhost
  gather_facts: false
  vars: {{base: {here}/base}}
  tasks:
    - {{shell: "echo {here}/astray", register: said}}
    - {through}
    - {{copy: {{content: x, dest: "{{{{ path.stat.path if path is mapping else path }}}}"}}}}
"""
    (here / "site.yml").write_text(lines)
    said = playrun("-i", "localhost,", "site.yml")
    assert said.code == 2, said.out
    assert (here / "astray").read_text() == "kept"
