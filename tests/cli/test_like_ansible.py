"""The language means what it means in Ansible: small plays, and what ansible-core made of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

PLAYS: list[dict[str, Any]] = YAML(typ="safe").load(
    (Path(__file__).parent / "like_ansible.yaml").read_text(encoding="utf-8")
)
HOSTS = """
all:
  vars: {ansible_connection: local}
  children:
    g1: {hosts: {h1: {}, h2: {}}}
    g2: {hosts: {h2: {}, h3: {}}}
"""
OF_THE_MOMENT = frozenset(
    "delta start end checksum size dest mode stderr_lines stdout_lines ansible_facts".split()
)
_RECAP = re.compile(r"(\w+) +: (ok=.*)")
_COUNT = re.compile(r"(\w+)=(\d+)")


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items() if k not in OF_THE_MOMENT}
    return [plain(item) for item in value] if isinstance(value, list) else value


def done(here: Path) -> dict[str, list[list[Any]]]:
    """For each host: [task, how it ended, what debug showed]."""
    hosts: dict[str, list[list[Any]]] = {}
    for file in here.glob(".playrun/runs/*/events.jsonl"):
        for line in file.read_text().splitlines():
            event = json.loads(line)
            if event["event"] == "TaskFinished":
                hosts.setdefault(event["host"], []).append(row(event))
    return hosts


def row(event: dict[str, Any]) -> list[Any]:
    status = event["status"] + (" ignored" if event["ignored"] else "")
    if event["action"] != "debug" or event["status"] not in ("ok", "changed"):
        return [event["task"], status]
    return [event["task"], status, shown(plain(event["values"]))]


def shown(values: dict[str, Any]) -> dict[str, Any]:
    if "censored" in values:
        return {}
    if "results" in values:
        return {"results": values["results"], "msg": values.get("msg")}
    return {name: value for name, value in values.items() if name not in ("changed", "failed")}


def recap(out: str) -> dict[str, dict[str, int]]:
    return {
        match[1]: {name: int(count) for name, count in _COUNT.findall(match[2]) if count != "0"}
        for match in _RECAP.finditer(out)
    }


@pytest.mark.parametrize("play", PLAYS, ids=[each["name"] for each in PLAYS])
def test_it_does_what_ansible_does(
    here: Path, playrun: Any, play: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORD", "word")
    files = {"hosts.yml": play.get("hosts", HOSTS), "site.yml": play["playbook"]}
    for name, text in {**files, **play.get("files", {})}.items():
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(text)
    said = playrun("-i", "hosts.yml", "site.yml", *play.get("args", []))
    assert plain(done(here)) == plain(play["hosts_did"]), said.err
    assert said.code == play["exit"]
    if "recap" in play:
        assert recap(said.out) == play["recap"]
