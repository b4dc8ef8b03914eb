"""What a play includes while it runs: which file, in which scope, and read once."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from loaded import outline, play

from runner.engine.world import Included
from runner.errors import LoadError, Problems
from runner.loading.includes import PlaybookIncludes
from runner.model import Block, Task, tasks_in

BLOCK = """
    tags: p
    connection: local
    tasks:
      - block:
          - name: inc
            include_tasks: {file: more.yml, apply: {apply}}
            when: of the include
            tags: of-the-include
            ignore_errors: true
            vars: {of: include}
        when: around
        tags: b
        become: true
        vars: {v: block}
"""
MORE = {"more.yml": "- {name: a, debug: , tags: own, when: own}\n- {name: b, debug: }\n"}


def everything(_task: Task) -> bool:
    return True


def including(folder: Path, text: str, files: Mapping[str, str]) -> Task:
    """The task called `inc` of a play."""
    return next(task for task in tasks_in(play(folder, text, files).entries) if task.name == "inc")


def include(folder: Path, task: str, files: Mapping[str, str]) -> tuple[PlaybookIncludes, Task]:
    return PlaybookIncludes(everything), including(folder, f"tasks:\n  - {task}", files)


def by_name(included: Included) -> dict[str, Task]:
    return {task.name: task for task in tasks_in(included.entries)}


def test_entries_begin_with_what_the_include_stands_in(tmp_path: Path) -> None:
    task = including(tmp_path, BLOCK.replace("{apply}", "{}"), MORE)
    found = by_name(PlaybookIncludes(everything).tasks(task, "more.yml"))
    assert found["a"].when == ("around", "own"), "the include's own was asked already"
    assert found["a"].tags == {"p", "b", "own"}, "an include keeps its tags to itself"
    assert found["a"].become is True
    assert found["a"].connection == "local"
    assert found["a"].ignore_errors is False
    assert found["a"].vars == {"v": "block"}, "the include's own are parameters"
    assert task.vars == {"v": "block", "of": "include"}


def test_apply_is_for_all_of_them(tmp_path: Path) -> None:
    apply = "{tags: [t], when: applied, become: false, vars: {w: 1}, ignore_errors: yes}"
    task = including(tmp_path, BLOCK.replace("{apply}", apply), MORE)
    found = by_name(PlaybookIncludes(everything).tasks(task, "more.yml"))
    assert found["a"].when == ("around", "applied", "own")
    assert found["b"].tags == {"p", "b", "t"}
    assert (found["b"].become, found["b"].ignore_errors) == (False, True)
    assert found["b"].vars == {"v": "block", "w": 1}


def test_apply_takes_keywords_of_blocks(tmp_path: Path) -> None:
    task = including(tmp_path, BLOCK.replace("{apply}", "{tasg: [t]}"), MORE)
    with pytest.raises(LoadError, match=r"a block has no keyword `tasg`.*did you mean `tags`"):
        PlaybookIncludes(everything).tasks(task, "more.yml")


def test_the_tags_leave_only_some(tmp_path: Path) -> None:
    files = {
        "more.yml": """\
        - {name: a, debug: , tags: x}
        - {name: b, debug: }
        - block: [{name: c, debug: }]
        - block: [{name: d, debug: }]
          always: [{name: e, debug: , tags: x}]
        """
    }
    task = including(tmp_path, "tasks:\n  - {name: inc, include_tasks: more.yml}", files)
    included = PlaybookIncludes(lambda one: "x" in one.tags).tasks(task, "more.yml")
    assert outline(included.entries) == ["a", [["e"]]]


def test_every_file_is_read_once(tmp_path: Path) -> None:
    includes, task = include(tmp_path, "{name: inc, include_tasks: more.yml}", MORE)
    first = includes.tasks(task, "more.yml")
    (tmp_path / "more.yml").write_text("- {name: other, debug: }\n")
    assert includes.tasks(task._replace(name="rendered"), "more.yml") is first


def test_many_threads_get_the_same(tmp_path: Path) -> None:
    includes, task = include(tmp_path, "{name: inc, include_tasks: more.yml}", MORE)
    got: list[Included] = []
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait(timeout=30)
        got.append(includes.tasks(task, "more.yml"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(got) == 8
    assert len({id(one) for one in got}) == 1


def test_a_file_that_is_not_there_or_wrong(tmp_path: Path) -> None:
    files = {"bad.yml": "- dbug:\n- debgu:\n"}
    includes, task = include(tmp_path, "{name: inc, include_tasks: x}", files)
    for _ in range(2):
        with pytest.raises(LoadError, match=r"there is no tasks file `none\.yml`") as caught:
            includes.tasks(task, "none.yml")
        assert caught.value.origin == task.origin
        with pytest.raises(Problems) as several:
            includes.tasks(task, "bad.yml")
        assert len(several.value.problems) == 2


FILES = {
    "sub/one.yml": "- {name: inc, include_tasks: two.yml}\n",
    "sub/two.yml": "- {name: sub two, debug: }\n",
    "two.yml": "- {name: two, debug: }\n",
    "top.yml": "- {name: top, debug: }\n",
    "roles/r/tasks/main.yml": "- {name: inc, include_tasks: deep/x.yml}\n",
    "roles/r/tasks/deep/x.yml": "- {name: inc, include_tasks: y.yml}\n",
    "roles/r/tasks/deep/y.yml": "- {name: deep y, debug: }\n",
    "roles/r/tasks/deep/z.yml": "- {name: deep z, debug: }\n",
    "roles/r/tasks/y.yml": "- {name: y, debug: }\n",
    "roles/r/handlers/main.yml": "- {name: inc, include_tasks: more.yml}\n",
    "roles/r/tasks/more.yml": "- {name: no handling, debug: }\n",
    "roles/r/handlers/more.yml": "- {name: more handling, debug: }\n",
}


@pytest.mark.parametrize(("file", "name"), [("two.yml", "sub two"), ("top.yml", "top")])
def test_an_included_file_names_others_beside_it(tmp_path: Path, file: str, name: str) -> None:
    includes, task = include(tmp_path, "{name: inc, include_tasks: sub/one.yml}", FILES)
    inner = by_name(includes.tasks(task, "sub/one.yml"))["inc"]
    assert outline(includes.tasks(inner, file).entries) == [name]


@pytest.mark.parametrize(
    ("file", "name"), [("y.yml", "y"), ("z.yml", "deep z"), ("top.yml", "top")]
)
def test_in_a_role_its_tasks_come_first(tmp_path: Path, file: str, name: str) -> None:
    task = including(tmp_path, "roles: [r]", FILES)
    includes = PlaybookIncludes(everything)
    inner = by_name(includes.tasks(task, "deep/x.yml"))["inc"]
    assert outline(includes.tasks(inner, file).entries) == [name]


def test_a_handler_of_a_role_includes_what_stands_beside_it(tmp_path: Path) -> None:
    task = play(tmp_path, "roles: [r]", FILES).handlers[0].task
    included = PlaybookIncludes(everything).tasks(task, "more.yml")
    assert outline(included.entries) == ["more handling"]


ROLE = {
    "roles/r/tasks/main.yml": "- {name: t, debug: }\n- {name: inc, include_role: {name: q}}\n",
    "roles/r/tasks/other.yml": "- {name: other, debug: }\n",
    "roles/r/vars/main.yml": "v: r\n",
    "roles/r/defaults/main.yml": "d: r\n",
    "roles/r/handlers/main.yml": "- {name: h, debug: , listen: topic}\n",
    "roles/q/tasks/main.yml": "- {name: of q, debug: }\n",
    "roles/q/meta/main.yml": "dependencies: [base]\n",
    "roles/base/tasks/main.yml": "- {name: of base, debug: }\n",
}
INCLUDE = "{name: inc, include_role: {name: r}, vars: {x: 1}, tags: t, when: w}"


def included_role(folder: Path, args: Mapping[str, Any], task: str = INCLUDE) -> Included:
    includes, found = include(folder, task, ROLE)
    return includes.role(found, "r", args)


def test_an_included_role(tmp_path: Path) -> None:
    included = included_role(tmp_path, {})
    found = by_name(included)
    assert (found["t"].tags, found["t"].when) == (frozenset(), ())
    assert found["t"].vars == {"v": "r"}
    role = included.role
    assert role is not None
    assert (role.name, role.vars, role.defaults) == ("r", {"v": "r"}, {"d": "r"})
    assert [(one.task.name, one.listen, one.role) for one in included.handlers] == [
        ("h", ("topic",), "r")
    ]


def test_arguments_say_which_files(tmp_path: Path) -> None:
    included = included_role(tmp_path, {"tasks_from": "other"})
    assert outline(included.entries) == [[["other"]]]
    with pytest.raises(LoadError, match="the role `r` has no `tasks/nothing`"):
        included_role(tmp_path, {"tasks_from": "nothing"})


def test_roles_within_roles_know_who_brought_them(tmp_path: Path) -> None:
    includes, task = include(tmp_path, INCLUDE, ROLE)
    inner = by_name(includes.role(task, "r", {}))["inc"]
    included = includes.role(inner, "q", {"apply": {}})
    assert [task.name for task in tasks_in(included.entries)] == ["of base", "of q"]
    role = included.role
    assert role is not None
    assert [name for name, _ in role.parents] == ["r"]
    assert role.vars == {"v": "r"}, "what brought it is seen in it"


def test_a_dependency_is_the_same_however_it_came(tmp_path: Path) -> None:
    text = "roles: [base]\ntasks:\n  - {name: inc, include_role: {name: q}}"
    read = play(tmp_path, text, ROLE)
    task = next(one for one in tasks_in(read.entries) if one.name == "inc")
    included = PlaybookIncludes(everything).role(task, "q", {})
    (static,) = (entry.once for entry in read.entries if isinstance(entry, Block))
    needed, _ = (entry.once for entry in included.entries if isinstance(entry, Block))
    assert static is not None
    assert needed is not None
    assert static.key == needed.key, "it has run as a role of the play, and does not run again"


def test_an_included_role_runs_again_unless_told_otherwise(tmp_path: Path) -> None:
    uses = []
    for again in (True, False):
        (block,) = included_role(tmp_path, {"allow_duplicates": again}).entries
        assert isinstance(block, Block)
        assert block.once is not None
        uses.append(block.once)
    assert [use.again for use in uses] == [True, False]
    assert uses[0].key == uses[1].key, "the first counts for the second"


def test_what_an_included_file_imports(tmp_path: Path) -> None:
    files = {**ROLE, "more.yml": "- import_role: {name: r}\n"}
    includes, task = include(tmp_path, "{name: inc, include_tasks: more.yml}", files)
    included = includes.tasks(task, "more.yml")
    assert outline(included.entries) == [[["t", "inc"]]]
    assert [one.task.name for one in included.handlers] == ["h"]


def test_a_role_that_is_not_there(tmp_path: Path) -> None:
    includes, task = include(tmp_path, INCLUDE, ROLE)
    with pytest.raises(LoadError, match="there is no role `rr`") as caught:
        includes.role(task, "rr", {})
    assert caught.value.origin == task.origin


def test_variables_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "v.yml").write_text("a: 1\n")
    includes = PlaybookIncludes(everything)
    assert includes.variables(tmp_path / "v.yml") == {"a": 1}
    with pytest.raises(LoadError, match="does not exist"):
        includes.variables(tmp_path / "none.yml")
