"""One comparison: an inventory, files and playbooks, as text, and the words to run them with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from ruamel.yaml import YAML

HERE = Path(__file__).parent
FOUR = """\
[all]
h1 n=1
h2 n=2
h3 n=3
h4 n=4

[odd]
h1
h3

[even]
h2
h4
"""
"""The inventory of cases that bring none; `hosts: N` takes the first N of it."""
LOCAL = """\
[all:vars]
ansible_connection=local
ansible_python_interpreter="{{ ansible_playbook_python }}"
"""
WORDS = frozenset("name hosts files playbook args fresh differs instead".split())
"""What a case file may say of a case."""
ALWAYS = {"PLAIN": "plain", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
"""Of the environment of both programs."""


class Case(NamedTuple):
    """What both programs are given. `files` holds the playbook and the inventory too."""

    name: str
    files: Mapping[str, str]
    args: tuple[str, ...] = ()
    fresh: bool = False
    """ansible-playbook needs an interpreter of its own: it reads an ansible.cfg."""
    differs: Mapping[str, Any] = MappingProxyType({})
    """`why`: a name of differences.yaml; `exit`, `tasks`, `recap`: what playrun does instead."""
    instead: Mapping[str, str] = MappingProxyType({})
    """Text of the files → text for playrun, where ansible-core has no action of that kind."""

    def words(self) -> list[str]:
        """The command line, but for the program's name."""
        inventory = [] if "-i" in self.args or self.fresh else ["-i", "hosts"]
        playbook = ["site.yml"] if "site.yml" in self.files else []
        return [*inventory, *playbook, *self.args]

    def write(self, folder: Path, side: str) -> None:
        """Puts the files into an empty folder."""
        for name, text in self.files.items():
            for old, new in self.instead.items() if side == "playrun" else ():
                text = text.replace(old, new)
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            if text.startswith("#!"):
                file.chmod(0o755)

    def digest(self) -> str:
        """Names what Ansible is given: equal digests, equal runs."""
        given = json.dumps([self.files, self.args, self.fresh], sort_keys=True)
        return hashlib.sha256(given.encode()).hexdigest()[:32]


def inventory(hosts: int) -> str:
    """The usual inventory with its first hosts only."""
    gone = tuple(f"h{number}" for number in range(hosts + 1, 5))
    kept = [line for line in FOUR.splitlines() if not line.startswith(gone)]
    return "\n".join(kept) + "\n" + LOCAL


def case_of(raw: Mapping[str, Any]) -> Case:
    """A case as a case file says it."""
    unknown = set(raw) - {
        "name",
        "hosts",
        "files",
        "playbook",
        "args",
        "fresh",
        "differs",
        "instead",
    }
    if unknown:
        raise ValueError(f"{raw['name']}: no such words: {sorted(unknown)}")
    hosts = raw.get("hosts", 1)
    text = inventory(hosts) if isinstance(hosts, int) else hosts + LOCAL
    return Case(
        raw["name"],
        {"hosts": text, "site.yml": raw["playbook"], **raw.get("files", {})},
        tuple(str(word) for word in raw.get("args", ())),
        raw.get("fresh", False),
        raw.get("differs", {}),
        raw.get("instead", {}),
    )


def read_cases(file: Path) -> list[Case]:
    """The cases of one file."""
    return [case_of(raw) for raw in YAML(typ="safe").load(file.read_text(encoding="utf-8"))]


def all_cases() -> dict[str, Case]:
    """All cases by `topic: name`."""
    found: dict[str, Case] = {}
    for file in sorted((HERE / "cases").glob("*.yaml")):
        for case in read_cases(file):
            name = f"{file.stem}: {case.name}"
            if name in found:
                raise ValueError(f"two cases are called {name}")
            found[name] = case
    return found


def from_texts(name: str, files: Mapping[str, str], args: Sequence[str] = ()) -> Case:
    """A case made by a program."""
    return Case(name, files, tuple(args))
