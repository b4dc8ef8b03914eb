"""`serial`: this thread, one host after another."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from runner.engine.steps import News, Progress, Step
from runner.engine.strategies.api import OnEvents
from runner.engine.work import Work
from runner.events import Event


class Serial:
    """Runs each step in the calling thread. For debugging, and where order matters."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._steps: deque[Step] = deque()

    def submit(self, steps: Iterable[Step]) -> None:
        """Queues the steps."""
        self._steps.extend(steps)

    def share(self, news: News) -> None:
        """Who has left and come; the rest is known already, since there is one memory."""
        self._work.heed(news)

    def progress(self, on_events: OnEvents) -> Iterator[Progress | None]:
        """Runs the steps, one after another."""

        def say(event: Event) -> None:
            on_events((event,))

        while self._steps:
            yield self._work.step(self._steps.popleft(), say)
            yield None

    def cancel(self, *, now: bool) -> None:
        """The steps that wait are answered with `not_run`."""
        self._work.cancel(now=now)

    def close(self) -> None:
        """Nothing to end."""
