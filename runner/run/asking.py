"""A person who is asked while a run shows how far it is."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from runner.run.options import AskPerson

_ROOM = 0.2
"""Seconds that the event of a task may need to another process."""


class Asking:
    """Asks as `ask` does; `aside` is open meanwhile, which takes the screen out of the way."""

    def __init__(self, ask: AskPerson) -> None:
        self._ask = ask
        self._process = os.getpid()
        self.aside: Callable[[], AbstractContextManager[None]] = nullcontext

    def __call__(self, prompt: str, echo: bool, ended: Callable[[], bool] | None = None) -> str:
        """The answer. Raises what `ask` does."""
        if os.getpid() != self._process:
            # The process with the screen hears of the task, and makes room on its own.
            time.sleep(_ROOM)
            return self._ask(prompt, echo, ended)
        with self.aside():
            return self._ask(prompt, echo, ended)
