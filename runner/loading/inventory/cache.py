"""What inventory programs and services said, kept for a while, with its age.

Kept are answers as JSON, in files of ours alone. They are data, never templates, so a changed
file can say wrong things and no more.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from runner import safe_files
from runner.errors import PlayrunError

_NOTABLE = 3600
"""Seconds from which on an age is told unasked."""
_MOST_BYTES = 64 * 1024 * 1024


class Keeping(NamedTuple):
    """How programs and services are asked."""

    folder: Path | None = None
    """Where answers are kept; None: nowhere."""
    seconds: int = 0
    """How long an answer may be used again."""
    timeout: float = 60.0
    """Seconds that one answer may take."""
    refresh: bool = False
    """Asks again, whatever is kept."""


class Answers:
    """Asks, or remembers."""

    def __init__(self, keeping: Keeping, now: Callable[[], float] = time.time) -> None:
        self.keeping = keeping
        self.ages: dict[str, float] = {}
        """Seconds since sources were asked whose answer was kept."""
        self._now = now

    @property
    def warnings(self) -> list[str]:
        """What is old enough to be told."""
        return [
            f"what {source} said is {spoken(age)} old (--refresh-inventory asks again)"
            for source, age in self.ages.items()
            if age >= _NOTABLE
        ]

    def of(self, source: str, question: bytes, ask: Callable[[], Any]) -> Any:
        """What `ask` gives (JSON values), or gave not long ago for the same `question`."""
        path = self._path(source, question)
        if path is not None and not self.keeping.refresh:
            with suppress(ValueError, KeyError, TypeError, OSError, PlayrunError):
                return self._kept(path, source)
        answer = ask()
        if path is not None:
            self._keep(path, source, answer)
        return answer

    def _path(self, source: str, question: bytes) -> Path | None:
        folder, seconds = self.keeping.folder, self.keeping.seconds
        if folder is None or not seconds:
            return None
        digest = hashlib.sha256(os.fsencode(os.path.abspath(source)) + b"\0" + question)  # noqa: PTH100
        return folder / f"inventory-{digest.hexdigest()}.json"

    def _kept(self, path: Path, source: str) -> Any:
        data = safe_files.read_private(path)
        if data is None:
            raise ValueError
        kept = json.loads(data)
        age = self._now() - float(kept["made"])
        if not 0 <= age < self.keeping.seconds:
            raise ValueError
        self.ages[source] = age
        return kept["answer"]

    def _keep(self, path: Path, source: str, answer: Any) -> None:
        text = json.dumps({"made": self._now(), "source": source, "answer": answer})
        with suppress(PlayrunError, OSError):
            path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if len(text) <= _MOST_BYTES:
                safe_files.write_whole(path.parent, path, text.encode())


def spoken(seconds: float) -> str:
    """An age as people say it."""
    for unit, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= unit:
            return f"{int(seconds // unit)} {name}"
    return f"{int(seconds)} s"
