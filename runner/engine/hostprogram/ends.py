"""How a task ended, where the flow of the play has a say in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from runner.engine.execution.execution import Ended
from runner.events import Failure
from runner.model import Task


def failed_with(ended: Ended, failure: Failure) -> Ended:
    """The same end, but failed."""
    values = {**ended.values, "failed": True, "msg": failure.message}
    return replace(
        ended, status="failed", values=values, failure=failure, host="failed", inclusions=()
    )


def described(task: Task) -> Mapping[str, Any]:
    """A task as `ansible_failed_task` shows it: what was written, unrendered."""
    return {
        "name": task.name,
        "action": task.written or task.action,
        "args": dict(task.args),
        "when": [str(condition) for condition in task.when],
        "tags": sorted(task.tags),
        "vars": dict(task.vars),
        "register": task.register,
        "delegate_to": task.delegate_to,
        "run_once": task.run_once,
        "ignore_errors": task.ignore_errors,
        "notify": list(task.notify),
    }
