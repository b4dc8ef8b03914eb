"""What happened, to whom, when: the only thing that outputs see.

Every event is immutable, picklable and already masked: no secret value is in it. `at` is
seconds since the epoch. A worker sends an event as it happens; outputs never call back.
"""

# No annotations as texts: NamedTuple would compile each of them, at every start.
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from runner.model import Status
from runner.values import EMPTY

Position = tuple[Any, ...]
"""Where in a play a task stands; compared as a tuple. See docs/architecture.md."""

TaskStatus = Literal["ok", "changed", "skipped", "failed", "unreachable"]


class Failure(NamedTuple):
    """An exception as data. `kind` is an error class's `kind`; `detail` a traceback or None."""

    kind: str
    message: str
    hint: str | None = None
    where: str | None = None
    """`file:line:column` of the task or template, if known."""
    detail: str | None = None


class Section(NamedTuple):
    """One command's part of a host file: `size` bytes of the partial file from `offset`.

    `prompt` and `command` are for the file's header only, which is not masked.
    """

    prompt: str
    command: str
    offset: int
    size: int
    shown: str = ""
    """Prompt and command for people and records, masked; asterisks under `no_log`."""


class Captured(NamedTuple):
    """What a task wrote for a host file, spooled by the worker beside its target.

    The worker wrote `partial` and closed it; an output checks `size` and `sha256` and puts
    it in the target's place. Incomplete captures (`complete` False) never replace a file.
    """

    target: str
    """Absolute path of the file that the user gets."""
    partial: str
    """Absolute path of what the worker wrote, in the same folder."""
    sections: tuple[Section, ...]
    size: int
    sha256: str
    complete: bool
    kind: Literal["text", "backup"] = "text"
    encoding: str = "utf-8"


class RunStarted(NamedTuple):
    """A run begins. `folder` is the run record's folder, or None when there is none."""

    at: float
    run: str
    playbooks: tuple[str, ...]
    check: bool = False
    folder: str | None = None
    flags: tuple[str, ...] = ()
    """The words of the command line that say which hosts and where, to type again."""
    typed: tuple[str, ...] = ()
    """All words of the command line but for the hosts that it was limited to; no secrets."""


class PlayStarted(NamedTuple):
    """A play begins on `hosts`, in play order."""

    at: float
    play: int
    name: str
    hosts: tuple[str, ...]
    order: str
    executor: str
    workers: int
    processes: int = 1
    batch: int = 0
    """Which batch of the play, from 0."""
    batches: int = 1


class TaskStarted(NamedTuple):
    """A host starts a task (not sent for tasks whose `when` is false)."""

    at: float
    host: str
    play: int
    position: Position
    task: str
    action: str
    writes: bool = False
    """It may change a device: if its worker dies now, nobody knows what the device took."""


class ItemFinished(NamedTuple):
    """One item of a loop is done. `item` is its label."""

    at: float
    host: str
    play: int
    position: Position
    task: str
    action: str
    item: str
    status: TaskStatus
    values: Mapping[str, Any]
    failure: Failure | None = None
    ignored: bool = False
    delegate: str | None = None
    """The host that it was done on, when that is another."""
    handler: bool = False
    """It was notified."""
    terse: bool = False
    """That it went well is all that is to be shown of it."""


class TaskRetried(NamedTuple):
    """An attempt of a task under `until` did not do; `left` more follow after the delay."""

    at: float
    host: str
    play: int
    position: Position
    task: str
    action: str
    left: int
    values: Mapping[str, Any]
    title: str = ""
    """The task's name without its role's."""


class StatsSet(NamedTuple):
    """`set_stats` on a host (None: for the whole run); `aggregate`: added to what there is."""

    at: float
    host: str | None
    data: Mapping[str, Any]
    aggregate: bool


class TaskFinished(NamedTuple):
    """A host is through with a task.

    `values` is what `register` would store, cut to 64 kB a string; empty but for a
    `censored` line under `no_log`. `ignored`: it failed under `ignore_errors`. `rescued`:
    it failed in a block whose rescue takes over.
    """

    at: float
    host: str
    play: int
    position: Position
    task: str
    action: str
    status: TaskStatus
    seconds: float
    values: Mapping[str, Any] = EMPTY
    failure: Failure | None = None
    captured: tuple[Captured, ...] = ()
    ignored: bool = False
    looped: bool = False
    rescued: bool = False
    delegate: str | None = None
    included: tuple[str, ...] = ()
    """The files or roles that it includes."""
    handler: bool = False
    """It was notified."""
    terse: bool = False
    """That it went well is all that is to be shown of it."""


class HostFinished(NamedTuple):
    """A host has left a play, for whatever reason."""

    at: float
    host: str
    play: int
    status: Status
    failure: Failure | None = None
    unwritten: bool = False
    """Tasks with an `output` were still to come: what this play captured is not all of it."""


class ErrorsCleared(NamedTuple):
    """`clear_host_errors`: these hosts had left the play; later plays have them again."""

    at: float
    play: int
    hosts: tuple[str, ...]


class PlayFinished(NamedTuple):
    """A play is over for all its hosts."""

    at: float
    play: int


class Notice(NamedTuple):
    """Something the user should know; `level` is `info`, `warning` or `error`.

    An error that names a host makes that host a failed one (its file could not be written).
    """

    at: float
    level: Literal["info", "warning", "error"]
    text: str
    host: str | None = None


class Report(NamedTuple):
    """What an output has to say at the end of a run (where files are, what changed).

    `lines` are for people, plain text that may hold anything a device chose; `data` is the
    same for `--json`. Made by outputs, never by workers.
    """

    at: float
    kind: str
    lines: tuple[str, ...]
    data: Mapping[str, Any] = EMPTY


class RunFinished(NamedTuple):
    """A run is over. `interrupted`: by Ctrl-C."""

    at: float
    run: str
    interrupted: bool = False


Event = (
    RunStarted
    | PlayStarted
    | TaskStarted
    | ItemFinished
    | TaskRetried
    | TaskFinished
    | StatsSet
    | HostFinished
    | ErrorsCleared
    | PlayFinished
    | Notice
    | Report
    | RunFinished
)
