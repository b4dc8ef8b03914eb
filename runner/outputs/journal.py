"""The run record: what was run, every event, and how it ended."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import partial
from typing import Any, get_args

from runner.events import Captured, Event, Failure, RunFinished, Section
from runner.outputs.records import RunFolder, prune
from runner.outputs.tally import Tally
from runner.safe_files import folder_of, trouble, write_whole
from runner.spool import open_append

_LONGEST_TEXT = 500
_LONGEST_LIST = 20
_DEEPEST = 6

_FOR_FILES_ONLY = ("prompt", "command")
"""Of sections. They may hold a secret: a host file is not masked."""
_RECORDS = frozenset({*get_args(Event), Captured, Failure, Section})
_PLAIN = frozenset({int, float, bool, type(None)})


class Journal:
    """Writes `manifest.json`, `events.jsonl` and `summary.json` into a run's folder.

    Each event is one write to the system, so that a run that is killed has all of them;
    long values are cut, since the host files hold what devices printed. `tally` must be fed
    before this output is. Old records beyond `keep` go when the run is over.
    """

    def __init__(
        self, folder: RunFolder, tally: Tally, manifest: Mapping[str, Any], keep: int = 50
    ) -> None:
        self._folder = folder.path
        self._state = folder.path.parent.parent
        self._tally = tally
        self._keep = keep
        self._encode = json.JSONEncoder(default=str, separators=(",", ":")).encode
        self._whole("manifest.json", {"run": folder.run, **manifest})
        with folder_of(self._folder, self._folder / "events.jsonl") as (opened, name):
            self._events: int | None = open_append(opened, name)

    def handle(self, event: Event) -> None:
        """Adds one line; ends the record with the run. Raises FileTrouble (a full disk)."""
        if self._events is not None:
            self._write(f"{self._encode(_plain(event))}\n".encode("ascii"))
        if isinstance(event, RunFinished):
            self._whole("summary.json", self._tally.summary())
            prune(self._state, self._keep, self._folder)

    def close(self) -> None:
        """Closes `events.jsonl`."""
        if self._events is not None:
            os.close(self._events)
            self._events = None

    def _write(self, line: bytes) -> None:
        assert self._events is not None
        try:
            while line:
                line = line[os.write(self._events, line) :]
        except OSError as error:
            raise trouble(self._folder / "events.jsonl", error) from error

    def _whole(self, name: str, content: Mapping[str, Any]) -> None:
        write_whole(self._folder, self._folder / name, _readable(content).encode("ascii"))


def _plain(record: Any) -> dict[str, Any]:
    """Our records by the names of their fields; JSON would make mere lists of them."""
    kind = type(record)
    found: dict[str, Any] = {"event": kind.__name__, **record._asdict()}
    if kind is Section:
        for name in _FOR_FILES_ONLY:
            del found[name]
    for name, item in found.items():
        if type(item) is tuple:
            if item and type(item[0]) in _RECORDS:
                found[name] = [_plain(one) for one in item]
        elif type(item) in _RECORDS:
            found[name] = _plain(item)
    if found.get("values"):
        found["values"] = _short(found["values"], 0)
    return found


def _readable(content: Mapping[str, Any]) -> str:
    """A JSON document with a line for each entry, and for each host: laid out deeper, that of
    a large fleet takes a second to write."""
    dumps = partial(json.dumps, default=str)
    parts = []
    for name, value in content.items():
        text = dumps(value)
        if isinstance(value, dict) and value:
            inner = (f"\n    {dumps(str(key))}: {dumps(item)}" for key, item in value.items())
            text = f"{{{','.join(inner)}\n  }}"
        parts.append(f"\n  {dumps(name)}: {text}")
    return f"{{{','.join(parts)}\n}}\n"


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
    return value


def _short_list(value: list[Any] | tuple[Any, ...], depth: int) -> Any:
    if depth >= _DEEPEST:
        return "…"
    short = [_short(item, depth + 1) for item in value[:_LONGEST_LIST]]
    if len(value) > _LONGEST_LIST:
        short.append(f"… ({len(value)} items)")
    return short
