"""Which of two places a variable is taken from: every place against its neighbours, and beyond."""

from __future__ import annotations

import itertools

import pytest
from oracle_case import LOCAL, Case, from_texts
from oracle_comparing import Oracle

pytestmark = pytest.mark.oracle

PLACES = (
    "role default",
    "group in the inventory file",
    "group_vars/all beside the inventory",
    "group_vars/all beside the playbook",
    "group_vars beside the inventory",
    "group_vars beside the playbook",
    "host in the inventory file",
    "host_vars beside the inventory",
    "host_vars beside the playbook",
    "play",
    "prompt",
    "vars_files",
    "role vars",
    "block",
    "task",
    "include_vars",
    "set_fact",
    "role parameter",
    "include parameter",
    "extra",
)
"""From the weakest to the strongest, as Ansible's documentation orders them."""
FILES = {
    "role default": "roles/r/defaults/main.yml",
    "group_vars/all beside the inventory": "inv/group_vars/all.yml",
    "group_vars/all beside the playbook": "group_vars/all.yml",
    "group_vars beside the inventory": "inv/group_vars/g.yml",
    "group_vars beside the playbook": "group_vars/g.yml",
    "host_vars beside the inventory": "inv/host_vars/h1.yml",
    "host_vars beside the playbook": "host_vars/h1.yml",
    "vars_files": "loaded.yml",
    "role vars": "roles/r/vars/main.yml",
    "include_vars": "included.yml",
}


def case(*places: str) -> Case:
    """A play that shows `x`, which is set in the given places."""

    def at(place: str, text: str) -> str:
        return text if place in places else ""

    play = "- hosts: all\n  gather_facts: false\n"
    play += at("play", "  vars: {x: play}\n")
    play += at("prompt", "  vars_prompt: [{name: x, default: prompt, private: false}]\n")
    play += at("vars_files", "  vars_files: [loaded.yml]\n")
    play += "  pre_tasks:\n    - {name: first, debug: {msg: first}}\n"
    play += at("include_vars", "    - {name: load, include_vars: included.yml}\n")
    play += at("set_fact", "    - {name: set, set_fact: {x: set_fact}}\n")
    play += f"  roles: [{{role: r{at('role parameter', ', x: role parameter')}}}]\n"
    play += "  tasks:\n    - {name: after the role, debug: {msg: \"{{ x | default('gone') }}\"}}\n"
    block = at("block", "  vars: {x: block}\n")
    given = at("include parameter", ", vars: {x: include parameter}")
    own = at("task", ", vars: {x: task}")
    host, group = at("host in the inventory file", "x=host"), at(PLACES[1], "x=group\n")
    files = {
        "site.yml": play,
        "roles/r/tasks/main.yml": f"- block:\n    - {{include_tasks: read.yml{given}}}\n{block}",
        "roles/r/tasks/read.yml": f'- {{name: seen, debug: {{msg: "{{{{ x }}}}"}}{own}}}\n',
        "inv/hosts": f"[g]\nh1 {host}\n[g:vars]\n{group}{LOCAL}",
    }
    files |= {file: f"x: {place}\n" for place, file in FILES.items() if place in places}
    extra = ["-e", "x=extra"] if "extra" in places else []
    return from_texts(" over ".join(reversed(places)), files, ["-i", "inv/hosts", *extra])


NEIGHBOURS = [case(*pair) for pair in itertools.pairwise(PLACES)]
APART = [case(*pair) for pair in zip(PLACES, PLACES[4:], strict=False)]
ALONE = [case(place) for place in PLACES]
ALL = [case(*PLACES[:count]) for count in range(3, len(PLACES) + 1, 4)]
CASES = {each.name: each for each in [*NEIGHBOURS, *APART, *ALONE, *ALL]}


@pytest.fixture(scope="module")
def ahead(oracle: Oracle) -> Oracle:
    oracle.expect(CASES.values())
    return oracle


@pytest.mark.parametrize("name", CASES)
def test_a_variable_comes_from_the_same_place(ahead: Oracle, name: str) -> None:
    lines = ahead.compare(CASES[name])
    assert not lines, "\n".join(lines)
