"""Waiting for a client that reads more slowly than a device writes."""

from __future__ import annotations

import asyncio


class Backpressure:
    """What asyncio says of a connection's buffer, for whoever writes to it."""

    _writable: asyncio.Future[None] | None = None

    def pause_writing(self) -> None:
        """The client reads too slowly."""
        self._writable = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """The client has caught up."""
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None

    def stop_waiting(self) -> None:
        """The client is gone: who waits for it is told so."""
        if self._writable is not None and not self._writable.done():
            self._writable.set_exception(ConnectionResetError())

    async def drain(self) -> None:
        """Waits for a slow client. Raises ConnectionResetError when it goes."""
        if self._writable is not None:
            await self._writable
