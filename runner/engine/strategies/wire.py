"""A line between two processes that carries whole objects, in their order.

What has come in is taken together: a look at the line and a read for each of the events of a
fleet would cost more than the events do.
"""

from __future__ import annotations

import pickle
import socket
import struct
import threading
from typing import Any

_LENGTH = struct.Struct("!Q")
_AT_ONCE = 256 * 1024


class Wire:
    """One end of it. Any thread may send, one receives."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._come = bytearray()
        """What came in of objects that are not whole yet."""
        self._turn = threading.Lock()

    @staticmethod
    def pair() -> tuple[Wire, Wire]:
        """Both ends."""
        ours, theirs = socket.socketpair()
        return Wire(ours), Wire(theirs)

    def fileno(self) -> int:
        """For those who wait until something comes in."""
        return self._end.fileno()

    def send(self, thing: object) -> None:
        """Returns when it is on the line. Raises OSError when the other end is gone."""
        data = pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)
        with self._turn:
            self._end.sendall(_LENGTH.pack(len(data)) + data)

    def receive(self) -> list[Any]:
        """What has come in since the last time; waits until something has. May be nothing
        whole. Raises EOFError when the other end is gone."""
        data = self._end.recv(_AT_ONCE)
        if not data:
            raise EOFError
        self._come += data
        return self._whole()

    def _whole(self) -> list[Any]:
        things = []
        begin, here = 0, len(self._come)
        while here - begin >= _LENGTH.size:
            start = begin + _LENGTH.size
            end = start + _LENGTH.unpack_from(self._come, begin)[0]
            if end > here:
                break
            things.append(pickle.loads(memoryview(self._come)[start:end]))  # noqa: S301 - our own
            begin = end
        del self._come[:begin]
        return things

    def close(self) -> None:
        """The other end is told."""
        self._end.close()
