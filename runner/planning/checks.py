"""What can be refused before any connection, and what is read on the way: one play's tasks,
looked at once for each class of hosts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from runner.actions.absent import ABSENT, WHY
from runner.engine.variables.precedence import magic_variables, task_variables
from runner.engine.world import World
from runner.errors import PlayrunError, Problems
from runner.model import Play, Task
from runner.planning.bare import bare_loops
from runner.planning.certainty import Certainty, Grounds
from runner.planning.classes import Class, Fleet
from runner.planning.computed import ComputedIncludes
from runner.planning.devices import Devices
from runner.planning.findings import Findings
from runner.planning.hostfiles import HostFiles
from runner.planning.leads import Leads
from runner.planning.names import NameReader, merged
from runner.planning.texts import TemplateFiles, condition_faults, task_faults
from runner.planning.undefined import InFile, Undefined
from runner.planning.walking import Fault, Spot
from runner.platforms.model import Platform
from runner.templating import Names, Variables

_NONE: frozenset[str] = frozenset()


class PlayChecks:
    """The checks of one play. `spots` are its tasks in order, those of its handlers last."""

    def __init__(
        self,
        world: World,
        play: Play,
        spots: Sequence[Spot],
        hosts: Sequence[str],
        reader: NameReader,
        dynamic: frozenset[str] | None,
    ) -> None:
        self._world = world
        self._play = play
        self._spots = spots
        self._names = list(hosts)
        self._reader = reader
        self._dynamic = dynamic
        self._magic: dict[str, Mapping[str, Any]] = {}
        self._given = _given(spots)
        self._findings = Findings(hosts)
        self._leads = Leads(world, play, spots, reader)
        self._fleet = Fleet(world, hosts, reader, self._leads)
        self._certainty = Certainty(
            world.templar, reader, self._variables_of, dynamic, self._fleet, spots
        )
        grounds = Grounds(self._fleet, reader, self._certainty, self._variables_of)
        self._files = TemplateFiles(world, spots)
        self._host_files = HostFiles(world, grounds, self._findings)
        self._computed = ComputedIncludes(world, grounds)
        tasks = [spot.task for spot in spots]
        self._devices = Devices(world, play, grounds, tasks)
        self._undefined = Undefined(world.templar, grounds, dynamic or frozenset(), self._findings)
        self._in_files: dict[int, list[tuple[Class, InFile]]] = {}
        self.doubts: list[PlayrunError] = []
        """What is wrong, but may never be come to."""

    @property
    def platforms(self) -> tuple[Platform, ...]:
        """Of the devices that the tasks type at."""
        return tuple(self._devices.platforms.values())

    def problems(self, faults: Sequence[Fault]) -> list[PlayrunError]:
        """All that is certainly wrong; `faults` are those of included files."""
        found = [*self._template_faults(), *self._of_includes(faults)]
        found += [*self.missing_actions(), *self._missing_in_files()]
        if found:
            return found
        self.doubts += self._computed.faults(self._spots)
        self._look_at_devices()
        self._read_files()
        classes = self._fleet.by_shape(self._all_names())
        for index, spot in enumerate(self._spots):
            if self._fleet.hosts:
                self._host_files.look(self._fleet.hosts, spot.task)
            if self._dynamic is not None:
                self._look_for_names(classes, index, spot)
        return [
            *self._findings.problems(),
            *self._undefined.problems(),
            *self._host_files.problems(),
        ]

    def read_names(self) -> None:
        """What `reads` needs, for whoever does not ask for problems."""
        self._read_files()
        self._fleet.by_shape(self._all_names())

    def reads(self, index: int) -> Names:
        """All that a task may read, through all that its names lead to, on any host."""
        parts = [self._reader.of_task(self._spots[index].task).together()]
        parts += [file.names for _, file in self._in_files.get(index, ())]
        return self._fleet.reach(merged(parts))

    def reach(self, names: frozenset[str]) -> Names:
        """What variables of these names lead to."""
        return self._fleet.reach(Names(variables=names))

    def _variables_of(self, host: str, task: Task) -> Variables:
        magic = self._magic.get(host)
        if magic is None:
            magic = magic_variables(self._world, host, self._play, self._names)
            self._magic[host] = magic
        facts = self._world.facts.get(host, {})
        variables = task_variables(self._world, host, self._play, task, facts, magic)
        variables = variables.with_layer(self._world.prepared(task).magic)
        given = self._given.get(id(task))
        return variables if given is None else variables.with_layer(given)

    # templates

    def _template_faults(self) -> Iterator[PlayrunError]:
        templar = self._world.templar
        for index, spot in enumerate(self._spots):
            first = [
                fault for each in spot.task.when[:1] for fault in condition_faults(templar, each)
            ]
            yield from self._if_certain(first, index, self._certainty.coming)
            rest = list(task_faults(templar, spot.task))
            yield from self._if_certain(rest, index, self._certainty.running)
        yield from self._variable_faults()
        if self._fleet.hosts:
            host = self._fleet.hosts[0]
            tasks = [spot.task for spot in self._spots]
            self.doubts += bare_loops(tasks, lambda task: self._variables_of(host, task))

    def _variable_faults(self) -> Iterator[PlayrunError]:
        """Mistakes in variables of the play, roles and tasks: told where they are read."""
        check = self._world.templar.check
        for name, text in self._leads.broken:
            faults = check(text)
            readers = [index for index in range(len(self._spots)) if self._needs(index, name, text)]
            if not faults:
                continue
            if any(self._certainty.running(self._fleet.hosts, index) for index in readers):
                yield from faults
            else:
                self.doubts += faults

    def _needs(self, index: int, name: str, text: Any) -> bool:
        """Whether a task cannot be done without a variable whose text this is."""
        task = self._spots[index].task
        reads = self._reader.of_task(task)
        if not self._fleet.hosts:
            return False
        variables = self._variables_of(self._fleet.hosts[0], task)
        needed = merged((*reads.when[:1], reads.loop, reads.body))
        led = self._reader.closure(needed, variables.written).required
        return name in led and variables.written(name) is text

    def _if_certain(
        self,
        faults: Sequence[PlayrunError],
        index: int,
        certain: Callable[[Class, int], list[Class]],
    ) -> Sequence[PlayrunError]:
        """Mistakes in what hosts are certain to come to; others are doubts."""
        if not faults or not self._fleet.hosts:
            self.doubts += faults
            return ()
        if certain(self._fleet.hosts, index):
            return faults
        self.doubts += faults
        return ()

    def _of_includes(self, faults: Sequence[Fault]) -> Iterator[PlayrunError]:
        places = {id(spot): index for index, spot in enumerate(self._spots)}
        for fault in faults:
            index = places.get(id(fault.spot))
            if index is None:
                self.doubts.append(fault.error)
            else:
                yield from self._if_certain([fault.error], index, self._certainty.running)

    # actions that playrun has not

    def missing_actions(self) -> Iterator[PlayrunError]:
        """Those of tasks in the play's own files, unless no host would run the task."""
        for index in self._missing():
            if not self._spots[index].outer:
                yield self._spots[index].task.args[WHY]

    def _missing(self) -> Iterator[int]:
        hosts, certainty = self._fleet.hosts, self._certainty
        for index, spot in enumerate(self._spots):
            if spot.task.action == ABSENT and not certainty.is_left_out(hosts, index):
                yield index

    def _missing_in_files(self) -> Iterator[PlayrunError]:
        """A file that is included counts as wrong where a host is certain to include it."""
        for index in self._missing():
            spot = self._spots[index]
            if spot.outer:
                error = spot.task.args[WHY]
                yield from self._if_certain([error], self._bringer(spot), self._certainty.running)

    def _bringer(self, spot: Spot) -> int:
        """The place of the include that leads to a task."""
        *outer, last = spot.outer
        return next(
            place
            for place, each in enumerate(self._spots)
            if each.task is last and list(each.outer) == outer
        )

    # template files

    def _read_files(self) -> None:
        for index, spot in enumerate(self._spots):
            if self._files.has_one(spot.task) and self._fleet.hosts:
                self._in_files[index] = list(self._in_file(index, spot.task))

    def _in_file(self, index: int, task: Task) -> Iterator[tuple[Class, InFile]]:
        """What the task's template file reads; unknown if that cannot be told before the run."""
        src = self._reader.of_value(task.args["src"])
        hosts = self._fleet.hosts
        unknown = InFile(Names(complete=False))
        led = self._fleet.reach(src)
        if not self._certainty.is_known(led):
            yield hosts, unknown
            return
        final = self._files.is_final(index) and task.loop is None
        for part in self._fleet.by_value(hosts, led.variables):
            try:
                path = self._files.path(task, self._variables_of(part[0], task))
                names = self._files.names(path)
            except PlayrunError as error:
                self._note_file(part, index, error, final=final)
                yield part, unknown
                continue
            yield part, InFile(names if final else names._replace(required=_NONE), path)

    def _note_file(self, hosts: Class, index: int, error: PlayrunError, *, final: bool) -> None:
        if not final:
            return
        errors = error.problems if isinstance(error, Problems) else (error,)
        for each in errors:
            self._note(self._certainty.running(hosts, index), each)

    # names, devices

    def _all_names(self) -> set[str]:
        found: set[str] = set()
        for index, spot in enumerate(self._spots):
            reads = self._reader.of_task(spot.task).together()
            found |= reads.variables | reads.host_names
            for _, file in self._in_files.get(index, ()):
                found |= file.names.variables | file.names.host_names
        return found

    def _look_for_names(self, classes: Sequence[Class], index: int, spot: Spot) -> None:
        reads = self._reader.of_task(spot.task)
        files = self._in_files.get(index)
        for hosts in classes:
            if not files:
                self._undefined.look(hosts, self._spots, index, reads, None)
                continue
            members = set(hosts)
            for part, file in files:
                common = tuple(host for host in part if host in members)
                if common:
                    self._undefined.look(common, self._spots, index, reads, file)

    def _look_at_devices(self) -> None:
        for number, hosts in enumerate(self._devices.classes):
            for index, spot in enumerate(self._spots):
                error = self._devices.fault(number, spot.task)
                if error is not None:
                    self._note(self._certainty.running(hosts, index), error)

    def _note(self, classes: Sequence[Class], error: PlayrunError) -> None:
        for hosts in classes:
            for host in hosts:
                self._findings.note(host, error)


def _given(spots: Sequence[Spot]) -> Mapping[int, Mapping[str, Any]]:
    """What tasks have from the includes that lead to them, by the identity of the task."""
    found: dict[int, Mapping[str, Any]] = {}
    for spot in spots:
        given = {name: value for task in spot.outer for name, value in task.vars.items()}
        if given:
            found[id(spot.task)] = given
    return found
