"""What is the same for every host of a run: inventory, settings, templates, connections."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from runner.actions.api import AddHost, AddToGroup, Paths
from runner.connections.api import Connector, HostKeyChecking, Timeouts
from runner.engine.frame import Given
from runner.engine.prepared import Prepared
from runner.engine.telling import Telling
from runner.events import Position
from runner.model import Entry, Handler, Role, Task
from runner.platforms.model import Platform
from runner.templating import Opener, Templar, refuse_vaulted
from runner.values import Masks, Secret

Version = tuple[Position, Any, "Layer"]
"""A value that others may read: where it was set, what it is, and which kind of it."""
Layer = Literal["facts", "gathered", "included", "handlers"]


class Hosts(Protocol):
    """The part of an inventory that the engine needs."""

    @property
    def groups(self) -> Mapping[str, Sequence[str]]:
        """Host names by group, as the magic variable `groups` shows them."""

    def vars_of(self, host: str) -> Mapping[str, Any]:
        """A host's inventory variables, merged and unrendered."""

    def groups_of(self, host: str) -> Sequence[str]:
        """A host's groups, sorted."""

    def text(self, host: str, variable: str) -> str:
        """A variable's value as its author wrote it (`0123`). Raises LoadError if it is no text."""

    def add(self, change: AddHost | AddToGroup) -> bool:
        """Takes in what a task adds to the inventory; whether that changed anything."""


class Included(NamedTuple):
    """What an include brings: entries that the tags leave, and a role with its handlers."""

    entries: tuple[Entry, ...]
    handlers: tuple[Handler, ...] = ()
    role: Role | None = None
    """The role, for an `include_role`."""
    roles: tuple[Role, ...] = ()
    """All that come with it: what its tasks import, then the role itself."""
    exposed: tuple[Role, ...] = ()
    """Those whose variables all tasks of the play see from then on."""


class Includes(Protocol):
    """Reads what a play names only while it runs. Thread-safe; every file is read once."""

    def tasks(self, task: Task, file: str) -> Included:
        """The entries of the file that an `include_tasks` names, for the scope it stands in.

        The same object for the same task and file. Raises LoadError or Problems.
        """

    def role(self, task: Task, name: str, args: Mapping[str, Any]) -> Included:
        """A role for an `include_role`; `args` are its rendered arguments (`tasks_from`, …).

        The same object for the same task, name and arguments. Raises LoadError or Problems.
        """

    def told(self, task: Task, word: str, names: tuple[tuple[str, ...], ...]) -> Task:
        """A late task with its action and arguments: the word that names the action, and the
        names of the arguments that each of its templates gives.

        The same object for the same task, word and names. Raises LoadError or Problems.
        """

    def variables(self, path: Path) -> Mapping[str, Any]:
        """A file of variables, vaulted or not. Raises LoadError."""


class Worker(Protocol):
    """What a worker process makes for itself: connections cannot be shared between processes."""

    def connector(self) -> Connector:
        """A connector of this process."""

    def abort(self) -> None:
        """Cuts every open connection, from another thread."""

    def serving(self) -> AbstractContextManager[None]:
        """Open in the first process from after the fork to the end of a play."""


class Defaults(NamedTuple):
    """Connection values for hosts that say nothing themselves: from flags and settings."""

    user: str | None = None
    password: Secret | None = None
    become_password: Secret | None = None
    become: bool = False
    become_user: str | None = None
    connection: str | None = None
    private_key_file: str | None = None
    ssh_common_args: str = ""
    ssh_config: str | None = None
    known_hosts: str | None = None
    host_key_checking: HostKeyChecking = "accept-new"
    encoding: str = "utf-8"
    timeouts: Timeouts = Timeouts()


@dataclass(slots=True, eq=False, repr=False)
class World:
    """Built once, before the first worker starts; only what hosts were given changes after.

    `facts` are the registered values and set facts of every host, `gathered` its facts as
    devices and `setup` give them, `included` what `include_vars` read for it. `shared` holds
    what other hosts may read, with the position it was set at and which of the three it is.
    """

    hosts: Hosts
    templar: Templar
    masks: Masks
    paths: Paths
    folder: Path
    """The run record's folder."""
    defaults: Defaults
    platform: Callable[[str], Platform]
    """A platform by name. Raises PlanError for an unknown one."""
    extra_vars: Mapping[str, Any] = field(default_factory=dict)
    simulated: bool = False
    """Simulated devices are in the hosts' places."""
    overrides: Callable[[str], Mapping[str, Any]] = lambda _host: {}
    """Variables that win over everything: where the lab's stand-in of a host is."""
    magic: Mapping[str, Any] = field(default_factory=dict)
    check: bool = False
    diff: bool = False
    """Tasks show what they change, where they do not say."""
    sessions_max: int = 0
    """Open sessions per run; 0: as many as hosts are worked on."""
    max_register: int = 10_000_000
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    gathered: dict[str, dict[str, Any]] = field(default_factory=dict)
    included: dict[str, dict[str, Any]] = field(default_factory=dict)
    shared: dict[str, dict[str, list[Version]]] = field(default_factory=dict)

    tasks: dict[int, Prepared] = field(default_factory=dict)
    """By the identity of a task, which the value holds on to."""
    names: frozenset[str] | None = None
    includes: Includes | None = None
    """None: nothing can be included while plays run."""
    step: Callable[[Position, str], bool] | None = None
    """Asked before every task of a play in lockstep whether it is to run (`--step`)."""
    force_handlers: bool = False
    """Hosts that failed run their handlers too, where the play says nothing."""
    any_errors_fatal: bool = False
    """One failed host ends a play that says nothing of it."""
    ask: Callable[..., str] | None = None
    """Asks the person at the terminal (prompt, echo); None when there is nobody."""
    opened: Opener = refuse_vaulted
    """The content of a file that may be vaulted. Raises LoadError."""
    refresh: Callable[[], None] | None = None
    """Reads the inventory again; None: it cannot be."""

    _open: Telling = field(init=False)
    _quiet: Telling = field(init=False)

    def __post_init__(self) -> None:
        self._open = Telling(self.masks.mask, quiet=False)
        self._quiet = Telling(self.masks.mask, quiet=True)

    def is_host(self, name: str) -> bool:
        """Whether the inventory has a host of that name; asked often, of large fleets."""
        if self.names is None:
            self.names = frozenset(self.hosts.groups["all"])
        return name in self.names

    def grow(self, change: AddHost | AddToGroup) -> bool:
        """Takes in what a task adds to the inventory; whether that changed anything."""
        changed = self.hosts.add(change)
        if changed:
            self.names = None
        return changed

    def given_to(self, host: str) -> Given:
        """All that tasks gave the host, to read and to write."""
        return Given(
            self.facts.setdefault(host, {}),
            self.gathered.setdefault(host, {}),
            self.included.setdefault(host, {}),
        )

    def give(self, host: str, given: Given) -> None:
        """Adds to what tasks gave the host; newer values win."""
        if given.facts:
            self.facts.setdefault(host, {}).update(given.facts)
        if given.gathered:
            self.gathered.setdefault(host, {}).update(given.gathered)
        if given.included:
            self.included.setdefault(host, {}).update(given.included)

    def forget(self, host: str) -> None:
        """The host has left this worker: what it was given is handed over, not kept."""
        for values in (self.facts, self.gathered, self.included):
            values.pop(host, None)

    def telling(self, *, quiet: bool) -> Telling:
        """What may be told of a task; `quiet` is its `no_log`."""
        return self._quiet if quiet else self._open

    def prepared(self, task: Task) -> Prepared:
        """The task, with what needs no host taken out of it."""
        known = self.tasks.get(id(task))
        if known is None or known.task is not task:
            known = self.tasks[id(task)] = Prepared(task, self.templar, self.paths)
        return known
