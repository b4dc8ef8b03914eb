"""What threads alone must see to: that whoever listens keeps up with them."""

from __future__ import annotations

import time
from collections.abc import Callable

from runner.engine.steps import Message, Progress, Step
from runner.engine.strategies.threads import Threads
from runner.events import Notice

HOSTS, SAID = 50, 400


class Talkative:
    """Hosts that have much to say; in the place of `Work`."""

    def __init__(self) -> None:
        self.begun = 0

    def step(self, step: Step, emit: Callable[[Message], None]) -> Progress:
        self.begun += 1
        for number in range(SAID):
            emit(Notice(0.0, "info", str(number)))
        return Progress(step.host, step.number, status="ok")

    def cancel(self, *, now: bool) -> None:
        pass


def test_no_host_begins_while_there_is_too_much_to_be_heard() -> None:
    work = Talkative()
    threads = Threads(work, 2)  # type: ignore[arg-type]
    threads.submit(Step(f"h{number}", 1) for number in range(HOSTS))
    deadline = time.monotonic() + 30
    while work.begun < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.1)
    assert 3 <= work.begun <= 5
    heard: list[Message] = []
    done = [progress for progress in threads.progress(heard.append) if progress is not None]
    threads.close()
    assert len(done) == HOSTS
    assert len(heard) == HOSTS * SAID


def test_threads_that_wait_to_be_heard_end_when_nobody_listens_any_more() -> None:
    work = Talkative()
    threads = Threads(work, 2)  # type: ignore[arg-type]
    threads.submit(Step(f"h{number}", 1) for number in range(HOSTS))
    next(progress for progress in threads.progress(lambda _: None) if progress is not None)
    threads.close()
    for thread in threads._threads:
        thread.join(timeout=30)
        assert not thread.is_alive()
