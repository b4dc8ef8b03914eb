"""What each worker process makes for itself, and what all of them share."""

from __future__ import annotations

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
    """Makes the connector of the process it is first used in."""

    def __init__(self, gate: CredentialGate, handshakes: int, transcripts: Path | None) -> None:
        self._gate = gate
        self._handshakes = handshakes
        self._transcripts = transcripts
        self._connector: DeviceConnector | None = None
        self._lock = threading.Lock()

    def connector(self) -> DeviceConnector:
        """This process's connector."""
        with self._lock:
            if self._connector is None:
                self._connector = DeviceConnector(
                    self._gate, handshakes=self._handshakes, transcript=self._transcript()
                )
            return self._connector

    def _transcript(self) -> Callable[[str], Transcript] | None:
        folder = self._transcripts
        return None if folder is None else lambda host: Transcript(folder, host)

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
        if self._connector is not None:
            self._connector.close_all()


def raise_file_limit() -> int:
    """Lifts this process's soft limit of open files to the hard one; returns how many fit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard - _SPARE_FILES


def files_per_host(workers: int) -> int:
    """Open files that `workers` hosts need at once: a socket and a host file each."""
    return workers * 2
