"""Writes down what ansible-core gives for the tasks of `cases_*.yaml`.

    python tests/actions/record.py ANSIBLE_PLAYBOOK [FAMILY [CASE …]]

Every case is a play of its own in a folder of its own: `files` are laid there, `task` is run
on localhost, and what it registers (`result`) and what lies there then (`after`) go into
`recorded_<family>.json`. `HERE` stands for the folder. Only cases that have no record yet are
run, and those that are named.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from cases import FOLDER, cleaned, families, laid, left, placed, read_cases, recorded, words_for
from webserver import webserver

_HEAD: dict[str, Any] = {"hosts": "localhost", "gather_facts": False, "connection": "local"}
_VARS = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}

Cases = dict[str, dict[str, Any]]


def main(program: str, family: str | None = None, *again: str) -> None:
    """Records the cases of a family, or of all."""
    for name in [family] if family else families():
        cases, known = read_cases(name), recorded(name)
        wanted = {key: case for key, case in cases.items() if key in again or key not in known}
        with tempfile.TemporaryDirectory(prefix="recording") as folder, webserver() as web:
            known |= _recorded(program, Path(folder).resolve(), web, wanted)
        kept = {key: known[key] for key in cases if key in known}
        text = json.dumps(kept, indent=1, ensure_ascii=False)
        (FOLDER / f"recorded_{name}.json").write_text(text + "\n")


def _recorded(program: str, folder: Path, web: str, cases: Cases) -> Cases:
    places = {name: folder / str(number) for number, name in enumerate(cases)}
    for name, place in places.items():
        laid(place, cases[name])
        (place / "site.yml").write_text(json.dumps([_play(words_for(place, web), cases[name])]))
    imports = [{"import_playbook": f"{place}/site.yml"} for place in places.values()]
    (folder / "all.yml").write_text(json.dumps(imports))
    said = _run([program, "-i", "localhost,", str(folder / "all.yml")], folder)
    found = {name: _taken(place, web) for name, place in places.items()}
    missing = [name for name, record in found.items() if record is None]
    if missing:
        print("no result for", ", ".join(missing), said[-3000:], sep="\n")
    return {name: record for name, record in found.items() if record is not None}


def _run(words: list[str], folder: Path) -> str:
    environment = {
        **os.environ,
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_NOCOLOR": "1",
        "HOME": str(folder),
        "CASE_WORD": "from outside",
    }
    done = subprocess.run(
        words, env=environment, cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def _play(words: dict[str, str], case: dict[str, Any]) -> dict[str, Any]:
    task = {**placed(case["task"], words), "register": "result", "ignore_errors": True}
    text = "{{ result | to_json }}"
    keep = {"copy": {"content": text, "dest": words["HERE"] + ".json"}, "check_mode": False}
    return {
        **_HEAD,
        "vars": {**_VARS, **placed(case.get("vars", {}), words)},
        "tasks": [task, keep],
    }


def _taken(place: Path, web: str) -> dict[str, Any] | None:
    file = Path(f"{place}.json")
    if not file.exists():
        return None
    (place / "site.yml").unlink()
    record = {
        "result": cleaned(json.loads(file.read_text()), words_for(place, web)),
        "after": left(place),
    }
    shutil.rmtree(place)
    return record


if __name__ == "__main__":
    main(*sys.argv[1:])
