"""What may be told of a task: masked, cut to size, and nothing at all under `no_log`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from runner.events import Captured, Failure
from runner.values import MASK

_LONGEST = 64 * 1024
_EDGE = 8 * 1024
_PLAIN = frozenset({float, bool, type(None)})
_MOST_BITS = 4096
"""Of a number: Python refuses to write one of more than some 14,000."""
_DERIVED = frozenset({"stdout_lines", "stderr_lines"})
"""Registered for playbooks; in an event they would double every output."""
_CENSORED = {"censored": "the output has been hidden because `no_log` was set"}
_CENSORED_CHANGE = {**_CENSORED, "changed": True}
"""That something changed is told all the same: the recap counts it."""


class Telling(NamedTuple):
    """Makes what a task did fit for events and journals; `quiet` is its `no_log`."""

    mask: Callable[[str], str]
    quiet: bool

    def values(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a task registers."""
        if self.quiet:
            return _CENSORED_CHANGE if values.get("changed") is True else _CENSORED
        return self._mapping(values)

    def failure(self, failure: Failure | None) -> Failure | None:
        """Why it failed."""
        if failure is None:
            return None
        if self.quiet:
            return failure._replace(message=_CENSORED["censored"], hint=None, detail=None)
        return failure._replace(
            message=self.mask(failure.message),
            hint=failure.hint and self.mask(failure.hint),
            detail=failure.detail and self.mask(failure.detail),
        )

    def record(self, record: Mapping[str, Any]) -> Mapping[str, Any]:
        """A line for the journal of changes: that something was sent, if not what."""
        if not self.quiet:
            return record
        return {key: MASK if isinstance(value, str) else value for key, value in record.items()}

    def files(self, files: tuple[Captured, ...]) -> tuple[Captured, ...]:
        """What was written for host files, with the lines to show of it."""
        if not files:
            return files
        return tuple(
            file._replace(
                sections=tuple(
                    section._replace(shown=self._line(section.prompt + section.command))
                    for section in file.sections
                )
            )
            for file in files
        )

    def _line(self, text: str) -> str:
        return MASK if self.quiet else self.mask(text)

    def _cut(self, text: str) -> str:
        """What a long text begins with; a secret that stands on the edge is masked whole."""
        return self.mask(text[: _LONGEST + _EDGE])[:_LONGEST] + " …(cut)"

    def _mapping(self, values: Mapping[Any, Any]) -> dict[Any, Any]:
        return {
            self._name(name): value if type(value) in _PLAIN else self._shown(value)
            for name, value in values.items()
            if name not in _DERIVED
        }

    def _name(self, name: Any) -> Any:
        """A key of a mapping, which no list can be."""
        return (
            name if type(name) in _PLAIN else self._shown(name if type(name) is int else str(name))
        )

    def _shown(self, value: Any) -> Any:
        """Every text masked and cut to 64 kB, without what `stdout` says already."""
        kind = type(value)
        if kind is str:
            return self.mask(value) if len(value) <= _LONGEST else self._cut(value)
        if kind in _PLAIN:
            return value
        if kind is int:
            bits = value.bit_length()
            return value if bits <= _MOST_BITS else f"a number of {bits} bits"
        if isinstance(value, (dict, Mapping)):
            return self._mapping(value)
        if isinstance(value, (list, tuple)):
            return [self._shown(inner) for inner in value]
        return self._shown(str(value))
