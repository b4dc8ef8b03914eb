"""One play: its keywords, the order of its sections, its facts and prompts."""

from __future__ import annotations

from pathlib import Path

import pytest
from loaded import outline, play, wrong

from runner.actions import ACTIONS
from runner.model import Prompt, Task
from runner.values import Source

SECTIONS = """
    post_tasks: [{name: last, debug: }]
    tasks: [{name: third, debug: , notify: saved}]
    commands: [show version]
    roles: [second]
    pre_tasks: [{name: first, debug: }]
    handlers: [{name: saved, debug: }]
    gather_facts: false
"""
ROLE = {"roles/second/tasks/main.yml": "- {name: second, debug: }\n"}


def test_sections_run_in_ansibles_order(tmp_path: Path) -> None:
    assert outline(play(tmp_path, SECTIONS, ROLE).entries) == [
        "first",
        "flush_handlers",
        "commands",
        "second",
        "third",
        "flush_handlers",
        "last",
        "flush_handlers",
    ]


def test_a_flush_nobody_wrote_is_implicit_and_always_runs(tmp_path: Path) -> None:
    flushes = [
        entry
        for entry in play(tmp_path, SECTIONS, ROLE).entries
        if isinstance(entry, Task) and entry.action == "meta"
    ]
    assert len(flushes) == 3
    for flush in flushes:
        assert flush.implicit
        assert flush.tags == {"always"}
        assert flush.args == {"free_form": "flush_handlers"}


def test_without_handlers_and_includes_there_is_nothing_to_flush(tmp_path: Path) -> None:
    assert outline(play(tmp_path, "gather_facts: false\ntasks: [{name: a, debug: }]").entries) == [
        "a"
    ]


@pytest.mark.parametrize("task", ["include_tasks: more.yml", "include_role: {name: second}"])
def test_what_is_included_may_bring_handlers(tmp_path: Path, task: str) -> None:
    labels = outline(play(tmp_path, f"tasks: [{{{task}}}]").entries)
    assert labels.count("flush_handlers") == 3


def test_keywords_of_the_play_itself(tmp_path: Path) -> None:
    found = play(
        tmp_path,
        """
        name: all of it
        serial: [1, "30%", "{{ n }}"]
        order: sorted
        max_fail_percentage: 12.5
        any_errors_fatal: yes
        force_handlers: true
        strategy: free
        vars_files: [a.yml, [b.yml, c.yml]]
        vars: {x: 1}
        user: admin
        port: 22
        collections: [cisco.ios]
        tags: a, b
        """,
    )
    assert found.name == "all of it"
    assert found.serial == (1, "30%", "{{ n }}")
    assert isinstance(found.serial[2], Source)
    assert found.host_order == "sorted"
    assert found.max_fail_percentage == 12.5
    assert found.any_errors_fatal is True
    assert found.force_handlers is True
    assert found.strategy == "free"
    assert found.vars_files == ("a.yml", ["b.yml", "c.yml"])
    assert found.vars == {"x": 1}
    assert found.remote_user == "admin"
    assert found.port == 22
    assert found.tags == {"a", "b"}
    assert found.scope.playbook_folder == str(tmp_path)
    assert found.scope.vars == {}, "play variables are no block's: they are lower"


def test_vars_files_and_serial_may_be_alone(tmp_path: Path) -> None:
    found = play(tmp_path, "vars_files: a.yml\nserial: 5")
    assert found.vars_files == ("a.yml",)
    assert found.serial == (5,)


def test_prompts(tmp_path: Path) -> None:
    found = play(
        tmp_path,
        """
        vars_prompt:
          - name: user
            prompt: Who?
            private: no
            default: "{{ x }}"
          - {name: secret, confirm: true, encrypt: sha512_crypt, salt_size: 7}
        """,
    )
    assert found.prompts == (
        Prompt("user", "Who?", "{{ x }}", private=False),
        Prompt("secret", confirm=True, encrypt="sha512_crypt", salt_size=7),
    )


def facts(tmp_path: Path, keywords: str) -> list[Task]:
    """The tasks that gather facts."""
    found = play(tmp_path, f"tasks: [{{debug: }}]\n{keywords}").entries
    return [task for task in found if isinstance(task, Task) and task.action == "gather_facts"]


@pytest.mark.skipif("gather_facts" not in ACTIONS, reason="no action gathers facts")
class TestFacts:
    def test_asked_for(self, tmp_path: Path) -> None:
        (task,) = facts(tmp_path, "gather_facts: true\ngather_subset: [min]\ntags: t")
        assert not task.implicit
        assert task.name == "Gathering Facts"
        assert task.tags == {"t"}
        assert task.args == {"gather_subset": ["min"]}

    def test_not_spoken_of(self, tmp_path: Path) -> None:
        (task,) = facts(tmp_path, "connection: local")
        assert task.tags == {"always"}
        assert task.implicit
        assert task.connection == "local"

    def test_refused(self, tmp_path: Path) -> None:
        assert facts(tmp_path, "gather_facts: no") == []

    def test_left_to_a_template(self, tmp_path: Path) -> None:
        (task,) = facts(tmp_path, 'gather_facts: "{{ wanted }}"')
        assert task.when == ("( wanted ) | bool",)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = """\
    - hosts: all
      serail: 1
      vars: [1]
      tasks:
        - debgu: x
        - block: []
          resuce: []
      handlers:
        - listn: x
          debug:
    - tasks: []
    """
    places = [line.split(" ")[0] for line in wrong(tmp_path, text)]
    assert [place.rsplit("site.yml:", maxsplit=1)[-1] for place in places] == [
        "2:3:",
        "3:9:",
        "5:7:",
        "7:7:",
        "9:7:",
        "11:3:",
    ]
