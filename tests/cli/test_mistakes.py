"""Mistakes people make, and what playrun says to each: see mistakes*.yaml."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

MISTAKES: list[dict[str, Any]] = [
    mistake
    for file in sorted(Path(__file__).parent.glob("mistakes*.yaml"))
    for mistake in YAML(typ="safe").load(file.read_text(encoding="utf-8"))
]
HOSTS = "all:\n  hosts:\n    r1: {platform: cisco_ios}\n    r2: {platform: cisco_ios}\n"
_TOLD = ("fatal", "failed", "    at", "    hint", "skipping")


def write_project(here: Path, mistake: dict[str, Any]) -> None:
    """The files of a mistake; `hosts: null` leaves the inventory out."""
    files = {"hosts.yml": mistake.get("hosts", HOSTS), **mistake.get("files", {})}
    if "playbook" in mistake:
        files["site.yml"] = mistake["playbook"]
    for name, text in files.items():
        if text is None:
            continue
        path = here / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    for name, mode in mistake.get("modes", {}).items():
        (here / name).chmod(mode)


def told(out: str) -> str:
    """Of a run's screen, what it says about failed hosts."""
    shown, inside = "", False
    for line in out.splitlines():
        if inside or line.startswith(_TOLD) or "ARNING" in line:
            shown += line + "\n"
        inside = line != "}" and (inside or (line.startswith("fatal") and line.endswith("{")))
    return shown


@pytest.mark.parametrize("mistake", MISTAKES, ids=[each["name"] for each in MISTAKES])
def test_a_mistake_is_told_with_its_place(
    here: Path, playrun: Any, mistake: dict[str, Any]
) -> None:
    write_project(here, mistake)
    said = playrun(*mistake.get("args", ["-i", "hosts.yml", "site.yml"]))
    text = (said.err + told(said.out)).replace(str(here), "<here>")
    text = re.sub(r'"elapsed": \d+', '"elapsed": "<n>"', text)
    assert text == mistake["says"]
    assert said.code == mistake["exit"]
    assert (said.code == 1) != (here / ".playrun" / "runs").exists()
    assert "Traceback" not in said.out + said.err
    assert "defect" not in said.out + said.err


@pytest.mark.parametrize(
    "name", ["ten at once", "resource module", "filter misspelt in a template file"]
)
def test_all_are_told_at_once_by_a_check_and_by_a_run(here: Path, playrun: Any, name: str) -> None:
    (mistake,) = (each for each in MISTAKES if each["name"] == name)
    write_project(here, mistake)
    run, check = (
        playrun("-i", "hosts.yml", "site.yml", *more) for more in ((), ("--syntax-check",))
    )
    assert run.err == check.err
    places = re.findall(r"^playrun: ([\w./]+):(\d+):(\d+): ", run.err, re.MULTILINE)
    assert len(places) == len(set(places)) > 1
    files = list(dict.fromkeys(file for file, _, _ in places))
    assert places == sorted(places, key=lambda at: (files.index(at[0]), int(at[1]), int(at[2])))
