"""The run record: what was run, every event, and how it ended."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from runner.events import Event, HostFinished, RunFinished, TaskFinished
from runner.outputs.journal_lines import Lines
from runner.outputs.records import RunFolder, prune
from runner.outputs.tally import Tally
from runner.safe_files import FileTrouble, folder_of, trouble, write_whole
from runner.spool import open_append


class Journal:
    """Writes `manifest.json`, `events.jsonl` and `summary.json` into a run's folder.

    An event is written before it is shown, those that come in together with one write to the
    system: a run that is killed has all of them. The files that an event brings are in their
    place before. `tally` must be fed before this output is. Old records beyond `keep` go when
    the run is over.
    """

    def __init__(
        self, folder: RunFolder, tally: Tally, manifest: Mapping[str, Any], keep: int = 50
    ) -> None:
        self._folder = folder.path
        self._state = folder.path.parent.parent
        self._tally = tally
        self._keep = keep
        self._lines = Lines()
        self._whole("manifest.json", {"run": folder.run, **manifest})
        with folder_of(self._folder, self._folder / "events.jsonl") as (opened, name):
            self._events: int | None = open_append(opened, name)

    def handle(self, event: Event) -> None:
        """Adds one line; ends the record with the run. Raises FileTrouble (a full disk)."""
        self._add((event,))
        if isinstance(event, RunFinished):
            self._whole("summary.json", self._tally.summary())
            prune(self._state, self._keep, self._folder)
            self._refuse_removed()

    def write(self, events: Sequence[Event]) -> bool:
        """Adds a line for each, unless files come with them. Raises FileTrouble."""
        if any(map(_brings_files, events)):
            return False
        self._add(events)
        return True

    def _add(self, events: Sequence[Event]) -> None:
        if self._events is not None:
            self._append("".join(map(self._lines.line, events)).encode("ascii"))

    def close(self) -> None:
        """Closes `events.jsonl`."""
        if self._events is not None:
            os.close(self._events)
            self._events = None

    def _append(self, lines: bytes) -> None:
        assert self._events is not None
        try:
            while lines:
                lines = lines[os.write(self._events, lines) :]
        except OSError as error:
            raise trouble(self._folder / "events.jsonl", error) from error

    def _refuse_removed(self) -> None:
        """Events that were written to a file without a name are lost: nobody else would say so."""
        if self._events is not None and not os.fstat(self._events).st_nlink:
            raise FileTrouble(
                f"{self._folder / 'events.jsonl'} was removed while the run went on",
                hint="what stood in it is lost",
            )

    def _whole(self, name: str, content: Mapping[str, Any]) -> None:
        write_whole(self._folder, self._folder / name, _readable(content).encode("ascii"))


def _brings_files(event: Event) -> bool:
    """Whether other outputs put files in their place when they hear of it."""
    if isinstance(event, TaskFinished):
        return bool(event.captured)
    return isinstance(event, (HostFinished, RunFinished))


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
