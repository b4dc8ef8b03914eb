"""One host's way to one device: the open session, and how it was opened."""

from __future__ import annotations

from runner.connections.api import Connector, Session, Target
from runner.engine.targets.sessions import SessionPool


class Link:
    """Opens a session on first use and keeps it until it is put to rest. One thread at a time.

    `key` is the pool's name for it: two hosts that are delegated to one device have a link
    each, so neither ever types into the other's session.
    """

    def __init__(self, key: str, connector: Connector, pool: SessionPool) -> None:
        self._key = key
        self._connector = connector
        self._pool = pool
        self._session: Session | None = None
        self._target: Target | None = None

    @property
    def connected(self) -> bool:
        """Whether a session is open and in use by the current task."""
        return self._session is not None

    def session(self, target: Target) -> Session:
        """The session, opened if there is none for `target`. Raises a ConnectionFailed."""
        if self._session is not None and (self._session.dirty or target != self._target):
            self._pool.drop(self._session)
            self._session = None
        if self._session is None:
            if self._target is not None and target != self._target:
                # The one at rest was opened another way: other user, transport or privilege.
                self._pool.forget(self._key)
            self._session = self._pool.take(self._key, lambda: self._connector.connect(target))
            self._target = target
        return self._session

    def cut(self) -> None:
        """Breaks the session off, from another thread: whoever waits for it is told."""
        session = self._session
        if session is not None:
            session.close()

    def rest(self) -> None:
        """The session may be closed to make room."""
        if self._session is not None:
            self._pool.put(self._key, self._session)
            self._session = None

    def leave(self) -> None:
        """Logs out and closes what is open."""
        if self._session is not None:
            self._pool.drop(self._session)
            self._session = None
        self._pool.forget(self._key)
