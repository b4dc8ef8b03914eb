"""Runs a program in a terminal of its own and answers what it asks."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from runner.actions.programs.subprocesses import Cut, end

if TYPE_CHECKING:
    from runner.connections.stream import TerminalStream

_GLANCE = 0.2
"""Seconds between two looks at whether the run is being cut off."""
_LAST_WAIT = 5.0
"""Seconds that a program has to end after it has closed its terminal."""
_SIZE = struct.pack("HHHH", 24, 80, 0, 0)

_IN_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
try:
    os.execvp(sys.argv[1], sys.argv[1:])
except OSError as error:
    os.write(2, os.strerror(error.errno).encode())
    os._exit(127)
"""
"""Makes standard input the terminal of a new process, and becomes the program.

Between a fork and the program no code of ours may run in a process with threads.
"""


class Answer(NamedTuple):
    """What is typed when `pattern` is seen: the next of `texts`; a single one is never used up."""

    pattern: re.Pattern[bytes]
    texts: Iterator[bytes]
    question: str


class Unanswered(Exception):
    """A question came once more than there are answers; `output` is what led to it."""

    def __init__(self, question: str, output: bytes) -> None:
        super().__init__(question)
        self.question = question
        self.output = output


class Program(NamedTuple):
    """What to run, and how."""

    words: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    echo: bool


def converse(
    program: Program,
    answers: Sequence[Answer],
    timeout: float | None,
    cancelled: Callable[[], bool],
) -> tuple[int | None, bytes]:
    """The exit status and all that was printed; None: it was ended, since it fell silent.

    `timeout`: seconds to wait for each question or the end. Raises Unanswered, Cut, OSError.
    """
    from runner.connections.stream import TerminalStream

    master, slave = pty.openpty()
    try:
        _prepare(slave, echo=program.echo)
        try:
            process = _started(program, slave)
        finally:
            os.close(slave)
        try:
            output, silent = _answered(TerminalStream(master), answers, timeout, cancelled)
            return (None if silent else _status(process)), output
        finally:
            end(process)
    finally:
        os.close(master)


def _prepare(terminal: int, *, echo: bool) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, _SIZE)
    if not echo:
        settings = termios.tcgetattr(terminal)
        settings[3] &= ~termios.ECHO
        termios.tcsetattr(terminal, termios.TCSANOW, settings)


def _started(program: Program, terminal: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _IN_TERMINAL, *program.words],
        cwd=program.folder,
        env={**os.environ, **program.environment},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )


def _answered(
    stream: TerminalStream,
    answers: Sequence[Answer],
    timeout: float | None,
    cancelled: Callable[[], bool],
) -> tuple[bytes, bool]:
    """All that was printed, and whether it fell silent before its end."""
    from runner.connections.stream import Closed, Silence

    printed = bytearray()
    patterns = [answer.pattern for answer in answers]
    deadline = _deadline(timeout)
    while True:
        if cancelled():
            raise Cut
        try:
            found, came = stream.wait(patterns, min(_GLANCE, max(0.0, deadline - time.monotonic())))
        except Silence:
            if time.monotonic() >= deadline:
                return bytes(printed + stream.rest), True
            continue
        except Closed:
            return bytes(printed + stream.rest), False
        printed += came
        try:
            text = next(answers[found].texts)
        except StopIteration:
            raise Unanswered(answers[found].question, bytes(printed)) from None
        with suppress(OSError):
            stream.type(text)
        deadline = _deadline(timeout)


def _deadline(timeout: float | None) -> float:
    return float("inf") if timeout is None else time.monotonic() + timeout


def _status(process: subprocess.Popen[bytes]) -> int | None:
    try:
        return process.wait(_LAST_WAIT)
    except subprocess.TimeoutExpired:
        return None
