"""Who may go on, and when: the conductor against host programs written for the purpose."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playing import make_world

from runner.engine.conducting.conductor import Conductor
from runner.engine.frame import Given
from runner.engine.plan import PlayPlan
from runner.engine.steps import Before, Need, News, Once, Progress, Published, Result, Step, Yield
from runner.events import Failure, HostFinished
from runner.model import Play
from runner.values import Origin

Script = Generator[Yield, Step, None]


class Scripted:
    """A strategy whose hosts are generators; steps run in the order they were submitted."""

    def __init__(self, scripts: dict[str, Callable[[], Script]]) -> None:
        self.scripts = {host: make() for host, make in scripts.items()}
        self.steps: deque[Step] = deque()
        self.log: list[str] = []
        self.shared: list[Published] = []
        self.secrets: list[str] = []

    def submit(self, steps: Iterable[Step]) -> None:
        self.steps.extend(steps)

    def share(self, news: News) -> None:
        self.shared.extend(news.published)
        self.secrets.extend(news.secrets)

    def progress(self, on_events: Any) -> Iterator[Progress | None]:
        while self.steps:
            step = self.steps.popleft()
            script = self.scripts[step.host]
            self.log.append(f"{step.host} {step.answer}")
            try:
                at = next(script) if step.number == 1 else script.send(step)
            except StopIteration:
                yield Progress(step.host, step.number, status="ok")
            except RuntimeError:
                yield Progress(step.host, step.number, status="failed")
            else:
                yield Progress(step.host, step.number, at)

    def cancel(self, *, now: bool) -> None:
        self.steps.clear()

    def close(self) -> None:
        return


def conduct(tmp_path: Path, scripts: dict[str, Callable[[], Script]]) -> tuple[Scripted, Any]:
    """Runs the scripts to their end."""
    play = Play("p", "all", (), Origin("f", 1, 1))
    plan = PlayPlan(0, play, tuple(scripts), (), "lockstep", "serial", 1)
    world, _ = make_world(tmp_path, ",".join(scripts) + ",")
    strategy = Scripted(scripts)
    said: list[Any] = []
    statuses = Conductor(plan, world, strategy, said.extend).run().statuses
    finished = {event.host: event.status for event in said if isinstance(event, HostFinished)}
    assert finished == dict(statuses), "every host is told to have finished, once"
    return strategy, statuses


def through(*positions: Yield) -> Callable[[], Script]:
    """A host that yields these, whatever the answers."""

    def script() -> Script:
        for position in positions:  # noqa: UP028 - a tuple takes no answers
            yield position

    return script


def test_hosts_at_the_lowest_position_go_first(tmp_path: Path) -> None:
    strategy, _ = conduct(
        tmp_path,
        {
            "fast": through(Before((3,))),
            "slow": through(Before((1,)), Before((2,))),
        },
    )
    assert strategy.log == ["fast go", "slow go", "slow go", "slow go", "fast go"]


def test_a_block_comes_before_what_follows_it(tmp_path: Path) -> None:
    strategy, _ = conduct(
        tmp_path,
        {
            "rescuing": through(Before((1, 1, 0))),
            "after": through(Before((2,))),
            "inside": through(Before((1, 0, 5))),
        },
    )
    assert strategy.log[3:] == ["inside go", "rescuing go", "after go"]


def once_host(log: list[Any], *, do: Callable[[], Result]) -> Callable[[], Script]:
    """A host at a run_once task that notes how it was answered."""

    def script() -> Script:
        step = yield Once((1,))
        log.append((step.host, step.answer, dict(step.given.facts)))
        if step.answer == "do":
            result = do()
            yield result
            if result.failed:
                raise RuntimeError
        elif step.answer == "fatal":
            raise RuntimeError

    return script


def test_run_once_runs_on_the_first_host_and_all_take_its_values(tmp_path: Path) -> None:
    log: list[Any] = []
    make = once_host(log, do=lambda: Result((1,), Given({"x": 5})))
    _, statuses = conduct(tmp_path, {"a": make, "b": make, "c": make})
    assert log == [("a", "do", {}), ("b", "take", {"x": 5}), ("c", "take", {"x": 5})]
    assert set(statuses.values()) == {"ok"}


def test_run_once_that_fails_ends_the_play_for_all(tmp_path: Path) -> None:
    log: list[Any] = []
    make = once_host(log, do=lambda: Result((1,), failed=True))
    _, statuses = conduct(tmp_path, {"a": make, "b": make})
    assert [answer for _, answer, _ in log] == ["do", "fatal"]
    assert set(statuses.values()) == {"failed"}


def test_a_leader_that_dies_takes_nobody_with_it_into_waiting(tmp_path: Path) -> None:
    def dying() -> Script:
        yield Once((1,))
        raise RuntimeError("its worker died")

    log: list[Any] = []
    make = once_host(log, do=lambda: Result((1,)))
    _, statuses = conduct(tmp_path, {"a": dying, "b": make})
    assert statuses == {"a": "failed", "b": "failed"}
    assert log == [("b", "fatal", {})]


def test_values_of_run_once_reach_a_host_that_is_elsewhere(tmp_path: Path) -> None:
    seen: list[Any] = []

    def elsewhere() -> Script:
        step = yield Before((5,))
        seen.append(dict(step.given.facts))

    make = once_host([], do=lambda: Result((1,), Given({"x": 1})))
    conduct(tmp_path, {"a": make, "b": elsewhere})
    assert seen == [{"x": 1}]


def test_a_need_waits_until_the_others_are_there(tmp_path: Path) -> None:
    strategy, _ = conduct(
        tmp_path,
        {
            "reader": through(Need((2,), frozenset({"writer"}))),
            "writer": through(Before((1,)), Before((3,))),
        },
    )
    assert strategy.log == ["reader go", "writer go", "writer go", "reader go", "writer go"]


def test_a_need_for_a_host_that_has_finished_or_is_unknown_is_met(tmp_path: Path) -> None:
    strategy, statuses = conduct(
        tmp_path,
        {"reader": through(Need((2,), frozenset({"gone", "stranger"}))), "gone": through()},
    )
    assert statuses == {"reader": "ok", "gone": "ok"}
    assert strategy.log[-1] == "reader go"


def test_needs_in_a_circle_do_not_hang(tmp_path: Path) -> None:
    _, statuses = conduct(
        tmp_path,
        {
            "a": through(Need((2,), frozenset({"b"}))),
            "b": through(Need((1,), frozenset({"a"}))),
        },
    )
    assert set(statuses.values()) == {"ok"}


@pytest.mark.parametrize("count", [1, 50])
def test_many_hosts_at_one_position_go_together(tmp_path: Path, count: int) -> None:
    hosts = {f"h{number}": through(Before((1,)), Before((2,))) for number in range(count)}
    strategy, _ = conduct(tmp_path, hosts)
    order = [line.split()[0] for line in strategy.log]
    assert order == list(hosts) * 3


def test_a_secret_that_one_worker_learns_is_masked_everywhere(tmp_path: Path) -> None:
    class Telling(Scripted):
        def progress(self, on_events: Any) -> Iterator[Progress | None]:
            for progress in super().progress(on_events):
                yield progress and progress._replace(secrets=("vaulted-value",))

    plan = PlayPlan(0, Play("p", "all", (), Origin("f", 1, 1)), ("a",), (), "free", "serial", 1)
    world, _ = make_world(tmp_path, "a,")
    strategy = Telling({"a": through()})
    Conductor(plan, world, strategy, lambda event: None).run()
    assert world.masks.mask("<vaulted-value>") == "<********>"
    assert strategy.secrets == ["vaulted-value"]


def test_a_failed_run_once_says_on_which_host_and_why(tmp_path: Path) -> None:
    failure = Failure("run_once", "`t` runs once and failed on a: no")
    said: list[Failure | None] = []

    def follower() -> Script:
        step = yield Once((1,))
        said.append(step.failure)

    log: list[Any] = []
    leader = once_host(log, do=lambda: Result((1,), failed=True, failure=failure))
    conduct(tmp_path, {"a": leader, "b": follower})
    assert said == [failure]
