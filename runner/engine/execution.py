"""One task on one host: conditions, loop, arguments, the action, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from runner.actions import ACTIONS
from runner.actions.api import Action, Call, Outcome
from runner.engine.failures import failure_of, host_status, task_status
from runner.engine.frame import Frame, Inclusion
from runner.engine.host import HostState
from runner.engine.telling import Telling
from runner.engine.written import written_texts
from runner.errors import ActionFailed, PlayrunError, RenderError
from runner.events import (
    Captured,
    Failure,
    ItemFinished,
    Position,
    TaskFinished,
    TaskStarted,
    TaskStatus,
)
from runner.model import Condition, Loop, Status, Task
from runner.templating import Signal, Variables

_KINDS = {dict: "a mapping", str: "a text", bool: "true or false", type(None): "nothing"}


@dataclass(slots=True)
class Ended:
    """How one execution (a task, or one item of its loop) ended."""

    status: TaskStatus
    values: dict[str, Any]
    failure: Failure | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    captured: tuple[Captured, ...] = ()
    host: Status = "ok"
    """How the host would stand if this failure is not ignored."""
    inclusions: tuple[Inclusion, ...] = ()
    """What an `include_tasks` or `include_role` asks for, one for each item of its loop."""
    notified: tuple[str, ...] = ()
    """The handlers that the task notifies, rendered; none where it changed nothing."""

    @property
    def failed(self) -> bool:
        """Whether it failed or could not reach the device."""
        return self.status in ("failed", "unreachable")


class Execution:
    """Runs one task on one host. Made anew for every task."""

    def __init__(self, host: HostState, task: Task, position: Position, frame: Frame) -> None:
        self._host = host
        self._task = task
        self._position = position
        self._frame = frame
        self._variables = host.variables(task, position, frame)
        self._templar = host.world.templar
        self._action: Action = ACTIONS[task.action]
        self._begun = time.monotonic()
        self._started = False
        self._writing = False
        self._label = self._named()
        self._quiet = True

    def _named(self) -> str:
        """The task's name as this host sees it; as written where that cannot be told."""
        label = self._task.label
        try:
            return self._masked(self._templar.text(label, self._variables))
        except PlayrunError:
            return label

    def run(self) -> tuple[Ended, bool]:
        """Judges and tells; returns how it ended and whether a failure is ignored.

        Raises only Signal (another host's values are needed first).
        """
        ended, ignored = self.judge()
        self.tell(ended, ignored=ignored)
        return ended, ignored

    def holds(self) -> bool:
        """Whether the task's `when` holds. Raises PlayrunError and Signal."""
        return self._refusing(self._variables) is None

    def judge(self) -> tuple[Ended, bool]:
        """Does the task and stores what it gave; whether a failure is ignored.

        Raises only Signal.
        """
        ended = self._guarded(self._task_or_loop, self._variables)
        ignored = ended.status == "failed" and self._ignores()
        self._store(ended)
        return replace(ended, failure=self._telling.failure(ended.failure)), ignored

    def _ignores(self) -> bool:
        """A condition that cannot be told ignores nothing."""
        try:
            return self._flag(self._task.ignore_errors)
        except PlayrunError:
            return False

    def _flag(self, value: Any) -> bool:
        rendered = self._templar.render(value, self._variables)
        return str(rendered).lower() in ("true", "yes", "on", "1")

    def _guarded(self, run: Any, variables: Variables) -> Ended:
        """Whatever `run` raises becomes data here."""
        try:
            ended: Ended = run(variables)
        except Signal:
            raise
        except Exception as error:  # noqa: BLE001  the one place for a task's exceptions
            ended = self._broken(error, {})
        return ended

    def _broken(self, error: BaseException, values: Mapping[str, Any]) -> Ended:
        status = task_status(error, connected=self._host.connected)
        failure = failure_of(error, self._task.origin)
        told = {"changed": False, "msg": failure.message, **values, "failed": status == "failed"}
        if status == "unreachable":
            told["unreachable"] = True
        return Ended(
            status,
            told,
            failure,
            host=host_status(error, status, writing=self._writing and self._host.connected),
        )

    def _task_or_loop(self, variables: Variables) -> Ended:
        self._quiet = self._flag(self._task.no_log)
        if self._task.loop is None:
            return self._one(variables)
        try:
            items = self._items(self._task.loop, variables)
        except RenderError:
            refused = self._refusing(variables)
            if refused is None:
                raise
            return _skipped(refused)
        return self._each(items, variables)

    def _items(self, loop: Loop, variables: Variables) -> list[Any]:
        items = self._templar.render(loop.items, variables)
        if loop.style == "items":
            return _flattened(items if isinstance(items, list) else [items])
        if not isinstance(items, (list, tuple)):
            raise ActionFailed(
                f"`loop` needs a list, not {_KINDS.get(type(items), 'a number')}: {items!r}"[:200],
                hint="for a mapping use `dict2items`, for one item write a list of it",
            )
        return list(items)

    def _each(self, items: list[Any], variables: Variables) -> Ended:
        """Every item runs, even after one has failed."""
        loop = self._task.loop
        assert loop is not None
        ends: list[Ended] = []
        before = dict(self._host.facts)
        try:
            for item in items:
                ended = self._guarded(self._one, variables.child(**{loop.variable: item}))
                ended.values.update({loop.variable: item, "ansible_loop_var": loop.variable})
                self._host.facts.update(ended.facts)
                self._tell_item(item, ended)
                ends.append(ended)
        except Signal:
            # The task begins again later: what its items set must not be there by then.
            self._host.facts.clear()
            self._host.facts.update(before)
            raise
        return _together(ends)

    def _one(self, variables: Variables) -> Ended:
        refused = self._refusing(variables)
        if refused is not None:
            return _skipped(refused)
        call = self._call(variables)
        self._announce(call)
        return self._judge(self._act(call), variables)

    def _refusing(self, variables: Variables) -> Condition | None:
        """The first condition of `when` that does not hold."""
        for condition in self._task.when:
            if not self._templar.test(condition, variables):
                return condition
        return None

    def _call(self, variables: Variables) -> Call:
        host, task = self._host, self._task
        world = host.world
        raw = self._action.raw
        rendered = self._templar.render(
            {name: value for name, value in task.args.items() if name not in raw}, variables
        )
        kept = {name: task.args[name] for name in raw if name in task.args}
        check = task.check_mode if task.check_mode is not None else host.plan.play.check_mode
        return Call(
            host=host.name,
            action=task.action,
            args={**rendered, **kept},
            variables=variables,
            templar=self._templar,
            paths=world.paths,
            check=world.check if check is None else self._flag(check),
            registers=task.register is not None,
            max_register=world.max_register,
            session=lambda: host.session(task, variables),
            platform=lambda: host.platform(variables),
            note=lambda record: host.note(self._telling.record(record)),
            capture=lambda command: host.capture(task, command, variables),
            cancelled=host.cancelled,
            written=lambda name: written_texts(
                task.args.get(name), variables, self._templar, task.loop
            ),
        )

    def _announce(self, call: Call) -> None:
        self._writing = self._action.place == "device" and self._action.writes(call)
        if self._started:
            return
        self._started = True
        self._host.emit(
            TaskStarted(
                time.time(),
                self._host.name,
                self._host.plan.index,
                self._position,
                self._label,
                self._task.action,
                writes=self._writing,
            )
        )

    def _act(self, call: Call) -> Ended:
        outcome = self._action.run(call)
        if outcome.failure is not None:
            values = {"changed": outcome.changed, **outcome.values}
            ended = self._broken(outcome.failure, values)
            return replace(ended, captured=outcome.captured)
        return _well(outcome)

    def _judge(self, ended: Ended, variables: Variables) -> Ended:
        """`changed_when` and `failed_when` have the last word, but not on an absent device."""
        task = self._task
        if ended.status in ("unreachable", "skipped"):
            return ended
        if task.changed_when is None and task.failed_when is None:
            return ended
        try:
            return self._judged(ended, variables)
        except PlayrunError as error:
            broken = self._broken(error, {**ended.values, "msg": error.message})
            return replace(broken, facts=ended.facts, captured=ended.captured)

    def _judged(self, ended: Ended, variables: Variables) -> Ended:
        task = self._task
        seen = variables.child(**ended.values)
        if task.register is not None:
            seen = seen.child(**{task.register: ended.values})
        if task.changed_when is not None:
            ended.values["changed"] = all(
                self._templar.test(condition, seen) for condition in task.changed_when
            )
        if task.failed_when is not None:
            return self._judge_failed(ended, seen)
        return replace(ended, status=_status(ended))

    def _judge_failed(self, ended: Ended, seen: Variables) -> Ended:
        assert self._task.failed_when is not None
        failed = all(self._templar.test(condition, seen) for condition in self._task.failed_when)
        ended.values.update({"failed": failed, "failed_when_result": failed})
        if not failed:
            return replace(ended, status=_status(ended), failure=None, host="ok")
        if ended.failure is not None:
            return ended
        message = "failed_when holds: " + ", ".join(map(str, self._task.failed_when))
        failure = Failure("action", message, where=str(self._task.origin))
        return replace(ended, status="failed", failure=failure, host="failed")

    def _store(self, ended: Ended) -> None:
        host = self._host
        for name, value in ended.facts.items():
            host.remember(name, value, self._position)
        if self._task.register is not None:
            host.remember(self._task.register, ended.values, self._position)

    def _tell_item(self, item: Any, ended: Ended) -> None:
        self._host.emit(
            ItemFinished(
                time.time(),
                self._host.name,
                self._host.plan.index,
                self._position,
                self._label,
                self._task.action,
                "(censored)" if self._quiet else self._masked(_label(item)),
                ended.status,
                self._telling.values(ended.values),
                self._telling.failure(ended.failure),
            )
        )

    def tell(self, ended: Ended, *, ignored: bool) -> None:
        """Says how the task ended."""
        self._host.emit(
            TaskFinished(
                time.time(),
                self._host.name,
                self._host.plan.index,
                self._position,
                self._label,
                self._task.action,
                ended.status,
                time.monotonic() - self._begun,
                self._telling.values(ended.values),
                self._telling.failure(ended.failure),
                self._telling.files(ended.captured),
                ignored=ignored,
                looped=self._task.loop is not None,
            )
        )

    @property
    def _telling(self) -> Telling:
        return Telling(self._host.world.masks.mask, self._quiet)

    def _masked(self, text: str) -> str:
        return self._host.world.masks.mask(text)


def _well(outcome: Outcome) -> Ended:
    values = {"changed": outcome.changed, "failed": False, **outcome.values}
    if outcome.skipped is not None:
        values = {"msg": outcome.skipped, **values, "skipped": True}
        return Ended("skipped", values)
    status: TaskStatus = "changed" if outcome.changed else "ok"
    return Ended(status, values, facts=outcome.facts, captured=outcome.captured)


def _status(ended: Ended) -> TaskStatus:
    if ended.values.get("failed") and ended.failure is not None:
        return "failed"
    return "changed" if ended.values.get("changed") else "ok"


def _skipped(condition: Condition) -> Ended:
    return Ended(
        "skipped",
        {
            "changed": False,
            "skipped": True,
            "skip_reason": "Conditional result was False",
            "false_condition": condition if isinstance(condition, bool) else str(condition),
        },
    )


def _together(ends: list[Ended]) -> Ended:
    """A loop's result: any changed, any failed, skipped only if all were."""
    results = [ended.values for ended in ends]
    values: dict[str, Any] = {
        "changed": any(ended.values.get("changed") for ended in ends),
        "results": results,
        "skipped": False,
    }
    facts = {name: value for ended in ends for name, value in ended.facts.items()}
    captured = tuple(part for ended in ends for part in ended.captured)
    failed = next((ended for ended in ends if ended.failed), None)
    if failed is not None:
        values.update({"failed": True, "msg": "One or more items failed"})
        return Ended(failed.status, values, failed.failure, facts, captured, failed.host)
    if not ends:
        reason = "No items in the list"
        return Ended("skipped", {**values, "skipped": True, "skipped_reason": reason})
    if all(ended.status == "skipped" for ended in ends):
        return Ended("skipped", {**values, "skipped": True, "msg": "All items skipped"})
    values["msg"] = "All items completed"
    return Ended("changed" if values["changed"] else "ok", values, None, facts, captured)


def _flattened(items: list[Any]) -> list[Any]:
    flat: list[Any] = []
    for item in items:
        flat.extend(item if isinstance(item, (list, tuple)) else [item])
    return flat


def _label(item: Any) -> str:
    return item if isinstance(item, str) else repr(item)
