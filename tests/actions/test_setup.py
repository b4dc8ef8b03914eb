"""`setup`: names and kinds of facts are those that ansible-core gives for a Linux machine."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from calling import a_call

from runner.actions.setup import Setup
from runner.errors import ActionFailed

RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("recorded_facts.json").read_text())
"""The kind of each fact that ansible-core gave, of those that we give too."""


def gathered(folder: Path, **args: Any) -> dict[str, Any]:
    return dict(Setup().run(a_call(folder, "setup", **args)).gathered)


def kinds(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: kinds(inner) for key, inner in value.items()}
    return "str" if isinstance(value, str) else type(value).__name__


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_a_fact_is_of_the_kind_that_ansible_gives(tmp_path: Path, name: str) -> None:
    found = kinds(gathered(tmp_path)[name])
    wanted = RECORDED[name]
    if isinstance(wanted, dict):
        # What a machine has no default route or address for is left out.
        assert found.items() <= wanted.items()
        assert name != "ansible_date_time" or found == wanted
    else:
        assert found == wanted


def test_a_filter_matches_names_with_and_without_their_prefix(tmp_path: Path) -> None:
    assert list(gathered(tmp_path, filter="ansible_date_time")) == ["ansible_date_time"]
    assert list(gathered(tmp_path, filter=["user_i*"])) == ["ansible_user_id"]
    assert gathered(tmp_path, filter="nothing_like_it") == {}


@pytest.mark.parametrize(
    ("subset", "has", "has_not"),
    [
        ("min", "ansible_system", "ansible_interfaces"),
        ("!all", "ansible_system", "ansible_memtotal_mb"),
        ("!all,network", "ansible_interfaces", "ansible_memtotal_mb"),
        ("!hardware", "ansible_system", "ansible_interfaces"),
        ("!all,!min,date_time", "ansible_date_time", "ansible_system"),
        ("!min,kernel", "ansible_kernel", "ansible_date_time"),
        ("network", "ansible_system", "ansible_memtotal_mb"),
        ("!all,!min,hardware", "ansible_memtotal_mb", "ansible_system"),
        ("!all,!min,date_time", "ansible_date_time", "ansible_memtotal_mb"),
        ("all", "ansible_memtotal_mb", "nothing"),
    ],
)
def test_subsets(tmp_path: Path, subset: str, has: str, has_not: str) -> None:
    found = gathered(tmp_path, gather_subset=subset)
    assert has in found
    assert has_not not in found


def test_an_unknown_subset_is_told_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ActionFailed) as told:
        gathered(tmp_path, gather_subset="netwrk")
    assert told.value.hint == "did you mean `network`?"


def test_the_environment_holds_the_tasks_own_and_no_password_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYRUN_PASSWORD", "hush")
    call = a_call(tmp_path, "setup", environment={"OWN": "1"})
    found = Setup().run(call).gathered["ansible_env"]
    assert found["OWN"] == "1"
    assert found["PATH"] == os.environ["PATH"]
    assert "PLAYRUN_PASSWORD" not in found
