"""Backups: kept when they changed, indexed, and reported on at the end."""

from __future__ import annotations

import fcntl
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from runner.events import (
    Captured,
    Event,
    HostFinished,
    Notice,
    Report,
    RunFinished,
    TaskFinished,
    TaskStarted,
)
from runner.outputs.claims import Claims
from runner.outputs.composing import discard, put_in_place, read_spool, set_aside, sweep
from runner.outputs.recap import names
from runner.outputs.tally import utc
from runner.outputs.terminal import one_line, shown_path
from runner.safe_files import FileTrouble, folder_of, open_existing, trouble, write_whole

_DIFF_LINES = 1000
_LISTED = 40


class _Backup(NamedTuple):
    """One backup of this run. `added` and `removed` are lines against the one before."""

    path: str
    sha256: str
    at: float
    change: str
    added: int = 0
    removed: int = 0


class Backups:
    """The files of `backup` tasks below `root`, and `index.json` in the state folder.

    A backup is put in place as soon as it is there: unlike a host file it has one part only.
    An unchanged one is not written, so its file keeps its time. An incomplete one is kept as
    `.partial`, and the backup before it stays.
    """

    def __init__(self, root: Path, state: Path, claims: Claims | None = None) -> None:
        self._root = root
        self._state = state
        self._claims = claims or Claims()
        self._good: dict[str, dict[str, _Backup]] = {}
        self._unwell: dict[str, None] = {}
        self._asked = False
        self._swept: set[Path] = set()
        self.failed: dict[str, str] = {}

    def handle(self, event: Event) -> list[Notice | Report]:
        """Error notices for backups that could not be kept; a report when the run is over."""
        if isinstance(event, TaskStarted):
            self._asked = self._asked or event.action == "backup"
        elif isinstance(event, TaskFinished):
            self._asked = self._asked or event.action == "backup"
            return list(self._take(event)) if event.captured else []
        elif isinstance(event, HostFinished):
            if event.status != "ok":
                self._unwell[event.host] = None
        elif isinstance(event, RunFinished) and self._asked:
            return list(self._end(event.at))
        return []

    def close(self) -> None:
        """Nothing is open."""

    def _take(self, event: TaskFinished) -> Iterator[Notice]:
        for captured in event.captured:
            if captured.kind != "backup":
                continue
            try:
                self._keep(event.host, event.at, captured)
            except FileTrouble as error:
                self.failed.setdefault(event.host, str(error))
                self._unwell[event.host] = None
                yield Notice(event.at, "error", str(error), event.host)

    def _keep(self, host: str, at: float, captured: Captured) -> None:
        path = Path(captured.target)
        conflict = self._claims.claim(captured.target, host)
        if conflict is not None:
            discard(self._root, captured)
            raise FileTrouble(conflict)
        if path.parent not in self._swept:
            self._swept.add(path.parent)
            sweep(self._root, path)
        if not captured.complete:
            set_aside(self._root, path, [captured])
            return
        backup = self._compared(at, captured)
        if backup.change == "unchanged":
            discard(self._root, captured)
        else:
            put_in_place(self._root, path, [captured], None)
        self._good.setdefault(host, {})[captured.target] = backup

    def _compared(self, at: float, captured: Captured) -> _Backup:
        new = read_spool(self._root, captured)
        old = _existing(self._root, Path(captured.target))
        if old is None:
            return _Backup(captured.target, captured.sha256, at, "new")
        if old == new:
            return _Backup(captured.target, captured.sha256, at, "unchanged")
        added, removed = line_changes(old, new)
        return _Backup(captured.target, captured.sha256, at, "changed", added, removed)

    def _end(self, at: float) -> Iterator[Notice | Report]:
        index: dict[str, Any] = {}
        try:
            index = update_index(self._state, self._entries())
        except FileTrouble as error:
            yield Notice(at, "error", f"the index of backups was not brought up to date: {error}")
        stale = {
            host: max(entry["last_good"] for entry in index[host].values())
            for host in sorted(self._unwell)
            if host not in self._good and index.get(host)
        }
        never = [
            host for host in sorted(self._unwell) if host not in self._good and not index.get(host)
        ]
        yield self._report(at, stale, never)

    def _entries(self) -> dict[str, dict[str, Any]]:
        return {
            host: {
                _relative(self._state, path): {"last_good": utc(backup.at), "sha256": backup.sha256}
                for path, backup in backups.items()
            }
            for host, backups in self._good.items()
        }

    def _report(self, at: float, stale: dict[str, str], never: list[str]) -> Report:
        made = [(host, one) for host, several in self._good.items() for one in several.values()]
        changed = [(host, one) for host, one in made if one.change == "changed"]
        count = Counter(one.change for _, one in made)
        numbers = {kind: count[kind] for kind in ("unchanged", "changed", "new")}
        where = _folder(one.path for _, one in made)
        lines = [f"Backups: {', '.join(f'{n:,} {kind}' for kind, n in numbers.items())}{where}"]
        lines += [
            f"  {host}: changed +{one.added} −{one.removed}" for host, one in changed[:_LISTED]
        ]
        if len(changed) > _LISTED:
            lines.append(f"  and {len(changed) - _LISTED:,} more changed")
        lines += [f"  {host}: stale since {since}" for host, since in list(stale.items())[:_LISTED]]
        if len(stale) > _LISTED:
            lines.append(f"  and {len(stale) - _LISTED:,} more stale")
        if never:
            lines.append(f"  without any backup: {names(never)}")
        data = {
            **numbers,
            "changes": {
                host: {"path": one.path, "added": one.added, "removed": one.removed}
                for host, one in changed
            },
            "stale": stale,
            "without": never,
        }
        return Report(at, "backups", tuple(map(one_line, lines)), data)


def _folder(paths: Iterable[str]) -> str:
    """` in output/backup/`, for people; nothing when there are none."""
    folders = {os.path.dirname(path) for path in paths}  # noqa: PTH120
    if not folders:
        return ""
    return f" in {shown_path(os.path.commonpath(sorted(folders)))}/"


def line_changes(old: bytes, new: bytes) -> tuple[int, int]:
    """Lines added and removed, as a diff counts them.

    Where the differing middle is over a thousand lines, lines that only moved do not count:
    a true diff of two unlike long texts takes minutes.
    """
    before, after = old.splitlines(), new.splitlines()
    start = _common_start(before, after)
    before, after = before[start:], after[start:]
    end = _common_start(before[::-1], after[::-1])
    before, after = before[: len(before) - end], after[: len(after) - end]
    if max(len(before), len(after)) > _DIFF_LINES:
        one, other = Counter(before), Counter(after)
        return (other - one).total(), (one - other).total()
    import difflib

    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    return len(after) - same, len(before) - same


def _common_start(one: list[bytes], other: list[bytes]) -> int:
    for index, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return index
    return min(len(one), len(other))


def _existing(root: Path, path: Path) -> bytes | None:
    with folder_of(root, path) as (folder, name):
        try:
            with os.fdopen(open_existing(folder, name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None


def update_index(state: Path, entries: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Merges `entries` (host → file → facts) into `index.json`, and gives all of it.

    Locked against other runs. An index that cannot be read is begun anew: it says what the
    backups are, it is not the backups. Raises FileTrouble.
    """
    path = state / "index.json"
    lock_path = state / "index.lock"
    with folder_of(state, lock_path) as (folder, name):
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        lock = os.open(name, flags, mode=0o600, dir_fd=folder)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        index = read_index(state)
        for host, files in entries.items():
            index.setdefault(host, {}).update(files)
        if entries:
            text = json.dumps({"version": 1, "hosts": index}, indent=1, sort_keys=True) + "\n"
            write_whole(state, path, text.encode("ascii"))
    except OSError as error:
        raise trouble(path, error) from error
    finally:
        os.close(lock)
    return index


def read_index(state: Path) -> dict[str, dict[str, Any]]:
    """Host → file → `last_good` (UTC) and `sha256`, of all backups known."""
    try:
        hosts = json.loads((state / "index.json").read_text("utf-8"))["hosts"]
        return {
            str(host): {
                str(name): {"last_good": str(one["last_good"]), "sha256": str(one["sha256"])}
                for name, one in files.items()
            }
            for host, files in hosts.items()
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def _relative(state: Path, path: str) -> str:
    """Files are named relative to the project, so that a project may be moved."""
    try:
        return str(Path(path).relative_to(state.parent))
    except ValueError:
        return path
