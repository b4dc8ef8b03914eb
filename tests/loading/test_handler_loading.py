"""Handlers: their order, their names, and who is told of one that is not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from loaded import play, wrong

ROLE = "roles/{0}/handlers/main.yml"


def test_those_of_roles_come_first_and_those_of_imported_roles_last(tmp_path: Path) -> None:
    files = {ROLE.format(name): f"- {{name: of {name}, debug: }}\n" for name in "abc"}
    files["roles/a/meta/main.yml"] = "dependencies: [b]\n"
    files["more.yml"] = "- {name: more, debug: }\n- {name: most, debug: }\n"
    read = play(
        tmp_path,
        """
        roles: [a]
        tasks:
          - import_role: {name: c}
        handlers:
          - name: own
            debug:
            listen: topic
          - import_tasks: more.yml
          - name: two
            debug:
            listen: [topic, "{{ other }}"]
        """,
        files,
    )
    assert [(handler.task.name, handler.role) for handler in read.handlers] == [
        ("of b", "b"),
        ("of a", "a"),
        ("own", None),
        ("more", None),
        ("most", None),
        ("two", None),
        ("of c", "c"),
    ]
    assert [handler.listen for handler in read.handlers if handler.listen] == [
        ("topic",),
        ("topic", "{{ other }}"),
    ]


def test_a_handler_has_what_its_role_has(tmp_path: Path) -> None:
    files = {ROLE.format("r"): "- {name: h, debug: }\n", "roles/r/vars/main.yml": "v: 1\n"}
    read = play(tmp_path, "tags: p\nroles: [{role: r, when: w, x: 1}]", files)
    task = read.handlers[0].task
    assert (task.when, task.vars, task.tags) == (("w",), {"v": 1}, {"p"})
    assert task.scope.params == {"x": 1}
    assert task.scope.folder == str(tmp_path / "roles/r/handlers")


def test_handlers_do_not_ask_what_an_import_of_the_playbook_asked(tmp_path: Path) -> None:
    play(tmp_path, "handlers: [{name: h, debug: }]")
    (tmp_path / "top.yml").write_text("- {import_playbook: site.yml, when: w}\n")
    from runner.loading.playbook import load_playbook

    (read,) = load_playbook(tmp_path / "top.yml")[0].plays
    assert read.scope.when == ("w",)
    assert read.handlers[0].task.when == ()


PLAY = """\
- hosts: all
  roles: [r]
  tasks:
    - {{debug: , notify: [{name}]}}
  handlers:
    - {{name: restart ntp, debug: , listen: [topic]}}
"""
FILES = {ROLE.format("r"): "- {name: of r, debug: }\n"}


@pytest.mark.parametrize("name", ["restart ntp", "topic", "of r", "'r : of r'", "'{{ x }}'"])
def test_names_that_are_known(tmp_path: Path, name: str) -> None:
    assert wrong(tmp_path, PLAY.format(name=name), FILES) == []


def test_a_name_that_is_not_known(tmp_path: Path) -> None:
    assert wrong(tmp_path, PLAY.format(name="restrat ntp"), FILES) == [
        "site.yml:4:26: there is no handler `restrat ntp` (did you mean `restart ntp`?)"
    ]


@pytest.mark.parametrize(
    "brings", ["- include_role: {name: r}", "- include_tasks: more.yml"], ids=["role", "tasks"]
)
def test_what_an_include_may_bring_is_not_judged(tmp_path: Path, brings: str) -> None:
    text = PLAY.format(name="later").replace("  tasks:\n", f"  tasks:\n    {brings}\n")
    assert wrong(tmp_path, text, FILES) == []


def test_a_handler_whose_name_is_a_template_may_be_meant(tmp_path: Path) -> None:
    text = PLAY.format(name="restart sshd") + '    - {name: "restart {{ what }}", debug: }\n'
    assert wrong(tmp_path, text, FILES) == []


def test_blocks_and_roles_are_no_handlers(tmp_path: Path) -> None:
    text = """\
- hosts: all
  tasks: [{debug: , listen: x}]
  handlers: [{block: [{debug: }]}, {import_role: {name: r}}]
"""
    assert [line.split(": ")[1].split(" (")[0] for line in wrong(tmp_path, text, FILES)] == [
        "`listen` belongs to a handler",
        "a block is no handler",
        "a role is no handler",
    ]
