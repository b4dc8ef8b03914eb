"""`wait_for_connection` and `pause`: what is tried again, what is not, and who is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from calling import a_call

from runner.actions.pause import Pause
from runner.actions.wait_for_connection import WaitForConnection
from runner.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    ConnectionLost,
    HostKeyMismatch,
    NotTried,
    Unreachable,
)


class Pinged:
    """A session that answers, or was lost."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def ping(self) -> float:
        if self._error is not None:
            raise self._error
        return 0.0


def sessions(*given: Exception | Pinged) -> tuple[Callable[[], Any], list[Any]]:
    """Gives one after the other; and which are left."""
    left = list(given)

    def session() -> Any:
        each = left.pop(0)
        if isinstance(each, Exception):
            raise each
        return each

    return session, left


def call_with(folder: Path, session: Callable[[], Any], **args: Any) -> Any:
    call = a_call(folder, "wait_for_connection", sleep=0, **args)
    call.session = session
    return call


def test_it_tries_until_the_prompt_answers(tmp_path: Path) -> None:
    session, left = sessions(Unreachable("no"), Pinged(ConnectionLost("gone")), Pinged(), Pinged())
    outcome = WaitForConnection().run(call_with(tmp_path, session))
    assert outcome.failure is None
    assert outcome.values == {"elapsed": 0}
    assert len(left) == 1


@pytest.mark.parametrize("kind", [AuthenticationFailed, HostKeyMismatch, NotTried])
def test_what_must_not_be_tried_again_is_not(tmp_path: Path, kind: type[ConnectionFailed]) -> None:
    session, left = sessions(kind("no"), Pinged())
    with pytest.raises(kind):
        WaitForConnection().run(call_with(tmp_path, session))
    assert len(left) == 1


def test_the_last_reason_is_told_when_the_time_is_over(tmp_path: Path) -> None:
    session, _ = sessions(Unreachable("refused by 192.0.2.1"))
    outcome = WaitForConnection().run(call_with(tmp_path, session, timeout=0))
    assert "refused by 192.0.2.1" in str(outcome.failure)
    assert "refused by 192.0.2.1" in outcome.values["msg"]


def test_a_pause_asks_who_is_there(tmp_path: Path) -> None:
    asked: list[tuple[str, bool]] = []

    def ask(prompt: str, echo: bool, _ended: object) -> str:
        asked.append((prompt, echo))
        return "typed"

    call = a_call(tmp_path, "pause", prompt="Name", echo=False)
    call.ask = ask
    values = Pause().run(call).values
    assert asked == [("Name (output is hidden):", False)]
    assert (values["user_input"], values["echo"]) == ("typed", False)


def test_a_pause_with_a_time_asks_nobody(tmp_path: Path) -> None:
    def ask(prompt: str, echo: bool) -> str:
        raise AssertionError(prompt)

    call = a_call(tmp_path, "pause", seconds=0, prompt="shown")
    call.ask = ask
    values = Pause().run(call).values
    assert values["user_input"] == ""
    assert values["delta"] == 1, "a second is the least"


def test_a_pause_is_for_all_hosts_at_once() -> None:
    assert Pause.once
