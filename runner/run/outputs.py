"""The outputs of one run: screen, host files, backups, record."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from runner import __version__
from runner.events import Event, Notice, RunFinished, RunStarted
from runner.outputs.api import Dispatch, Output
from runner.outputs.backups import Backups
from runner.outputs.claims import Claims
from runner.outputs.console import Console, ConsoleOptions
from runner.outputs.hostfiles import HostFiles
from runner.outputs.journal import Journal
from runner.outputs.records import new_run
from runner.outputs.tally import Tally
from runner.run.options import Options
from runner.run.project import Project
from runner.run.setup import Setup
from runner.settings import Settings


class RunOutputs:
    """Begins the record of a run. Raises FileTrouble where that cannot be.

    `names`: its playbooks. `screens`: what shows it; None: the console.
    """

    def __init__(
        self, setup: Setup, names: tuple[str, ...], screens: Sequence[Output] | None, began: float
    ) -> None:
        project = self._project = setup.project
        self._names = names
        self._began = began
        self.record = new_run(project.state, began)
        self._tally = Tally()
        more = screens or ()
        self._screens = [*more, *_screens(project, self._tally, console=screens is None)]
        claims, root = Claims(), setup.world.paths.output
        manifest = _manifest(project.options, names, str(root))
        journal = Journal(self.record, self._tally, manifest, project.settings.runs_keep)
        outputs: list[Output] = [
            self._tally,
            HostFiles(root, claims),
            Backups(root, project.state, claims),
            journal,
            *self._screens,
        ]
        self._dispatch = Dispatch(outputs, ahead=journal)

    def begin(self) -> None:
        """Tells them that the run has begun; from now on questions have the screen alone."""
        if self._project.person is not None:
            self._project.person.aside = self._aside
        options, record = self._project.options, self.record
        folder, where = str(record.path), options.whereabouts()
        self._dispatch.handle(
            RunStarted(
                self._began, record.run, self._names, options.check, folder, where, options.typed
            )
        )

    def tell(self, events: Sequence[Event]) -> None:
        """Events for all of them."""
        self._dispatch.handle_all(events)

    @contextmanager
    def _aside(self) -> Iterator[None]:
        """While a question is open no line of progress is drawn."""
        consoles = [each for each in self._screens if isinstance(each, Console)]
        self._dispatch.between(each.hold for each in consoles)
        try:
            yield
        finally:
            self._dispatch.between(each.release for each in consoles)

    def warn(self, text: str) -> None:
        """A warning for all of them, without secrets."""
        self._dispatch.handle(Notice(time.time(), "warning", self._project.masks.mask(text)))

    def note(self, text: str) -> None:
        """Something worth a line that is no warning, without secrets."""
        self._dispatch.handle(Notice(time.time(), "info", self._project.masks.mask(text)))

    def end(self, *, interrupted: bool) -> None:
        """Tells them that the run has ended, and closes them."""
        self._dispatch.handle(RunFinished(time.time(), self.record.run, interrupted))
        self._dispatch.close()

    def exit_code(self) -> int:
        """The run's; what no screen could show any more goes to standard error."""
        with suppress(OSError):  # Of a terminal that is gone nothing is left to write to.
            for notice in self._dispatch.unseen(self._screens):
                sys.stderr.write(f"playrun: {notice.text}\n")
                sys.stderr.flush()
        return self._tally.exit_code() or (1 if self._dispatch.broken else 0)


def _manifest(options: Options, names: tuple[str, ...], output: str) -> dict[str, Any]:
    return {
        "playrun": __version__,
        "playbooks": names,
        "output": output,
        "limit": options.limit,
        "check": options.check,
        "tags": list(options.tags),
        "skip_tags": list(options.skip_tags),
    }


def _screens(project: Project, tally: Tally, *, console: bool) -> list[Output]:
    options, settings = project.options, project.settings
    if options.json:
        from runner.outputs.summary import JsonSummary  # few runs print one

        errors = _console(sys.stderr, tally, options, settings, quiet=True)
        return [errors, JsonSummary(sys.stdout, tally)]
    if not console:
        return []
    return [_console(sys.stdout, tally, options, settings, quiet=options.quiet)]


def _console(
    stream: TextIO, tally: Tally, options: Options, settings: Settings, *, quiet: bool
) -> Console:
    shown = ConsoleOptions(quiet=quiet, verbosity=options.verbosity, colour=settings.color)
    return Console(stream, shown, tally)
