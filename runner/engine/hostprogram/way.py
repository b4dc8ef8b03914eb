"""One host's way through a play: what the parts of its program share."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, NamedTuple

from runner.engine.frame import Frame, Given
from runner.engine.host import HostState
from runner.engine.hostprogram.handlerbook import HandlerBook
from runner.engine.steps import Answer, Order, Yield
from runner.engine.variables.precedence import of_no_host
from runner.errors import PlayrunError
from runner.events import Failure, Position
from runner.model import Entry, Role, Status, Task
from runner.values import EMPTY


class Go(NamedTuple):
    """The answer to a yield, with what other hosts have given this one. See `Step`."""

    answer: Answer
    given: Given = Given()
    failure: Failure | None = None
    twice: bool = False
    orders: tuple[Order, ...] = ()
    ranks: tuple[int, ...] = ()


class HostLeft(Exception):
    """The host leaves the play, and no rescue holds it; `status` says how it stands."""

    def __init__(self, status: Status, failure: Failure | None) -> None:
        super().__init__(status)
        self.status = status
        self.failure = failure


class Failed(Exception):
    """A task failed and the host leaves the play as `status`, unless a rescue takes over."""

    def __init__(
        self, status: Status, failure: Failure | None, values: Mapping[str, Any] = EMPTY
    ) -> None:
        super().__init__(status)
        self.status = status
        self.failure = failure
        self.values = values
        self.twice = False
        """The nearest block's rescue is lost (see ADR 13)."""


class EndRole(Exception):
    """The rest of a role is left out."""

    def __init__(self, role: Role | None) -> None:
        super().__init__(role.name if role else "")
        self.role = role


Program = Generator[Yield, Go, None]
Walk = Callable[["Way", Sequence[Entry], Position, Frame], Program]


class Way:
    """Where a host's program keeps what it must remember on its way."""

    __slots__ = (
        "acted",
        "clears",
        "completed",
        "cross",
        "doubt",
        "handlers",
        "host",
        "stopped",
        "walk",
    )

    def __init__(self, host: HostState, stopped: Callable[[], bool], walk: Walk) -> None:
        self.host = host
        self.stopped = stopped
        """Whether no further task is to begin."""
        self.walk = walk
        """Walks a list of entries: what blocks, includes and handlers come back to."""
        self.cross = False
        """Whether hosts wait for one another before every task here."""
        self.doubt: Failure | None = None
        """A change that was cut off: whatever rescues it, the device stays unknown."""
        self.clears = 0
        """How often the host's errors were cleared."""
        self.acted: set[int] = set()
        """Roles, by identity, of which a task did something."""
        self.completed: set[str] = set()
        """Roles that run once and have run."""
        self.handlers = HandlerBook(host.plan.play.handlers, self._name_of)

    def _name_of(self, handler: Task) -> str:
        """As it is for all hosts; where that cannot be told, as it is for this one."""
        text = self.host.world.templar.text
        try:
            return text(handler.name, of_no_host(self.host.world, self.host.plan.play, handler))
        except PlayrunError:
            return text(handler.name, self.host.variables(handler, (), Frame(joined=True)))

    def ask(self, question: Yield) -> Generator[Yield, Go, Go]:
        """Yields a question and takes in what comes with the answer.

        Raises Failed and HostLeft when that is the answer.
        """
        self.host.rest()
        go = yield question
        self.take(go)
        if go.answer == "fatal":
            self.host.lost = True
            failed = Failed("not_run", go.failure)
            failed.twice = go.twice
            raise failed
        if go.answer == "break":
            raise HostLeft("not_run", go.failure)
        if go.answer == "end":
            raise HostLeft("ok", None)
        return go

    def take(self, go: Go) -> None:
        """Takes in what other hosts' tasks have given and ordered."""
        self.host.take(go.given)
        for order in go.orders:
            if order == "clear_host_errors":
                self.clears += 1
            elif order == "clear_facts":
                self.host.gathered.clear()

    def go_on(self, label: str) -> None:
        """Raises HostLeft when the run is being stopped."""
        if self.stopped():
            raise HostLeft("not_run", Failure("interrupted", f"stopped before {label}"))
