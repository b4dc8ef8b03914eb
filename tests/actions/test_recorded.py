"""Tasks give and leave behind what ansible-core's do; `record.py` wrote down what that is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from calling import a_call
from cases import cleaned, families, laid, left, placed, read_cases, recorded, words_for
from webserver import webserver

from runner.actions import ACTIONS
from runner.actions.api import Outcome
from runner.actions.names import resolve
from runner.errors import PlayrunError
from runner.loading.arguments import canonical
from runner.loading.convert import as_conditions
from runner.loading.varfiles import read_vars
from runner.values import Source

ALL = [
    (family, name)
    for family in families()
    for name, case in read_cases(family).items()
    if "differs" not in case
]
"""All but those where we differ on purpose; `differs` says why."""
_KEYWORDS = frozenset({"check_mode", "diff", "environment"})


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    """A web server of our own."""
    with webserver() as address:
        yield address


@pytest.mark.parametrize(("family", "name"), ALL, ids=[f"{f}: {n}" for f, n in ALL])
def test_as_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, web: str, family: str, name: str
) -> None:
    case, record = read_cases(family)[name], recorded(family)[name]
    monkeypatch.setenv("CASE_WORD", "from outside")
    folder = tmp_path / "here"
    laid(folder, case)
    words = words_for(folder, web)
    result = _run(folder, case, words)
    without = frozenset(case.get("without", ()))
    ours, theirs = _plain(cleaned(result, words)), _plain(record["result"])
    theirs.setdefault("failed", False)
    if theirs.get("failed"):
        ours, theirs = _failure(ours), _failure(theirs)
    assert _only(ours, without) == _only(theirs, without)
    if "after" not in without:
        assert left(folder) == record["after"]


def _only(values: dict[str, Any], without: frozenset[str]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in without}


def _run(folder: Path, case: dict[str, Any], words: dict[str, str]) -> dict[str, Any]:
    task = placed(case["task"], words)
    (written,) = task.keys() - _KEYWORDS
    action = ACTIONS[resolve(written) or ""]
    given = task[written] or {}
    if isinstance(given, str):
        given = {action.free_form: given}
    args = {canonical(action, key) or key: _source(value) for key, value in given.items()}
    call = a_call(
        folder,
        written,
        written=[str(value) for value in args.values()],
        variables=_source(placed(case.get("vars", {}), words)),
        check=bool(task.get("check_mode")),
        diff=bool(task.get("diff")),
        environment=task.get("environment", {}),
        registers=True,
        args={
            name: as_conditions(value) if name == "that" else value for name, value in args.items()
        },
        load_variables=lambda path: read_vars(path).values,
    )
    try:
        return _told(action.run(call))
    except PlayrunError as error:
        return {"changed": False, "failed": True, "msg": error.message}


def _source(value: Any) -> Any:
    """`value` as a loader gives it: its texts may be templates."""
    if isinstance(value, str):
        return Source(value)
    if isinstance(value, dict):
        return {key: _source(inner) for key, inner in value.items()}
    return [_source(inner) for inner in value] if isinstance(value, list) else value


def _told(outcome: Outcome) -> dict[str, Any]:
    """As the engine registers it."""
    failed = outcome.failure is not None
    told: dict[str, Any] = {"changed": outcome.changed, "failed": failed}
    if failed:
        told["msg"] = str(outcome.failure)
    if outcome.skipped is not None:
        told |= {"msg": outcome.skipped, "skipped": True}
    return {**told, **outcome.values}


def _plain(value: Any) -> Any:
    """Without what is the same only by accident: temporary names, sizes of folders and links."""
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    gone = {
        key for key, inner in value.items() if key in ("src", "after_header") and _of_theirs(inner)
    }
    if value.get("state") in ("directory", "link") or value.get("isdir") or value.get("islnk"):
        gone.add("size")
    return {key: _plain(inner) for key, inner in value.items() if key not in gone}


def _of_theirs(value: Any) -> bool:
    """What Ansible copies around on its way is told of, and no concern of a playbook."""
    return isinstance(value, str) and (value == "SCRATCH" or value.startswith("HERE"))


def _failure(values: dict[str, Any]) -> dict[str, Any]:
    """Messages are our own; that there is one counts."""
    kept = {key: value for key, value in values.items() if key in ("failed", "rc", "stdout")}
    return {**kept, "msg": bool(values.get("msg"))}
