"""Blocks, and what tasks have from them: the nearest value, or all of them together."""

from __future__ import annotations

from pathlib import Path

from loaded import entries, outline, play, tasks, wrong

from runner.model import Block, Task, tasks_in


def test_blocks_keep_their_parts_and_nest(tmp_path: Path) -> None:
    found = entries(
        tmp_path,
        """
        - name: outer
          block:
            - {name: a, debug: }
            - block: [{name: b, debug: }]
              rescue: [{name: c, debug: }]
          rescue: [{name: d, debug: }]
          always: [{name: e, debug: }]
        """,
    )
    assert outline(found) == [[["a", [["b"], ["c"]]], ["d"], ["e"]]]
    assert isinstance(found[0], Block)
    assert found[0].name == "outer"
    assert found[0].origin.line == 3


INHERITING = """
    gather_facts: false
    connection: local
    become: true
    tags: p
    environment: {E: play}
    module_defaults: {debug: {msg: play, verbosity: 0}, group/ios: {host: x}}
    tasks:
      - name: plain
        debug:
      - block:
          - name: inner
            debug:
            become: "{{ b }}"
            when: [own]
            tags: [own]
            vars: {a: task}
            environment: [{E: task}, "{{ more }}"]
            notify: h2
          - name: heir
            ansible.builtin.debug:
          - name: other
            fail:
        name: block
        when: outer
        tags: [b, c]
        become: false
        ignore_errors: yes
        delegate_to: localhost
        vars: {a: block, z: block}
        environment: {E: block}
        module_defaults: {ansible.builtin.debug: {msg: block}}
        notify: [h1]
    handlers: [{name: h1, debug: }, {name: h2, debug: }]
"""


def inheriting(tmp_path: Path) -> dict[str, Task]:
    return {task.label: task for task in tasks_in(play(tmp_path, INHERITING).entries)}


def test_the_nearest_value_counts(tmp_path: Path) -> None:
    found = inheriting(tmp_path)
    assert [found[name].become for name in ("plain", "heir", "inner")] == [True, False, "{{ b }}"]
    assert found["plain"].connection == found["inner"].connection == "local"
    assert found["inner"].ignore_errors is True
    assert found["plain"].ignore_errors is False
    assert found["inner"].delegate_to == "localhost"
    assert found["heir"].notify == ("h1",)
    assert found["inner"].notify == ("h2",), "its own instead of the block's"


def test_conditions_come_from_the_outside_in(tmp_path: Path) -> None:
    found = inheriting(tmp_path)
    assert found["inner"].when == ("outer", "own")
    assert found["plain"].when == ()


def test_tags_unite_and_variables_lie_on_one_another(tmp_path: Path) -> None:
    found = inheriting(tmp_path)
    assert found["inner"].tags == {"p", "b", "c", "own"}
    assert found["plain"].tags == {"p"}
    assert found["inner"].vars == {"a": "task", "z": "block"}
    assert found["heir"].vars == {"a": "block", "z": "block"}
    assert found["inner"].scope.vars == {"a": "block", "z": "block"}


def test_environments_add_up(tmp_path: Path) -> None:
    found = inheriting(tmp_path)
    assert found["plain"].environment == ({"E": "play"},)
    assert found["inner"].environment == (
        {"E": "play"},
        {"E": "block"},
        {"E": "task"},
        "{{ more }}",
    )


def test_defaults_of_actions_are_by_word_and_below_own_arguments(tmp_path: Path) -> None:
    found = inheriting(tmp_path)
    assert found["plain"].args == {"msg": "play", "verbosity": 0}
    assert found["heir"].args == {"msg": "block"}, "the nearest ones of a word stand alone"
    assert found["other"].args == {}
    own = tasks(tmp_path, "- {debug: {msg: mine}, module_defaults: {debug: {msg: x}}}")
    assert own["debug"].args == {"msg": "mine"}


def test_defaults_of_another_word_of_the_same_action_do_not_count(tmp_path: Path) -> None:
    found = tasks(
        tmp_path,
        """
        - ios_command: {commands: [show version]}
          module_defaults: {nxos_command: {commands: [x], bogus: 1}}
        """,
    )
    assert found["ios_command"].args == {"commands": ["show version"]}


def test_a_block_needs_tasks_and_takes_no_loop(tmp_path: Path) -> None:
    text = """\
    - hosts: all
      tasks:
        - rescue: []
        - block:
        - {block: [], loop: [1]}
    """
    assert [line.split(" ", 1)[1] for line in wrong(tmp_path, text)] == [
        "`rescue` without `block` (`rescue` stands in one entry with `block`, at its indentation)",
        "the block has no tasks",
        "a block has no keyword `loop` (a block is not repeated: put its tasks into a file, "
        "and `include_tasks` with the loop)",
    ]


def test_an_empty_block_is_a_block(tmp_path: Path) -> None:
    assert outline(entries(tmp_path, "- block: []")) == [[]]
