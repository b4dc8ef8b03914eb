"""How far a play is, in one line."""

from __future__ import annotations

from typing import NamedTuple

from runner.outputs.recap import duration
from runner.outputs.tally import Tally
from runner.outputs.terminal import one_line


class Progress(NamedTuple):
    """A snapshot that another thread may draw. Times are seconds since the epoch."""

    done: int
    total: int
    failed: int
    running: int
    slowest: str | None
    slowest_since: float
    since: float

    @classmethod
    def of(cls, tally: Tally) -> Progress:
        """Where the tally is now."""
        slowest, since = next(iter(tally.running.items()), (None, 0.0))
        return cls(
            done=tally.play_done,
            total=len(tally.play_hosts),
            failed=tally.unwell_count,
            running=len(tally.running),
            slowest=slowest,
            slowest_since=since,
            since=tally.started.at if tally.started else tally.now,
        )

    def text(self, now: float) -> str:
        """`340 of 1,000 hosts done, 3 failed, 32 running, slowest r7 (8 s), 1:05 so far`."""
        parts = [f"{self.done:,} of {self.total:,} hosts done"]
        if self.failed:
            parts.append(f"{self.failed:,} failed")
        parts.append(f"{self.running:,} running")
        if self.slowest is not None:
            spent = duration(max(0.0, now - self.slowest_since))
            parts.append(f"slowest {one_line(self.slowest)} ({spent})")
        parts.append(f"{duration(max(0.0, now - self.since))} so far")
        return ", ".join(parts)
