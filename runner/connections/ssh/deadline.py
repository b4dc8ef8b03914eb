"""How long the answer to a request may take on an SSH channel."""

from __future__ import annotations

import threading
import time


class Deadline(threading.Event):
    """What a channel waits on for the answer to a request; paramiko would wait for ever."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._until = time.monotonic() + seconds

    def wait(self, timeout: float | None = None) -> bool:
        """Raises TimeoutError instead of returning False."""
        left = max(0.0, self._until - time.monotonic())
        if not super().wait(left if timeout is None else min(left, timeout)):
            raise TimeoutError
        return True
