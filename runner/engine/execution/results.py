"""How one execution ended, and how the items of a loop make one result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runner.actions.api import Outcome
from runner.engine.frame import Inclusion
from runner.events import Captured, Failure, TaskStatus
from runner.model import Condition, Status


@dataclass(slots=True)
class Ended:
    """How one execution (a task, or one item of its loop) ended."""

    status: TaskStatus
    values: dict[str, Any]
    """What `register` stores."""
    failure: Failure | None = None
    outcomes: tuple[Outcome, ...] = ()
    """What its actions gave, one for each item that did not fail."""
    owners: tuple[str | None, ...] = ()
    """Whose each of them is, where `delegate_facts` gives it to another host."""
    captured: tuple[Captured, ...] = ()
    host: Status = "ok"
    """How the host would stand if this failure is not ignored."""
    ignored: bool = False
    """A failure that `ignore_errors` or `ignore_unreachable` covers."""
    untold: bool = False
    """Nobody asked for it and nothing was done: it is not shown and does not count."""
    quiet: bool = False
    """`no_log` holds for it, or for one of its items."""
    delegate: str | None = None
    """The host that it was done on, when that is another."""
    inclusions: tuple[Inclusion, ...] = ()
    """What an `include_tasks` or `include_role` asks for, one for each item of its loop."""
    notified: tuple[str, ...] = ()
    """The handlers that the task notifies, rendered; none where it changed nothing."""

    @property
    def failed(self) -> bool:
        """Whether it failed or could not reach the device."""
        return self.status in ("failed", "unreachable")


def refused(condition: Condition) -> Ended:
    """A task whose `when` does not hold."""
    shown = condition if isinstance(condition, bool) else str(condition)
    return Ended(
        "skipped",
        {
            "changed": False,
            "skipped": True,
            "skip_reason": "Conditional result was False",
            "false_condition": shown,
        },
    )


def well(outcome: Outcome) -> Ended:
    """What an action gave that did not fail."""
    if outcome.skipped is not None:
        # An action that says why in its own words needs no message beside them.
        why = {} if "skipped_reason" in outcome.values else {"msg": outcome.skipped}
        values = {**why, "changed": outcome.changed, "failed": False}
        return Ended("skipped", {**values, **outcome.values, "skipped": True})
    values = {**outcome.values, "changed": outcome.changed, "failed": False}
    if outcome.gathered:
        values["ansible_facts"] = dict(outcome.gathered)
    status: TaskStatus = "changed" if outcome.changed else "ok"
    return Ended(status, values, None, (outcome,), (None,), outcome.captured)


def without_growth(ended: Ended) -> None:
    """Of what failed, nothing comes into the inventory: that is no change then."""
    if any(outcome.inventory for outcome in ended.outcomes):
        ended.values["changed"] = False


def told_failed(values: Mapping[str, Any], status: TaskStatus, failure: Failure) -> dict[str, Any]:
    """The values of an execution that failed; its own message comes before ours."""
    told = {"changed": False, "msg": failure.message, **values, "failed": status == "failed"}
    if status == "unreachable":
        told["unreachable"] = True
    return told


def together(ends: Sequence[Ended]) -> Ended:
    """A loop's result: any changed, any failed, skipped only if all were."""
    failed = [ended for ended in ends if ended.failed]
    if failed:
        for ended in ends:
            without_growth(ended)
    values: dict[str, Any] = {
        "changed": any(ended.values.get("changed") for ended in ends),
        "results": [ended.values for ended in ends],
        "skipped": all(ended.values.get("skipped") for ended in ends),
    }
    if not ends:
        values["skipped_reason"] = "No items in the list"
        return Ended("skipped", values)
    _gather_warnings(values)
    whole = Ended("ok", values, captured=tuple(part for ended in ends for part in ended.captured))
    whole.quiet = any(ended.quiet for ended in ends)
    to = {ended.delegate for ended in ends}
    whole.delegate = to.pop() if len(to) == 1 else None
    whole.inclusions = tuple(
        inclusion._replace(index=index)
        for index, ended in enumerate(ends)
        for inclusion in ended.inclusions
    )
    if failed:
        return _failed_together(whole, failed)
    whole.outcomes = tuple(outcome for ended in ends for outcome in ended.outcomes)
    whole.owners = tuple(owner for ended in ends for owner in ended.owners)
    if values["changed"]:
        whole.notified = tuple(dict.fromkeys(name for ended in ends for name in ended.notified))
    if values["skipped"]:
        whole.status = "skipped"
        values["msg"] = "All items skipped"
    else:
        whole.status = "changed" if values["changed"] else "ok"
        values["msg"] = "All items completed"
    if any(ended.values.get("failed") for ended in ends):  # `until` never held, and nobody minds
        values |= {"failed": True, "msg": "One or more items failed"}
    return whole


def _failed_together(whole: Ended, failed: Sequence[Ended]) -> Ended:
    """It is ignored if every one of them is; a device not reached outweighs a failure."""
    first = next((ended for ended in failed if ended.status == "unreachable"), failed[0])
    if any(ended.status == "failed" for ended in failed):
        whole.values.update({"failed": True, "msg": "One or more items failed"})
    if first.status == "unreachable":
        whole.values["unreachable"] = True
        whole.values.setdefault("msg", "All items completed")
    whole.status, whole.failure, whole.host = first.status, first.failure, first.host
    if any(ended.host == "unknown" for ended in failed):
        whole.host = "unknown"
    whole.ignored = all(ended.ignored for ended in failed)
    return whole


def _gather_warnings(values: dict[str, Any]) -> None:
    """Warnings stand in the whole result, not in those of the items."""
    for kind in ("warnings", "deprecations"):
        found = [part for result in values["results"] for part in _listed(result.pop(kind, None))]
        if found:
            values[kind] = found


def _listed(value: Any) -> list[Any]:
    if not value:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]
