"""Includes and meta as actions: they only say what is asked for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from runner.actions import ACTIONS
from runner.actions.api import Call
from runner.actions.flow import IMPORTS, META_WORDS
from runner.actions.names import resolve


def values(action: str, args: dict[str, Any]) -> Any:
    return ACTIONS[action].run(cast(Call, SimpleNamespace(args=args))).values


def test_an_include_names_its_file_and_the_rest() -> None:
    assert values("include_tasks", {"file": "a.yml", "apply": {"tags": "t"}}) == {
        "include": "a.yml",
        "include_args": {"apply": {"tags": "t"}},
    }
    assert values("include_role", {"name": "r", "tasks_from": "x"}) == {
        "include": "r",
        "include_args": {"tasks_from": "x"},
    }


@pytest.mark.parametrize("word", META_WORDS)
def test_meta_gives_its_word(word: str) -> None:
    assert values("meta", {"free_form": word}) == {"meta": word}


@pytest.mark.parametrize(
    ("written", "action"),
    [
        ("include", "include_tasks"),
        ("ansible.builtin.include_tasks", "include_tasks"),
        ("ansible.builtin.include_role", "include_role"),
        ("ansible.builtin.meta", "meta"),
        ("import_tasks", None),
        ("import_role", None),
    ],
)
def test_words(written: str, action: str | None) -> None:
    assert resolve(written) == action
    assert (written in IMPORTS) is (action is None)
