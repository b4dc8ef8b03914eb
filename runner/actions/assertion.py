"""`assert` and `fail`: stop a host when something is not as it must be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from runner.actions.api import Base, Call, Outcome, Parameter
from runner.errors import ActionFailed, AssertionFailed, NotBegun, NotTrueOrFalse
from runner.model import Condition
from runner.values import brief

_LONE_NAME = re.compile(r"\s*\{\{\s*(?P<name>\w+)\s*\}\}\s*")


class Assert(Base):
    """Every condition of `that` must hold; the first that does not fails the task."""

    parameters: Mapping[str, Parameter] = {
        "that": Parameter("conditions", required=True, says="Conditions, without braces."),
        "fail_msg": Parameter("any", aliases=("msg",), says="What to say if one does not hold."),
        "success_msg": Parameter("any", says="What to say if all do."),
        "quiet": Parameter("flag", says="Show no more than that it went well."),
    }
    raw: frozenset[str] = frozenset({"that"})

    def run(self, call: Call) -> Outcome:
        """Tests the conditions in order."""
        for name in ("fail_msg", "success_msg"):
            _check_message(name, call.args)
        for condition in call.args["that"]:
            broken = _first_broken(condition, call)
            if broken is not None:
                return _broken(broken, call.args.get("fail_msg"))
        return Outcome(values={"msg": call.args.get("success_msg", "All assertions passed")})


def _first_broken(condition: Condition, call: Call) -> Condition | None:
    """The condition, if it does not hold; of a variable that is a list of them, the element."""
    try:
        return None if call.templar.test(condition, call.variables) else condition
    except NotTrueOrFalse as error:
        if error.elements is None:
            raise
        elements = _as_written(condition, call) or error.elements
    return next((each for each in elements if not call.templar.test(each, call.variables)), None)


def _as_written(condition: Condition, call: Call) -> list[Condition] | None:
    """The user's own list: only its elements are texts that may be evaluated."""
    lone = _LONE_NAME.fullmatch(str(condition))
    written = call.variables.written(lone["name"]) if lone else None
    return written if isinstance(written, list) else None


def _check_message(name: str, args: Mapping[str, Any]) -> None:
    """A message is text, or a list of texts, whether it is needed or not."""
    message = args.get(name, "")
    parts = message if isinstance(message, list) else [message]
    if not all(isinstance(part, str) for part in parts):
        raise NotBegun(
            f"`{name}` of `assert` must be text or a list of texts, not {brief(message)}",
            hint="a template that is a number alone needs `| string`",
        )


def _broken(condition: Condition, fail_msg: Any) -> Outcome:
    """Without a message of the user's, the failure names the condition."""
    told = _message(fail_msg) if fail_msg else f"Assertion failed: {condition}"
    message = "Assertion failed" if fail_msg is None else fail_msg
    written = condition if isinstance(condition, bool) else str(condition)
    values = {"assertion": written, "evaluated_to": False, "msg": message}
    return Outcome(values=values, failure=AssertionFailed(told))


class Fail(Base):
    """Fails the host with a message of the user's."""

    parameters: Mapping[str, Parameter] = {
        "msg": Parameter("any", says="What to say; a list is one line each.")
    }

    def run(self, call: Call) -> Outcome:
        """Fails, always."""
        message = call.args.get("msg", "Failed as requested from task")
        return Outcome(values={"msg": message}, failure=ActionFailed(_message(message)))


def _message(value: Any) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)
