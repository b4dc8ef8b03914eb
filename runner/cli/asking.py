"""Asking the person at the terminal."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from types import FrameType

from runner.errors import LoadError

_GLANCE = 0.1
"""Seconds between two looks at whether a question is still open."""


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


def person() -> Callable[..., str] | None:
    """Asks the person at the terminal for a line; None: there is nobody.

    Takes the prompt, whether what is typed is shown, and, for questions that tasks ask, what
    says that nobody waits for the answer any more.
    """
    return _ask if sys.stdin.isatty() else None


def _ask(prompt: str, echo: bool, ended: Callable[[], bool] | None = None) -> str:
    with _interruptible(), nullcontext() if echo else _unseen():
        # Over the line that says how far a run is.
        _say(f"\r\x1b[K{prompt}" if sys.stdout.isatty() else prompt)
        _wait(ended)
        line = sys.stdin.readline()
    if not line:
        _say("\n" if echo else "")
        raise LoadError(f"nothing was typed at `{prompt.strip()}`")
    return line.rstrip("\n")


def _say(text: str) -> None:
    """Where whoever types will see it: what is printed may lead elsewhere."""
    stream = sys.stdout if sys.stdout.isatty() else sys.stderr
    stream.write(text)
    stream.flush()


def _wait(ended: Callable[[], bool] | None) -> None:
    """Until a line is there. Ctrl-C does not reach a thread that reads, nor one that came before
    the question: it looks now and then."""
    if ended is None:
        return
    import select

    while not select.select([sys.stdin], [], [], _GLANCE)[0]:
        if ended():
            raise KeyboardInterrupt


@contextmanager
def _unseen() -> Iterator[None]:
    """The terminal shows nothing of what is typed; its line is ended when that is over."""
    import termios

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    silent = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    try:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, silent)
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
        _say("\n")


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
