"""Where the hosts of a batch stand, as far as the conductor knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from runner.engine.frame import Given
from runner.engine.plan import PlayPlan
from runner.engine.steps import Answer, Need, Order, Progress, Result, Step, Yield
from runner.events import Event, Failure, Position, TaskFinished, TaskStarted
from runner.model import Status, tasks_in

_WELL = frozenset({"ok", "changed", "skipped"})
_NOTHING = Given()


@dataclass(slots=True)
class Standing:
    """Where one host stands."""

    place: int
    """In play order."""
    number: int = 0
    """Of its last step."""
    at: Yield | None = None
    running: bool = False
    status: Status | None = None
    due: list[Given] = field(default_factory=list)
    orders: tuple[Order, ...] = ()
    task: TaskStarted | None = None
    """The task it was last seen starting, until that has finished."""
    done: int = 0
    """How many of the play's items it has behind it, well or ignored."""
    dropped: bool = False
    """Another host's failure took it along."""
    leaving: bool = False
    """It has failed, and does what is to be done before it leaves: handlers that are forced."""
    forgiven: bool = False
    """Errors were cleared while it was leaving: it stands well in later plays."""
    doom: tuple[Answer, Result | Failure | None] | None = None
    """What it is told at its next yield, whatever that asks."""

    def status_when_cut_off(self) -> Status:
        """How it stands when it has not answered in time, or was not let go on. One that waits
        in the middle of a task may have changed its device already."""
        if self.task is None:
            return "not_run"
        if self.task.writes:
            return "unknown"
        return "lost" if self.running else "not_run"


class Standings(Mapping[str, Standing]):
    """All hosts of a batch, by name and in play order."""

    def __init__(self, plan: PlayPlan) -> None:
        self._items = plan.items
        self._all = {name: Standing(place) for place, name in enumerate(plan.hosts)}
        self._needy: set[str] = set()
        self.running = 0
        """How many run now."""

    def __getitem__(self, name: str) -> Standing:
        return self._all[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def step(
        self,
        name: str,
        answer: Answer,
        because: Result | Failure | None = None,
        ranks: tuple[int, ...] = (),
    ) -> Step:
        """A host's next step, with all that is due to it: it runs from now on."""
        host = self._all[name]
        host.number += 1
        host.running = True
        self.running += 1
        self._needy.discard(name)
        given, orders = _merged(host.due), host.orders
        host.at, host.due, host.orders = None, [], ()
        if isinstance(because, Result):
            failure, twice = because.failure, because.twice
        else:
            failure, twice = because, False
        return Step(name, host.number, answer, given, failure, twice, orders, ranks)

    def rest(self, progress: Progress) -> Standing:
        """A host has come to its next yield, or is through."""
        host = self._all[progress.host]
        host.running = False
        self.running -= 1
        host.at = progress.at
        host.leaving = progress.early
        host.forgiven = host.forgiven and progress.early
        return host

    def note(self, events: Sequence[Event]) -> None:
        """What hosts are doing."""
        for event in events:
            if isinstance(event, TaskStarted):
                self._all[event.host].task = event
            elif isinstance(event, TaskFinished):
                host = self._all[event.host]
                host.task = None
                if event.ignored or event.status in _WELL:
                    inside = len(event.position) > 1
                    host.done = event.position[0] + (0 if inside else 1)

    def in_order(self, names: Iterable[str]) -> list[str]:
        """Hosts in play order."""
        return sorted(names, key=lambda name: self._all[name].place)

    def number_at(self, name: str) -> int:
        """The step a host has come to rest with; 0 while it does not wait."""
        host = self._all[name]
        return host.number if host.at is not None else 0

    def needs(self, name: str) -> None:
        """A host waits at a `Need`."""
        self._needy.add(name)

    def satisfied(self) -> list[str]:
        """Those that wait at a `Need` for hosts that are far enough now."""
        return [name for name in self._needy if self._is_satisfied(name)]

    def _is_satisfied(self, name: str) -> bool:
        need = self._all[name].at
        return isinstance(need, Need) and all(
            self._is_past(host, need.position) for host in need.hosts
        )

    def _is_past(self, name: str, position: Position) -> bool:
        host = self._all.get(name)
        if host is None or host.status is not None:
            return True
        return host.at is not None and host.at.position >= position

    def has_more_to_write(self, name: str) -> bool:
        """Whether tasks with an `output` were still to come."""
        to_come = self._items[self._all[name].done :]
        return any(task.output is not None for task in tasks_in(item.entry for item in to_come))


def _merged(due: list[Given]) -> Given:
    """Later values win."""
    if not due:
        return _NOTHING
    if len(due) == 1:
        return due[0]
    return Given(*({k: v for part in due for k, v in part[which].items()} for which in range(3)))
