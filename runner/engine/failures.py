"""The one place where an exception becomes data."""

from __future__ import annotations

import traceback

from runner.errors import (
    ConnectionFailed,
    ConnectionLost,
    NotTried,
    PlayrunError,
    PromptTimeout,
)
from runner.events import Failure, TaskStatus
from runner.model import Status
from runner.values import Origin


def failure_of(error: BaseException, origin: Origin | None = None) -> Failure:
    """What to tell about `error`. A defect of ours keeps its traceback, a user's mistake never.

    A file that the system refuses is no defect: a full disk, a folder that has gone.
    """
    if isinstance(error, PlayrunError):
        where = error.origin or origin
        return Failure(error.kind, error.message, error.hint, str(where) if where else None)
    if isinstance(error, OSError) and error.filename is not None:
        message = f"{error.filename}: {error.strerror or type(error).__name__}"
        return Failure("action", message, None, str(origin) if origin else None)
    return Failure(
        "internal",
        f"a defect in playrun: {type(error).__name__}: {error}",
        "please report it with the detail from the run's events.jsonl",
        str(origin) if origin else None,
        "".join(traceback.format_exception(error)),
    )


def task_status(error: BaseException, *, connected: bool) -> TaskStatus:
    """A device that could not be reached is unreachable; one that was reached has failed.

    A prompt that does not come after login is the command's failure, not the device's absence.
    """
    if isinstance(error, PromptTimeout) and connected:
        return "failed"
    return "unreachable" if isinstance(error, ConnectionFailed) else "failed"


def host_status(error: BaseException, status: TaskStatus, *, writing: bool) -> Status:
    """How a host stands after a task failed with `error`.

    A change that was cut off leaves it unknown whether the device took the lines.
    """
    if isinstance(error, NotTried):
        return "not_tried"
    if writing and isinstance(error, (ConnectionLost, PromptTimeout)):
        return "unknown"
    return "unreachable" if status == "unreachable" else "failed"
