"""The lockout breaker across worker processes: the parent keeps the ledger.

A host that wants to try a credential sends the parent one end of a socket pair and waits on
the other. The kernel closes that pair when a worker dies, so nobody waits for the dead; a
credential that has worked is remembered in each worker and costs nothing after that.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from runner.connections.lockout import (
    DEFAULT_FAILURES_MAX,
    Attempt,
    Ledger,
    Outcome,
    Verdict,
    cancelled,
    refused,
    told,
)

_LONGEST_KEY = 256


class ProcessGate:
    """A CredentialGate for workers that are forked from the process that made it.

    Make it before the fork; call `serve` in the parent after the fork (it starts a thread)
    and `close` at the end. Until `serve` is called, attempts wait.
    """

    def __init__(self, failures_max: int = DEFAULT_FAILURES_MAX) -> None:
        self._failures_max = failures_max
        self._ledger = Ledger(failures_max)
        self._owner = os.getpid()
        self._answering, self._asking = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._server: _Server | None = None
        self._lock = threading.Lock()
        self._waiting: set[socket.socket] = set()
        self._cancelled = False
        self._known: dict[str, Verdict] = {}

    def serve(self) -> None:
        """Answers the workers from now on, in a thread of its own."""
        if self._server is None:
            self._server = _Server(self._answering, self._ledger)
            self._server.start()

    def rest(self) -> None:
        """Ends the thread: the next play's workers are to be forked without it."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def close(self) -> None:
        """Stops answering; whoever still waits gets NotTried. For the parent."""
        self.cancel()
        self.rest()
        self._asking.close()
        self._answering.close()

    @contextlib.contextmanager
    def attempt(self, key: str) -> Iterator[Attempt]:
        """See `CredentialGate.attempt`."""
        ticket = self._enter(key)
        if ticket is None:
            yield Attempt()
            return
        with told(lambda outcome: _send(ticket, outcome)) as attempt:
            yield attempt

    def cancel(self) -> None:
        """See `CredentialGate.cancel`; for the calling process."""
        with self._lock:
            self._cancelled = True
            for ticket in self._waiting:
                with contextlib.suppress(OSError):
                    ticket.shutdown(socket.SHUT_RDWR)

    def _enter(self, key: str) -> socket.socket | None:
        """The ticket of an attempt whose outcome matters; None if it does not any more."""
        verdict = self._known.get(key)
        ticket = None
        if verdict is None:
            ticket = self._apply(key)
            verdict = self._wait(ticket)
            if verdict is not Verdict.TRY:
                self._known[key] = verdict
                ticket.close()
        if verdict is Verdict.REFUSED:
            raise refused(self._failures_max)
        return ticket if verdict is Verdict.TRY else None

    def _apply(self, key: str) -> socket.socket:
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with self._lock:
            if self._cancelled:
                mine.close()
                theirs.close()
                raise cancelled()
            if os.getpid() != self._owner:
                # Else the worker itself would keep the parent's end alive.
                self._answering.close()
            self._waiting.add(mine)
        try:
            with theirs:
                socket.send_fds(self._asking, [key.encode()], [theirs.fileno()])
        except OSError:
            self._forget(mine)
            mine.close()
            raise cancelled() from None
        return mine

    def _wait(self, ticket: socket.socket) -> Verdict:
        try:
            answer = ticket.recv(1)
        except OSError:
            answer = b""
        self._forget(ticket)
        if not answer:
            ticket.close()
            raise cancelled()
        return Verdict(answer)

    def _forget(self, ticket: socket.socket) -> None:
        with self._lock:
            self._waiting.discard(ticket)


def _send(ticket: socket.socket, outcome: Outcome) -> None:
    with contextlib.suppress(OSError):
        ticket.send(outcome.value)
    ticket.close()


@dataclass(slots=True)
class _Applicant:
    ticket: socket.socket
    key: str
    trying: bool = False


class _Server(threading.Thread):
    """Keeps the ledger. Alone in touching it."""

    def __init__(self, requests: socket.socket, ledger: Ledger) -> None:
        super().__init__(name="credential-gate", daemon=True)
        self._requests = requests
        self._ledger = ledger
        self._selector = selectors.DefaultSelector()
        self._queues: dict[str, deque[_Applicant]] = {}
        self._halted, self._halt = socket.socketpair()

    def stop(self) -> None:
        """Ends the thread; who still waits sees the end of its ticket."""
        # A worker forked while this thread lives holds this end too: closing it says nothing.
        self._halt.shutdown(socket.SHUT_RDWR)
        self._halt.close()
        self.join()

    def run(self) -> None:
        """Until stopped."""
        self._selector.register(self._requests, selectors.EVENT_READ)
        self._selector.register(self._halted, selectors.EVENT_READ)
        while True:
            for entry, _ in self._selector.select():
                if entry.fileobj is self._halted:
                    self._end()
                    return
                if entry.data is None:
                    self._admit()
                else:
                    self._hear(entry.data)

    def _end(self) -> None:
        for entry in list(self._selector.get_map().values()):
            if isinstance(entry.data, _Applicant):
                entry.data.ticket.close()
        self._selector.close()
        self._halted.close()

    def _admit(self) -> None:
        key, handles, _, _ = socket.recv_fds(self._requests, _LONGEST_KEY, 1)
        if handles:
            applicant = _Applicant(socket.socket(fileno=handles[0]), key.decode())
            self._selector.register(applicant.ticket, selectors.EVENT_READ, applicant)
            self._queues.setdefault(applicant.key, deque()).append(applicant)
            self._advance(applicant.key)
        else:
            # All askers are gone.
            self._selector.unregister(self._requests)

    def _hear(self, applicant: _Applicant) -> None:
        """An outcome, or the end of a worker."""
        if applicant.ticket.fileno() < 0:
            # Dismissed since this round of events was collected.
            return
        try:
            said = applicant.ticket.recv(1)
        except OSError:
            said = b""
        self._dismiss(applicant)
        if applicant.trying:
            # It died with the credential on its way: that may have been a refusal.
            self._ledger.finish(applicant.key, Outcome(said) if said else Outcome.FAILURE)
        else:
            self._queues[applicant.key].remove(applicant)
        self._advance(applicant.key)

    def _advance(self, key: str) -> None:
        queue = self._queues[key]
        while queue:
            verdict = self._ledger.ask(key)
            if verdict is Verdict.WAIT:
                return
            applicant = queue.popleft()
            applicant.trying = verdict is Verdict.TRY
            with contextlib.suppress(OSError):
                applicant.ticket.send(verdict.value)
            if not applicant.trying:
                self._dismiss(applicant)

    def _dismiss(self, applicant: _Applicant) -> None:
        self._selector.unregister(applicant.ticket)
        applicant.ticket.close()
