"""How tasks are named on screen and in the record: whose role they are of, and who was notified."""

from __future__ import annotations

import json
from pathlib import Path

from playrunning import Playrun

FILES = {
    "hosts": "h1\n",
    "roles/edge/tasks/main.yml": """
- name: look at {{ inventory_hostname }}
  debug: {msg: here}
  changed_when: true
  notify: [told, last]
- debug: {msg: no name}
- include_tasks: more.yml
""",
    "roles/edge/tasks/more.yml": "- {name: deeper, debug: {msg: more}}\n",
    "roles/edge/handlers/main.yml": "- {name: told, include_tasks: heard.yml}\n",
    "roles/edge/tasks/heard.yml": "- {name: heard, debug: {msg: heard}}\n",
    "site.yml": """
- hosts: all
  connection: local
  gather_facts: false
  tasks:
    - include_role: {name: edge}
    - {name: of the play, debug: {msg: mine}}
  handlers:
    - {name: last, debug: {msg: "{{ item }}"}, loop: [1]}
""",
}
TITLES = [
    "TASK [include_role : edge]",
    "TASK [edge : look at h1]",
    "TASK [edge : debug]",
    "TASK [edge : include_tasks]",
    "TASK [edge : deeper]",
    "TASK [of the play]",
    "RUNNING HANDLER [last]",
    "RUNNING HANDLER [edge : told]",
    "RUNNING HANDLER [edge : heard]",
]


def _written(here: Path) -> None:
    for name, text in FILES.items():
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(text)


def test_headers_name_roles_and_handlers(here: Path, playrun: Playrun) -> None:
    _written(here)
    said = playrun("-i", "hosts", "site.yml")
    assert said.code == 0, said.err
    heads = [line.rstrip(" *") for line in said.out.splitlines() if "[" in line and "***" in line]
    assert [head for head in heads if not head.startswith("PLAY")] == TITLES


def test_the_record_names_them_likewise(here: Path, playrun: Playrun) -> None:
    _written(here)
    playrun("-i", "hosts", "site.yml")
    (record,) = here.glob(".playrun/runs/*/events.jsonl")
    events = [json.loads(line) for line in record.read_text().splitlines()]
    ended = [event for event in events if event["event"] == "TaskFinished"]
    titles = [(event["task"], event["handler"]) for event in ended]
    wanted = [title.partition("[")[2].rstrip("]") for title in TITLES]
    assert titles == [(title, wanted.index(title) > 5) for title in wanted]
