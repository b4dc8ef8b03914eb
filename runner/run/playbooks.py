"""`playrun PLAYBOOK…`: from files to an exit code."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from runner.connections.lockout import CredentialGate, ThreadGate
from runner.engine.plan import PlayPlan
from runner.errors import LoadError, NotSupported, PlayrunError, Problems
from runner.loading.inventory.patterns import select
from runner.loading.playbook import home_of, read_playbook
from runner.loading.standing import Loading, raise_problems, together
from runner.model import Play, Playbook
from runner.outputs.api import Output
from runner.outputs.records import held
from runner.planning.hidden import hidden
from runner.planning.tags import tag_filter
from runner.planning.varsfiles import absent, unreadable
from runner.run.conduct import conduct, undisturbed
from runner.run.hosts import unknown_host
from runner.run.options import Ask, AskPerson, Options
from runner.run.outputs import RunOutputs
from runner.run.prepare import prepare
from runner.run.project import Project
from runner.run.setup import Setup
from runner.run.warnings import doubtful, in_order, tags_of_none, too_many_workers
from runner.run.worker import DeviceWorker
from runner.settings import Settings


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
        self.notes: list[str] = []
        """What a run would do that nobody wrote, for the same."""

    @contextmanager
    def _project(self, folder: Path) -> Iterator[Project]:
        project = Project(self._options, self._settings, folder, self._ask, self._person)
        with project.hiding():
            yield project

    def _load(self, files: Sequence[Path], project: Project) -> list[Playbook]:
        """The playbooks; raises Problems with all that is wrong in all of them."""
        playbooks: list[Playbook] = []
        loading = Loading(
            project.vault, project.roles_path, project.collections_path, project.extra_vars
        )
        problems = loading.problems
        for file in files:
            try:
                playbooks.append(read_playbook(file, loading))
            except LoadError as error:
                problems.append(error)
        if not all(isinstance(problem, NotSupported) for problem in problems):
            from runner.run.unplanned import more_mistakes  # hopefully not needed

            problems += more_mistakes(playbooks, project)
            raise_problems(problems)
        self.warnings += dict.fromkeys(loading.warnings)
        return playbooks

    def _prepared(
        self, playbooks: Sequence[Playbook], project: Project, *, runs: bool = True
    ) -> Setup:
        """Everything that the plays need. With missing actions all that is wrong is told."""
        try:
            return prepare(project, _plays(playbooks), runs=runs)
        except PlayrunError as error:
            problems = list(error.problems if isinstance(error, Problems) else [error])
            if not any(isinstance(problem, NotSupported) for problem in problems):
                raise
        from runner.run.unplanned import more_mistakes  # hopefully not needed

        more = more_mistakes(playbooks, project)
        raise together([*problems, *(each for each in more if not isinstance(each, NotSupported))])

    def playbooks(self, files: Sequence[Path]) -> int:
        """Runs playbook files; returns the exit code."""
        with self._project(home_of(files[0])) as project:
            playbooks = self._load(files, project)
            setup = self._prepared(playbooks, project)
            with setup.stack:
                plans = self._plans(setup)
                names = tuple(playbook.file for playbook in playbooks)
                return self._conduct(setup, plans, RunOutputs(setup, names, None, self._began))

    def adhoc(self, play: Play, screens: Sequence[Output]) -> int:
        """Runs a play made from the command line. Raises LoadError for an unknown host, or none."""
        with (
            self._project(self._settings.root) as project,
            (setup := prepare(project, [play])).stack,
        ):
            chosen = select(setup.inventory, str(play.hosts))
            if chosen.unknown:
                raise unknown_host(setup.inventory, chosen.unknown[0])
            if not setup.hosts_of(play):
                raise LoadError(f"no host is left of `{play.hosts}`: there is nothing to do")
            plans = self._plans(setup)
            return self._conduct(setup, plans, RunOutputs(setup, (), screens, self._began))

    def listing(self, files: Sequence[Path], what: frozenset[str]) -> Iterator[str]:
        """The lines of --list-hosts, --list-tasks, --list-tags.

        Tags are looked for to be asked for: tasks that are tagged `never` count then.
        """
        from runner.run.listing import list_playbook  # a run lists nothing

        all_tags = tag_filter(("all", "never"), self._options.skip_tags)
        wants_all = "tags" in what and not self._options.tags
        tags = all_tags if wants_all else None
        with self._project(home_of(files[0])) as project:
            playbooks = self._load(files, project)
            setup = prepare(project, _plays(playbooks), runs=False, tags=tags, lists=True)
            with setup.stack:
                for playbook in _as_prepared(playbooks, setup):
                    tasks_of, words_of = setup.planner.tasks_of, setup.words_of
                    yield from list_playbook(playbook, what, setup.hosts_of, tasks_of, words_of)
                self.warnings += setup.warnings
                self.notes += setup.notes

    def syntax_check(self, files: Sequence[Path]) -> Iterator[str]:
        """Looks for all that can be told to be wrong; the playbooks' names when nothing is.

        What a run would only warn of counts too. Raises Problems, or the one PlayrunError.
        """
        from runner.run.listing import list_playbook  # a run lists nothing

        with self._project(home_of(files[0])) as project:
            playbooks = self._load(files, project)
            setup = self._prepared(playbooks, project, runs=False)
            with setup.stack:
                raise_problems(list(_mistakes(setup)))
                self.warnings += setup.warnings
        for playbook in playbooks:
            yield from list_playbook(
                playbook, frozenset(), setup.hosts_of, lambda _play: (), setup.words_of
            )

    def _plans(self, setup: Setup) -> list[PlayPlan]:
        plans = setup.planner.plans(setup.plays, setup.hosts_of)
        played = [plan.play for plan in plans if plan.hosts]
        raise_problems([each for play in played for each in unreadable(setup.world, play)])
        for play in played:
            setup.warnings += [*absent(setup.world, play), *hidden(setup.world, play)]
        setup.warnings += doubtful(setup.planner.doubts)
        setup.warnings += tags_of_none(self._options, setup.plays)
        return plans

    def _conduct(self, setup: Setup, plans: Sequence[PlayPlan], outputs: RunOutputs) -> int:
        setup.world.folder = outputs.record.path
        outputs.begin()
        for text in in_order([*self.warnings, *setup.warnings, *too_many_workers(plans)]):
            outputs.warn(text)
        for text in setup.notes:
            outputs.note(text)
        transcripts = self._options.transcript or self._options.verbosity >= 3
        worker = DeviceWorker(
            _gate(plans, self._settings.auth_failures_max),
            self._settings.handshakes,
            outputs.record.transcripts if transcripts else None,
            setup.project.masks.mask,
            outputs.warn,
        )
        interrupted = False
        with held(outputs.record):
            try:
                again = _planning_again(setup, outputs.warn)
                interrupted = conduct(
                    plans, setup.world, worker, outputs.tell, again, setup.hosts_of
                )
            except KeyboardInterrupt:  # At a question.
                interrupted = True
                raise
            finally:
                with undisturbed():
                    outputs.end(interrupted=interrupted)
        return outputs.exit_code()


def _plays(playbooks: Sequence[Playbook]) -> list[Play]:
    return [play for playbook in playbooks for play in playbook.plays]


def _as_prepared(playbooks: Sequence[Playbook], setup: Setup) -> Iterator[Playbook]:
    """The playbooks with their plays as the set-up has them."""
    plays = iter(setup.plays)
    for playbook in playbooks:
        yield playbook._replace(plays=tuple(islice(plays, len(playbook.plays))))


def _mistakes(setup: Setup) -> Iterator[PlayrunError]:
    """All that planning finds, and what a run would only warn of."""
    try:
        setup.planner.plans(setup.plays, setup.hosts_of)
    except PlayrunError as error:
        yield from error.problems if isinstance(error, Problems) else [error]
    yield from setup.planner.doubts


def _gate(plans: Sequence[PlayPlan], failures_max: int) -> CredentialGate:
    if any(plan.executor == "processes" for plan in plans):
        from runner.connections.lockout_processes import ProcessGate

        return ProcessGate(failures_max)
    return ThreadGate(failures_max)


def _planning_again(setup: Setup, warn: Callable[[str], None]) -> Callable[[int], PlayPlan]:
    """Plans a play when it begins, and says what is odd about it by then."""

    def again(number: int) -> PlayPlan:
        known = len(setup.warnings)
        plan = setup.again(number)
        for text in setup.warnings[known:]:
            warn(text)
        return plan

    return again
