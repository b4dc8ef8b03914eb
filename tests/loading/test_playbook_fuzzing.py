"""Whatever stands in a playbook is loaded or refused with its place; nothing else happens."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from runner.actions.names import words
from runner.errors import PlayrunError, Problems
from runner.loading.keywords import BLOCK, LOOP_CONTROL, PLAY, PROMPT, ROLE, TASK
from runner.loading.playbook import load_playbook

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 70000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        [
            "",
            " ",
            "x",
            "a b",
            "{{ x }}",
            "{{",
            "k=v",
            "10%",
            "more.yml",
            "r",
            "./site.yml",
            "0",
            "é",
        ]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["name", "module", "debug", "x", "a-b", "file"]), inner),
    ),
    max_leaves=6,
)


def keywords(*tables: Any) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted({word for table in tables for word in table}))


CONTROLS = st.dictionaries(keywords(LOOP_CONTROL, PROMPT), SCALARS, max_size=3)
ARGUMENTS = st.one_of(VALUES, CONTROLS)
TASKS = st.dictionaries(
    st.one_of(keywords(TASK), st.sampled_from([*words(), "import_tasks", "import_role"])),
    ARGUMENTS,
    max_size=4,
)
ENTRIES = st.recursive(
    TASKS,
    lambda inner: st.dictionaries(
        keywords(BLOCK), st.one_of(ARGUMENTS, st.lists(inner, max_size=2)), max_size=4
    ),
    max_leaves=4,
)
ROLES = st.one_of(SCALARS, st.dictionaries(keywords(ROLE), ARGUMENTS, max_size=3))
PLAYS = st.dictionaries(
    keywords(PLAY, ["import_playbook"]),
    st.one_of(ARGUMENTS, st.lists(st.one_of(ENTRIES, ROLES, CONTROLS), max_size=3)),
    max_size=5,
).map(lambda play: {"hosts": "all", **play})


@settings(max_examples=150)
@given(st.lists(PLAYS, max_size=2))
def test_a_playbook_is_loaded_or_refused(plays: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in {
            "site.yml": json.dumps(plays),
            "more.yml": "- {name: more, debug: }\n",
            "roles/r/tasks/main.yml": "- {name: of r, debug: }\n",
        }.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text)
        try:
            load_playbook(folder / "site.yml")
        except PlayrunError as error:
            for problem in error.problems if isinstance(error, Problems) else [error]:
                assert problem.origin is not None, str(problem)
