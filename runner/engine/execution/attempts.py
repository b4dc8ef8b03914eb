"""One item of a task (or all of one without a loop): its condition, its arguments, and as
many attempts as `until` needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from runner.actions.api import Call, Outcome
from runner.engine.execution.calls import Caller, OnHost
from runner.engine.execution.gathering import GATHERING, as_gatherer, gatherer
from runner.engine.execution.growth import with_news
from runner.engine.execution.late import told
from runner.engine.execution.results import Ended, refused, told_failed, well, without_growth
from runner.engine.frame import Inclusion
from runner.engine.targets.delegation import Delegate, check_shell, seen_of
from runner.engine.targets.target import transport_of
from runner.errors import (
    ActionFailed,
    ConnectionFailed,
    NotBegun,
    PlayrunError,
    RenderError,
    TaskError,
)
from runner.events import Failure, TaskRetried, TaskStatus
from runner.model import Condition, Late
from runner.templating import Signal, UndefinedVariable, Variables
from runner.values import EMPTY, brief

_NOTIFYING: Mapping[bool, tuple[TaskStatus, ...]] = {False: ("changed",), True: ("ok", "changed")}
"""When a task notifies. All items of a loop do as soon as one has changed something, so each
says what it would notify."""


class _Retrying(NamedTuple):
    """A task's `until`, rendered."""

    until: tuple[Condition, ...]
    attempts: int
    delay: float


class Attempts:
    """Runs one item. After a Signal `run` is called again and goes on where it was: what was
    done is not done again."""

    __slots__ = (
        "_acted",
        "_action",
        "_asked",
        "_call",
        "_caller",
        "_count",
        "_data",
        "_delegate",
        "_ended",
        "_item",
        "_on",
        "_retrying",
        "_variables",
        "_waited",
    )

    def __init__(
        self,
        on: OnHost,
        variables: Variables,
        item: Mapping[str, Any] = EMPTY,
        seen: Mapping[str, Any] = EMPTY,
    ) -> None:
        """`item`: what the loop says of the item; `seen`: what those before it have set."""
        self._on = on
        self._action = on.prepared.action
        self._item = item
        self._data = {**seen, **item} if item else EMPTY
        self._variables = variables.with_data(self._data) if item else variables
        self._delegate: Delegate | None = None
        self._caller: Caller | None = None
        self._call: Call | None = None
        self._retrying: _Retrying | None = None
        self._count = 1
        self._acted: Ended | None = None
        self._waited = False
        self._asked = False
        self._ended: Ended | None = None

    def run(self) -> Ended:
        """How it ended. Raises only Signal."""
        if self._ended is None:
            self._ended = self._to_its_end()
        return self._ended

    def _to_its_end(self) -> Ended:
        try:
            ended = self._run()
            if self._on.task.notify and ended.status in _NOTIFYING[bool(self._data)]:
                ended.notified = self._notified()
        except Signal:
            raise
        except Exception as error:  # noqa: BLE001 - the one place for a task's exceptions
            ended = self._on.broken(error, EMPTY, self._delegate)
        if ended.failed:
            ended.ignored = self._on.ignores(ended.status, self._variables)
        ended.quiet = self._on.quiet
        if self._delegate is not None:
            if self._delegate.name != self._on.host.name:
                ended.delegate = self._delegate.name
            if self._gives_away():
                ended.owners = (self._delegate.name,) * len(ended.outcomes)
        return ended

    def _run(self) -> Ended:
        on = self._on
        if self._call is None:
            if not self._asked:
                on.quiet = True
                on.quiet = on.flag(on.prepared.no_log, on.task.no_log, self._variables)
                self._find_delegate()
                condition = refusing(on, self._variables)
                if condition is not None:
                    return refused(condition)
                self._asked = True
            if on.task.late is not None:
                self._become(on.task.late)
            self._caller = Caller(on, self._variables, self._delegate, looped=bool(self._data))
            self._call = self._caller.call()
            if on.task.action == GATHERING:
                untold = self._find_gatherer()
                if untold is not None:
                    return untold
            self._retrying = self._retries()
        if self._retrying is None:
            return self._attempt(self._call)
        return self._until(self._call, self._retrying)

    def _become(self, late: Late) -> None:
        """What planning could not know: on what kind of host its action finds itself."""
        on = self._on
        on.become(told(on.world, on.task, late, self._variables))
        self._action = on.prepared.action
        if self._action.place == "shell" and self._delegate is None:
            self._check_shell(Delegate(on.host.name, self._variables))

    def _check_shell(self, where: Delegate) -> None:
        on = self._on
        transport = transport_of(where.variables, on.host.plan.play, on.task, on.world)
        check_shell(where.name, transport, on.task)

    def _find_gatherer(self) -> Ended | None:
        """Puts the right action in the place of `gather_facts`; the end, if there is none."""
        assert self._call is not None
        name, variables = self._delegate or (self._on.host.name, self._variables)
        found = gatherer(self._on, name, variables)
        if found is None:
            return Ended("skipped", {"changed": False, "skipped": True}, untold=True)
        self._action, self._call = as_gatherer(self._call, found)
        return None

    def _find_delegate(self) -> None:
        """The task sees whom it is delegated to, and its address where the host has none."""
        delegate = self._delegate = self._on.delegate(self._variables, self._data)
        if delegate is not None:
            self._variables = self._variables.with_data(seen_of(delegate, self._variables))

    def _until(self, call: Call, retrying: _Retrying) -> Ended:
        """Attempts until the condition holds or there are none left."""
        while True:
            ended = self._attempt(call)
            if retrying.attempts == 1 or self._is_final(ended):
                return ended
            if self._holds(retrying, ended):
                return ended
            if self._count == retrying.attempts:
                return self._exhausted(ended, retrying)
            if not self._waited:
                self._waited = True
                self._say_retry(ended, retrying)
                self._on.wait(retrying.delay, self._on.host.stopping)
            self._count += 1
            self._acted = None
            self._waited = False

    def _is_final(self, ended: Ended) -> bool:
        """A device that cannot be reached is not tried again, nor what no attempt can mend; nor
        a change that was cut off: nobody knows how much of it the device took."""
        return (
            ended.status == "unreachable"
            or ended.host == "unknown"
            or (ended.failure is not None and ended.failure.kind in ("render", "plan", "internal"))
        )

    def _holds(self, retrying: _Retrying, ended: Ended) -> bool:
        if not retrying.until:
            return not ended.failed
        seen = self._seeing(ended)
        try:
            return all(self._on.templar.test(condition, seen) for condition in retrying.until)
        except UndefinedVariable as error:
            if self._on.task.register is None and error.hint is None:
                error.hint = "`register` gives the result a name that `until` can ask about"
            raise

    def _exhausted(self, ended: Ended, retrying: _Retrying) -> Ended:
        """`failed_when` has the last word on how it ended, but not on what is registered."""
        ended.values["attempts"] = retrying.attempts - 1
        conditions = ", ".join(map(str, retrying.until))
        message = f"`until: {conditions}` did not hold after {retrying.attempts} attempts"
        if self._on.task.failed_when:
            ended.values["failed"] = True
            ended.values.setdefault("msg", message)
        if ended.failed or self._on.task.failed_when:
            return ended
        return self._failed(ended, Failure("action", message, where=str(self._on.task.origin)))

    def _retries(self) -> _Retrying | None:
        retry = self._on.task.retry
        if retry is None:
            return None
        render = self._on.templar.render
        retries = _number("retries", render(retry.retries, self._variables))
        delay = _number("delay", render(retry.delay, self._variables))
        return _Retrying(retry.until, int(max(0, retries)) + 1, delay if delay >= 0 else 1)

    def _say_retry(self, ended: Ended, retrying: _Retrying) -> None:
        on = self._on
        values = on.telling(quiet=on.quiet).values(ended.values)
        title = on.label.removeprefix(on.prepared.of)
        on.emit(TaskRetried(*on.heading(), retrying.attempts - self._count, values, title))

    def _gives_away(self) -> bool:
        """Whether the facts are the delegate's; where that cannot be told they are not."""
        flag = self._on.task.delegate_facts
        if isinstance(flag, bool):
            return flag
        try:
            return self._on.flag(None, flag, self._variables)
        except PlayrunError:
            return False

    # one attempt

    def _attempt(self, call: Call) -> Ended:
        ended = self._acted
        if ended is None:
            ended = self._acted = self._act(call)
        if self._retrying is not None and self._retrying.attempts > 1:
            ended.values["attempts"] = self._count
        return self._judged(ended)

    def _act(self, call: Call) -> Ended:
        on = self._on
        action = self._action
        if action.place == "shell" and self._delegate is not None:
            self._check_shell(self._delegate)
        on.announce(writes=action.place == "device" and action.writes(call))
        try:
            outcome = self._outcome(call)
        except TaskError as error:
            if isinstance(error, (RenderError, NotBegun)):
                raise
            return on.broken(error, getattr(error, "values", EMPTY), self._delegate)
        if outcome.failure is not None:
            values = {"changed": outcome.changed, **outcome.values}
            ended = on.broken(outcome.failure, values, self._delegate)
            ended.captured = outcome.captured
            return ended
        ended = well(with_news(outcome, on.world) if outcome.inventory else outcome)
        ended.inclusions = self._inclusions(outcome)
        return ended

    def _outcome(self, call: Call) -> Outcome:
        on = self._on
        timeout = on.task.timeout
        if not timeout:
            return self._action.run(call)
        seconds = _number("timeout", on.templar.render(timeout, self._variables))
        assert self._caller is not None
        if seconds <= 0:
            return self._action.run(call)
        outcome: Outcome = self._caller.timed(seconds, lambda: self._action.run(call))
        return outcome

    def _inclusions(self, outcome: Outcome) -> tuple[Inclusion, ...]:
        if "include" not in outcome.values:
            return ()
        values = outcome.values
        params = {**self._on.prepared.params, **self._item}
        return (Inclusion(str(values["include"]), values.get("include_args", EMPTY), params),)

    # what it is taken for

    def _judged(self, ended: Ended) -> Ended:
        """`changed_when` and `failed_when` have the last word, but not on an absent device."""
        task = self._on.task
        if task.changed_when is None and task.failed_when is None:
            return ended
        if ended.status in ("unreachable", "skipped"):
            return ended
        word = "changed"
        try:
            seen = self._seeing(ended)
            if task.changed_when:
                ended.values["changed"] = self._all_hold(task.changed_when, seen)
                ended.status = _status(ended)
            word = "failed"
            if task.failed_when:
                return self._judge_failed(ended, self._all_hold(task.failed_when, seen))
        except ConnectionFailed:
            raise
        except PlayrunError as error:
            ended.values[f"{word}_when_result"] = f"cannot be told: {error.message}"
            where = error.origin or task.origin
            failure = Failure(error.kind, error.message, error.hint, str(where))
            return self._failed(ended, failure)
        return ended

    def _all_hold(self, conditions: tuple[Condition, ...], seen: Variables) -> bool:
        return all(self._on.templar.test(condition, seen) for condition in conditions)

    def _judge_failed(self, ended: Ended, failed: bool) -> Ended:
        ended.values["failed_when_result"] = ended.values["failed"] = failed
        if not failed:
            ended.failure = None
            ended.host = "ok"
            ended.status = _status(ended)
            return ended
        if ended.failure is not None:
            return ended
        conditions = self._on.task.failed_when or ()
        message = "failed_when holds: " + ", ".join(map(str, conditions))
        return self._failed(ended, Failure("action", message, where=str(self._on.task.origin)))

    def _failed(self, ended: Ended, failure: Failure) -> Ended:
        """It did what it should, and is a failure all the same: what it gave is not kept."""
        ended.status = "failed"
        ended.host = "failed"
        ended.failure = failure
        if not self._on.task.changed_when:
            without_growth(ended)
        ended.outcomes = ended.owners = ()
        ended.inclusions = ()
        ended.values = told_failed(ended.values, "failed", failure)
        return ended

    def _seeing(self, ended: Ended) -> Variables:
        """The variables as a condition after the attempt sees them."""
        seen: dict[str, Any] = {}
        for outcome in ended.outcomes:
            seen |= outcome.gathered
            seen |= outcome.included
            seen |= outcome.facts
        if self._on.task.register is not None:
            seen[self._on.task.register] = ended.values
        return self._variables.with_data({**self._data, **seen})

    def _notified(self) -> tuple[str, ...]:
        names: list[str] = []
        for written in self._on.task.notify:
            rendered = self._on.templar.render(written, self._variables)
            names += map(str, rendered if isinstance(rendered, list) else [rendered])
        return tuple(dict.fromkeys(names))


def refusing(on: OnHost, variables: Variables) -> Condition | None:
    """The first condition of `when` that does not hold."""
    for condition in on.task.when:
        if not on.templar.test(condition, variables):
            return condition
    return None


def _status(ended: Ended) -> TaskStatus:
    if ended.values.get("failed") is True:
        return "failed"
    return "changed" if ended.values.get("changed") else "ok"


def _number(word: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ActionFailed(f"`{word}` must be a number, not {brief(value)}") from None
