"""Puts what the workers spooled in the place of the host files, whole or not at all.

A host's captures are settled when the host leaves the play: only then is it known whether
all of a file's parts came. What a host brought that failed with parts still to come is kept
as `.partial` beside the old file. One command's file is exactly what the device printed;
several stand under a line each, prompt and command as on a terminal. A later play of the
same run appends; the first write of a run replaces.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from runner.events import Captured, Event, HostFinished, Notice, Report, RunFinished, TaskFinished
from runner.outputs.claims import Claims
from runner.outputs.composing import Placed, discard, put_in_place, set_aside, sweep
from runner.outputs.terminal import shown_path
from runner.safe_files import FileTrouble


@dataclass(slots=True)
class _Target:
    """One host file: what stands in it by this run, what waits, what was kept beside it."""

    path: Path
    placed: Placed | None = None
    pending: list[Captured] = field(default_factory=list)
    kept: Path | None = None


class HostFiles:
    """The host files below `root` (absolute). `failed` maps a host to what went wrong.

    A capture whose task failed, but was ignored or rescued, does not spoil its file: what
    the failed task printed is kept as `.partial`, the file has what the other tasks printed.
    """

    def __init__(self, root: Path, claims: Claims | None = None) -> None:
        self._root = root
        self._claims = claims or Claims()
        self._targets: dict[str, dict[str, _Target]] = {}
        self._swept: set[Path] = set()
        self.failed: dict[str, str] = {}

    def handle(self, event: Event) -> list[Notice | Report]:
        """Error notices for hosts whose file could not be written; a report at the end."""
        if isinstance(event, TaskFinished):
            return list(self._take(event)) if event.captured else []
        if isinstance(event, HostFinished):
            cut_short = event.status != "ok" and event.unwritten
            return list(self._settle(event.host, event.at, whole=not cut_short))
        if isinstance(event, RunFinished):
            return [*self._abandon(event.at), *self._report(event.at)]
        return []

    def close(self) -> None:
        """Sets aside what came of hosts that never finished."""
        list(self._abandon(0.0))

    def _take(self, event: TaskFinished) -> Iterator[Notice]:
        for captured in event.captured:
            if captured.kind == "text":
                yield from self._take_one(event, captured)

    def _take_one(self, event: TaskFinished, captured: Captured) -> Iterator[Notice]:
        conflict = self._claims.claim(captured.target, event.host)
        if conflict is not None:
            yield self._trouble(event.host, event.at, conflict)
            yield from self._guarded(event.host, event.at, partial(discard, self._root, captured))
            return
        target = self._target(event.host, captured)
        if captured.complete or not (event.ignored or event.rescued):
            target.pending.append(captured)
        else:
            yield from self._guarded(
                event.host, event.at, partial(self._set_aside, target, [captured])
            )

    def _target(self, host: str, captured: Captured) -> _Target:
        path = Path(captured.target)
        if path.parent not in self._swept:
            self._swept.add(path.parent)
            sweep(self._root, path)
        targets = self._targets.setdefault(host, {})
        return targets.setdefault(captured.target, _Target(path))

    def _abandon(self, at: float) -> Iterator[Notice]:
        for host in self._targets:
            yield from self._settle(host, at, whole=False)

    def _settle(self, host: str, at: float, whole: bool) -> Iterator[Notice]:
        for target in self._targets.get(host, {}).values():
            captures, target.pending = target.pending, []
            if not captures:
                continue
            good = whole and all(captured.complete for captured in captures)
            put = self._commit if good else self._set_aside
            yield from self._guarded(host, at, partial(put, target, captures))

    def _commit(self, target: _Target, captures: list[Captured]) -> None:
        kept = target.kept
        target.placed = put_in_place(
            self._root, target.path, captures, target.placed, keep_partial=kept is not None
        )

    def _set_aside(self, target: _Target, captures: list[Captured]) -> None:
        target.kept = set_aside(self._root, target.path, captures) or target.kept

    def _guarded(self, host: str, at: float, work: Callable[[], None]) -> Iterator[Notice]:
        try:
            work()
        except FileTrouble as error:
            yield self._trouble(host, at, str(error))

    def _trouble(self, host: str, at: float, text: str) -> Notice:
        self.failed.setdefault(host, text)
        return Notice(at, "error", text, host)

    def _report(self, at: float) -> Iterator[Report]:
        written = {
            host: [str(target.path) for target in targets.values() if target.placed]
            for host, targets in self._targets.items()
        }
        kept = {
            host: [str(target.kept) for target in targets.values() if target.kept]
            for host, targets in self._targets.items()
        }
        lines = [*_lines(written, "file"), *_lines(kept, "incomplete file")]
        if lines:
            data = {
                "root": str(self._root),
                "written": {host: paths for host, paths in written.items() if paths},
                "incomplete": {host: paths for host, paths in kept.items() if paths},
            }
            yield Report(at, "files", tuple(lines), data)


def _lines(files: dict[str, list[str]], what: str) -> list[str]:
    paths = [path for several in files.values() for path in several]
    if not paths:
        return []
    if len(paths) == 1:
        return [f"1 {what}: {shown_path(paths[0])}"]
    folder = os.path.commonpath([os.path.dirname(path) for path in paths])  # noqa: PTH120
    return [f"{len(paths):,} {what}s in {shown_path(folder)}/"]
