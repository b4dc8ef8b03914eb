"""The open sessions of one worker: a cache with a bound."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from runner.connections.api import Session


class SessionPool:
    """Holds at most `limit` open sessions; a host at a yield may lose its own to another.

    A session in use is never taken away. One that is dirty, or not in the mode it began in,
    is not kept when its host puts it back: a fresh one costs less than a wrong one.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open = 0
        self._idle: OrderedDict[str, Session] = OrderedDict()
        self._homes: dict[str, str] = {}
        """The mode that each host's session began in."""
        self._changed = threading.Condition()

    def take(self, host: str, connect: Callable[[], Session]) -> Session:
        """The host's idle session, or a new one; waits for room. Raises what `connect` does."""
        with self._changed:
            session = self._idle.pop(host, None)
            if session is not None:
                return session
            spare = self._make_room()
        if spare is not None:
            spare.close()
        try:
            session = connect()
        except BaseException:
            self._gone()
            raise
        with self._changed:
            self._homes[host] = session.mode
        return session

    def _make_room(self) -> Session | None:
        """Counts one more open session; returns the one that must be closed for it."""
        while self._open >= self._limit and not self._idle:
            self._changed.wait()
        if self._open >= self._limit:
            return self._idle.popitem(last=False)[1]
        self._open += 1
        return None

    def put(self, host: str, session: Session) -> None:
        """The host is at a yield: keep its session while there is room and it is clean."""
        if session.dirty or session.mode != self._homes.get(host):
            self.drop(session)
            return
        with self._changed:
            self._idle[host] = session
            self._changed.notify()

    def drop(self, session: Session) -> None:
        """Closes a session that will not be used again."""
        session.close()
        self._gone()

    def forget(self, host: str) -> None:
        """Closes the host's idle session, if it has one: the host has left the play."""
        with self._changed:
            session = self._idle.pop(host, None)
        if session is not None:
            self.drop(session)

    def _gone(self) -> None:
        with self._changed:
            self._open -= 1
            self._changed.notify()
