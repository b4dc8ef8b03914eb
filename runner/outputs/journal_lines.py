"""Events as lines of JSON, for the run record.

A run writes millions of them, and most of a line is the same for every host of a task: that
part is put into words once. Long values are cut, since the host files have them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from json.encoder import encode_basestring_ascii as _string
from typing import Any, get_args

from runner.events import Captured, Event, Failure, Section, TaskFinished, TaskStarted

_LONGEST_TEXT = 500
_LONGEST_LIST = 20
_DEEPEST = 6
_MOST_TASKS = 1_000
_FEW = 4

_FOR_FILES_ONLY = frozenset({"prompt", "command"})
"""Of sections. They may hold a secret: a host file is not masked."""
_RECORDS = frozenset({*get_args(Event), Captured, Failure, Section})
_TOLD = frozenset({"values", "data"})
"""Fields with what tasks gave: any value, of any length."""
_PLAIN = frozenset({int, bool, type(None)})
_WORDS = {True: "true", False: "false"}
_encode = json.JSONEncoder(default=str, separators=(",", ":")).encode
_WRITERS: dict[type, Callable[[Any], str]] = {
    str: _string,
    int: int.__repr__,
    bool: _WORDS.__getitem__,
    type(None): lambda _: "null",
}
"""What JSON makes of most values: an encoder is made anew for each that is no text."""


class Lines:
    """Makes a line of each event. One for a run; one event at a time."""

    def __init__(self) -> None:
        self._tasks: dict[tuple[Any, ...], str] = {}
        """What the lines of a task have in common."""

    def line(self, event: Event) -> str:
        """The event on one line, with its end; nothing but ASCII in it."""
        if isinstance(event, TaskFinished):
            return self._finished(event)
        if isinstance(event, TaskStarted):
            return self._started(event)
        return f"{_record(event)}\n"

    def _started(self, event: TaskStarted) -> str:
        return (
            f'{{"event":"TaskStarted","at":{event.at!r},"host":{_string(event.host)}'
            f'{self._task(event)},"writes":{_WORDS[event.writes]}}}\n'
        )

    def _finished(self, event: TaskFinished) -> str:
        rest = event[_REST:]
        return (
            f'{{"event":"TaskFinished","at":{event.at!r},"host":{_string(event.host)}'
            f'{self._task(event)},"status":"{event.status}","seconds":{event.seconds!r}'
            f',"values":{_told(event.values)}'
            f"{_MOSTLY_TOLD if rest == _MOSTLY else _members(TaskFinished._fields[_REST:], rest)}"
            "}\n"
        )

    def _task(self, event: TaskStarted | TaskFinished) -> str:
        key = event[2:6]
        known = self._tasks.get(key)
        if known is None:
            if len(self._tasks) >= _MOST_TASKS:
                self._tasks.clear()
            known = self._tasks[key] = _members(TaskStarted._fields[2:6], key)
        return known


def _record(record: Any) -> str:
    """One of our records by the names of its fields; JSON would make a mere list of it."""
    kind = type(record)
    names, values = kind._fields, record
    if kind is Section:
        names = [name for name in names if name not in _FOR_FILES_ONLY]
        values = [getattr(record, name) for name in names]
    return f'{{"event":"{kind.__name__}"{_members(names, values)}}}'


def _members(names: Iterable[str], values: Iterable[Any]) -> str:
    """Each with a comma before it."""
    pairs = zip(names, values, strict=True)
    return "".join(f',"{name}":{_member(name, value)}' for name, value in pairs)


def _member(name: str, value: Any) -> str:
    if name in _TOLD:
        return _told(value)
    kind = type(value)
    if kind in _WRITERS:
        return _WRITERS[kind](value)
    if kind in _RECORDS:
        return _record(value)
    if kind is tuple and value and type(value[0]) in _RECORDS:
        return f"[{','.join(map(_record, value))}]"
    return _encode(value)


_REST = TaskFinished._fields.index("values") + 1
_MOSTLY = TaskFinished(0.0, "", 0, (), "", "", "ok", 0.0)[_REST:]
_MOSTLY_TOLD = _members(TaskFinished._fields[_REST:], _MOSTLY)


def _told(values: Mapping[Any, Any], depth: int = 0) -> str:
    """A task's values: most are a few short ones, which need no encoder made for them."""
    members = []
    for name, value in values.items():
        kind = type(value)
        if kind in _WRITERS and (kind is not str or len(value) <= _LONGEST_TEXT):
            told = _WRITERS[kind](value)
        elif kind is dict and len(value) <= _FEW and depth + 1 < _DEEPEST:
            told = _told(value, depth + 1)
        else:
            told = _encode(_short(value, depth + 1))
        members.append(f"{_string(str(name))}:{told}")
    return f"{{{','.join(members)}}}"


def _short(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        if len(value) <= _LONGEST_TEXT:
            return value
        return f"{value[:_LONGEST_TEXT]}… ({len(value)} characters)"
    if isinstance(value, (dict, Mapping)):
        if depth >= _DEEPEST:
            return "…"
        return {
            str(key): item if type(item) in _PLAIN else _short(item, depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return _short_list(value, depth)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no word for it.
    return value


def _short_list(value: list[Any] | tuple[Any, ...], depth: int) -> Any:
    if depth >= _DEEPEST:
        return "…"
    short = [_short(item, depth + 1) for item in value[:_LONGEST_LIST]]
    if len(value) > _LONGEST_LIST:
        short.append(f"… ({len(value)} items)")
    return short
