"""Asking the person at the terminal."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from runner.errors import LoadError


def ask_secret(prompt: str) -> str:
    """Reads a line without echo. Raises LoadError at once when there is no terminal."""
    if not sys.stdin.isatty():
        raise LoadError(
            f"cannot ask for `{prompt.strip().rstrip(':')}`: there is no terminal",
            hint="use PLAYRUN_PASSWORD, PLAYRUN_BECOME_PASSWORD or a password file",
        )
    import getpass

    with _interruptible():
        return getpass.getpass(prompt)


def person() -> Callable[[str, bool], str] | None:
    """Asks the person at the terminal for a line (prompt, echo); None: there is nobody."""
    return _ask if sys.stdin.isatty() else None


def _ask(prompt: str, echo: bool) -> str:
    if not echo:
        return ask_secret(prompt)
    # Over the line that says how far a run is.
    sys.stdout.write(f"\r\x1b[K{prompt}" if sys.stdout.isatty() else prompt)
    sys.stdout.flush()
    with _interruptible():
        line = sys.stdin.readline()
    if not line:
        raise LoadError(f"nothing was typed at `{prompt.strip()}`")
    return line.rstrip("\n")


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C does here what it does anyway, and ends the question: raises KeyboardInterrupt.

    While plays run it only says that the run is to stop; nobody would wait for an answer then.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        before(number, frame)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
