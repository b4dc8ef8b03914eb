"""What a worker does with a step: find the host's program, let it go on, say where it stands."""

from __future__ import annotations

from collections.abc import Callable

from runner.engine.failures import failure_of
from runner.engine.host import HostState
from runner.engine.hostprogram.program import host_program
from runner.engine.hostprogram.way import Go, HostLeft, Program
from runner.engine.plan import PlayPlan
from runner.engine.steps import News, Progress, Published, Step, Yield
from runner.engine.targets.sessions import SessionPool
from runner.engine.variables.magic import Roster
from runner.engine.world import Worker, World
from runner.events import Event, Failure
from runner.model import Status

Emit = Callable[[Event], None]

_TOO_DEEP = Failure(
    "load",
    "blocks and includes are within one another too deep",
    "a file that includes itself needs a `when` that ends it",
)


class Work:
    """The host programs of one worker process, for one play. Shared by its threads.

    A step's number runs at most once: a repeated one is answered with a failure, not run.
    """

    def __init__(self, plan: PlayPlan, world: World, worker: Worker, limit: int) -> None:
        self._plan = plan
        self._world = world
        self._worker = worker
        self._pool = SessionPool(limit)
        self._programs: dict[str, tuple[HostState, Program]] = {}
        self._numbers: dict[str, int] = {}
        self._roster = Roster(world, plan.play, plan.hosts, plan.all_hosts)
        self._roster.leave(plan.gone)
        self._stopped = False
        self._cut = False
        world.masks.take_new()

    def share(self, news: News) -> None:
        """What other workers' hosts gave, where this is a process of its own."""
        publish(self._world, news.published)
        for secret in news.secrets:
            self._world.masks.add(secret)
        for change in news.inventory:
            self._world.grow(change)
        self.heed(news)

    def heed(self, news: News) -> None:
        """Who has left and who has come, for `ansible_play_hosts`; the rest of the news is known
        where workers share their memory."""
        self._roster.leave(news.left)
        self._roster.join(news.joined)

    def cancel(self, *, now: bool) -> None:
        """No host begins another task; with `now` every connection is cut as well.

        Takes no lock: it may be called from a signal handler.
        """
        self._stopped = True
        self._cut = self._cut or now
        if now:
            self._worker.abort()

    def step(self, step: Step, emit: Emit) -> Progress:
        """Lets one host go on to its next yield or its end. Never raises."""
        if step.number <= self._numbers.get(step.host, 0):
            failure = Failure("internal", f"step {step.number} of {step.host} was sent twice")
            return Progress(step.host, step.number, status="unknown", failure=failure)
        self._numbers[step.host] = step.number
        if self._stopped and step.host not in self._programs:
            return Progress.never_begun(step)
        return self._advance(step, emit)

    def _advance(self, step: Step, emit: Emit) -> Progress:
        try:
            host, program = self._program(step, emit)
            at = self._send(host, program, step)
        except HostLeft as left:
            return self._done(step, left.status, left.failure, early=True)
        except RecursionError:
            return self._done(step, "failed", _TOO_DEEP, early=True)
        except BaseException as error:  # noqa: BLE001  costs this host only, never the worker
            return self._done(step, "failed", failure_of(error), early=True)
        if at is None:
            return self._done(step, "ok", None)
        return Progress(
            step.host,
            step.number,
            at,
            early=host.lost,
            published=host.take_published(),
            secrets=self._world.masks.take_new(),
            inventory=host.take_additions(),
        )

    def _program(self, step: Step, emit: Emit) -> tuple[HostState, Program]:
        if step.host not in self._programs:
            host = HostState(
                step.host,
                self._plan,
                self._world,
                self._worker.connector(),
                self._pool,
                emit,
                self._roster,
                cancelled=lambda: self._cut,
                stopping=lambda: self._stopped,
            )
            self._programs[step.host] = (host, host_program(host, lambda: self._stopped))
        return self._programs[step.host]

    def _send(self, host: HostState, program: Program, step: Step) -> Yield | None:
        """The program's next yield; None when it has come to its end."""
        try:
            if step.number == 1:
                host.take(step.given)
                return next(program)
            return program.send(
                Go(step.answer, step.given, step.failure, step.twice, step.orders, step.ranks)
            )
        except StopIteration:
            return None

    def _done(
        self, step: Step, status: Status, failure: Failure | None, *, early: bool = False
    ) -> Progress:
        entry = self._programs.pop(step.host, None)
        failure = self._masked(failure)
        progress = Progress(step.host, step.number, None, status, failure, early)
        if entry is None:
            return progress
        host, program = entry
        program.close()
        host.leave()
        return progress._replace(
            published=host.take_published(),
            kept=host.kept(self._plan.kept),
            secrets=self._world.masks.take_new(),
            inventory=host.take_additions(),
        )

    def _masked(self, failure: Failure | None) -> Failure | None:
        if failure is None:
            return None
        mask = self._world.masks.mask
        return failure._replace(
            message=mask(failure.message),
            hint=failure.hint and mask(failure.hint),
            detail=failure.detail and mask(failure.detail),
        )


def publish(world: World, values: tuple[Published, ...]) -> None:
    """Adds values to what other hosts may read, in the order of their positions."""
    for value in values:
        versions = world.shared.setdefault(value.host, {}).setdefault(value.name, [])
        versions.append((value.position, value.value, value.layer))
