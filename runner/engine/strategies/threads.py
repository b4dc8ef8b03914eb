"""`threads`: `workers` hosts at a time in this process. For hundreds of connections."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue

from runner.engine.failures import failure_of
from runner.engine.steps import Message, News, Progress, Step
from runner.engine.strategies.api import OnEvents
from runner.engine.work import Work
from runner.errors import PlanError
from runner.events import Event, Notice

_TICK = 0.2
_BACKLOG = 1_000
"""Messages that wait to be heard before hosts may go on: those of a fleet would fill memory,
since threads that only compute leave the one that listens little time."""
_AT_ONCE = 200
"""Messages that are heard together at most."""
_GLANCE = 0.01
_STACK = 1024 * 1024
"""Bytes of stack a thread: twice what Python's limit of recursion takes of them, and no more,
since 1,000 threads add up."""


def told(messages: Iterable[Message], on_events: OnEvents) -> Iterator[Progress]:
    """How far hosts have come; the events that lead to it are told before."""
    events: list[Event] = []
    for message in messages:
        if not isinstance(message, Progress):
            events.append(message)
            continue
        if events:
            on_events(events)
            events = []
        yield message
    if events:
        on_events(events)


class Threads:
    """A pool of daemon threads, started as steps come, at most `workers` of them."""

    def __init__(
        self, work: Work, workers: int, say: Callable[[Message], None] | None = None
    ) -> None:
        """`say` takes what the threads say, instead of `progress`; it is called by them."""
        self._work = work
        self._workers = workers
        self._steps: SimpleQueue[Step | None] = SimpleQueue()
        self._out: SimpleQueue[Message] = SimpleQueue()
        self._say = say or self._out.put
        self._threads: list[threading.Thread] = []
        self._under_way = 0
        self._closed = False
        self._turn = threading.Lock()

    def submit(self, steps: Iterable[Step]) -> None:
        """Queues the steps; starts a thread for each while there are fewer than `workers`."""
        for step in steps:
            self._under_way += 1
            self._steps.put(step)
            if len(self._threads) < self._workers:
                self._grow()

    def _grow(self) -> None:
        try:
            self._start()
        except RuntimeError:
            if not self._threads:
                raise PlanError(
                    "this machine lets playrun start no thread at all",
                    hint="look at `ulimit -u` and `ulimit -v`, or use `strategy: serial`",
                ) from None
            self._workers = len(self._threads)
            text = f"no more than {self._workers} workers: the machine allows no more threads"
            self._say(Notice(time.time(), "warning", text))

    def _start(self) -> None:
        before = threading.stack_size(_STACK)
        try:
            name = f"worker-{len(self._threads) + 1}"
            thread = threading.Thread(target=self._serve, name=name, daemon=True)
            thread.start()
        finally:
            threading.stack_size(before)
        self._threads.append(thread)

    def _serve(self) -> None:
        while (step := self._steps.get()) is not None:
            self._wait_to_be_heard()
            progress = self._work.step(step, self._say)
            try:
                self._say(progress)
            except OSError:
                return  # whoever listened has gone
            except Exception as error:  # noqa: BLE001  what cannot be told must not hang the run
                self._say(
                    Progress(step.host, step.number, status="failed", failure=failure_of(error))
                )

    def _wait_to_be_heard(self) -> None:
        if self._out.qsize() <= _BACKLOG:
            return
        with self._turn:
            while self._out.qsize() > _BACKLOG and not self._closed:
                time.sleep(_GLANCE)

    def share(self, news: News) -> None:
        """Who has left and come; the rest is known already, since there is one memory."""
        self._work.heed(news)

    def progress(self, on_events: OnEvents) -> Iterator[Progress | None]:
        """What the threads say, with a tick when they say nothing for a while."""
        while self._under_way:
            try:
                messages = self._heard()
            except Empty:
                yield None
                continue
            for progress in told(messages, on_events):
                self._under_way -= 1
                yield progress

    def _heard(self) -> list[Message]:
        """What has been said since the last time. Raises Empty when that is nothing."""
        first = self._out.get(timeout=_TICK)
        more = min(self._out.qsize(), _AT_ONCE)
        return [first, *(self._out.get() for _ in range(more))]

    def cancel(self, *, now: bool) -> None:
        """Hosts that have not begun are answered with `not_run`."""
        self._work.cancel(now=now)

    def close(self) -> None:
        """Ends idle threads; one that hangs is a daemon and ends with the process."""
        self._closed = True
        for _ in self._threads:
            self._steps.put(None)
        for thread in self._threads:
            thread.join(timeout=1.0 if self._under_way == 0 else 0.0)
