"""Run records on disk: `.playrun/runs/<utc>-<id>/`, named so that they sort by time."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from runner.errors import LoadError
from runner.safe_files import token, trouble

_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")


class RunFolder(NamedTuple):
    """A run's own folder and its id."""

    path: Path
    run: str

    @property
    def hosts(self) -> Path:
        """Where workers keep `<host>.jsonl`: what was about to be sent."""
        return self.path / "hosts"

    @property
    def transcripts(self) -> Path:
        """Where workers keep session transcripts."""
        return self.path / "transcripts"


def new_run(state: Path, at: float) -> RunFolder:
    """Makes the folder of a run that begins `at`. Raises FileTrouble."""
    run = f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(at))}-{token()}"
    path = state / "runs" / run
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.mkdir(mode=0o700)
        (path / "hosts").mkdir(mode=0o700)
    except OSError as error:
        raise trouble(error.filename or path, error) from error
    return RunFolder(path, run)


@contextmanager
def held(record: RunFolder) -> Iterator[None]:
    """Tells other runs, for as long as it is open, that this one goes on: the record stays."""
    folder = os.open(record.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # Not every file system has locks.
            fcntl.flock(folder, fcntl.LOCK_SH)
        yield
    finally:
        os.close(folder)


def _goes_on(path: Path) -> bool:
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(folder)
    return False


def runs(state: Path) -> list[Path]:
    """The folders of all recorded runs, oldest first."""
    try:
        found = [path for path in (state / "runs").iterdir() if _NAME.fullmatch(path.name)]
    except OSError:
        return []
    return sorted(path for path in found if path.is_dir() and not path.is_symlink())


def prune(state: Path, keep: int, current: Path | None = None) -> None:
    """Removes the oldest records beyond `keep`; never `current`, nor those of runs that go on.
    What will not go, stays."""
    old = [path for path in runs(state) if path != current and not _goes_on(path)]
    spare = keep - (current is not None)
    for path in old[: max(0, len(old) - max(0, spare))]:
        with suppress(OSError):
            shutil.rmtree(path)


def last_failed(state: Path) -> list[str]:
    """The hosts that something went wrong with in the last run of a playbook, in its order.

    What `exec` and `ping` met does not count: it was about other hosts, and other tasks.

    A run that was killed left no summary; then it is every host that is not known to have
    done well. Raises LoadError when there is no run to look at.
    """
    for path in reversed(runs(state)):
        if not _ran_playbooks(path):
            continue
        summary = _read_summary(path)
        if summary is not None:
            return [host for host, one in summary.items() if not _well(one)]
        unfinished = _from_events(path / "events.jsonl")
        if unfinished is not None:
            return unfinished
    raise LoadError(
        f"@failed: there is no earlier run in {state / 'runs'}",
        hint="run a playbook first, or name the hosts",
    )


def _ran_playbooks(folder: Path) -> bool:
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        return True
    return not isinstance(manifest, dict) or manifest.get("playbooks") != []


def _read_summary(folder: Path) -> dict[str, dict[str, Any]] | None:
    try:
        hosts = json.loads((folder / "summary.json").read_text("utf-8"))["hosts"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return hosts if isinstance(hosts, dict) else None


def _well(host: dict[str, Any]) -> bool:
    return host.get("status") == "ok" or (host.get("status") == "not_run" and "failure" not in host)


def _from_events(path: Path) -> list[str] | None:
    """Hosts of the plays in a record without summary, less those whose last word was `ok`."""
    hosts: dict[str, bool] = {}
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                _follow(line, hosts)
    except OSError:
        return None
    return [host for host, well in hosts.items() if not well] if hosts else None


def _follow(line: str, hosts: dict[str, bool]) -> None:
    if '"PlayStarted"' not in line and '"HostFinished"' not in line:
        return
    try:
        event = json.loads(line)
    except ValueError:
        return  # the line that was being written when the run was killed
    if event.get("event") == "PlayStarted":
        hosts.update(dict.fromkeys(event["hosts"], False))
    elif event.get("event") == "HostFinished":
        hosts[event["host"]] = event["status"] == "ok"
