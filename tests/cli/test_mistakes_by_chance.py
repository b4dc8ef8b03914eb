"""Playbooks that were right until something in them was changed: told or run, never a traceback."""

from __future__ import annotations

import copy
import io
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

HERE = Path(__file__).parent
CASES = HERE.parent / "oracle" / "cases"
VALUES: list[Any] = [
    *(None, True, 0, -1, 3.5, "", "x", "{{", "{{ x }}", "{{ nowhere.a }}", "{% x %}", "a=b", "10%"),
    *([], [None], {}, {"a": 1}, {"name": None}, {1: 2}, 10**20, "\0", "{{ none }}", "a\nb"),
]
# Words of playbooks that are only looked at: changed, they might write anywhere, or wait.
LOOKED_AT = re.compile(
    r"\b(file|copy|template|command|shell|script|raw|fetch|assemble|slurp|find|expect|uri|get_url"
    r"|tempfile|lineinfile|blockinfile|replace|wait_for\w*|pause|until|retries|delay|lookup|query"
    r"|q|include_vars|refresh_inventory|with_\w+|src|dest|path)\b"
)
RUNS_EACH = 12
SEEDS = range(12)


def playbooks() -> list[str]:
    """Of the other tests, those that are lists of something."""
    found = [
        case["playbook"]
        for file in (HERE / "like_ansible.yaml", *sorted(CASES.glob("*.yaml")))
        for case in YAML(typ="safe").load(file.read_text(encoding="utf-8"))
        if _is_list(case.get("playbook", ""))
    ]
    assert len(found) > 200
    return found


def _is_list(text: str) -> bool:
    try:
        return bool(text) and isinstance(YAML(typ="safe").load(text), list)
    except YAMLError:
        return False


PLAYBOOKS = playbooks()


def changed(chance: random.Random, text: str) -> str:
    """The playbook with one thing wrong: in its data, or in its text."""
    return _in_text(chance, text) if chance.random() < 0.3 else _in_data(chance, text)


def _in_text(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    line = lines.pop(at)
    other = chance.choice(["", f"  {line}", line[2:], line.replace(":", "", 1), f"{line}\t{{"])
    return "\n".join([*lines[:at], *([other] if other else []), *lines[at:]])


def _in_data(chance: random.Random, text: str) -> str:
    yaml = YAML(typ="safe")
    data = yaml.load(text)
    inside, key = chance.choice(list(_places(data)))
    what = chance.randrange(4)
    if what == 0:
        del inside[key]
    elif what == 1 and isinstance(inside, dict):
        at = chance.randrange(len(str(key)) + 1)
        inside[str(key)[:at] + "x" + str(key)[at:]] = inside.pop(key)
    elif what == 2:
        other, elsewhere = chance.choice(list(_places(data)))
        inside[key] = copy.deepcopy(other[elsewhere])
    else:
        inside[key] = chance.choice(VALUES)
    written = io.StringIO()
    yaml.dump(data, written)
    return written.getvalue()


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every value, as what it stands in and the key or index that leads to it."""
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in list(items):
        yield data, key
        if isinstance(value, (dict, list)):
            yield from _places(value)


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_wrong_is_told(here: Path, playrun: Any, seed: int) -> None:
    chance = random.Random(seed)
    (here / "hosts").write_text("[g1]\nh1 n=1\nh2 n=2\n[all:vars]\nansible_connection=local\n")
    for number in range(RUNS_EACH):
        text = changed(chance, chance.choice(PLAYBOOKS))
        (here / "site.yml").write_text(text, encoding="utf-8")
        only_look = ["--syntax-check"] if LOOKED_AT.search(text) else []
        said = playrun("-i", "hosts", "site.yml", *only_look)
        what = f"seed {seed}, change {number}:\n{text}\n{said.err}\n{said.out}"
        assert said.code in (0, 1, 2, 4), what
        assert "Traceback" not in said.out + said.err, what
        assert "a defect" not in said.out + said.err, what
        assert said.code != 1 or re.search(r"^playrun: .", said.err), what
