"""One task on one host: what its items share, and the calls of its action."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from runner.actions.api import Call
from runner.connections.api import Session
from runner.engine.execution.results import Ended, told_failed
from runner.engine.failures import failure_of, host_status, task_status
from runner.engine.frame import Frame
from runner.engine.host import HostState
from runner.engine.prepared import Prepared, truth
from runner.engine.targets.delegation import Delegate, delegate_name
from runner.engine.telling import Telling
from runner.engine.variables.provenance import written_texts
from runner.errors import ActionFailed, PlanError, PlayrunError
from runner.events import Event, Notice, Position, TaskStarted, TaskStatus
from runner.model import Flag, Task
from runner.templating import Variables
from runner.values import EMPTY, brief

_SLICE = 0.1
"""Seconds between two looks at whether a wait must end."""


class OnHost:
    """A task on a host: says what happens, makes calls, turns exceptions into data."""

    __slots__ = (
        "_started",
        "begun",
        "frame",
        "host",
        "label",
        "position",
        "prepared",
        "quiet",
        "task",
        "templar",
        "world",
        "writing",
    )

    def __init__(self, host: HostState, task: Task, position: Position, frame: Frame) -> None:
        self.host = host
        self.world = host.world
        self.templar = host.world.templar
        self.task = task
        self.prepared: Prepared = host.world.prepared(task)
        self.position = position
        self.frame = frame
        self.label = self.prepared.label or self.prepared.of + str(self.prepared.title)
        self.begun = time.monotonic()
        self._started = False
        self.writing = False
        """The call that was announced last may change a device."""
        self.quiet = True
        """Nothing is shown until `no_log` has been read."""

    def name_it(self, variables: Variables) -> None:
        """The task's name as this host sees it; as written where that cannot be told."""
        prepared = self.prepared
        if prepared.label is None:
            try:
                self.label = prepared.of + self.templar.text(prepared.title, variables)
            except PlayrunError:
                self.label = prepared.of + str(prepared.title)
        self.label = self.world.masks.mask(self.label)

    def become(self, task: Task) -> None:
        """From now on it is this task: what was late of it is known."""
        self.task = task
        self.prepared = self.world.prepared(task)

    def hush(self, variables: Variables) -> None:
        """Reads `no_log` before there is an item; one that names the item hides all."""
        try:
            self.quiet = self.flag(self.prepared.no_log, self.task.no_log, variables)
        except PlayrunError:
            self.quiet = True

    def flag(self, known: bool | None, flag: Flag, variables: Variables) -> bool:
        """A flag of the task's: `known` if it is the same for all hosts."""
        return truth(self.templar.render(flag, variables)) if known is None else known

    def ignores(self, status: TaskStatus, variables: Variables) -> bool:
        """Whether such an end is ignored. A flag that cannot be told ignores nothing."""
        prepared, task = self.prepared, self.task
        try:
            if status == "unreachable":
                return self.flag(prepared.ignore_unreachable, task.ignore_unreachable, variables)
            return self.flag(prepared.ignore_errors, task.ignore_errors, variables)
        except PlayrunError:
            return False

    def telling(self, *, quiet: bool) -> Telling:
        """What may be told of it."""
        return self.world.telling(quiet=quiet)

    def heading(self) -> tuple[float, str, int, Position, str, str]:
        """What its events begin with: when, whose, and which task."""
        host = self.host
        return (
            time.time(),
            host.name,
            host.plan.index,
            self.position,
            self.label,
            self.task.action,
        )

    def broken(
        self,
        error: BaseException,
        values: Mapping[str, Any] = EMPTY,
        delegate: Delegate | None = None,
    ) -> Ended:
        """An exception as the end of an execution."""
        connected = self.host.connected(delegate and delegate.name)
        status = task_status(error, connected=connected)
        failure = failure_of(error, self.task.origin)
        host = host_status(error, status, writing=self.writing and connected)
        return Ended(status, told_failed(values, status, failure), failure, host=host)

    def announce(self, *, writes: bool) -> None:
        """Tells that the task begins; once for all its items and attempts."""
        if self._started and writes <= self.writing:
            return
        self._started = True
        self.writing = writes
        self.emit(TaskStarted(*self.heading(), writes))

    def emit(self, event: Event) -> None:
        """Sends an event."""
        self.host.emit(event)

    def ask(self, prompt: str, echo: bool, ended: Callable[[], bool] | None = None) -> str:
        """What the person at the terminal types; secrets in the question are masked."""
        assert self.world.ask is not None
        return self.world.ask(self.world.masks.mask(prompt), echo, ended)

    def say(self, text: str) -> None:
        """Tells whoever watches; nothing under `no_log`."""
        if not self.quiet:
            told = self.telling(quiet=False).mask(text)
            self.emit(Notice(time.time(), "info", told))

    def wait(self, seconds: float, ended: Callable[[], bool]) -> None:
        """Waits, unless the run is interrupted meanwhile. Raises ActionFailed then."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if ended():
                raise ActionFailed("the run was interrupted while the task waited")
            time.sleep(min(left, _SLICE))

    def delegate(self, variables: Variables, data: Mapping[str, Any]) -> Delegate | None:
        """Who does it in the host's place; `data` is the loop's. Raises RenderError."""
        if self.task.delegate_to is None:
            return None
        name = delegate_name(self.task, variables, self.world)
        if name is None:
            return None
        found = self.host.delegate(name, self.task, self.position, self.frame)
        return found._replace(variables=found.variables.with_data(data)) if data else found


class TimedOut(ActionFailed):
    """The task's `timeout` was over before it ended."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the task took longer than its `timeout` of {seconds:g} s")
        self.values = {"timedout": {"period": int(seconds)}}


class Deadline:
    """The task's `timeout`: after it, the session is cut and whoever asks is told to stop."""

    def __init__(self, seconds: float, cut: Callable[[], None]) -> None:
        self.seconds = seconds
        self.over = False
        self._cut = cut
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True

    def _ring(self) -> None:
        self.over = True
        self._cut()

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._timer.cancel()


class Caller:
    """Makes the calls of a task's action, with what a task on a host lends it."""

    __slots__ = ("_deadline", "_delegate", "_on", "_same", "_variables")

    def __init__(
        self, on: OnHost, variables: Variables, delegate: Delegate | None, *, looped: bool
    ) -> None:
        self._on = on
        self._variables = variables
        self._delegate = delegate
        self._same = not (looped and on.task.vars) and not on.frame.params
        """Every item, and every task that says the same, reaches the same device."""
        self._deadline: Deadline | None = None

    def call(self) -> Call:
        """One call, arguments rendered. Raises RenderError."""
        on, variables = self._on, self._variables
        prepared, task, host, world = on.prepared, on.task, on.host, on.world
        rendered = on.templar.render(prepared.written, variables) if prepared.written else EMPTY
        name = self._delegate.name if self._delegate is not None else None
        return Call(
            host=host.name,
            action=task.action,
            args=prepared.args(rendered),
            variables=variables,
            templar=on.templar,
            paths=prepared.paths,
            check=self._check(),
            registers=task.register is not None,
            max_register=world.max_register,
            session=self._session,
            platform=cache(lambda: host.platform(self._connection, task)),
            note=lambda record: host.note(on.telling(quiet=on.quiet).record(record), name),
            capture=lambda command: host.capture(task, command, variables),
            cancelled=self._cancelled,
            stopping=host.stopping,
            written=lambda arg: written_texts(task.args.get(arg), variables, on.templar, task.loop),
            environment=self._environment() if task.environment else EMPTY,
            diff=self._diff(),
            delegate=name,
            load_variables=world.includes.variables if world.includes is not None else None,
            ask=on.ask if world.ask is not None else None,
            say=on.say,
            simulated=world.simulated,
            hide=world.masks.add,
            opened=world.opened,
        )

    @property
    def _connection(self) -> Variables:
        """What says how the device is reached: the delegate's variables, if there is one."""
        return self._variables if self._delegate is None else self._delegate.variables

    def _session(self) -> Session:
        on = self._on
        name = self._delegate.name if self._delegate is not None else None
        target = on.host.target(on.task, self._connection, name, same=self._same)
        if self._deadline is not None and self._deadline.over:
            raise self._late()
        return on.host.session(target, name)

    def _check(self) -> bool:
        on = self._on
        if on.task.check_mode is not None:
            return on.flag(on.prepared.check_mode, on.task.check_mode, self._variables)
        of_play = on.host.plan.play.check_mode
        return on.world.check if of_play is None else on.flag(None, of_play, self._variables)

    def _diff(self) -> bool:
        on = self._on
        if on.task.diff is None:
            return on.world.diff
        return on.flag(on.prepared.diff, on.task.diff, self._variables)

    def _environment(self) -> Mapping[str, str]:
        """Innermost wins; every value is text, as a program gets it."""
        merged: dict[str, str] = {}
        for written in self._on.task.environment:
            rendered = self._on.templar.render(written, self._variables)
            for part in rendered if isinstance(rendered, list) else [rendered]:
                if part is None or part == "":
                    continue
                if not isinstance(part, Mapping):
                    raise PlanError(
                        f"`environment` must be a mapping, not {brief(part)}",
                        origin=self._on.task.origin,
                    )
                merged |= {str(name): str(value) for name, value in part.items()}
        return merged

    def _cancelled(self) -> bool:
        late = self._deadline is not None and self._deadline.over
        return late or self._on.host.cancelled()

    def timed(self, seconds: float, run: Callable[[], Any]) -> Any:
        """Runs with a time limit. Raises ActionFailed when it is over."""
        name = self._delegate.name if self._delegate is not None else None
        with Deadline(seconds, self._on.host.link(name).cut) as deadline:
            self._deadline = deadline
            try:
                result = run()
            except PlayrunError as error:
                if deadline.over:
                    raise self._late() from error
                raise
        return result

    def _late(self) -> TimedOut:
        assert self._deadline is not None
        return TimedOut(self._deadline.seconds)
