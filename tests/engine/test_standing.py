"""How hosts stand that a run has left where they were."""

from __future__ import annotations

import pytest

from runner.engine.conducting.standing import Standing
from runner.events import TaskStarted


@pytest.mark.parametrize(
    ("running", "writes", "status"),
    [
        (True, None, "not_run"),
        (True, False, "lost"),
        (True, True, "unknown"),
        (False, None, "not_run"),
        (False, False, "not_run"),
        (False, True, "unknown"),
    ],
)
def test_a_host_that_was_cut_off_in_a_task_that_changes_its_device_is_unknown(
    running: bool, writes: bool | None, status: str
) -> None:
    host = Standing(0, running=running)
    if writes is not None:
        host.task = TaskStarted(0.0, "h1", 0, (1,), "task", "config", writes)
    assert host.status_when_cut_off() == status
