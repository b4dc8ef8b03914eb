"""What each worker process makes for itself, and what all of them share."""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from runner.connections.connector import DeviceConnector
from runner.connections.lockout import CredentialGate
from runner.spool import Transcript

_SPARE_FILES = 64
"""Open files that are not sessions: standard streams, spools, the run record, pipes."""


class DeviceWorker:
    """Makes one connector for each process: a forked one must not share its parent's.

    `notice` hears what connections leave undone (a `Match exec` in ssh_config); only in the
    process that made this object, since only that one has outputs.
    """

    def __init__(
        self,
        gate: CredentialGate,
        handshakes: int,
        transcripts: Path | None,
        mask: Callable[[str], str],
        notice: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self._gate = gate
        self._handshakes = handshakes
        self._transcripts = transcripts
        self._mask = mask
        self._notice = notice
        self._owner = os.getpid()
        self._connectors: dict[int, DeviceConnector] = {}
        self._lock = threading.Lock()

    def connector(self) -> DeviceConnector:
        """This process's connector."""
        with self._lock:
            here = os.getpid()
            if here not in self._connectors:
                self._connectors[here] = DeviceConnector(
                    self._gate,
                    handshakes=self._handshakes,
                    transcript=self._transcript(),
                    notice=self._notice if here == self._owner else None,
                )
            return self._connectors[here]

    def _transcript(self) -> Callable[[str], Transcript] | None:
        folder = self._transcripts
        return None if folder is None else lambda host: Transcript(folder, host, self._mask)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Answers the lockout breaker's questions while workers of other processes run."""
        self._gate.serve()
        try:
            yield
        finally:
            self._gate.rest()

    def abort(self) -> None:
        """Cuts every connection of this process."""
        connector = self._connectors.get(os.getpid())
        if connector is not None:
            connector.close_all()


def raise_file_limit() -> int:
    """Lifts this process's soft limit of open files to the hard one; returns how many fit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard - _SPARE_FILES


def files_per_host(workers: int) -> int:
    """Open files that `workers` hosts need at once: a socket and a host file each."""
    return workers * 2
