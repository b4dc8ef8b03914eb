"""Time as sessions see it: monotonic, in seconds, and replaceable by a test's own."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """A monotonic clock. Sessions only ask it; nobody but a transport's `read` waits."""

    def now(self) -> float:
        """Seconds since some fixed moment."""


class SystemClock:
    """The machine's monotonic clock."""

    now = staticmethod(time.monotonic)
