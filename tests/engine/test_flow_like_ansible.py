"""Blocks, includes, handlers, run_once and meta as in Ansible, whoever runs the hosts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playing import Played, play
from ruamel.yaml import YAML

from runner.events import RunFinished, TaskFinished
from runner.outputs.tally import Tally

CASES: list[dict[str, Any]] = YAML(typ="safe").load(
    (Path(__file__).parent / "flow_like_ansible.yaml").read_text(encoding="utf-8")
)
HOSTS = """
all:
  vars: {ansible_connection: local}
  hosts: {h1: {n: 1}, h2: {n: 2}, h3: {n: 3}, h4: {n: 4}}
"""
WAYS = {
    "serial": "strategy: serial",
    "threads": "strategy: threads",
    "processes": "strategy: processes\n  processes: 2",
    "lockstep": "lockstep: always",
    "free": "strategy: free",
}


def shown(event: TaskFinished) -> str:
    """One task of one host, as the cases say it."""
    words = [event.task.rpartition(" : ")[2], "ignored" if event.ignored else event.status]
    message = event.values.get("msg")
    if event.action in ("debug", "fail") and event.status != "skipped" and message is not None:
        words.append(str(message))
    return " ".join(words)


def did(played: Played) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for event in played.of(TaskFinished):
        rows = found.setdefault(event.host, [])
        summed_up = event.included or (event.looped and event.status != "skipped")
        rows += [] if summed_up else [shown(event)]
    return found


def counted(played: Played) -> tuple[dict[str, str], int]:
    tally = Tally()
    for event in [*played.events, RunFinished(0, "run")]:
        tally.handle(event)
    recap = {
        host: " ".join(f"{name}={count}" for name, count in each.counts().items() if count)
        for host, each in tally.hosts.items()
    }
    return {host: text for host, text in recap.items() if text}, tally.exit_code()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_hosts_go_the_way_they_go_under_ansible(
    tmp_path: Path, case: dict[str, Any], way: str
) -> None:
    for name, text in case.get("files", {}).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    text = case["playbook"].replace("gather_facts: false", f"gather_facts: false\n  {WAYS[way]}")
    played = play(tmp_path, text, HOSTS)
    assert did(played) == case["hosts"]
    assert counted(played) == (case["recap"], case["exit"])
