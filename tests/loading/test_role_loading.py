"""Roles: where they are found, what they bring, and what their tasks see."""

from __future__ import annotations

from pathlib import Path

import pytest
from loaded import Outline, outline, play, tasks, write, wrong

from runner.model import Block, Play, Task, tasks_in


def found(tmp_path: Path, roles: str, files: dict[str, str], more: str = "") -> Play:
    return play(tmp_path, f"gather_facts: false\nroles: {roles}\n{more}", files)


def labels(read: Play) -> Outline:
    return [label for label in outline(read.entries) if label != "flush_handlers"]


def one(read: Play, name: str) -> Task:
    return next(task for task in tasks_in(read.entries) if task.name == name)


def named(*names: str) -> dict[str, str]:
    """Roles whose only task has the role's name."""
    return {f"roles/{name}/tasks/main.yml": f"- {{name: {name}, debug: }}\n" for name in names}


@pytest.mark.parametrize("file", ["main.yml", "main.yaml", "main.json", "main"])
def test_the_main_file_has_any_of_four_names(tmp_path: Path, file: str) -> None:
    text = '[{"name": "t", "debug": null}]\n'
    assert labels(found(tmp_path, "[r]", {f"roles/r/tasks/{file}": text})) == ["t"]


COLLECTION = "collections/ansible_collections/ns/col"


def test_where_roles_are_looked_for(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    write(
        tmp_path,
        {
            **named("both"),
            "elsewhere/both/tasks/main.yml": "- {name: wrong, debug: }\n",
            "elsewhere/away/tasks/main.yml": "- {name: away, debug: }\n",
            "beside/tasks/main.yml": "- {name: beside, debug: }\n",
            "deep/in/here/tasks/main.yml": "- {name: here, debug: }\n",
            f"{COLLECTION}/roles/cr/tasks/main.yml": "- {name: cr, debug: }\n",
        },
    )
    text = f"gather_facts: false\nroles: [both, away, beside, {tmp_path}/deep/in/here, ns.col.cr]"
    read = play(tmp_path, text, roles_path=(elsewhere,))
    assert labels(read) == ["both", "away", "beside", "here", "cr"]
    assert read.role_names == ("both", "away", "beside", f"{tmp_path}/deep/in/here", "ns.col.cr")


def test_a_role_that_is_not_there_says_where_it_was_looked_for(tmp_path: Path) -> None:
    (said,) = wrong(tmp_path, "- {hosts: all, roles: [bsae]}", named("base"))
    assert said.startswith("site.yml:1:24: there is no role `bsae` (did you mean `base`?")
    assert "looked in roles, " in said


def test_collections_whose_roles_need_no_full_name(tmp_path: Path) -> None:
    files = {
        **named("here"),
        f"{COLLECTION}/roles/cr/tasks/main.yml": "- {name: cr, debug: }\n",
        f"{COLLECTION}/roles/cr/meta/main.yml": "dependencies: [sibling]\n",
        f"{COLLECTION}/roles/sibling/tasks/main.yml": "- {name: sibling, debug: }\n",
    }
    read = found(tmp_path, "[here, cr]", files, "collections: [cisco.ios, ns.col]")
    assert labels(read) == ["here", "sibling", "cr"]


VARIABLES = {
    "roles/r/defaults/main.yml": "d: default\n",
    "roles/r/vars/main.yml": "v: vars\nboth: vars\n",
    "roles/r/tasks/main.yml": """\
        - name: t
          debug:
        - name: own
          debug:
          vars: {v: own}
    """,
}


def test_variables_of_a_role(tmp_path: Path) -> None:
    read = found(tmp_path, "[{role: r, x: 1, vars: {both: given}, tags: [a], when: w}]", VARIABLES)
    task = one(read, "t")
    assert task.vars == {"v": "vars", "both": "given"}
    assert one(read, "own").vars["v"] == "own"
    assert task.scope.params == {"x": 1}
    assert (task.tags, task.when) == ({"a"}, ("w",))
    role = task.scope.role
    assert role is not None
    assert (role.name, role.path) == ("r", str(tmp_path / "roles/r"))
    assert role.defaults == {"d": "default"}
    assert role.vars == {"v": "vars", "both": "given"}
    assert task.scope.folder == str(tmp_path / "roles/r/tasks")


def test_what_a_role_leaves_to_the_play(tmp_path: Path) -> None:
    read = found(tmp_path, "[{role: r, x: 1, vars: {both: given}}]", VARIABLES)
    assert read.role_vars == {"v": "vars", "both": "vars"}, "not what it was given"
    assert read.role_defaults == {"d": "default"}


def test_a_folder_of_variables_is_merged_by_name(tmp_path: Path) -> None:
    files = {
        "roles/r/tasks/main.yml": "- {name: t, debug: }\n",
        "roles/r/vars/main/b.yml": "x: b\n",
        "roles/r/vars/main/a.yml": "x: a\ny: a\n",
    }
    assert found(tmp_path, "[r]", files).role_vars == {"x": "b", "y": "a"}


def test_blocks_around_an_imported_role_are_nearer_than_its_variables(tmp_path: Path) -> None:
    text = """
    - block:
        - import_role: {name: r}
          vars: {i: import}
      vars: {v: block}
    """
    task = tasks(tmp_path, text, VARIABLES)["t"]
    assert task.vars == {"v": "block", "both": "vars", "i": "import"}


DEPENDING = {
    **named("a", "b", "c"),
    "roles/a/meta/main.yml": "dependencies: [{role: c, p: 1, tags: ta, when: wa}, b]\n",
    "roles/b/meta/main.yml": "dependencies: [c]\n",
    "roles/c/vars/main.yml": "v: c\nshared: c\n",
    "roles/c/defaults/main.yml": "d: c\n",
    "roles/a/vars/main.yml": "shared: a\nonly: a\n",
    "roles/a/defaults/main.yml": "d: a\n",
}


def test_dependencies_come_first(tmp_path: Path) -> None:
    read = found(tmp_path, "[{role: a, tags: t, when: w, q: 2}]", DEPENDING)
    assert labels(read) == ["c", "c", "b", "a"]
    first = one(read, "c")
    assert first.when == ("w", "wa")
    assert first.tags == {"t", "ta"}
    assert first.scope.params == {"q": 2, "p": 1}


def test_variables_over_dependencies(tmp_path: Path) -> None:
    read = found(tmp_path, "[a]", DEPENDING)
    assert one(read, "a").vars == {"v": "c", "shared": "a", "only": "a"}
    assert one(read, "c").vars == {"v": "c", "shared": "c", "only": "a"}, "its own win"
    role = one(read, "a").scope.role
    assert role is not None
    assert role.defaults == {"d": "a"}
    assert role.dependencies == ("c", "b")
    assert read.role_names == ("a",)


def test_a_role_that_comes_twice_is_a_block_that_runs_once(tmp_path: Path) -> None:
    read = found(tmp_path, "[a, {role: a}, {role: a, x: 1}]", named("a"))
    uses = [entry.once for entry in read.entries if isinstance(entry, Block)]
    keys = [use.key for use in uses if use is not None]
    assert len(keys) == 2, "the one with a parameter is another one, and comes once"
    assert keys[0] == keys[1]
    assert labels(read) == [[["a"]], [["a"]], "a"]


@pytest.mark.parametrize(
    "second",
    ["{role: a, when: x}", "{role: a, tags: x}", "{role: a, vars: {x: 1}}", "{role: a, x: 1}"],
)
def test_what_makes_it_another_use(tmp_path: Path, second: str) -> None:
    assert labels(found(tmp_path, f"[a, {second}]", named("a"))) == ["a", "a"]


def test_a_role_may_allow_itself_twice(tmp_path: Path) -> None:
    files = {**named("a"), "roles/a/meta/main.yml": "allow_duplicates: yes\n"}
    assert labels(found(tmp_path, "[a, a]", files)) == ["a", "a"]


def test_imports_may_repeat_unless_told_otherwise(tmp_path: Path) -> None:
    again = "[{import_role: {name: a}}, {import_role: {name: a}}]"
    assert labels(found(tmp_path, "[]", named("a"), f"tasks: {again}")) == ["a", "a"]
    once = again.replace("a}", "a, allow_duplicates: no}")
    assert labels(found(tmp_path, "[]", named("a"), f"tasks: {once}")) == [[["a"]], [["a"]]]


def test_files_other_than_main(tmp_path: Path) -> None:
    files = {
        **named("r"),
        "roles/r/tasks/setup.yml": "- {name: setup, debug: }\n",
        "roles/r/vars/big.yaml": "v: big\n",
        "roles/r/defaults/few": "d: few\n",
        "roles/r/handlers/some.yml": "- {name: h, debug: }\n",
    }
    names = "tasks_from: setup.yml, vars_from: big, defaults_from: few, handlers_from: some"
    read = found(tmp_path, "[]", files, f"tasks: [{{import_role: {{name: r, {names}}}}}]")
    assert labels(read) == ["setup"]
    assert (read.role_vars, read.role_defaults) == ({"v": "big"}, {"d": "few"})
    assert [handler.task.name for handler in read.handlers] == ["h"]


def test_what_is_not_public_stays_in_the_role(tmp_path: Path) -> None:
    text = "tasks: [{import_role: {name: r, public: false}}]"
    read = found(tmp_path, "[]", VARIABLES, text)
    assert (read.role_vars, read.role_defaults, read.role_names) == ({}, {}, ("r",))
    assert one(read, "t").vars["v"] == "vars"


def test_a_file_outside_of_the_role_is_none_of_it(tmp_path: Path) -> None:
    files = {**named("r"), "secret.yml": "- {name: s, debug: }\n"}
    text = "- {hosts: all, tasks: [{import_role: {name: r, tasks_from: ../../../secret.yml}}]}"
    assert "has no `tasks/../../../secret.yml`" in wrong(tmp_path, text, files)[0]


def test_names_that_are_templates(tmp_path: Path) -> None:
    read = found(tmp_path, '["{{ which }}"]', named("a"), "vars: {which: a}")
    assert labels(read) == ["a"]
    (said,) = wrong(tmp_path, '- {hosts: all, roles: ["{{ other }}"]}')
    assert "cannot be told before the play runs" in said


def test_circles_are_named(tmp_path: Path) -> None:
    depending = {
        "roles/a/meta/main.yml": "dependencies: [b]\n",
        "roles/b/meta/main.yml": "dependencies: [a]\n",
    }
    (said,) = wrong(tmp_path, "- {hosts: all, roles: [a]}", depending)
    assert "the role `a` depends on itself: a → b → a" in said
    importing = {"roles/c/tasks/main.yml": "- import_role: {name: c}\n"}
    (said,) = wrong(tmp_path, "- {hosts: all, roles: [c]}", importing)
    assert "imports itself" in said


def test_a_role_may_import_another_file_of_its_own(tmp_path: Path) -> None:
    files = {
        "roles/r/tasks/main.yml": "- import_role: {name: r, tasks_from: more}\n",
        "roles/r/tasks/more.yml": "- {name: more, debug: }\n",
    }
    read = found(tmp_path, "[r]", files)
    assert labels(read) == ["more"]
    role = one(read, "more").scope.role
    assert role is not None
    assert [name for name, _ in role.parents] == ["r"]


def test_where_a_dependency_can_be_had_from_says_its_name(tmp_path: Path) -> None:
    files = {
        **named("r", "base"),
        "roles/r/meta/main.yml": "dependencies: [{src: 'git+https://x/base.git', version: v1}]\n",
    }
    assert labels(found(tmp_path, "[r]", files)) == ["base", "r"]
