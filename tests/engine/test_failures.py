"""What an exception means for the task it ended, and for the host."""

from __future__ import annotations

import pytest

from runner.engine.failures import host_status, task_status
from runner.errors import (
    ActionFailed,
    AuthenticationFailed,
    ConnectionLost,
    NotTried,
    PromptTimeout,
    Unreachable,
)


@pytest.mark.parametrize(
    ("error", "connected", "status"),
    [
        (ActionFailed("x"), True, "failed"),
        (ActionFailed("x"), False, "failed"),
        (Unreachable("x"), False, "unreachable"),
        (Unreachable("x"), True, "unreachable"),
        (ConnectionLost("x"), True, "unreachable"),
        (PromptTimeout("x"), True, "failed"),
        (PromptTimeout("x"), False, "unreachable"),
        (ValueError("x"), True, "failed"),
    ],
)
def test_how_a_task_ended(error: Exception, connected: bool, status: str) -> None:
    assert task_status(error, connected=connected) == status


@pytest.mark.parametrize(
    ("error", "task", "reading", "writing"),
    [
        (ActionFailed("x"), "failed", "failed", "failed"),
        (AuthenticationFailed("x"), "unreachable", "unreachable", "unreachable"),
        (NotTried("x"), "unreachable", "not_tried", "not_tried"),
        (ConnectionLost("x"), "unreachable", "unreachable", "unknown"),
        (PromptTimeout("x"), "failed", "failed", "unknown"),
    ],
)
def test_how_a_host_stands_then(error: Exception, task: str, reading: str, writing: str) -> None:
    """Only a change that was cut off leaves it unknown what the device has."""
    assert host_status(error, task, writing=False) == reading  # type: ignore[arg-type]
    assert host_status(error, task, writing=True) == writing  # type: ignore[arg-type]
