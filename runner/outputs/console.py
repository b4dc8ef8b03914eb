"""What a run looks like on screen, as events come in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TextIO

from runner.events import (
    Event,
    HostFinished,
    ItemFinished,
    Notice,
    PlayFinished,
    PlayStarted,
    Position,
    RunFinished,
    TaskFinished,
    TaskRetried,
    TaskStarted,
)
from runner.outputs.lines import Line, Style
from runner.outputs.recap import PER_HOST, banner, failures, recap
from runner.outputs.results import (
    IGNORING,
    host_failure_lines,
    is_failure,
    result_lines,
    retry_line,
    shows_values,
)
from runner.outputs.screen import PlainScreen, Screen
from runner.outputs.sequence import Shown, TaskOrder
from runner.outputs.tally import Tally
from runner.outputs.terminal import Colour, one_line, wants_colour

_MOST_FAILURES = 40
_INCLUDES = ("include_tasks", "include_role")
"""Told by what they include, once for all items."""
_NOTICE_STYLES: dict[str, Style] = {"info": "", "warning": "warning", "error": "failed"}


class ConsoleOptions(NamedTuple):
    """How much to say, and how."""

    quiet: bool = False
    """Only failures, warnings, and at the end what failed; nothing when all is well."""
    verbosity: int = 0
    colour: Colour = "auto"
    live: bool | None = None
    """Live progress below the lines; None: when the stream is a terminal."""
    width: int = 80


class Console:
    """Prints to `stream`. `tally` must be fed each event before this output is.

    Up to 40 hosts (or with -v) each task's result is a line; beyond that only `debug`,
    failures and progress are shown, since a thousand `ok` tell nobody anything.
    """

    def __init__(
        self,
        stream: TextIO,
        options: ConsoleOptions,
        tally: Tally,
    ) -> None:
        self._options = options
        self._tally = tally
        self._screen = _screen(stream, options)
        self._many = False
        self._order: TaskOrder | None = None
        self._header: Position | None = None
        self._headed: set[Position] = set()
        self._items: dict[str, list[Line]] = {}
        self._failed: set[str] = set()
        self._failures_shown = 0
        self._questions = 0
        """How many are open."""
        self._behind = False
        """The cursor stands behind a question: what is said begins on a line of its own."""
        self._elsewhere = False
        """The play runs in processes of its own, which cannot say when they ask."""
        self._pausing: set[str] = set()
        """Hosts at a `pause` there."""

    def handle(self, event: Event) -> None:
        """Shows one event, if it is to be shown."""
        if isinstance(event, (TaskFinished, HostFinished)):
            self._pausing.discard(event.host)
        if isinstance(event, (TaskFinished, ItemFinished)):
            self._result(event)
        elif isinstance(event, TaskRetried):
            self._items.setdefault(event.host, []).append(retry_line(event))
        elif isinstance(event, TaskStarted):
            self._started(event)
        elif isinstance(event, HostFinished):
            self._host(event)
        elif isinstance(event, Notice):
            self._notice(event)
        else:
            self._milestone(event)
        over = isinstance(event, (RunFinished, PlayFinished))
        if not (self._options.quiet or self._questions or self._pausing or over):
            self._screen.progress(self._tally)

    def hold(self) -> None:
        """A question is open: no progress is shown until `release`."""
        self._screen.close()
        self._questions += 1
        self._behind = True

    def release(self) -> None:
        """The question that `hold` made room for has been answered."""
        self._questions -= 1
        self._behind = False

    def close(self) -> None:
        """Leaves the terminal as it was."""
        self._screen.close()

    def _milestone(self, event: Event) -> None:
        if isinstance(event, PlayStarted):
            self._play(event)
        elif isinstance(event, PlayFinished):
            self._screen.close()
        elif isinstance(event, RunFinished):
            self._end()

    # one play

    def _play(self, event: PlayStarted) -> None:
        verbosity = self._options.verbosity
        self._many = len(event.hosts) > PER_HOST and not verbosity
        small = 0 < len(event.hosts) <= PER_HOST
        self._order = TaskOrder(event.hosts) if small and event.order == "lockstep" else None
        self._elsewhere = event.executor == "processes"
        self._header = None
        self._headed.clear()
        self._failed.clear()
        self._failures_shown = 0
        check = " [CHECK MODE]" if self._tally.started and self._tally.started.check else ""
        batch = f" (batch {event.batch + 1} of {event.batches})" if event.batches > 1 else ""
        title = f"PLAY [{one_line(event.name)}]{batch}{check}"
        lines = [Line(f"\n{banner(title, self._options.width)}")]
        if not event.hosts:
            lines.append(Line("skipping: no hosts matched", "skipped"))
        self._say(lines)

    def _result(self, event: TaskFinished | ItemFinished) -> None:
        if self._options.quiet or self._many:
            self._result_of_many(event)
            return
        lines = self._lines(event)
        if lines is None:
            return
        if self._order is not None:
            shown = self._order.finished(event.host, event.position, _title(event), lines)
            self._show(shown)
        else:
            self._show_free(event, lines)

    def _started(self, event: TaskStarted) -> None:
        if event.action == "pause" and self._elsewhere:
            self._screen.close()
            self._pausing.add(event.host)
        if self._order is not None:
            self._show(self._order.started(event.host, event.position))

    def _lines(self, event: TaskFinished | ItemFinished) -> list[Line] | None:
        """A host's lines for a task, its loop items gathered first; None: not through yet."""
        verbosity = self._options.verbosity
        if isinstance(event, ItemFinished):
            if event.action not in _INCLUDES or event.status != "ok":
                self._items.setdefault(event.host, []).extend(result_lines(event, verbosity))
            return None
        items = self._items.pop(event.host, [])
        if event.looped and items and event.status != "skipped" and not event.included:
            self._note_failure(event)
            ignoring = event.ignored and items[-1] != IGNORING
            return [*items, IGNORING] if ignoring else items
        self._note_failure(event)
        return [*items, *result_lines(event, verbosity)]

    def _note_failure(self, event: TaskFinished) -> None:
        if is_failure(event) and not event.ignored and not event.rescued:
            self._failed.add(event.host)

    def _show(self, shown: Sequence[Shown]) -> None:
        for result in shown:
            self._say([*self._heading(result.position, result.title), *result.lines])

    def _show_free(self, event: TaskFinished | ItemFinished, lines: list[Line]) -> None:
        """Where hosts go their own ways, a late plain result names its task instead of a header."""
        late = event.position in self._headed and event.position != self._header
        plain = len(lines) == 1 and not is_failure(event) and not shows_values(event, 0)
        if late and plain and not self._options.verbosity:
            self._say(result_lines(event, 0, _tag(event.task)))
        else:
            self._say([*self._heading(event.position, _title(event)), *lines])

    def _result_of_many(self, event: TaskFinished | ItemFinished) -> None:
        """Only `debug`, and what went wrong for good: the first forty, then the recap counts."""
        quiet = self._options.quiet
        if event.action == "debug" and event.status == "ok" and not quiet:
            looped = isinstance(event, TaskFinished) and event.looped
            lines = [] if looped else result_lines(event, 0)
        elif isinstance(event, TaskFinished) and is_failure(event):
            lines = [] if event.ignored or event.rescued else self._failure(event)
        else:
            return
        if lines:
            head = [] if quiet else self._heading(event.position, _title(event))
            self._say([*head, *lines], always=True)

    def _failure(self, event: TaskFinished) -> list[Line]:
        self._failed.add(event.host)
        tag = _tag(event.task) if self._options.quiet else ""
        return self._limited(result_lines(event, 0, tag))

    def _limited(self, lines: list[Line]) -> list[Line]:
        self._failures_shown += 1
        if self._failures_shown <= _MOST_FAILURES or not (self._many or self._options.quiet):
            return lines
        if self._failures_shown == _MOST_FAILURES + 1:
            return [Line("more failures: from here on they are only counted", "failed")]
        return []

    def _heading(self, position: Position, title: str) -> list[Line]:
        if position == self._header:
            return []
        self._header = position
        self._headed.add(position)
        return [Line(f"\n{banner(title, self._options.width)}")]

    def _host(self, event: HostFinished) -> None:
        self._items.pop(event.host, None)
        if self._order is not None:
            self._show(self._order.left(event.host))
        told = event.host in self._failed and event.status not in ("lost", "unknown")
        if event.status in ("ok", "not_run") or told:
            # Those that never had their turn are counted at the end, not listed one by one.
            return
        lines = self._limited(host_failure_lines(event, self._options.verbosity))
        self._say(lines, always=True)

    # the rest of a run

    def _notice(self, event: Notice) -> None:
        if event.level == "info" and self._options.quiet:
            return
        lead = "" if event.level == "info" else f"[{event.level.upper()}]: "
        host = f"{one_line(event.host)}: " if event.host and event.host not in event.text else ""
        text = f"{lead}{host}{one_line(event.text)}"
        self._say([Line(text, _NOTICE_STYLES[event.level])], always=True)

    def _end(self) -> None:
        self._screen.close()
        if self._options.quiet:
            self._say(failures(self._tally), always=True)
            return
        self._say(recap(self._tally, self._options.verbosity, self._options.width))

    def _say(self, lines: Sequence[Line], always: bool = False) -> None:
        if lines and (always or not self._options.quiet):
            self._screen.write([Line(""), *lines] if self._behind else lines)
            self._behind = False


def _title(event: TaskFinished | ItemFinished) -> str:
    return f"{'RUNNING HANDLER' if event.handler else 'TASK'} [{one_line(event.task)}]"


def _tag(task: str) -> str:
    return f" (task={one_line(task)})"


def _screen(stream: TextIO, options: ConsoleOptions) -> Screen:
    colour = wants_colour(stream, options.colour)
    live = stream.isatty() if options.live is None else options.live
    if not live or options.quiet:
        return PlainScreen(stream, colour)
    from runner.outputs.console_live import LiveScreen

    return LiveScreen(stream, colour)
