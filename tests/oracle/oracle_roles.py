"""Random plays of roles: that need one another, include and import one another, are used more
than once, say what their arguments must be, and leave variables to others.

Left out on purpose is what is named in differences.yaml (handlers of one name brought by
different includes, handlers that may not be there), and what Ansible tells all hosts of an
include on one of them: variables that it exposes, its name in the lists of roles.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st
from oracle_case import LOCAL, Case

Tree = dict[str, Any]
ROLES = ("ra", "rb", "rc", "rd")
"""Each may bring those that come after it."""
NAMES = ("p", "v", "w")
SEEN = " ".join(f"{{{{ {name} | default('-') }}}}" for name in (*NAMES, "role_name", "f"))
WHERE = "{{ ansible_parent_role_names | default([]) }} {{ role_path | default('-') | basename }}"
CONDITIONS = ("n == 1", "n < 3", "n != 2", "true", "false", "p | default('x') == 'x'")

values = st.sampled_from(["one", "2", 3, "{{ n }}", "{{ inventory_hostname }}"])
some_values = st.dictionaries(st.sampled_from(NAMES), values, max_size=2)
conditions = st.sampled_from(CONDITIONS)
tags = st.sampled_from([["t"], ["u"], ["t", "u"], ["never", "t"]])
alike = st.sampled_from(["true", "false", "true"])
"""What includes is the same for all hosts: Ansible tells the others of it too."""
flags = st.sampled_from([True, False, False])


@st.composite
def plain(draw: st.DrawFn, role: str) -> Tree:
    """A task that brings nothing."""
    task: Tree = draw(
        st.sampled_from(
            [
                {"debug": {"msg": SEEN}},
                {"debug": {"msg": SEEN}},
                {"debug": {"msg": WHERE}},
                {"set_fact": {"f": f"by {role or 'the play'}"}},
            ]
        )
    )
    task = dict(task)
    if draw(st.integers(0, 3)) == 0:
        task["when"] = draw(conditions)
    if draw(st.integers(0, 5)) == 0:
        task["tags"] = draw(tags)
    if role and draw(st.integers(0, 3)) == 0:
        task |= {
            "changed_when": True,
            "notify": f"{draw(st.sampled_from(['', role + ' : ']))}h of {role}",
        }
    if draw(st.integers(0, 9)) == 0:
        task = {"fail": {"msg": "broken"}, "when": draw(conditions)}
    return task


@st.composite
def bringing(draw: st.DrawFn, roles: tuple[str, ...]) -> Tree:
    """A task that brings one of the roles."""
    dynamic = draw(st.booleans())
    args: Tree = {"name": draw(st.sampled_from(roles))}
    if draw(st.integers(0, 2)) == 0:
        args["allow_duplicates"] = draw(flags)
    if draw(st.integers(0, 3)) == 0:
        args["public"] = draw(flags)
    if draw(st.integers(0, 3)) == 0:
        args["tasks_from"] = "other"
    if draw(st.integers(0, 5)) == 0:
        args["rolespec_validate"] = False
    task: Tree = {"include_role" if dynamic else "import_role": args}
    for keyword, drawing in (("when", alike), ("tags", tags), ("vars", some_values)):
        if draw(st.integers(0, 3)) == 0:
            task[keyword] = draw(drawing)
    if dynamic and draw(st.integers(0, 4)) == 0:
        task["loop"] = ["x", "y"]
    if dynamic and draw(st.integers(0, 5)) == 0:
        args["apply"] = {"tags": draw(tags), "vars": draw(some_values)}
    return task


def tasks(role: str, below: tuple[str, ...], most: int) -> st.SearchStrategy[list[Tree]]:
    """Tasks of a role, or of a play."""
    kinds: list[st.SearchStrategy[Tree]] = [plain(role), plain(role)]
    kinds += [bringing(below)] if below else []
    return st.lists(st.one_of(kinds), min_size=1, max_size=most)


OPTIONS: st.SearchStrategy[Tree] = st.dictionaries(
    st.sampled_from(NAMES),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["str", "int", "list", "raw"])},
        optional={"required": st.booleans(), "choices": st.just(["one", "2", 3])},
    ),
    max_size=2,
)


@st.composite
def role_files(draw: st.DrawFn, role: str, below: tuple[str, ...]) -> dict[str, Any]:
    """All that a role's folder holds."""
    files: dict[str, Any] = {
        "tasks/main.yml": draw(tasks(role, below, 3)),
        "tasks/other.yml": draw(tasks(role, (), 2)),
        "handlers/main.yml": [{"name": f"h of {role}", "debug": {"msg": SEEN}}],
    }
    for part in ("defaults", "vars"):
        if draw(st.booleans()):
            files[f"{part}/main.yml"] = dict.fromkeys(
                draw(st.sets(st.sampled_from(NAMES))), f"{part} of {role}"
            )
    meta: Tree = {"allow_duplicates": draw(flags)}
    if below and draw(st.booleans()):
        meta["dependencies"] = draw(st.lists(entries(below), min_size=1, max_size=2))
    if draw(st.integers(0, 3)) == 0:
        point = draw(st.sampled_from(["main", "other"]))
        meta["argument_specs"] = {point: {"options": draw(OPTIONS)}}
    files["meta/main.yml"] = meta
    return {f"roles/{role}/{name}": each for name, each in files.items()}


@st.composite
def entries(draw: st.DrawFn, roles: tuple[str, ...]) -> Tree:
    """A role of a play, or one that another needs."""
    entry: Tree = {"role": draw(st.sampled_from(roles))}
    for keyword, drawing in (("when", alike), ("tags", tags), ("vars", some_values)):
        if draw(st.integers(0, 4)) == 0:
            entry[keyword] = draw(drawing)
    if draw(st.integers(0, 3)) == 0:
        entry |= draw(some_values)
    return entry


@st.composite
def role_plays(draw: st.DrawFn) -> Case:
    """A whole comparison."""
    files: dict[str, Any] = {}
    for number, role in enumerate(ROLES):
        files |= draw(role_files(role, ROLES[number + 1 :]))
    play: Tree = {"hosts": "all", "gather_facts": False}
    if draw(st.integers(0, 3)) == 0:
        play["vars"] = draw(some_values)
    listed = draw(st.lists(entries(ROLES), max_size=3))
    play |= {"roles": listed} if listed else {}
    last = {"debug": {"msg": f"{SEEN} {WHERE}"}, "tags": ["always"]}
    play["tasks"] = [*draw(tasks("", ROLES, 4)), last]
    named(files, play)
    hosts = [f"h{n} n={n}" for n in range(1, draw(st.integers(1, 3)) + 1)]
    written = {name: json.dumps(each, indent=1) for name, each in files.items()}
    written |= {
        "hosts": "\n".join(["[all]", *hosts, LOCAL]),
        "site.yml": json.dumps([play], indent=1),
    }
    args = draw(st.sampled_from([(), (), (), ("--tags", "t"), ("--skip-tags", "u")]))
    return Case("generated roles", written, args)


def named(files: dict[str, Any], play: Tree) -> None:
    """Gives every task a name of its own."""
    lists = [each for name, each in files.items() if "/tasks/" in name] + [play["tasks"]]
    for number, task in enumerate(task for each in lists for task in each):
        task["name"] = f"t{number}"
