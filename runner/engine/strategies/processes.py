"""`processes`: workers of our own, forked before any thread starts, each on a wire.

Each runs a share of the hosts in threads. A worker that dies costs its own hosts only; those
that had no turn go to the workers that live. A shared pool of the standard library would
lose innocent hosts.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from selectors import EVENT_READ, PollSelector

from runner.engine.steps import Message, News, Progress, Step
from runner.engine.strategies.api import OnEvents
from runner.engine.strategies.threads import Threads, told
from runner.engine.strategies.wire import Wire
from runner.engine.work import Work
from runner.events import Event, Failure, TaskFinished, TaskStarted
from runner.model import Status

_TICK = 0.2
_PARENTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that a terminal or a service manager sends to the whole group: the parent's to answer."""


class _Child:
    """One worker process as its parent sees it."""

    def __init__(self, pid: int, wire: Wire) -> None:
        self.pid = pid
        self.wire = wire
        self.steps: dict[str, Step] = {}
        """Under way in it, by host."""
        self.pinned: deque[Step] = deque()
        """Next steps of its own hosts, waiting for a place in it."""
        self.hosts: set[str] = set()
        """Hosts whose program lives in it."""
        self.tasks: dict[str, TaskStarted] = {}
        """The task a host is in."""
        self.begun: set[str] = set()
        """Hosts that have started a task in it."""

    def note(self, events: Sequence[Event]) -> None:
        """What its hosts are doing."""
        for event in events:
            if isinstance(event, TaskStarted):
                self.begun.add(event.host)
                self.tasks[event.host] = event
            elif isinstance(event, TaskFinished):
                self.tasks.pop(event.host, None)


class Processes:
    """`processes` workers, `workers` hosts spread over them; a host stays where it began."""

    def __init__(self, work: Callable[[int], Work], processes: int, workers: int) -> None:
        self._make_work = work
        self._share = max(1, -(-workers // processes))
        self._new: deque[Step] = deque()
        """Steps of hosts that have begun nowhere yet."""
        self._children: list[_Child] = []
        self._wires = PollSelector()
        self._owners: dict[str, _Child] = {}
        self._orphans: dict[str, Failure] = {}
        """Hosts at a yield whose worker died: their next step is answered for."""
        self._answers: deque[Progress] = deque()
        self._shared: list[News] = []
        self._wanted: bool | None = None
        self._cancelled: bool | None = None
        for _ in range(min(processes, workers)):
            self._fork()

    def _fork(self) -> None:
        ours, theirs = Wire.pair()
        # A Ctrl-C that the child heard as its parent does would be told, and written, twice.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _PARENTS)
        try:
            pid = os.fork()
            if pid == 0:
                _child_main(self._make_work, theirs, self._share, self._inherited(ours))
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
        child = _Child(pid, ours)
        self._children.append(child)
        self._wires.register(ours, EVENT_READ, child)
        for news in self._shared:
            _send(child, news)

    def _inherited(self, ours: Wire) -> list[Wire]:
        """What a new child must close, or the end of one worker would never be seen."""
        return [ours, *(child.wire for child in self._children)]

    def submit(self, steps: Iterable[Step]) -> None:
        """Queues the steps and gives free workers as many as they may have."""
        for step in steps:
            owner = self._owners.get(step.host)
            if owner is not None:
                owner.pinned.append(step)
            elif step.host in self._orphans:
                failure = self._orphans.pop(step.host)
                self._answers.append(_answer(step, "lost", failure))
            else:
                self._new.append(step)
        self._hand_out()

    def _hand_out(self) -> None:
        """One step to each worker with room, round and round, until none has room or work."""
        while any([self._feed(child) for child in self._children]):  # noqa: C419 - feeds them all
            pass

    def _feed(self, child: _Child) -> bool:
        """Gives a worker one step: of a host that began in it, else of a new one."""
        if len(child.steps) >= self._share:
            return False
        queue = child.pinned or self._new
        if not queue:
            return False
        step = queue.popleft()
        self._owners[step.host] = child
        child.hosts.add(step.host)
        child.steps[step.host] = step
        _send(child, step)
        return True

    def share(self, news: News) -> None:
        """Sent to every worker; a later one gets all that came before it."""
        self._shared.append(news)
        for child in self._children:
            _send(child, news)

    def progress(self, on_events: OnEvents) -> Iterator[Progress | None]:
        """What the workers say; a dead one's hosts are answered for."""
        while self._is_busy():
            self._pass_on_cancel()
            while self._answers:
                yield self._answers.popleft()
            if not self._is_busy():
                return
            ready = self._wires.select(_TICK)
            if not ready:
                yield None
            for key, _ in ready:
                yield from self._hear(key.data, on_events)

    def _is_busy(self) -> bool:
        return bool(
            self._new
            or self._answers
            or any(child.steps or child.pinned for child in self._children)
        )

    def _hear(self, child: _Child, on_events: OnEvents) -> Iterator[Progress]:
        """What a worker has said since the last time; what it has room for now goes to it."""
        try:
            messages: list[Message] = child.wire.receive()
        except (EOFError, OSError):
            self._bury(child)
            return

        def hear(events: Sequence[Event]) -> None:
            child.note(events)
            on_events(events)

        for progress in told(messages, hear):
            self._came_to_rest(child, progress)
            yield progress
            if child in self._children:
                self._feed(child)

    def _came_to_rest(self, child: _Child, progress: Progress) -> None:
        child.steps.pop(progress.host, None)
        if progress.status is not None:
            child.hosts.discard(progress.host)
            self._owners.pop(progress.host, None)

    def _bury(self, child: _Child) -> None:
        """A worker has died: answer for its hosts; the living take those that had no turn."""
        self._children.remove(child)
        self._wires.unregister(child.wire)
        child.wire.close()
        _, wait_status = os.waitpid(child.pid, 0)
        how = _how(wait_status)
        waiting = {step.host: step for step in child.pinned}
        for host in sorted(child.hosts):
            self._owners.pop(host, None)
            step = child.steps.get(host) or waiting.get(host)
            status, failure = _fate(child, host, how)
            if step is not None:
                self._answers.append(_answer(step, status, failure))
            else:
                self._orphans[host] = failure
        if not self._children and self._new and self._cancelled is None:
            # The last one died: only now is there a fork while other threads may live.
            self._fork()
        self._hand_out()

    def cancel(self, *, now: bool) -> None:
        """Noted here, done by `progress` at its next turn."""
        self._wanted = now or self._wanted is True

    def _pass_on_cancel(self) -> None:
        """Tells the workers; a step that waits here is answered with `not_run`."""
        if self._wanted is self._cancelled:
            return
        self._cancelled = self._wanted
        self._answers.extend(map(Progress.never_begun, self._new))
        self._new.clear()
        for child in self._children:
            _send(child, ("cancel", self._cancelled))

    def close(self) -> None:
        """Closes the wires: a worker ends when its wire does. One that hangs is killed."""
        for child in self._children:
            child.wire.close()
        for child in self._children:
            if child.steps:
                os.kill(child.pid, signal.SIGKILL)
            os.waitpid(child.pid, 0)
        self._children.clear()


def _send(child: _Child, order: object) -> None:
    """One that has died cannot hear it; `progress` finds that out and answers for its hosts."""
    with suppress(OSError):
        child.wire.send(order)


def _answer(step: Step, status: Status, failure: Failure) -> Progress:
    return Progress(step.host, step.number, status=status, failure=failure)


def _fate(child: _Child, host: str, how: str) -> tuple[Status, Failure]:
    """How a host stands whose worker has died, by what it was last seen doing."""
    task = child.tasks.get(host)
    status: Status = "lost" if host in child.begun else "not_run"
    doing = "between two tasks" if host in child.begun else "before its first task"
    if task is not None:
        status = "unknown" if task.writes else "lost"
        doing = f"during `{task.task}`"
    return status, Failure("lost", f"the worker process {how} {doing}")


def _how(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"was killed by {signal.Signals(os.WTERMSIG(status)).name}"
    return f"ended by itself (exit {os.WEXITSTATUS(status)})"


def _child_main(
    make_work: Callable[[int], Work], wire: Wire, share: int, inherited: list[Wire]
) -> None:
    """The worker's whole life; never returns, and runs none of its parent's cleanup."""
    code = 1
    try:
        for which in _PARENTS:
            signal.signal(which, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _PARENTS)
        for other in inherited:
            other.close()
        _serve(make_work(share), share, wire)
    except (EOFError, OSError):
        code = 0  # the parent has gone
    finally:
        os._exit(code)


def _serve(work: Work, share: int, wire: Wire) -> None:
    """Takes orders until the parent closes the wire. An event is on the wire before what it
    tells of goes on: the worker may die of that."""
    threads = Threads(work, share, wire.send)
    while True:
        for order in wire.receive():
            if isinstance(order, Step):
                threads.submit([order])
            elif isinstance(order, News):
                work.share(order)
            else:
                work.cancel(now=order[1])
