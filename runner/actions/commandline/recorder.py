"""Keeps what a device prints: in the host file, and in memory as far as `register` may hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from runner.actions.api import Call
from runner.errors import ActionFailed
from runner.events import Captured
from runner.spool import HostFileWriter


class Part:
    """One command's output on its way: to the file, and to memory up to a limit."""

    def __init__(self, command: str, limit: int, write: Callable[[str], None] | None) -> None:
        self._command = command
        self._limit = limit
        self._write = write
        self._pieces: list[str] = []
        self._size = 0

    def take(self, piece: str) -> None:
        """A sink for `Session.command`. Raises nothing: the limit is looked at afterwards."""
        if self._write is not None:
            self._write(piece)
        self._size += len(piece)
        if self._size <= self._limit:
            self._pieces.append(piece)
        else:
            self._pieces.clear()

    def text(self) -> str:
        """The whole output; empty when it was larger than may be held."""
        return "" if self._size > self._limit else "".join(self._pieces)

    def too_large(self) -> bool:
        """Whether the output was larger than `register` may hold."""
        return self._size > self._limit


class Recorder:
    """Writes a task's host file: one for all its commands, or one a command where paths differ.

    On leaving, every file is closed and described in `files`: complete only when all went
    well, so that a truncated output is never taken for a good one.
    """

    def __init__(self, call: Call, files: list[Captured], *, kept: bool = True) -> None:
        """`kept` False: nothing is written, it is only held in memory."""
        self._call = call
        self._kept = kept
        self._files = files
        self._writers: dict[Path, HostFileWriter] = {}

    @contextmanager
    def command(self, prompt: str, command: str) -> Iterator[Part]:
        """Records one command; fails the task when the output is too large to register."""
        writer = self._writer(command)
        write = None if writer is None else writer.section(prompt, command)
        part = Part(command, self._call.max_register, write)
        yield part
        if part.too_large() and (self._call.registers or writer is None):
            raise ActionFailed(
                f"`{command}` printed more than max_register "
                f"({self._call.max_register} bytes), too much to keep in a variable",
                hint="give the task an `output` and no `register`, or raise max_register",
            )

    def _writer(self, command: str) -> HostFileWriter | None:
        capture = self._call.capture(command) if self._kept else None
        if capture is None:
            return None
        if capture.target not in self._writers:
            self._writers[capture.target] = HostFileWriter(
                capture.target, capture.root, capture.encoding, redact=capture.redact
            )
        return self._writers[capture.target]

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for writer in self._writers.values():
            self._files.append(writer.finish(complete=kind is None))
