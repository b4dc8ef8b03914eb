"""The table of all actions, whose modules are imported when they are asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from runner.actions import ACTIONS
from runner.actions.api import Effect, OneOf, Parameter


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_is_one(name: str) -> None:
    action = ACTIONS[name]
    assert action is ACTIONS[name]
    assert all(isinstance(about, Parameter) for about in action.parameters.values())
    assert isinstance(action.one_of, OneOf)
    assert action.free_form is None or action.free_form in action.parameters
    assert action.place in ("device", "controller", "shell")
    assert set(action.raw) <= set(action.parameters)
    assert all(isinstance(effect, Effect) for effect in action.effects({}, ()))
    assert callable(action.run)
    assert callable(action.writes)


def test_no_such_action() -> None:
    assert "clii" not in ACTIONS
    with pytest.raises(KeyError):
        ACTIONS["clii"]


def test_only_what_is_used_is_imported() -> None:
    code = (
        "import sys\n"
        "from runner.actions import ACTIONS\n"
        "assert 'cli' in ACTIONS and len(list(ACTIONS)) == len(ACTIONS) > 40\n"
        "ACTIONS['cli']\n"
        "assert 'runner.actions.cli' in sys.modules\n"
        "assert 'runner.actions.uri' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
