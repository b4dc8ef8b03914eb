"""Waiting that ends when the run does."""

from __future__ import annotations

import time
from collections.abc import Iterator

from runner.actions.api import Call
from runner.errors import ActionFailed

_GLANCE = 0.1
"""Seconds between two looks at whether the run is to end."""


def rest(call: Call, seconds: float) -> None:
    """Sleeps. Raises ActionFailed when the run is interrupted meanwhile."""
    end = time.monotonic() + seconds
    while True:
        if call.stopping() or call.cancelled():
            raise ActionFailed("the wait was ended, since the run was interrupted")
        left = end - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(_GLANCE, left))


def tries(call: Call, seconds: float, pause: float) -> Iterator[float]:
    """The seconds that are left, again and again with a pause, until none are.

    Raises ActionFailed when the run is interrupted.
    """
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        yield left
        rest(call, min(pause, max(0.0, end - time.monotonic())))
