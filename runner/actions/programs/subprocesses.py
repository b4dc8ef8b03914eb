"""Runs a program on the controller that can be ended, with all that it started, at any time."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

_GLANCE = 0.1
"""Seconds between two looks at whether the run is being cut off."""
_GRACE = 1.0
"""Seconds a program has to end by itself before it is killed."""
_CHUNK = 1 << 16


class Cut(Exception):
    """The run was cut off; the program was ended, or was not begun."""


def run_program(
    words: Sequence[str],
    folder: Path,
    stdin: bytes | None,
    cancelled: Callable[[], bool],
    environment: Mapping[str, str] | None = None,
) -> tuple[int, bytes, bytes]:
    """Its exit status and all that it printed, once it and all that hold its output have ended.

    Without `stdin` it reads nothing; `environment` is added to our own. Raises Cut soon after
    `cancelled` says so, and OSError when it cannot be started.
    """
    if cancelled():
        raise Cut
    process = _started(words, folder, environment, listens=stdin is not None)
    try:
        out, err = _converse(process, stdin or b"", cancelled)
        return _waited(process, cancelled), out, err
    except BaseException:
        end(process)
        raise
    finally:
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _started(
    words: Sequence[str], folder: Path, environment: Mapping[str, str] | None, *, listens: bool
) -> subprocess.Popen[bytes]:
    """In a session of its own, Ctrl-C at the terminal does not reach it: the run decides."""
    return subprocess.Popen(
        words,
        cwd=folder,
        env={**os.environ, **environment} if environment else None,
        stdin=subprocess.PIPE if listens else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
    )


def _converse(
    process: subprocess.Popen[bytes], stdin: bytes, cancelled: Callable[[], bool]
) -> tuple[bytes, bytes]:
    """Writes and reads as the program is ready to, so that neither waits for the other."""
    out: list[bytes] = []
    err: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(_pipe(process.stdout), selectors.EVENT_READ, _reading(out))
        selector.register(_pipe(process.stderr), selectors.EVENT_READ, _reading(err))
        if process.stdin is not None:
            os.set_blocking(process.stdin.fileno(), False)
            selector.register(process.stdin, selectors.EVENT_WRITE, _writing(stdin))
        while selector.get_map():
            if cancelled():
                raise Cut
            done = [key for key, _ in selector.select(_GLANCE) if not key.data(key.fd)]
            for key in done:
                selector.unregister(key.fileobj)
                _pipe(key.fileobj).close()
    return b"".join(out), b"".join(err)


def _pipe(stream: Any) -> IO[bytes]:
    assert stream is not None
    pipe: IO[bytes] = stream
    return pipe


def _reading(pieces: list[bytes]) -> Callable[[int], bool]:
    """Takes what is there; says whether there may be more."""

    def read(fd: int) -> bool:
        pieces.append(os.read(fd, _CHUNK))
        return bool(pieces[-1])

    return read


def _writing(data: bytes) -> Callable[[int], bool]:
    """Gives what is taken; says whether there is more to give."""
    left = memoryview(data)

    def write(fd: int) -> bool:
        nonlocal left
        try:
            left = left[os.write(fd, left) :]
        except BrokenPipeError:
            return False  # A program need not read what it is given.
        return bool(left)

    return write


def _waited(process: subprocess.Popen[bytes], cancelled: Callable[[], bool]) -> int:
    """A program may close its output long before it ends."""
    while not cancelled():
        with suppress(subprocess.TimeoutExpired):
            return process.wait(_GLANCE)
    raise Cut


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends the program and all it started in its session, gently at first."""
    _signal(process, signal.SIGTERM)
    deadline = time.monotonic() + _GRACE
    while _runs(process) and time.monotonic() < deadline:
        time.sleep(_GLANCE / 4)
    _signal(process, signal.SIGKILL)
    process.wait()


def _runs(process: subprocess.Popen[bytes]) -> bool:
    """Asked without collecting its status: while it is a zombie, its number is not given away."""
    how = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return process.returncode is None and os.waitid(os.P_PID, process.pid, how) is None


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
