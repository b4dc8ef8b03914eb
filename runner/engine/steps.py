"""What conductor, strategies and host programs say to one another. Frozen and picklable."""

# No annotations as texts: NamedTuple would compile each of them, at every start.
from typing import Any, Literal, NamedTuple

from runner.actions.api import AddHost, AddToGroup
from runner.engine.frame import Given
from runner.events import Event, Failure, Position
from runner.model import Status

DONE = -1
"""A part of a position: the task there is done. What it includes comes behind that."""

ASKING = -2
"""A part of a position: the task there is done, but for what others have to say of it."""


class Before(NamedTuple):
    """A host stands before `position` and waits until all others are there too."""

    position: Position
    at_most: int = 0
    """So many hosts may run the task at once; 0: any number (`throttle`)."""
    task: str = ""
    """The task's name, where somebody is asked whether it is to run (`--step`)."""


class Once(NamedTuple):
    """A host stands at a run_once task: one host will be told `do`, the others `take`."""

    position: Position
    task: str = ""
    """As with `Before`."""


class Result(NamedTuple):
    """What a run_once task gave, for every host of the batch, and what it orders for all."""

    position: Position
    values: Given = Given()
    failed: bool = False
    failure: Failure | None = None
    """Why it failed, for the hosts that it takes along."""
    twice: bool = False
    """It failed: rescues around it are lost to the others. Not so when it was unreachable."""
    order: "Order" = ""


class Verdict(NamedTuple):
    """A host has run a task after which one host's failure may concern all."""

    position: Position
    failed: bool
    counts: bool = False
    """The failure is final: no rescue, no always is still to come."""
    fatal: bool = False
    """`any_errors_fatal`: one failure is every host's."""
    limit: float | None = None
    """`max_fail_percentage`."""
    failure: Failure | None = None
    """What others are told."""


class Merge(NamedTuple):
    """A host includes these (a key for each): hosts that include the same walk it together."""

    position: Position
    keys: tuple[str, ...]


class Need(NamedTuple):
    """A host reads values of `hosts`, and waits until these are at `position` or beyond."""

    position: Position
    hosts: frozenset[str]


Yield = Before | Once | Result | Verdict | Merge | Need

Answer = Literal["go", "do", "take", "skip", "fatal", "break", "end"]
"""`skip` leaves out one task; `fatal` fails the host where it stands, `break` takes it out of
the play, `end` ends its play well."""

Order = Literal[
    "", "end_play", "end_batch", "clear_host_errors", "clear_facts", "refresh_inventory"
]
"""What a `meta` task has one host say for all of the batch."""


class Published(NamedTuple):
    """A value that other hosts may read: of `host`, set at `position`.

    When another host set it (`delegate_facts`), it is handed to `host` itself as well.
    """

    host: str
    position: Position
    name: str
    value: Any
    layer: Literal["facts", "gathered", "included", "handlers"] = "facts"
    """A field of `Given`; or `Lent` handlers, which are for nobody's variables."""


class Step(NamedTuple):
    """Let `host` go on. `number` counts a host's steps from 1; a number runs at most once.

    `given` is what other hosts' tasks have given this one meanwhile.
    """

    host: str
    number: int
    answer: Answer = "go"
    given: Given = Given()
    failure: Failure | None = None
    """With `fatal` and `break`: whose failure it was, and why."""
    twice: bool = False
    """With `fatal`: no rescue of the nearest block takes it."""
    orders: tuple[Order, ...] = ()
    """What `meta` tasks have ordered for all hosts meanwhile."""
    ranks: tuple[int, ...] = ()
    """To a `Merge`: in which place each of its keys is walked."""


class Progress(NamedTuple):
    """A host has come to its next yield, or is done (`status`)."""

    host: str
    number: int
    at: Yield | None = None
    status: Status | None = None
    failure: Failure | None = None
    early: bool = False
    """It left before the end of the play, well or not; or it has failed, and only goes on to
    what is done in any case."""
    published: tuple[Published, ...] = ()
    kept: Given = Given()
    secrets: tuple[str, ...] = ()
    """Secret values that became known meanwhile: every process must mask them from now on."""
    inventory: tuple[AddHost | AddToGroup, ...] = ()
    """What its tasks add to the inventory."""

    @staticmethod
    def never_begun(step: Step) -> "Progress":
        """The answer for a host whose turn never came, since the run was interrupted."""
        failure = Failure("interrupted", "the run was interrupted before its turn")
        return Progress(step.host, step.number, status="not_run", failure=failure)


class News(NamedTuple):
    """What every worker must know before its hosts go on."""

    published: tuple[Published, ...] = ()
    secrets: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    """Hosts that are out of the play since the last news."""
    inventory: tuple[AddHost | AddToGroup, ...] = ()
    joined: tuple[str, ...] = ()
    """Hosts that `add_host` has changed: `ansible_play_hosts` has them too from now on."""


Message = Event | Progress
