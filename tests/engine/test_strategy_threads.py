"""What threads alone must see to: that whoever listens keeps up with them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from runner.engine.steps import Message, Progress, Step
from runner.engine.strategies.threads import Threads
from runner.events import Event, Notice

HOSTS, SAID = 50, 400


def _note(number: int) -> Notice:
    return Notice(0.0, "info", str(number))


class Talkative:
    """Hosts that have much to say; in the place of `Work`."""

    def __init__(self) -> None:
        self.begun = 0

    def step(self, step: Step, emit: Callable[[Message], None]) -> Progress:
        self.begun += 1
        for number in range(SAID):
            emit(_note(number))
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
    done = [progress for progress in threads.progress(heard.extend) if progress is not None]
    threads.close()
    assert len(done) == HOSTS
    assert len(heard) == HOSTS * SAID


def test_what_has_been_said_meanwhile_is_heard_together_and_in_its_order() -> None:
    threads = Threads(Talkative(), 1)  # type: ignore[arg-type]
    threads.submit([Step("h1", 1), Step("h2", 1)])
    deadline = time.monotonic() + 30
    while threads._out.qsize() < 2 * (SAID + 1) and time.monotonic() < deadline:
        time.sleep(0.01)
    heard: list[list[Event]] = []

    def hear(events: Sequence[Event]) -> None:
        heard.append(list(events))

    progress = (each for each in threads.progress(hear) if each is not None)
    before = [sum(map(len, heard)) for _ in progress]
    threads.close()
    assert before == [SAID, 2 * SAID], "all that a host said is heard before how far it came"
    assert [event for part in heard for event in part] == [*map(_note, range(SAID))] * 2
    assert len(heard) < 10


def test_threads_that_wait_to_be_heard_end_when_nobody_listens_any_more() -> None:
    work = Talkative()
    threads = Threads(work, 2)  # type: ignore[arg-type]
    threads.submit(Step(f"h{number}", 1) for number in range(HOSTS))
    next(progress for progress in threads.progress(lambda _: None) if progress is not None)
    threads.close()
    for thread in threads._threads:
        thread.join(timeout=30)
        assert not thread.is_alive()
