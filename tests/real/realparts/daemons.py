"""Starting programs in the foreground, waiting until they listen, ending them by process id."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from realparts import place

START_SECONDS = 60.0
CLEAN = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:/usr/lib/frr", "LANG": "C.UTF-8"}
"""The environment of every part, whatever the person who runs the tests has set."""


def wait_for(what: str, ready: Callable[[], bool], seconds: float = START_SECONDS) -> None:
    """Polls `ready` until it holds. Raises TimeoutError naming `what`."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(0.01)


def listens(address: str, port: int, netns: str | None = None) -> bool:
    """Whether a socket listens there; asks the kernel's table, so no server sees a visitor."""
    inside = ["ip", "netns", "exec", netns] if netns else []
    found = subprocess.run(
        [*inside, "ss", "-ltnH"], check=True, capture_output=True, text=True
    ).stdout
    name = f"[{address}]" if ":" in address else address
    return any(line.split()[3] == f"{name}:{port}" for line in found.splitlines())


def children(pid: int) -> Iterator[int]:
    """All living descendants of a process, parents first."""
    for child in _direct_children(pid):
        yield child
        yield from children(child)


def _direct_children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, task.read_text().split())
    return found


class Daemon:
    """A program in the foreground, its output in `log`."""

    def __init__(self, name: str, command: Sequence[str | Path]) -> None:
        self.name = name
        self.log = place.folder("log") / f"{name}.log"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                list(map(str, command)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=CLEAN,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until(self, what: str, ready: Callable[[], bool]) -> None:
        """Waits for `ready`; fails at once, with the log's end, when the program has ended."""

        def ready_or_dead() -> bool:
            if self._process.poll() is not None:
                raise RuntimeError(f"{self.name} ended:\n{self.log.read_text()[-2000:]}")
            return ready()

        wait_for(f"{self.name}: {what}", ready_or_dead)

    def kill_children(self) -> None:
        """Ends what the program has forked (an SSH server's connections), not the program."""
        for pid in list(children(self.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        """Ends the program and all it has started."""
        family = list(children(self.pid))
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
