"""The expect engine: feeds the screen and waits until its last line is something known.

Only the last line is ever matched, and only patterns of what may come next. What is certain
counts at once; what merely fits counts after a silence that every byte restarts. Nothing
here sleeps: all waiting happens in a transport's `read`.

What stays uncertain: a line of output that begins with the exact prompt, cut right behind it
by the network. It is told from the prompt by what follows within 20 ms, looked for after
every read that is long or comes close upon another. A device that pauses for longer at just
that place, or prints just that much in one short read, is taken to have finished; what it
prints later is the next command's only if it comes after that command's echo.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from runner.connections.clock import Clock
from runner.connections.screen import Screen
from runner.connections.sight import Kind, Sighting
from runner.connections.stream import Closed, DeviceStream, Silence

_SETTLE = 0.2
_ROUND_TRIPS = 3
_LONGEST_SETTLE = 2.0
_LONG_READ = 256
"""In characters. What is shorter, and all that came, was hardly cut by the network."""
_CLOSE = 0.02
_SECOND_LOOK = 0.02
_LONGEST_SECOND_LOOK = 0.05
_JUST_NOW = 0.001
_DRIBBLES = 2
_LONGEST_DRIBBLE = 3.0


class Limits(NamedTuple):
    """`idle`: seconds of silence allowed; `deadline`: when all must be over (clock time)."""

    idle: float
    deadline: float


class Reader:
    """One session's incoming side: its stream, its screen and what was learned of its pace."""

    def __init__(self, stream: DeviceStream, clock: Clock) -> None:
        self.stream = stream
        self.screen = Screen()
        self.clock = clock
        self._round_trip: float | None = None
        self._asked_at: float | None = None
        self._last_read = 0
        self._crowd = 0
        """How many reads came close upon each other by now, the echo's not counted."""
        self._read_at = 0.0
        self._pause = 0.0
        """How long the device waited in the middle of the current line."""
        self._silent_at = 0.0
        """When nothing was there; what was read since is younger."""

    @property
    def settle(self) -> float:
        """How long a line that only fits has to stand still, in seconds."""
        return min(max(_SETTLE, _ROUND_TRIPS * (self._round_trip or 0.0)), _LONGEST_SETTLE)

    def asked(self) -> None:
        """Something was sent that the device will answer: the next byte tells the round trip."""
        self._asked_at = self.clock.now()

    def typed(self) -> None:
        """A line, a key or an answer was sent: what comes next is a burst of its own."""
        self._crowd = 0

    def drain(self) -> str:
        """What arrived unasked for since the last exchange. Raises Closed, ConnectionLost.

        Not looked for when there was nothing a moment ago: it could as well come a moment
        later.
        """
        if self.clock.now() - self._silent_at < _JUST_NOW:
            return self.screen.take()
        try:
            while True:
                self._receive(0.0)
        except Silence:
            return self.screen.take()

    def until(
        self,
        look: Callable[[str], Sighting | None],
        limits: Limits,
        pass_on: Callable[[str], None],
    ) -> Sighting:
        """Reads until `look` (given the last line) recognises something that then stands still.

        `pass_on` takes finished text. Raises Silence at either limit, Closed, ConnectionLost.
        """
        while True:
            seen = look(self.screen.line)
            patience = limits.idle if seen is None else self._patience(seen)
            left = limits.deadline - self.clock.now()
            try:
                self._receive(max(0.0, min(patience, left)))
            except Silence:
                if seen is not None and patience <= max(left, 0.0):
                    self._silent_at = self.clock.now()
                    return seen
                raise
            except Closed:
                if seen is not None and seen.settle <= 0.0:
                    return seen
                raise
            if left <= 0.0 and (seen is None or seen.settle > 0.0):
                raise Silence
            finished = self.screen.take()
            if finished:
                pass_on(finished)

    def _patience(self, seen: Sighting) -> float:
        """A longer look where a line may be cut: at the end of a long read, by the network,
        and on a line that dribbles in, by the device."""
        patience = max(seen.settle, min(_DRIBBLES * self._pause, _LONGEST_DRIBBLE))
        crowded = self._crowd > 1 and seen.kind is Kind.PROMPT
        if seen.settle > 0.0 or (self._last_read < _LONG_READ and not crowded):
            return patience
        second_look = max(_SECOND_LOOK, _ROUND_TRIPS * (self._round_trip or 0.0))
        return max(patience, min(second_look, _LONGEST_SECOND_LOOK))

    def _receive(self, timeout: float) -> None:
        text = self.stream.receive(timeout)
        now = self.clock.now()
        waited, self._read_at = now - self._read_at, now
        self._last_read = len(text)
        if self._asked_at is not None:
            took = now - self._asked_at
            self._asked_at = None
            self._round_trip = took if self._round_trip is None else min(took, self._round_trip)
        self._count(text, waited)
        begun, ended = bool(self.screen.line), self.screen.ended
        self.screen.feed(text)
        self._pause = waited if begun and self.screen.ended == ended else 0.0

    def _count(self, text: str, waited: float) -> None:
        if not self.screen.scrolled and "\n" not in text[:-1]:
            # The echo, or a part of it.
            self._crowd = 0
        elif waited <= _CLOSE:
            self._crowd += 1
        else:
            self._crowd = 1
