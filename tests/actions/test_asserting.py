"""`assert`: what its messages may be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from calling import a_call

from runner.actions import ACTIONS
from runner.errors import ActionFailed, RenderError
from runner.values import Source


@pytest.mark.parametrize("name", ["fail_msg", "success_msg"])
@pytest.mark.parametrize("message", [5, False, [1], {"a": 1}, None])
def test_a_message_that_is_no_text_fails_the_task_whatever_holds(
    tmp_path: Path, name: str, message: Any
) -> None:
    call = a_call(tmp_path, "assert", that=(True,), args={name: message})
    with pytest.raises(ActionFailed, match=f"`{name}` of `assert` must be text or a list of texts"):
        ACTIONS["assert"].run(call)


def test_what_a_list_computes_is_no_condition_unless_it_is_true_or_false(tmp_path: Path) -> None:
    computed = a_call(tmp_path, "assert", that=(Source("{{ ['1 == 1'] }}"),))
    with pytest.raises(RenderError, match="is not text of the playbook but a value"):
        ACTIONS["assert"].run(computed)
    flags = a_call(tmp_path, "assert", that=(Source("{{ [true, false] }}"),))
    assert ACTIONS["assert"].run(flags).values["assertion"] is False


@pytest.mark.parametrize("message", ["all is well", "", ["a", "b"]])
def test_a_message_is_text_or_a_list_of_texts(tmp_path: Path, message: Any) -> None:
    call = a_call(tmp_path, "assert", that=(True,), success_msg=message)
    assert ACTIONS["assert"].run(call).values == {"msg": message}
    broken = ACTIONS["assert"].run(a_call(tmp_path, "assert", that=(False,), fail_msg=message))
    assert broken.values["msg"] == message
