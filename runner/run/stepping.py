"""`--step`: a person says of every task whether it is to run."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from runner.errors import LoadError
from runner.events import Position
from runner.run.options import AskPerson


class _Interrupted(Exception):
    """Ctrl-C at a question."""


class _Steps:
    """Asks before every task; after `c` (continue) it asks no more, after Ctrl-C none runs."""

    def __init__(self, ask: AskPerson) -> None:
        self._ask = ask
        self._known: bool | None = None
        """The answer to all further questions."""

    def wanted(self, _position: Position, label: str) -> bool:
        """Whether a task is to run."""
        if self._known is not None:
            return self._known
        try:
            with _interruptible():
                question = f"Perform task: {label} (N)o/(y)es/(c)ontinue: "
                answer = self._ask(question, True).strip().lower()
        except _Interrupted:
            self._known = False
            return False
        if answer in ("c", "continue"):
            self._known = True
        return answer in ("c", "continue", "y", "yes")


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C does what it does anyway, and ends what this thread waits for."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        before(number, frame)
        raise _Interrupted

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def stepping(ask: AskPerson | None) -> Callable[[Position, str], bool]:
    """What asks before every task. Raises LoadError when there is nobody to ask."""
    if ask is None:
        raise LoadError("--step asks about every task, and there is no terminal")
    return _Steps(ask).wanted
