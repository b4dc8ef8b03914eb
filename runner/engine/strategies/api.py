"""What a strategy is: who runs the host programs. It knows nothing of tasks or devices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from runner.engine.steps import News, Progress, Step
from runner.events import Event

OnEvents = Callable[[Sequence[Event]], None]


class Strategy(Protocol):
    """Runs steps. A step's number runs at most once, ever; an event leaves as it happens.

    A worker that dies costs its own hosts only: those with nothing started are `not_run`,
    a task in flight leaves its host `lost`, or `unknown` if it may write. Nothing is run
    again by itself.
    """

    def submit(self, steps: Iterable[Step]) -> None:
        """Takes steps; they run as workers come free, in this order."""

    def share(self, news: News) -> None:
        """Tells every worker; it holds for the hosts of steps submitted after this."""

    def progress(self, on_events: OnEvents) -> Iterator[Progress | None]:
        """How far steps have come, until none is under way; more may be submitted between.

        `on_events` is called in this thread, with all that has come in, in its order, before
        the progress it leads to; what is there is never held back until there is more.
        None: a tick of the clock, at least every 0.2 s where the strategy can.
        """

    def cancel(self, *, now: bool) -> None:
        """No host begins another task; with `now` connections are cut. Any thread."""

    def close(self) -> None:
        """Ends the workers. Never raises."""
