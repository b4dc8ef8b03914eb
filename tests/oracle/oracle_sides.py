"""Both programs, run on a case: ansible-playbook in its own environment, playrun in ours."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from oracle_case import ALWAYS, HERE, Case

ROOT = HERE.parent.parent
ANSIBLE = {
    "ANSIBLE_NOCOLOR": "1",
    "ANSIBLE_LOCALHOST_WARNING": "0",
    "ANSIBLE_RETRY_FILES_ENABLED": "0",
    "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callbacks"),
    "ANSIBLE_DEPRECATION_WARNINGS": "0",
}


class Ran(NamedTuple):
    """What a program left behind."""

    code: int
    events: list[dict[str, Any]]
    summary: dict[str, Any]
    """playrun's summary of a run; empty when nothing ran."""
    out: str
    err: str
    folder: str
    timed_out: bool = False


def oracle_python() -> Path:
    """The interpreter of the environment that ansible-core is in; it may not exist."""
    place = os.environ.get("PLAYRUN_ORACLE", str(ROOT / ".venv-oracle"))
    return Path(place) / "bin" / "python"


class Driver:
    """A process that forks once for every run."""

    def __init__(self, side: str, python: Path, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        env = {**kept, **ALWAYS, "HOME": str(home), "PYTHONPATH": str(ROOT)}
        if side == "ansible":
            env |= ANSIBLE | {"ANSIBLE_HOME": str(home / "ansible"), "PYTHONPATH": ""}
        self.side = side
        self._process = subprocess.Popen(
            [str(python), str(HERE / "oracle_driver.py"), side],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, case: Case, folder: Path, timeout: float) -> Ran:
        """Runs a case in a new folder."""
        here = folder / "here"
        here.mkdir(parents=True)
        case.write(here, self.side)
        events = folder / "events.jsonl"
        answer = self._ask(
            {
                "id": folder.name,
                "argv": case.words(),
                "cwd": str(here),
                "env": {"ORACLE_EVENTS": str(events)},
                "timeout": timeout,
                "fresh": case.fresh and self.side == "ansible",
            }
        )
        return _ran(self.side, folder, answer)

    def _ask(self, job: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            found: dict[str, Any] = json.loads(line)
            if found["id"] == job["id"]:  # not that of a job whose test was given up
                return found
        raise RuntimeError(f"the driver of {self.side} has ended")

    def close(self) -> None:
        """Ends the process; it has no children between two runs."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _ran(side: str, folder: Path, answer: dict[str, Any]) -> Ran:
    events, summary = folder / "events.jsonl", {}
    if side == "playrun":
        runs = sorted((folder / "here").glob(".playrun/runs/*/events.jsonl"))
        events = runs[-1] if runs else events
        if runs and (events.parent / "summary.json").exists():
            summary = json.loads((events.parent / "summary.json").read_text())
    lines = events.read_text(encoding="utf-8").splitlines() if events.exists() else []
    return Ran(
        answer["code"],
        [json.loads(line) for line in lines],
        summary,
        _text(folder / "stdout"),
        _text(folder / "stderr"),
        str(folder / "here"),
        answer["timed_out"],
    )


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""


class Drivers:
    """Drivers that are lent to threads, each to one at a time."""

    def __init__(self, side: str, python: Path, folder: Path, count: int) -> None:
        self._free: queue.SimpleQueue[Driver] = queue.SimpleQueue()
        self._all = [Driver(side, python, folder / f"home{number}") for number in range(count)]
        self._folder = folder
        self._number = iter(range(10**9))
        for driver in self._all:
            self._free.put(driver)

    def run(self, case: Case, timeout: float = 150) -> Ran:
        """Runs a case with the next free driver."""
        with self._lent() as driver:
            return driver.run(case, self._folder / f"{next(self._number)}", timeout)

    @contextmanager
    def _lent(self) -> Iterator[Driver]:
        driver = self._free.get()
        try:
            yield driver
        finally:
            self._free.put(driver)

    def close(self) -> None:
        """Ends all drivers."""
        for driver in self._all:
            driver.close()


def playrun_drivers(folder: Path, count: int = 1) -> Drivers:
    """playrun as it stands in this tree."""
    return Drivers("playrun", Path(sys.executable), folder, count)


def ansible_drivers(folder: Path, count: int = 2) -> Drivers:
    """The ansible-core of the oracle's environment."""
    return Drivers("ansible", oracle_python(), folder, count)
