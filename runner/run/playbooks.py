"""`playrun PLAYBOOK…`: from files to an exit code."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from runner import __version__
from runner.connections.lockout import CredentialGate, ThreadGate
from runner.engine.plan import PlayPlan
from runner.errors import LoadError, PlayrunError, Problems
from runner.events import Event, Notice, RunFinished, RunStarted
from runner.loading.patterns import select
from runner.loading.playbook import read_playbook
from runner.loading.standing import Loading, raise_problems
from runner.model import Play, Playbook, all_tasks
from runner.outputs.api import Dispatch, Output
from runner.outputs.backups import Backups
from runner.outputs.claims import Claims
from runner.outputs.console import Console, ConsoleOptions
from runner.outputs.hostfiles import HostFiles
from runner.outputs.journal import Journal
from runner.outputs.records import RunFolder, new_run
from runner.outputs.summary import JsonSummary
from runner.outputs.tally import Tally
from runner.planning.tags import not_there, tag_filter
from runner.planning.varsfiles import absent, unreadable
from runner.planning.walking import INCLUDES
from runner.run.conduct import conduct
from runner.run.listing import list_playbook
from runner.run.options import Ask, AskPerson, Options
from runner.run.setup import STATE, Builder, Setup, unknown_host
from runner.run.unplanned import more_mistakes
from runner.run.worker import DeviceWorker, files_per_host, raise_file_limit
from runner.settings import Settings

_TOLD = 5
"""Doubtful mistakes that a run warns of."""


class Run:
    """One command's run: load, plan, and then either list or conduct."""

    def __init__(
        self, options: Options, settings: Settings, ask: Ask, person: AskPerson | None = None
    ) -> None:
        self._options = options
        self._settings = settings
        self._ask = ask
        self._person = person
        self._began = time.time()
        self.warnings: list[str] = []
        """What is odd about the files, for whoever calls `listing`."""

    def load(self, files: Sequence[Path], builder: Builder) -> list[Playbook]:
        """The playbooks; raises Problems with all that is wrong in all of them."""
        playbooks: list[Playbook] = []
        loading = Loading(
            builder.vault, builder.roles_path, builder.collections_path, builder.extra_vars
        )
        problems = loading.problems
        for file in files:
            try:
                playbooks.append(read_playbook(file, loading))
            except LoadError as error:
                problems.append(error)
        if problems:
            problems += more_mistakes(playbooks, builder)
            raise_problems(problems)
        self.warnings += dict.fromkeys(loading.warnings)
        return playbooks

    def builder(self, folder: Path) -> Builder:
        """What builds the set-up of this run."""
        return Builder(self._options, self._settings, folder, self._ask, self._person)

    def playbooks(self, files: Sequence[Path]) -> int:
        """Runs playbook files; returns the exit code."""
        builder = self.builder(files[0].parent)
        playbooks = self.load(files, builder)
        plays = [play for playbook in playbooks for play in playbook.plays]
        names = tuple(playbook.file for playbook in playbooks)
        return self.plays(plays, names, builder, ())

    def plays(
        self,
        plays: Sequence[Play],
        names: tuple[str, ...],
        builder: Builder,
        more: Sequence[Output],
        *,
        console: bool = True,
    ) -> int:
        """Runs plays; `more` outputs see the events too; `console` False shows nothing else."""
        setup = builder.build(plays)
        with setup.stack:
            plans = self._plans(setup)
            return self._conduct(setup, plans, names, more, console=console)

    def adhoc(self, play: Play, more: Sequence[Output]) -> int:
        """Runs a play made from the command line. Raises LoadError for an unknown host."""
        builder = self.builder(self._settings.root)
        setup = builder.build([play])
        with setup.stack:
            chosen = select(setup.inventory, str(play.hosts))
            if chosen.unknown:
                raise unknown_host(setup.inventory, chosen.unknown[0])
            plans = self._plans(setup)
            return self._conduct(setup, plans, (), more, console=False)

    def listing(self, files: Sequence[Path], what: frozenset[str]) -> Iterator[str]:
        """The lines of --list-hosts, --list-tasks, --list-tags.

        Tags are looked for to be asked for: tasks that are tagged `never` count then.
        """
        builder = self.builder(files[0].parent)
        playbooks = self.load(files, builder)
        plays = [play for playbook in playbooks for play in playbook.plays]
        all_tags = tag_filter(("all", "never"), self._options.skip_tags)
        wants_all = "tags" in what and not self._options.tags
        setup = builder.build(plays, runs=False, tags=all_tags if wants_all else None)
        with setup.stack:
            for playbook in playbooks:
                tasks_of, words_of = setup.planner.tasks_of, setup.words_of
                yield from list_playbook(playbook, what, setup.hosts_of, tasks_of, words_of)
            self.warnings += setup.warnings

    def syntax_check(self, files: Sequence[Path]) -> Iterator[str]:
        """Looks for all that can be told to be wrong; the playbooks' names when nothing is.

        What a run would only warn of counts too. Raises Problems, or the one PlayrunError.
        """
        builder = self.builder(files[0].parent)
        playbooks = self.load(files, builder)
        plays = [play for playbook in playbooks for play in playbook.plays]
        setup = builder.build(plays, runs=False)
        with setup.stack:
            problems: list[PlayrunError] = []
            try:
                setup.planner.plans(setup.plays, setup.hosts_of)
            except PlayrunError as error:
                problems += error.problems if isinstance(error, Problems) else [error]
            problems += setup.planner.doubts
            found = list({str(problem): problem for problem in problems}.values())
            if found:
                raise found[0] if len(found) == 1 else Problems(found)
            self.warnings += setup.warnings
        for playbook in playbooks:
            yield from list_playbook(
                playbook, frozenset(), setup.hosts_of, lambda _play: (), setup.words_of
            )

    def _plans(self, setup: Setup) -> list[PlayPlan]:
        plans = setup.planner.plans(setup.plays, setup.hosts_of)
        played = [plan.play for plan in plans if plan.hosts]
        raise_problems([each for play in played for each in unreadable(setup.world, play)])
        setup.warnings += [text for play in played for text in absent(setup.world, play)]
        setup.warnings += _doubtful(setup.planner.doubts)
        setup.warnings += self._tags_of_none(setup.plays)
        return plans

    def _tags_of_none(self, plays: Sequence[Play]) -> Iterator[str]:
        """What is odd about the tags in flags; files that are included may have them."""
        tasks = [task for play in plays for task in all_tasks(play)]
        if not any(task.action in INCLUDES for task in tasks):
            flags = {"--tags": self._options.tags, "--skip-tags": self._options.skip_tags}
            yield from not_there(flags, tasks)

    def _conduct(
        self,
        setup: Setup,
        plans: Sequence[PlayPlan],
        names: tuple[str, ...],
        more: Sequence[Output],
        *,
        console: bool,
    ) -> int:
        record = new_run(self._settings.root.absolute() / STATE, self._began)
        setup.world.folder = record.path
        tally = Tally()
        screens = [*more, *self._screens(tally, console)]
        dispatch = Dispatch([*self._outputs(setup, record, tally, names), *screens])

        def tell(event: Event | None) -> None:
            if event is not None:
                dispatch.handle(event)

        check, flags = self._options.check, self._options.whereabouts()
        tell(RunStarted(self._began, record.run, names, check, str(record.path), flags))

        def warn(text: str) -> None:
            tell(Notice(time.time(), "warning", setup.masks.mask(text)))

        for text in _in_order([*self.warnings, *setup.warnings, *_too_many(plans)]):
            warn(text)
        transcripts = self._options.transcript or self._options.verbosity >= 3
        worker = DeviceWorker(
            self._gate(plans),
            self._settings.handshakes,
            record.transcripts if transcripts else None,
            warn,
        )
        interrupted = False
        try:
            interrupted = conduct(plans, setup.world, worker, tell, _planning_again(setup, warn))
        finally:
            tell(RunFinished(time.time(), record.run, interrupted))
            dispatch.close()
        for notice in dispatch.unseen(screens):
            sys.stderr.write(f"playrun: {notice.text}\n")
        code = tally.exit_code()
        return code or (1 if dispatch.broken else 0)

    def _gate(self, plans: Sequence[PlayPlan]) -> CredentialGate:
        failures = self._settings.auth_failures_max
        if any(plan.executor == "processes" for plan in plans):
            from runner.connections.lockout_processes import ProcessGate

            return ProcessGate(failures)
        return ThreadGate(failures)

    def _outputs(
        self, setup: Setup, record: RunFolder, tally: Tally, names: tuple[str, ...]
    ) -> list[Output]:
        claims = Claims()
        root = setup.world.paths.output
        manifest: dict[str, Any] = {
            "playrun": __version__,
            "playbooks": names,
            "output": str(root),
            "limit": self._options.limit,
            "check": self._options.check,
            "tags": list(self._options.tags),
            "skip_tags": list(self._options.skip_tags),
        }
        state = self._settings.root.absolute() / STATE
        return [
            tally,
            HostFiles(root, claims),
            Backups(root, state, claims),
            Journal(record, tally, manifest, self._settings.runs_keep),
        ]

    def _screens(self, tally: Tally, console: bool) -> list[Output]:
        options = self._options
        if options.json:
            return [*self._console(sys.stderr, tally, quiet=True), JsonSummary(sys.stdout, tally)]
        return self._console(sys.stdout, tally, quiet=options.quiet) if console else []

    def _console(self, stream: TextIO, tally: Tally, *, quiet: bool) -> list[Output]:
        shown = ConsoleOptions(
            quiet=quiet,
            verbosity=self._options.verbosity,
            colour=self._settings.color,
        )
        return [Console(stream, shown, tally)]


_PLACE = re.compile(r"(?P<file>[^\s:]+):(?P<line>\d+)(?::(?P<column>\d+))?: ")


def _in_order(warnings: Iterable[str]) -> list[str]:
    """Each once; those of one file together, from its top."""
    files: dict[str, int] = {}

    def place(text: str) -> tuple[int, int, int]:
        found = _PLACE.match(text)
        rank = files.setdefault(found["file"] if found else "", len(files))
        return (rank, int(found["line"]), int(found["column"] or 0)) if found else (rank, 0, 0)

    return sorted(dict.fromkeys(warnings), key=place)


def _planning_again(setup: Setup, warn: Callable[[str], None]) -> Callable[[int], PlayPlan]:
    """Plans a play when it begins, and says what is odd about it by then."""

    def again(number: int) -> PlayPlan:
        known = len(setup.warnings)
        plan = setup.again(number)
        for text in setup.warnings[known:]:
            warn(text)
        return plan

    return again


def _doubtful(doubts: Sequence[PlayrunError]) -> Iterator[str]:
    """Warnings of what is wrong where hosts may never come to."""
    told = list(dict.fromkeys(map(str, doubts)))
    yield from told[:_TOLD]
    if len(told) > _TOLD:
        yield f"{len(told) - _TOLD} more mistakes where hosts may never come to: --syntax-check"


def _too_many(plans: Sequence[PlayPlan]) -> Iterator[str]:
    """Says so when `workers` needs more open files than this process may have."""
    room = raise_file_limit()
    for plan in plans:
        at_once = min(plan.workers, len(plan.hosts)) // plan.processes
        if files_per_host(at_once) > room:
            yield (
                f"workers: {plan.workers} needs more open files than the limit of this shell "
                f"allows ({room}); raise it with `ulimit -n`, or use fewer workers"
            )
