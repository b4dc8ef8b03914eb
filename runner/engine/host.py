"""One host in one play, inside a worker: its variables, its sessions, its files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from runner.actions.api import AddHost, AddToGroup, Capture, Outcome
from runner.connections.api import Connector, Session, Target
from runner.engine.frame import Frame, Given, Lent
from runner.engine.layers import Layers, filled
from runner.engine.places import inside
from runner.engine.plan import PlayPlan
from runner.engine.steps import Published
from runner.engine.targets.delegation import Delegate
from runner.engine.targets.link import Link
from runner.engine.targets.sessions import SessionPool
from runner.engine.targets.target import platform_of, target_key, target_of
from runner.engine.variables.hostsettings import NAMES, Settings
from runner.engine.variables.hostvars import HostVars, given_before, inventory_of, other_variables
from runner.engine.variables.magic import Lazy, Roster, of_host, with_roles
from runner.engine.variables.precedence import base, defaults, of_play, top
from runner.engine.variables.varsfiles import play_files
from runner.engine.world import Layer, World
from runner.events import Event, Position
from runner.model import Role, Task
from runner.platforms import redact
from runner.platforms.model import Platform
from runner.spool import HostJournal, command_slug
from runner.templating import Variables
from runner.values import EMPTY, Source

HANDLERS: Final = "handlers"
_REACHES = frozenset(name for names in NAMES.values() for name in names)
"""Variables that say how a device is reached."""


class HostState:
    """Everything a host's share of a play needs. Used by one thread at a time."""

    def __init__(
        self,
        name: str,
        plan: PlayPlan,
        world: World,
        connector: Connector,
        pool: SessionPool,
        emit: Callable[[Event], None],
        roster: Roster,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self.name = name
        self.plan = plan
        self.world = world
        self.emit = emit
        self.roster = roster
        self.cancelled = cancelled
        """Whether connections are being cut. Called from the host's thread, often."""
        self.stopping = stopping
        """Whether the run is to end once tasks have. Called likewise."""
        before = world.given_to(name)
        self.facts = dict(before.facts)
        self.gathered = dict(before.gathered)
        self.included = dict(before.included)
        self.published: list[Published] = []
        self.additions: list[AddHost | AddToGroup] = []
        self._noted: list[tuple[Layer, str]] | None = None
        self.lost = False
        """It has failed, and goes on only to what is done in any case."""
        self._connector = connector
        self._pool = pool
        self._links: dict[str, Link] = {}
        self._targets: dict[Any, Target] = {}
        self._journals: dict[str, HostJournal] = {}
        self._position: Position = ()
        self._joined = False
        self._here: frozenset[str] = frozenset()
        self._magic = magic = of_host(world, name)
        magic["hostvars"] = Lazy(self._hostvars)
        self._top = top(world, name, magic, roster)
        self._base = base(world, name)
        self._play: Layers | None = None
        self._public: Layers = ()
        """Defaults of roles that were included for all that follows."""

    # variables

    def variables(
        self, task: Task, position: Position, frame: Frame, here: frozenset[str] = frozenset()
    ) -> Variables:
        """The host's variables for one task, in Ansible's order of precedence.

        `here`: hosts known to be where their values may be read.
        """
        self._position, self._joined, self._here = position, frame.joined, here
        prepared = self.world.prepared(task)
        above = self._top
        if frame.params:
            # Stands over role parameters, and over what the task itself stands in.
            above = (*above, (frame.params, False))
        below = self._play if self._play is not None else self._read_play(task)
        return Variables(
            self.world.templar,
            (
                *above,
                *prepared.above,
                (self.facts, True),
                *(((self.included, False),) if self.included else ()),
                *prepared.own,
                *below,
                *(((self.gathered, True),) if self.gathered else ()),
                (self.world.hosts.vars_of(self.name), False),
                *defaults(self.plan.play, task, self._base),
                *self._public,
            ),
        )

    def expose(self, role: Role) -> None:
        """A role was included with `public`: the tasks that follow see its variables too."""
        self._play = (*filled((role.vars, False)), *(self._play or ()))
        self._public = (*filled((role.defaults, False)), *self._public)

    def name_roles(self, roles: Sequence[Role]) -> None:
        """These were included here: the lists of roles name them from now on."""
        if roles:
            known = self._magic if "role_names" in self._magic else self.roster.magic
            self._magic.update(with_roles(known, roles))

    def _read_play(self, task: Task) -> Layers:
        """The play's variables and its `vars_files`, as this host's own values name them."""
        play = self.plan.play
        before = (
            *of_play(play),
            *filled((self.gathered, True), (self.world.hosts.vars_of(self.name), False)),
            *defaults(play, task, self._base),
        )
        files = play_files(self.world, play, Variables(self.world.templar, (*self._top, *before)))
        self._play = of_play(play, files)
        return self._play

    def _hostvars(self) -> HostVars:
        return HostVars(self.world, lambda host: self._seen(host, self._position), self._is_here)

    def _is_here(self, host: str) -> bool:
        return self._joined or host == self.name or host in self._here

    def _seen(self, host: str, position: Position) -> Mapping[str, Any]:
        """Another host's variables: what it has published, not what it holds by now."""
        return other_variables(self.world, host, self._given_of(host, position), self.roster.magic)

    def _given_of(self, host: str, position: Position) -> tuple[Given, ...]:
        if host == self.name:
            return (Given(self.facts, self.gathered, self.included),)
        return given_before(self.world, host, position)

    def delegate(self, name: str, task: Task, position: Position, frame: Frame) -> Delegate:
        """The host that a task is delegated to, with its variables under the task's and play's."""
        world = self.world
        given = self._given_of(name, position)
        prepared = world.prepared(task)
        variables = Variables(
            world.templar,
            (
                *top(world, name, of_host(world, name), self.roster),
                *filled((frame.params, False)),
                *prepared.above,
                *filled(*((part.facts, True) for part in given)),
                *filled(*((part.included, False) for part in given)),
                *prepared.own,
                *of_play(self.plan.play),
                *filled(*((part.gathered, True) for part in given)),
                *filled((inventory_of(world, name), False)),
                *defaults(self.plan.play, task, base(world, name)),
            ),
        )
        return Delegate(name, variables)

    # what tasks give

    def remember(self, name: str, value: Any, position: Position) -> None:
        """Stores a registered value or fact, and publishes it if others may read it."""
        self.facts[name] = value
        self._tell_others("facts", name, value, position)

    def gather(self, facts: Mapping[str, Any], position: Position) -> None:
        """Stores facts of the host, by name and under `ansible_facts`."""
        for name, value in _gathered(facts, self.gathered).items():
            self.gathered[name] = value
            self._tell_others("gathered", name, value, position)

    def give_away(self, owner: str, outcome: Outcome, position: Position) -> None:
        """Facts that are another host's, by `delegate_facts`: it gets them with the next news."""
        known = {
            k: v for part in self._given_of(owner, position)[::-1] for k, v in part.gathered.items()
        }
        layers: Mapping[Layer, Mapping[str, Any]] = {
            "facts": outcome.facts,
            "included": outcome.included,
            "gathered": _gathered(outcome.gathered, known) if outcome.gathered else EMPTY,
        }
        for layer, values in layers.items():
            self.published += [
                Published(owner, position, name, value, layer) for name, value in values.items()
            ]

    def include(self, values: Mapping[str, Any], position: Position) -> None:
        """Stores variables as `include_vars` sets them."""
        for name, value in values.items():
            self.included[name] = value
            self._tell_others("included", name, value, position)

    def lend(self, lent: Lent, *, alike: bool) -> None:
        """Handlers were brought here: other hosts may notify them, if the play does so.

        `alike`: whoever brings some at that place brings the same, so that once will do.
        """
        brought = self.roster.brought
        if not lent.handlers or not self.plan.lends or (alike and lent.place in brought):
            return
        brought.add(lent.place)
        task = lent.place[:-1]  # all that it includes is known at once
        self.published.append(Published(self.name, task, HANDLERS, lent, HANDLERS))

    def borrowed(self, position: Position) -> tuple[Lent, ...]:
        """What the hosts of the batch have lent before `position`, which all have come to."""
        known = self.roster.lent.get(position)
        if known is None:
            published = (self.world.shared.get(host, EMPTY) for host in self.plan.hosts)
            each = (
                value
                for names in published
                for place, value, layer in names.get(HANDLERS, ())
                if layer == HANDLERS and place < position
            )
            found = {one.place: one for one in each}
            known = self.roster.lent[position] = tuple(found[place] for place in sorted(found))
        return known

    def _tell_others(self, layer: Layer, name: str, value: Any, position: Position) -> None:
        if self._noted is not None:
            self._noted.append((layer, name))
        if name in _REACHES:
            self._targets.clear()
        shared = self.plan.shared
        if shared is None or name in shared:
            self.published.append(Published(self.name, position, name, value, layer))

    def take(self, given: Given) -> None:
        """Takes in what a task on another host gave this one."""
        self._targets.clear()
        self.facts.update(given.facts)
        self.gathered.update(given.gathered)
        self.included.update(given.included)

    def mark(self) -> None:
        """From now on it is noted what the host is given; `gained` tells."""
        self._noted = []

    def gained(self) -> Given:
        """What the host was given since `mark`, also where it had the same before."""
        noted, self._noted = self._noted or (), None
        return Given(
            {name: self.facts[name] for layer, name in noted if layer == "facts"},
            {name: self.gathered[name] for layer, name in noted if layer == "gathered"},
            {name: self.included[name] for layer, name in noted if layer == "included"},
        )

    def kept(self, names: Iterable[str] | None) -> Given:
        """What later plays may read of it; None: anything."""
        own = (self.facts, self.gathered, self.included)
        if names is None:
            return Given(*own)
        chosen = frozenset(names)
        return Given(*({name: layer[name] for name in chosen & layer.keys()} for layer in own))

    def take_additions(self) -> tuple[AddHost | AddToGroup, ...]:
        """What was added to the inventory since the last time."""
        additions = tuple(self.additions)
        self.additions.clear()
        return additions

    def take_published(self) -> tuple[Published, ...]:
        """What was published since the last time."""
        published = tuple(self.published)
        self.published.clear()
        return published

    # devices

    def platform(self, variables: Variables, task: Task | None = None) -> Platform:
        """The platform that `variables` name. Raises PlanError when there is none."""
        return platform_of(variables, self.world, task)

    def target(
        self, task: Task, variables: Variables, delegate: str | None = None, *, same: bool = True
    ) -> Target:
        """Where the device is, for this task; worked out once for tasks that say the `same`."""
        name = delegate or self.name
        if not same:
            return target_of(name, variables, self.plan.play, task, self.world)
        key = (delegate, target_key(task))
        if key not in self._targets:
            self._targets[key] = target_of(name, variables, self.plan.play, task, self.world)
        return self._targets[key]

    def connected(self, delegate: str | None = None) -> bool:
        """Whether a session is open and in use by the current task."""
        link = self._links.get(delegate or self.name)
        return link is not None and link.connected

    def session(self, target: Target, delegate: str | None = None) -> Session:
        """The session to the host or to its delegate. Raises a ConnectionFailed.

        A host has one session in use at a time: waiting for room while it holds another,
        all hosts could wait for each other.
        """
        wanted = self.link(delegate)
        for link in self._links.values():
            if link is not wanted:
                link.rest()
        return wanted.session(target)

    def link(self, delegate: str | None = None) -> Link:
        """The host's way to itself, or to the host that it is delegated to."""
        name = delegate or self.name
        link = self._links.get(name)
        if link is None:
            key = self.name if name == self.name else f"{self.name} for {name}"
            link = self._links[name] = Link(key, self._connector, self._pool)
        return link

    def reset(self) -> None:
        """Closes what is open: the next task connects anew."""
        for link in self._links.values():
            link.leave()

    def rest(self) -> None:
        """The host is at a yield: its sessions may be closed to make room."""
        for link in self._links.values():
            link.rest()

    def leave(self) -> None:
        """The host is through with the play: log out and close what is open."""
        self.reset()
        for journal in self._journals.values():
            journal.close()

    # files

    def note(self, record: Mapping[str, Any], delegate: str | None = None) -> None:
        """Adds to a device's journal of changes. Raises FileTrouble: then nothing may be sent."""
        name = delegate or self.name
        if name not in self._journals:
            self._journals[name] = HostJournal(self.world.folder / "hosts", name)
        self._journals[name].append(self.world.masks.mask_value(record))

    def capture(self, task: Task, command: str, variables: Variables) -> Capture | None:
        """Where the output of `command` goes. Raises RenderError, or PlanError for a bad path."""
        if task.output is None:
            return None
        path = task.output
        if isinstance(path, Source) and path.has_markers:
            path = self.world.templar.text(
                path, variables.child(command=command, command_slug=command_slug(command))
            )
        hide = partial(redact, self.platform(variables, task)) if task.redact else None
        encoding = Settings(variables, self.world).text("encoding") or self.world.defaults.encoding
        root = self.world.paths.output
        return Capture(inside(root, path, task.origin), root, encoding, hide)


def _gathered(facts: Mapping[str, Any], known: Mapping[str, Any]) -> Mapping[str, Any]:
    """Facts as they are stored: by name, and under `ansible_facts` with those known before."""
    short = {name.removeprefix("ansible_"): value for name, value in facts.items()}
    # What a device says must not decide where, and as whom, the next task connects.
    named = {name: value for name, value in facts.items() if name not in _REACHES}
    return {**named, "ansible_facts": {**known.get("ansible_facts", EMPTY), **short}}
