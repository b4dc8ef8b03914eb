"""`wait_for`: how often commands are typed again, and until what."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from runner.actions.api import Call
from runner.actions.commandline.conditions import Condition, read_condition
from runner.errors import ActionFailed, ConnectionLost

RETRIES = 9
INTERVAL = 1.0
_COUNTING_ALL = ("arista_eos", "cisco_iosxr", "juniper_junos")
"""Platforms for which Ansible's `retries` counts the first time too."""
_NAP = 0.2


class Waiting(NamedTuple):
    """What `wait_for` asks. `tries` counts the first one too; `interval` is in seconds."""

    conditions: tuple[Condition, ...]
    any_will_do: bool = False
    tries: int = 1
    interval: float = INTERVAL

    def left(self, results: Sequence[Any], before: Sequence[Condition]) -> list[Condition]:
        """Those of `before` that do not hold yet; none if one is enough and one does."""
        left = [condition for condition in before if not condition.holds(results)]
        return [] if self.any_will_do and len(left) < len(before) else left


class Unsatisfied(ActionFailed):
    """The conditions of `wait_for` did not come true."""

    def __init__(self, left: Sequence[Condition], tries: int) -> None:
        self.conditions = [condition.text for condition in left]
        times = "once" if tries == 1 else f"{tries} times"
        super().__init__(
            f"wait_for does not hold, tried {times}: {', '.join(self.conditions)}",
            hint="what the device printed last is in stdout",
        )


def waiting_of(args: Mapping[str, Any], platform: str) -> Waiting:
    """Reads `wait_for`, `match`, `retries` and `interval`. Raises ActionFailed."""
    written = args.get("wait_for") or []
    conditions = written if isinstance(written, list) else [written]
    retries = int(_number(args, "retries", RETRIES))
    counts_all = "retries" in args and platform in _COUNTING_ALL
    return Waiting(
        tuple(read_condition(str(text)) for text in conditions),
        args.get("match") == "any",
        max(1, retries if counts_all else retries + 1),
        _number(args, "interval", INTERVAL),
    )


def _number(args: Mapping[str, Any], name: str, default: float) -> float:
    value = args.get(name)
    try:
        return default if value is None else float(value)
    except (TypeError, ValueError):
        raise ActionFailed(f"`{name}` must be a number, not {value!r}") from None


def pause(call: Call, seconds: float) -> None:
    """Waits. Raises ConnectionLost when the run is cut."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if call.cancelled():
            raise ConnectionLost("interrupted")
        time.sleep(min(left, _NAP))
