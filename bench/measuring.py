"""Runs a client as a whole process tree and says what it cost."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_SAMPLE_SECONDS = 0.05


class Cost(NamedTuple):
    """CPU seconds of the tree (user and system), wall seconds, peak memory of the tree in MB."""

    cpu: float
    wall: float
    memory: float


def environment() -> dict[str, str]:
    """Ours, but bytecode is kept: an installed program does not compile itself every time."""
    return {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def measure(command: Sequence[str]) -> Cost:
    """Runs `command` to its end. Raises RuntimeError with its last words when it fails."""
    with tempfile.TemporaryFile() as output:
        began = time.monotonic()
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=environment()
        )
        peak = _Peak(process.pid)
        peak.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        peak.stop()
        if process.returncode:
            output.seek(0)
            said = output.read().decode(errors="replace")[-2000:]
            raise RuntimeError(f"{' '.join(command)} exited {process.returncode}:\n{said}")
    return Cost(usage.ru_utime + usage.ru_stime, wall, peak.megabytes)


def median(costs: Iterable[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(*(statistics.median(figures) for figures in zip(*costs, strict=True)))


def resident(pid: int | str) -> int:
    """Kilobytes of a process; memory shared between processes is counted once (PSS)."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


class _Peak(threading.Thread):
    """Samples the memory of a process and its descendants."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._ended = threading.Event()
        self.megabytes = 0.0

    def run(self) -> None:
        while not self._ended.wait(_SAMPLE_SECONDS):
            self.megabytes = max(self.megabytes, sum(map(resident, _tree(self._pid))) / 1024)

    def stop(self) -> None:
        self._ended.set()
        self.join()


def _tree(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        try:
            children = Path(f"/proc/{one}/task/{one}/children").read_text().split()
        except OSError:
            continue
        found.extend(map(int, children))
    return found


def in_turns(clients: Mapping[str, Callable[[], Cost]], runs: int) -> dict[str, Cost]:
    """The medians of `runs` runs each; the clients take turns, so that drift hits all alike."""
    costs: dict[str, list[Cost]] = {name: [] for name in clients}
    for _ in range(runs):
        for name, client in clients.items():
            costs[name].append(client())
    return {name: median(found) for name, found in costs.items()}
