"""The language of `wait_for`: `result[0] contains up`, `result[1].peers[0].state eq Established`.

A path into the results, perhaps `not`, an operator, a value. Source: Ansible's "Working with
command output and prompts in network modules". Where its own implementation compares with the
wrong thing (`contains 1` looks for "True" there), this one compares with what was written.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from runner.errors import ActionFailed, nearest

_STEP = re.compile(r"\.?([^.\[\]]+)|\[([^\]]*)\]")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_YES = frozenset(("yes", "on", "true"))
_NO = frozenset(("no", "off", "false"))
_WORDS: Mapping[str, str] = {
    "eq": "eq",
    "==": "eq",
    "neq": "neq",
    "ne": "neq",
    "!=": "neq",
    "gt": "gt",
    ">": "gt",
    "ge": "ge",
    ">=": "ge",
    "lt": "lt",
    "<": "lt",
    "le": "le",
    "<=": "le",
    "contains": "contains",
    "matches": "matches",
}


class Condition(NamedTuple):
    """One condition of `wait_for`, read."""

    text: str
    path: tuple[str | int, ...]
    operator: str
    wanted: str
    negated: bool = False

    def holds(self, results: Sequence[Any]) -> bool:
        """Whether it holds for the output of the commands, which comes in `results`.

        A path that leads nowhere and an order of what is no number hold for nothing, and
        neither does their negation.
        """
        try:
            value = _at(results, self.path)
            found = _OPERATORS[self.operator](value, self.wanted)
        except (LookupError, TypeError, ValueError):
            return False
        return found is not self.negated


def read_condition(text: str) -> Condition:
    """Raises ActionFailed for what is no condition."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ActionFailed(f"the condition `{text}` cannot be read: {error}") from None
    if len(words) < 3:
        raise ActionFailed(
            f"the condition `{text}` has no path, operator and value",
            hint="for example: result[0] contains up",
        )
    path, *middle, wanted = words
    operators = [word for word in middle if word != "not"]
    operator = _WORDS.get(operators[0]) if operators else None
    if operator is None:
        word = operators[0] if operators else ""
        close = nearest(word, _WORDS)
        hint = f"did you mean `{close}`?" if close else f"it takes {', '.join(_WORDS)}"
        raise ActionFailed(f"the condition `{text}` has no operator `{word}`", hint=hint)
    if operator == "matches":
        _check_pattern(text, wanted)
    return Condition(text, _path(text, path), operator, wanted, "not" in middle)


def _check_pattern(text: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ActionFailed(
            f"the condition `{text}` needs a regular expression, and `{pattern}` is none: {error}"
        ) from None


def _path(text: str, written: str) -> tuple[str | int, ...]:
    name, steps = "", []
    for match in _STEP.finditer(written):
        plain, bracketed = match.groups()
        step = plain if plain is not None else bracketed.strip("'\"")
        if not name:
            name = step
            continue
        is_index = bracketed is not None and step.lstrip("-").isdigit()
        steps.append(int(step) if is_index else step)
    if name != "result" or not steps:
        raise ActionFailed(
            f"the condition `{text}` must begin with result[n], n counting commands from 0"
        )
    return tuple(steps)


def _at(results: Sequence[Any], path: Sequence[str | int]) -> Any:
    value: Any = results
    for step in path:
        value = value[step]
    return value


def _equal(value: Any, wanted: str) -> bool:
    if isinstance(value, bool):
        return wanted.lower() in (_YES if value else _NO)
    if _is_number(value) and _NUMBER.fullmatch(wanted):
        return float(value) == float(wanted)
    return str(value) == wanted


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return _NUMBER.fullmatch(value.strip()) is not None
    return isinstance(value, (int, float))


def _contains(value: Any, wanted: str) -> bool:
    return wanted in value


def _matches(value: Any, wanted: str) -> bool:
    return re.search(wanted, str(value), re.MULTILINE) is not None


_OPERATORS: Mapping[str, Callable[[Any, str], bool]] = {
    "eq": _equal,
    "neq": lambda value, wanted: not _equal(value, wanted),
    "gt": lambda value, wanted: float(value) > float(wanted),
    "ge": lambda value, wanted: float(value) >= float(wanted),
    "lt": lambda value, wanted: float(value) < float(wanted),
    "le": lambda value, wanted: float(value) <= float(wanted),
    "contains": _contains,
    "matches": _matches,
}
