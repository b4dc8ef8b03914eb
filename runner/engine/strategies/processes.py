"""`processes`: workers of our own, forked before any thread starts, on pipes.

Each runs a share of the hosts in threads. A worker that dies costs its own hosts only, and
a fresh one takes its place; a shared pool of the standard library would lose innocent ones.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe, wait

from runner.engine.steps import Message, Progress, Published, Step
from runner.engine.strategies.api import OnEvent
from runner.engine.strategies.threads import Threads
from runner.engine.work import Work
from runner.events import Failure, TaskFinished, TaskStarted
from runner.model import Status

_TICK = 0.2


class _Child:
    """One worker process as its parent sees it."""

    def __init__(self, pid: int, pipe: Connection) -> None:
        self.pid = pid
        self.pipe = pipe
        self.steps: dict[str, Step] = {}
        """Under way in it, by host."""
        self.hosts: set[str] = set()
        """Hosts whose program lives in it."""
        self.tasks: dict[str, TaskStarted] = {}
        self.begun: set[str] = set()
        """Hosts that have started a task in it."""


class Processes:
    """`processes` workers, `workers` hosts spread over them; a host stays where it began."""

    def __init__(self, work: Callable[[int], Work], processes: int, workers: int) -> None:
        self._make_work = work
        self._share = max(1, -(-workers // processes))
        self._waiting: deque[Step] = deque()
        self._children: list[_Child] = []
        self._lost: deque[Progress] = deque()
        self._owners: dict[str, _Child] = {}
        self._shared: list[Published] = []
        self._wanted: bool | None = None
        self._cancelled: bool | None = None
        for _ in range(min(processes, workers)):
            self._fork()

    def _fork(self) -> None:
        ours, theirs = Pipe()
        pid = os.fork()
        if pid == 0:
            _child_main(self._make_work, theirs, self._share, self._inherited(ours))
        theirs.close()
        child = _Child(pid, ours)
        self._children.append(child)
        if self._shared:
            child.pipe.send(("share", tuple(self._shared)))

    def _inherited(self, ours: Connection) -> list[Connection]:
        """What a new child must close, or the end of one worker would never be seen."""
        return [ours, *(child.pipe for child in self._children)]

    def submit(self, steps: Iterable[Step]) -> None:
        """Queues the steps and gives free workers as many as they may have."""
        self._waiting.extend(steps)
        self._hand_out()

    def _hand_out(self) -> None:
        """A host goes to the worker it began in, a new one to the least busy with room."""
        held: deque[Step] = deque()
        while self._waiting:
            step = self._waiting.popleft()
            child = self._owners.get(step.host) or self._least_busy()
            if child is None or len(child.steps) >= self._share:
                held.append(step)
                if step.host not in self._owners and not self._has_pinned(self._waiting):
                    break
                continue
            self._send(child, step)
        held.extend(self._waiting)
        self._waiting = held

    def _has_pinned(self, steps: Iterable[Step]) -> bool:
        return bool(self._owners) and any(step.number > 1 for step in steps)

    def _least_busy(self) -> _Child | None:
        free = [child for child in self._children if len(child.steps) < self._share]
        return min(free, key=lambda child: len(child.steps), default=None)

    def _send(self, child: _Child, step: Step) -> None:
        self._owners[step.host] = child
        child.hosts.add(step.host)
        child.steps[step.host] = step
        _send(child, step)

    def share(self, values: tuple[Published, ...]) -> None:
        """Sent to every worker; a later one gets all that came before it."""
        self._shared.extend(values)
        for child in self._children:
            _send(child, ("share", values))

    def progress(self, on_event: OnEvent) -> Iterator[Progress | None]:
        """What the workers say; a dead one's hosts are answered for."""
        while self._waiting or self._lost or any(child.steps for child in self._children):
            self._pass_on_cancel()
            while self._lost:
                yield self._lost.popleft()
            ready = wait([child.pipe for child in self._children], timeout=_TICK)
            if not ready:
                yield None
            for child in [child for child in self._children if child.pipe in ready]:
                progress = self._read(child, on_event)
                if progress is not None:
                    yield progress
            self._hand_out()

    def _read(self, child: _Child, on_event: OnEvent) -> Progress | None:
        try:
            message: Message = child.pipe.recv()
        except (EOFError, OSError):
            self._bury(child)
            return None
        if isinstance(message, Progress):
            child.steps.pop(message.host, None)
            return message
        if isinstance(message, TaskStarted):
            child.begun.add(message.host)
            child.tasks[message.host] = message
        elif isinstance(message, TaskFinished):
            child.tasks.pop(message.host, None)
        on_event(message)
        return None

    def _bury(self, child: _Child) -> None:
        """A worker has died: answer for its hosts, start another if there is work left."""
        self._children.remove(child)
        child.pipe.close()
        _, wait_status = os.waitpid(child.pid, 0)
        how = _how(wait_status)
        for host in sorted(child.hosts):
            self._owners.pop(host, None)
            step = child.steps.get(host) or self._take_waiting(host)
            if step is not None:
                self._lost.append(_answer_for(child, host, step, how))
        if self._cancelled is None and self._waiting:
            self._fork()

    def _take_waiting(self, host: str) -> Step | None:
        for step in self._waiting:
            if step.host == host and step.number > 1:
                self._waiting.remove(step)
                return step
        return None

    def cancel(self, *, now: bool) -> None:
        """Noted here, done by `progress` at its next turn."""
        self._wanted = now or self._wanted is True

    def _pass_on_cancel(self) -> None:
        """Tells the workers; a step that waits here is answered with `not_run`."""
        if self._wanted is self._cancelled:
            return
        self._cancelled = self._wanted
        while self._waiting:
            step = self._waiting.popleft()
            self._lost.append(Progress.never_begun(step))
        for child in self._children:
            _send(child, ("cancel", self._cancelled))

    def close(self) -> None:
        """Closes the pipes: a worker ends when its pipe does. One that hangs is killed."""
        hanging = self._cancelled is not None or any(child.steps for child in self._children)
        for child in self._children:
            child.pipe.close()
        for child in self._children:
            if hanging and child.steps:
                os.kill(child.pid, signal.SIGKILL)
            os.waitpid(child.pid, 0)
        self._children.clear()


def _send(child: _Child, order: object) -> None:
    """One that has died cannot hear it; `progress` finds that out and answers for its hosts."""
    with suppress(OSError):
        child.pipe.send(order)


def _answer_for(child: _Child, host: str, step: Step, how: str) -> Progress:
    task = child.tasks.get(host)
    status: Status = "not_run" if host not in child.begun else "lost"
    doing = "before its first task"
    if task is not None:
        status = "unknown" if task.writes else "lost"
        doing = f"during `{task.task}`"
    failure = Failure("lost", f"the worker process {how} {doing}")
    return Progress(host, step.number, status=status, failure=failure)


def _how(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"was killed by {signal.Signals(os.WTERMSIG(status)).name}"
    return f"ended by itself (exit {os.WEXITSTATUS(status)})"


def _child_main(
    make_work: Callable[[int], Work], pipe: Connection, share: int, inherited: list[Connection]
) -> None:
    """The worker's whole life; never returns, and runs none of its parent's cleanup."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for other in inherited:
            other.close()
        _serve(make_work(share), share, pipe)
        code = 0
    except (EOFError, OSError):
        code = 0  # the parent has gone
    finally:
        sys.stdout.flush()
        os._exit(code)


def _serve(work: Work, share: int, pipe: Connection) -> None:
    """Takes orders until the parent closes the pipe."""
    lock = threading.Lock()

    def say(message: Message) -> None:
        """An event is in the pipe before what it tells of goes on: the worker may die of that."""
        with lock:
            pipe.send(message)

    threads = Threads(work, share, say)
    while True:
        order = pipe.recv()
        if isinstance(order, Step):
            threads.submit([order])
        elif order[0] == "share":
            work.share(order[1])
        else:
            work.cancel(now=order[1])
