"""A callback plugin that writes what happened to `$ORACLE_EVENTS`, one JSON object a line.

It runs inside ansible-playbook, and only there.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: oracle_lines
type: aggregate
short_description: writes results as JSON lines
description: What each host did, for a comparison.
"""


def _title(task: Any, name: str) -> str:
    """What the task's header says of it."""
    if not name:
        included = task.action.rpartition(".")[2] == "include_role"
        name = f"{task.action} : {task._role_name}" if included else task.action
    role = task._role
    return f"{role.get_name()} : {name}" if role else name


class CallbackModule(CallbackBase):
    """Statuses as Ansible counts them: of tasks, not of items."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "oracle_lines"
    CALLBACK_NEEDS_ENABLED = False

    def __init__(self) -> None:
        super().__init__()
        self._path = Path(os.environ["ORACLE_EVENTS"])

    def _write(self, **event: Any) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(event, default=repr) + "\n")

    def _task(self, result: Any, status: str) -> None:
        task = result.task
        self._write(
            event="task",
            host=result.host.name,
            task=task.name or "",
            shown=_title(task, str(result.task_fields.get("name") or task.name or "")),
            action=task.action,
            status=status,
            values=result.result,
        )

    def v2_playbook_on_play_start(self, play: Any) -> None:
        self._write(event="play", name=play.get_name())

    def v2_runner_on_ok(self, result: Any) -> None:
        self._task(result, "changed" if result.is_changed() else "ok")

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._task(result, "ignored" if ignore_errors else "failed")

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._task(result, "skipped")

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._task(result, "unreachable")

    def v2_playbook_on_no_hosts_matched(self) -> None:
        self._write(event="no_hosts")

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._write(
            event="stats",
            recap={host: stats.summarize(host) for host in sorted(stats.processed)},
            custom=dict(stats.custom),
        )
