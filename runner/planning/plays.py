"""A play and its hosts become a `PlayPlan`, or a list of what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from runner.actions import ACTIONS
from runner.actions.api import Effect, Effects
from runner.actions.late import ANYTHING
from runner.engine.execution.gathering import GATHERING
from runner.engine.plan import PlayPlan
from runner.engine.targets.provider import has_provider
from runner.engine.variables.hostsettings import NAMES
from runner.engine.world import World
from runner.errors import PlanError, PlayrunError, Problems
from runner.model import Entry, Handler, Play, Task
from runner.planning.batches import in_order, sizes
from runner.planning.checks import PlayChecks
from runner.planning.classes import Class, Fleet
from runner.planning.crossing import crosses, shared_names
from runner.planning.dynamic import DynamicNames
from runner.planning.gathering import Wanted, gathers_unasked, wanted
from runner.planning.leads import Leads
from runner.planning.names import NameReader, merged
from runner.planning.notified import Brought, Notified, flushes, lends
from runner.planning.segments import Part, cut
from runner.planning.starting import Starting
from runner.planning.strategies import Running, order_and_executor, processes_of, workers_of
from runner.planning.tags import TagFilter, kept
from runner.planning.walking import Fault, Spot, Walk
from runner.platforms.model import Platform
from runner.templating import Names, Variables
from runner.values import Source

_NOTHING: frozenset[str] = frozenset()
_OF_RESCUES = frozenset({"ansible_failed_task", "ansible_failed_result"})
_OF_CONNECTIONS = frozenset(name for names in NAMES.values() for name in names)

HostsOf = Callable[[Play], Sequence[str]]


class _Walked(NamedTuple):
    """A play's entries that the tags leave, and every task in them."""

    play: Play
    entries: tuple[Entry, ...]
    spots: tuple[tuple[Spot, ...], ...]
    """Of each entry."""
    handlers: tuple[Handler, ...]
    handler_spots: tuple[tuple[Spot, ...], ...]
    faults: tuple[Fault, ...]
    brought: Brought
    complete: bool

    def all_spots(self) -> list[Spot]:
        """Of entries, then of handlers."""
        return [spot for group in (*self.spots, *self.handler_spots) for spot in group]


class Planner:
    """Plans the plays of one run. Raises Problems with everything that is wrong in a play."""

    def __init__(
        self, world: World, tags: TagFilter, running: Running, starting: Starting | None = None
    ) -> None:
        self._world = world
        self._starting = starting
        self._tags = tags
        self._running = running
        self._reader = NameReader(world.templar)
        self._dynamic = DynamicNames(world)
        self._walks: dict[int, _Walked] = {}
        self._left: dict[int, tuple[Play, tuple[Entry, ...]]] = {}
        """What runs of a play, by the identity of its entries: they are the same with and
        without the answers to its prompts."""
        self._reads: dict[int, Names] = {}
        self.doubts: list[PlayrunError] = []
        """What is wrong in plays that were planned, but may never be come to."""

    def learn_names(self, plays: Sequence[Play]) -> None:
        """Every name that a task may set while the plays run."""
        for play in plays:
            walked = self._walked(play)
            self._dynamic.of_play(play, walked.all_spots(), complete=walked.complete)

    def gather_where_used(self, plays: Sequence[Play], hosts_of: HostsOf) -> list[Wanted]:
        """Plays that use facts of devices and say nothing of gathering them do gather them, from
        now on. The uses that were found."""
        found: list[Wanted] = []
        for play in plays:
            walked = self._walked(play)
            use = self._use_of_facts(walked, hosts_of) if _is_silent(walked) else None
            if use is not None:
                self._left[id(play.entries)] = (play, tuple(map(_asked_for, walked.entries)))
                del self._walks[id(play)]
                found.append(use)
        return found

    def _use_of_facts(self, walked: _Walked, hosts_of: HostsOf) -> Wanted | None:
        try:
            hosts = hosts_of(walked.play)
        except PlayrunError:  # Told when the play is planned.
            hosts = ()
        spots = walked.all_spots()
        names = self._dynamic.names
        checks = PlayChecks(self._world, walked.play, spots, hosts, self._reader, names)
        return wanted(walked.play, spots, checks, self._reader, hosts)

    def missing_actions(self, plays: Sequence[Play], hosts_of: HostsOf) -> list[PlayrunError]:
        """Actions that playrun has not, which hosts may come to in the plays' own files."""
        self.learn_names(plays)
        found: list[PlayrunError] = []
        for play in plays:
            try:
                hosts = hosts_of(play)
            except PlayrunError:
                hosts = ()
            spots, names = self._walked(play).all_spots(), self._dynamic.names
            checks = PlayChecks(self._world, play, spots, hosts, self._reader, names)
            found += checks.missing_actions()
        return found

    def tasks_of(self, play: Play) -> list[Task]:
        """The play's tasks that run when nothing fails, as they are written; for listings."""
        return list(_expected(self._walked(play).entries))

    def known_tasks(self, play: Play) -> list[Task]:
        """The tasks that the play may come to, those of includes and handlers too."""
        return [spot.task for spot in self._walked(play).all_spots()]

    def kinds(
        self, play: Play, task: Task, hosts: Sequence[str], names: frozenset[str]
    ) -> list[Class]:
        """The hosts in parts in which `names`, and what the task says of its connection, have
        the same values."""
        leads = Leads(self._world, play, self._walked(play).all_spots(), self._reader)
        fleet = Fleet(self._world, hosts, self._reader, leads)
        said = [task.connection, task.become, task.remote_user, task.port]
        said += [play.connection, play.become, play.remote_user, play.port]
        read = names.union(*(self._reader.of_value(value).variables for value in said))
        if has_provider(task):
            read |= self._reader.of_task(task).together().variables
        return fleet.by_value(tuple(hosts), read)

    def plans(self, plays: Sequence[Play], hosts_of: HostsOf) -> list[PlayPlan]:
        """All plays are planned before the first one runs; all their problems come together."""
        plans: list[PlayPlan] = []
        problems: list[PlayrunError] = []
        for index, play in enumerate(plays):
            try:
                last = index == len(plays) - 1
                plans.append(self.plan(play, index, hosts_of(play), last=last))
            except PlayrunError as error:
                problems += error.problems if isinstance(error, Problems) else [error]
        if self._starting is not None and not problems:
            self._starting.check()
        if problems:
            raise problems[0] if len(problems) == 1 else Problems(problems)
        return [replace(plan, kept=self._kept(plan, plans)) for plan in plans]

    def again(self, play: Play, index: int, hosts: Sequence[str]) -> PlayPlan:
        """The plan of a play for other hosts than it was planned for, while the run goes on.

        What is wrong for these hosts is told where they come to it. Raises PlayrunError for
        what concerns the play as a whole.
        """
        return self._plan(play, index, hosts, strict=False)

    def plan(self, play: Play, index: int, hosts: Sequence[str], *, last: bool) -> PlayPlan:
        """The plan of one play for these hosts. Raises Problems, or the one PlayrunError."""
        return replace(self._plan(play, index, hosts, strict=True), kept=_NOTHING if last else None)

    def _plan(self, play: Play, index: int, hosts: Sequence[str], *, strict: bool) -> PlayPlan:
        walked = self._walked(play)
        origin = getattr(play.host_order, "origin", None) or play.origin
        ordered = in_order(hosts, self._word(play, play.host_order), origin)
        spots = walked.all_spots()
        names = self._dynamic.names
        checks = PlayChecks(self._world, play, spots, ordered, self._reader, names)
        problems = checks.problems(walked.faults)
        self.doubts += checks.doubts
        if problems and strict:
            raise problems[0] if len(problems) == 1 else Problems(problems)
        reads = [checks.reads(place) for place in range(len(spots))]
        self._reads[index] = merged(reads)
        plan = self._built(walked, index, hosts, ordered)
        shared = shared_names(zip([spot.task for spot in spots], reads, strict=True))
        if not walked.complete:
            shared = None
        if shared is not None and shared:
            shared |= checks.reach(shared).variables
        return replace(
            plan,
            items=cut(self._parts(walked, reads, checks), plan.order, play.lockstep),
            shared=shared,
            lends=lends(play, spots, walked.brought, complete=walked.complete),
        )

    def _walked(self, play: Play) -> _Walked:
        known = self._walks.get(id(play))
        if known is None:
            walk = Walk(self._world.includes)
            entries = self._entries(play)
            spots = tuple(tuple(walk.spots((entry,))) for entry in entries)
            handlers = (*play.handlers, *walk.handlers.values())
            of_handlers = tuple(tuple(walk.handler_spots((each,))) for each in handlers)
            faults = tuple(walk.faults)
            known = _Walked(
                play, entries, spots, handlers, of_handlers, faults, walk.brought, walk.complete
            )
            self._walks[id(play)] = known
        return known

    def _entries(self, play: Play) -> tuple[Entry, ...]:
        """What runs of a play: what the tags leave, from the task on that the run starts at."""
        known = self._left.get(id(play.entries))
        if known is None:
            known = self._left[id(play.entries)] = (play, self._left_of(play))
        return known[1]

    def _left_of(self, play: Play) -> tuple[Entry, ...]:
        entries = kept(play.entries, self._tags.keeps)
        if not self._running.gathers:
            entries = tuple(entry for entry in entries if not gathers_unasked(entry))
        return entries if self._starting is None else self._starting.left(entries)

    def _variables(self, play: Play) -> Variables:
        """What a play's own keywords may name."""
        return self._world.templar.variables(play.vars, self._world.extra_vars)

    def _word(self, play: Play, written: str | None) -> str | None:
        """A word of a play's keywords, rendered if it is a template. Raises RenderError."""
        if not isinstance(written, Source) or not written.has_markers:
            return written
        word = self._world.templar.text(written, self._variables(play)).strip()
        return Source(word, written.origin)

    def _built(
        self, walked: _Walked, index: int, hosts: Sequence[str], ordered: tuple[str, ...]
    ) -> PlayPlan:
        play = walked.play
        strategy = self._word(play, play.strategy)
        order, executor = order_and_executor(play._replace(strategy=strategy), self._running)
        workers = workers_of(self._number("workers", play.workers, play), self._running)
        processes = processes_of(self._number("processes", play.processes, play), self._running)
        serial = sizes(play.serial, self._world.templar, self._variables(play))
        return PlayPlan(
            index=index,
            play=play._replace(name=self.name_of(play), serial=serial),
            hosts=ordered,
            items=(),
            order=order,
            executor=executor,
            workers=1 if executor == "serial" else workers,
            processes=processes if executor == "processes" else 1,
            all_hosts=tuple(hosts),
        )

    def _parts(self, walked: _Walked, reads: Sequence[Names], checks: PlayChecks) -> list[Part]:
        """The entries as the cutting of segments needs them."""
        names = iter(reads)
        groups = [*zip(walked.entries, walked.spots, strict=True)]
        found = [self._part(walked.play, e, spots, names, checks) for e, spots in groups]
        on_flush = [
            self._part(walked.play, handler.task, spots, names, checks)
            for handler, spots in zip(walked.handlers, walked.handler_spots, strict=True)
        ]
        waiting = Notified(walked.handlers, on_flush)
        parts: list[Part] = []
        for part, spots in zip(found, walked.spots, strict=True):
            waiting.take(spots)
            parts.append(_with_handlers(part, waiting) if any(map(flushes, spots)) else part)
        return parts

    def _part(
        self,
        play: Play,
        entry: Entry,
        spots: Sequence[Spot],
        reads: Iterator[Names],
        checks: PlayChecks,
    ) -> Part:
        judged = [crosses(play, spot, next(reads)) for spot in spots]
        effects = tuple(_effects(spot.task, checks.platforms) for spot in spots)
        together = self._running.step or self._world.any_errors_fatal
        return Part(entry, any(judged) or together, effects)

    def _kept(self, plan: PlayPlan, plans: Sequence[PlayPlan]) -> frozenset[str] | None:
        """The names that plays to come may read of what this one sets."""
        first = plan.index if plan.play.serial else plan.index + 1
        later = [self._reads[each.index] for each in plans if each.index >= first]
        if not later:
            return _NOTHING
        names = self._dynamic.names
        read = merged(later)
        if names is None or self._dynamic.gathers or not read.complete:
            return None
        if read.lookups & {"varnames", "template"}:
            return None
        wanted = read.variables | read.host_names | _OF_CONNECTIONS
        told = frozenset(name for name in names if name in wanted or name.startswith("ansible_"))
        return told | (_OF_RESCUES & wanted)

    def name_of(self, play: Play) -> str:
        """The play's name, filled in as far as it says nothing of single hosts."""
        world = self._world
        known = world.templar.variables(play.vars).with_layer(world.extra_vars)
        try:
            return world.masks.mask(world.templar.text(play.name, known))
        except PlayrunError:
            return play.name

    def _number(self, name: str, value: int | Source | None, play: Play) -> int | None:
        """A play's number, rendered with what is the same for all hosts."""
        if value is None or isinstance(value, int):
            return value
        variables = self._world.templar.variables(play.vars, self._world.extra_vars)
        text = self._world.templar.text(value, variables)
        if not text.isdecimal() or int(text) < 1:
            raise PlanError(
                f"`{name}` must be a whole number from 1, not {text!r}", origin=value.origin
            )
        return int(text)


def _is_silent(walked: _Walked) -> bool:
    return any(map(gathers_unasked, walked.entries))


def _asked_for(entry: Entry) -> Entry:
    return entry._replace(implicit=False) if gathers_unasked(entry) else entry  # type: ignore[call-arg]


def _effects(task: Task, platforms: tuple[Platform, ...]) -> Effects:
    if task.late is not None:
        return ANYTHING
    if task.action == GATHERING and not task.implicit:
        return frozenset({Effect.DEVICE_READ})
    return ACTIONS[task.action].effects(task.args, platforms)


def _expected(entries: Iterable[Entry]) -> Iterator[Task]:
    for entry in entries:
        if isinstance(entry, Task):
            yield entry
        else:
            yield from _expected(entry.body)


def _with_handlers(part: Part, waiting: Notified) -> Part:
    handlers = waiting.parts()
    effects = [touched for handler in handlers for touched in handler.effects]
    cross = part.cross or any(handler.cross for handler in handlers)
    return part._replace(cross=cross, effects=(*part.effects, *effects))
