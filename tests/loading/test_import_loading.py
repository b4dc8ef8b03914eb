"""Imports: what stands in their place, where files are looked for, circles."""

from __future__ import annotations

from pathlib import Path

import pytest
from loaded import entries, outline, play, plays, tasks, write, wrong

from runner.errors import LoadError
from runner.loading.playbook import load_playbook

MORE = {"more.yml": "- {name: a, debug: , when: own, vars: {v: own}}\n- {name: b, debug: }\n"}


def test_an_import_hands_down_all_it_has(tmp_path: Path) -> None:
    found = tasks(
        tmp_path,
        """
        - import_tasks: more.yml
          when: outer
          tags: t
          vars: {v: import, w: import}
          become: true
          ignore_errors: true
        - {name: c, debug: }
        """,
        MORE,
    )
    assert list(found) == ["a", "b", "c"]
    assert found["a"].when == ("outer", "own")
    assert found["a"].vars == {"v": "own", "w": "import"}
    assert found["b"].tags == {"t"}
    assert (found["b"].become, found["b"].ignore_errors) == (True, True)
    assert found["b"].origin.file.endswith("more.yml")
    assert (found["c"].when, found["c"].become) == ((), None)


@pytest.mark.parametrize(
    "written",
    [
        "import_tasks: more.yml",
        "import_tasks: file=more.yml",
        "import_tasks: {file: more.yml}",
        "ansible.builtin.import_tasks: more.yml",
        "action: import_tasks more.yml",
        "include: more.yml",
        "include: more.yml x=1",
        'import_tasks: "{{ name }}.yml"',
    ],
)
def test_ways_to_write_it(tmp_path: Path, written: str) -> None:
    text = f"vars: {{name: more}}\ntasks:\n  - {written}\n"
    read = play(tmp_path, f"gather_facts: false\n{text}", MORE)
    assert outline(read.entries) == ["a", "b"]


def test_variables_behind_the_name_of_an_old_include(tmp_path: Path) -> None:
    found = tasks(tmp_path, "- include: more.yml x=1 y='two words' tags=t,u", MORE)
    assert found["b"].vars == {"x": "1", "y": "two words"}
    assert found["b"].tags == {"t", "u"}


@pytest.mark.parametrize(
    "task", ['include: "{{ name }}.yml"', "include: more.yml\n  loop: [1]"], ids=["name", "loop"]
)
def test_an_old_include_may_wait_for_the_run(tmp_path: Path, task: str) -> None:
    found = tasks(tmp_path, f"- {task}", MORE)
    assert found["include"].action == "include_tasks"


def test_extra_variables_are_known_to_imports(tmp_path: Path) -> None:
    text = 'gather_facts: no\ntasks: [{import_tasks: "{{ name }}.yml"}]'
    read = play(tmp_path, text, MORE, extra_vars={"name": "more"})
    assert outline(read.entries) == ["a", "b"]


def test_files_are_looked_for_beside_the_file_that_names_them(tmp_path: Path) -> None:
    files = {
        "sub/one.yml": "- import_tasks: two.yml\n- import_tasks: top.yml\n",
        "sub/two.yml": "- {name: sub two, debug: }\n",
        "two.yml": "- {name: two, debug: }\n",
        "top.yml": "- {name: top, debug: }\n",
        "tasks/three.yml": "- {name: three, debug: }\n",
        "roles/r/tasks/main.yml": "- import_tasks: deep/x.yml\n- import_tasks: top.yml\n",
        "roles/r/tasks/deep/x.yml": "- import_tasks: y.yml\n- import_tasks: z.yml\n",
        "roles/r/tasks/deep/y.yml": "- {name: deep y, debug: }\n",
        "roles/r/tasks/y.yml": "- {name: y, debug: }\n",
        "roles/r/tasks/z.yml": "- {name: z, debug: }\n",
    }
    text = """
        - import_tasks: sub/one.yml
        - import_tasks: three.yml
        - import_role: {name: r}
    """
    labels = ["sub two", "top", "three", "deep y", "z", "top"]
    assert outline(entries(tmp_path, text, files)) == labels


def test_an_empty_file_is_a_warning(tmp_path: Path) -> None:
    write(tmp_path, {"site.yml": "- {hosts: all, tasks: [import_tasks: e.yml]}", "e.yml": "---\n"})
    _, warnings = load_playbook(tmp_path / "site.yml")
    assert warnings == [f"{tmp_path}/e.yml: there are no tasks in this file"]


def test_mistakes_in_imported_files_are_told_with_the_others(tmp_path: Path) -> None:
    text = "- {hosts: all, tasks: [import_tasks: a.yml, import_tasks: b.yml, debgu: ]}"
    files = {"a.yml": "- dbug:\n", "b.yml": "- import_tasks: a.yml\n- import_tasks: c.yml\n"}
    said = [line.split(" (")[0] for line in wrong(tmp_path, text, files)]
    assert said == [
        "a.yml:1:3: there is no action or keyword `dbug`",
        "b.yml:2:17: there is no tasks file `c.yml`",
        "site.yml:1:66: there is no action or keyword `debgu`",
    ]


def test_a_circle_is_named(tmp_path: Path) -> None:
    files = {"a.yml": "- import_tasks: sub/b.yml\n", "sub/b.yml": "- import_tasks: ../a.yml\n"}
    (said,) = wrong(tmp_path, "- {hosts: all, tasks: [import_tasks: a.yml]}", files)
    assert said.startswith("sub/b.yml:1:17: `a.yml` imports itself: a.yml → sub/b.yml → a.yml")


def test_the_same_file_may_be_imported_twice(tmp_path: Path) -> None:
    text = "- import_tasks: more.yml\n- import_tasks: more.yml"
    assert outline(entries(tmp_path, text, MORE)) == ["a", "b", "a", "b"]


OTHER = {
    "sub/other.yml": """\
        - hosts: r1
          vars: {v: own, w: own}
          tags: own
          roles: [r]
          pre_tasks: [{import_tasks: near.yml}]
        - import_playbook: deeper.yml
          vars: {v: middle, x: middle}
          tags: middle
          when: middle
    """,
    "sub/deeper.yml": "- {hosts: r2, tasks: [{name: d, debug: , when: own}]}\n",
    "sub/near.yml": "- {name: near, debug: }\n",
    "sub/roles/r/tasks/main.yml": "- {name: of r, debug: }\n",
}


def test_an_imported_playbook(tmp_path: Path) -> None:
    first, second, third = plays(
        tmp_path,
        """\
        - import_playbook: sub/other.yml
          vars: {v: outer}
          tags: [outer]
          when: outer
        - hosts: r3
        """,
        OTHER,
    )
    assert [play.hosts for play in (first, second, third)] == ["r1", "r2", "r3"]
    assert first.vars == {"v": "outer", "w": "own"}
    assert first.tags == {"own", "outer"}
    assert first.scope.playbook_folder == str(tmp_path / "sub")
    assert [entry for entry in outline(first.entries) if entry != "Gathering Facts"] == [
        "near",
        "of r",
    ]
    assert second.vars == {"v": "outer", "x": "middle"}
    assert second.tags == {"outer", "middle"}
    (task,) = [entry for entry in second.entries if getattr(entry, "name", "") == "d"]
    assert task.when == ("outer", "middle", "own")  # type: ignore[union-attr]
    assert third.scope.when == ()


def test_playbooks_that_import_one_another(tmp_path: Path) -> None:
    files = {"a.yml": "- import_playbook: site.yml\n"}
    assert wrong(tmp_path, "- import_playbook: a.yml\n", files) == [
        "a.yml:1:20: `site.yml` imports itself: site.yml → a.yml → site.yml"
    ]


def test_an_imported_playbook_that_is_no_playbook(tmp_path: Path) -> None:
    files = {"a.yml": "x: 1\n", "b.yml": "", "c.yml": "- hosts: all\n\ttasks: []\n"}
    text = "".join(f"- import_playbook: {name}\n" for name in (*files, "d.yml"))
    places = [line.split(": ")[0] for line in wrong(tmp_path, text, files)]
    assert places == ["a.yml:1:1", "b.yml:1:1", "c.yml:2:1", "site.yml:4:20"]


VAULTED = """\
$ANSIBLE_VAULT;1.1;AES256
66613937396331366436663832663639616235633464316435386433373966386163663935396333
3133613733666437343565323063346363356434663939630a623031633934353533373665376564
36643530333633353232353336333533353135633738626431376533306662643537383366336665
3633643430386434320a383761613637366165313530623064623962646431653631653038613266
30623966613637333133396363343563623433333931343138656338646437366436
"""


def test_a_whole_file_of_tasks_may_be_vaulted(tmp_path: Path) -> None:
    from runner.loading.vault import Vault, typed_password

    vault = Vault([typed_password(lambda _prompt: "pw")])
    write(tmp_path, {"site.yml": "- {hosts: all, tasks: [import_tasks: s.yml]}"})
    (tmp_path / "s.yml").write_text(VAULTED)
    playbook, _ = load_playbook(tmp_path / "site.yml", vault=vault)
    assert "hidden" in outline(playbook.plays[0].entries)
    with pytest.raises(LoadError):
        load_playbook(tmp_path / "site.yml")
