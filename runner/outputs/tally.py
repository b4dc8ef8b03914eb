"""Counts a run from its events: pure, no files, no screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from runner.events import (
    ErrorsCleared,
    Event,
    Failure,
    HostFinished,
    ItemFinished,
    Notice,
    PlayFinished,
    PlayStarted,
    Report,
    RunFinished,
    RunStarted,
    StatsSet,
    TaskFinished,
    TaskStarted,
)
from runner.model import Status
from runner.outputs.custom_stats import CustomStats
from runner.outputs.results import unsent

OK, COULD_NOT_RUN, HOST_FAILED, HOST_UNREACHABLE, INTERRUPTED = 0, 1, 2, 4, 130

_UNREACHED = frozenset({"unreachable", "not_tried", "lost", "unknown"})
_TAKEN_ALONG = frozenset({"run_once", "fatal", "max_fail"})
"""Kinds of failure that are another host's."""
_WORSE: tuple[Status, ...] = (
    "ok",
    "not_run",
    "failed",
    "not_tried",
    "unreachable",
    "lost",
    "unknown",
)


@dataclass(slots=True)
class HostTally:
    """One host: tasks counted as Ansible's recap counts them, and how it stands."""

    ok: int = 0
    """Includes `changed` and `ignored` ones."""
    changed: int = 0
    unreachable: int = 0
    failed: int = 0
    skipped: int = 0
    rescued: int = 0
    ignored: int = 0
    status: Status = "ok"
    failure: Failure | None = None
    task: str = ""
    """The task that `failure` is about, if it was one."""
    seconds: float = 0.0
    """From a play's first task to leaving it, summed over plays."""
    unsent: int = 0
    """Lines that check mode kept back."""

    @property
    def well(self) -> bool:
        """Whether nothing went wrong; a host that was rightly never asked to run is well."""
        return self.status == "ok" or (self.status == "not_run" and self.failure is None)

    @property
    def kind(self) -> str:
        """The class of its failure."""
        if self.failure is not None:
            return self.failure.kind
        return self.status

    def counts(self) -> dict[str, int]:
        """The seven numbers of the recap, in its order."""
        return {
            "ok": self.ok,
            "changed": self.changed,
            "unreachable": self.unreachable,
            "failed": self.failed,
            "skipped": self.skipped,
            "rescued": self.rescued,
            "ignored": self.ignored,
        }


@dataclass(slots=True)
class PlayTally:
    """One play: who ran it, on how many hosts, and for how long."""

    name: str
    executor: str
    workers: int
    processes: int
    hosts: int
    began: float
    seconds: float = 0.0

    @property
    def who(self) -> str:
        """`threads, 32 workers`: what the play's strategy came to."""
        if self.executor == "serial":
            return "serial"
        where = f" in {self.processes} processes" if self.executor == "processes" else ""
        return f"{self.executor}, {self.workers} workers{where}"


class Tally:
    """Everything that screens, records and exit codes want to know of a run.

    An output itself; put it first, so that the others find it up to date.
    """

    def __init__(self) -> None:
        self.hosts: dict[str, HostTally] = {}
        self.running: dict[str, float] = {}
        """Host → when it began the play; the first is the one that has been at it longest."""
        self.play_hosts: tuple[str, ...] = ()
        self.play_done = 0
        self.unwell_count = 0
        self.started: RunStarted | None = None
        self.finished: RunFinished | None = None
        self.now = 0.0
        """The time of the last event."""
        self.plays: list[PlayTally] = []
        self.reports: dict[str, Report] = {}
        self.notices: list[Notice] = []
        self.stats = CustomStats()
        self._counted: set[str] = set()
        self._unfinished: dict[str, None] = {}

    def handle(self, event: Event) -> None:
        """Counts one event."""
        self.now = max(self.now, event.at)
        if isinstance(event, TaskStarted):
            self.running.setdefault(event.host, event.at)
        elif isinstance(event, TaskFinished):
            self._task(event)
            self._of(event.host).unsent += 0 if event.looped else len(unsent(event))
        elif isinstance(event, ItemFinished):
            self._of(event.host).unsent += len(unsent(event))
        elif isinstance(event, HostFinished):
            self._host(event)
        else:
            self._rest(event)

    def close(self) -> None:
        """Nothing to close."""

    def _rest(self, event: Event) -> None:
        if isinstance(event, PlayStarted):
            self._play(event)
        elif isinstance(event, PlayFinished):
            self.plays[-1].seconds = max(0.0, event.at - self.plays[-1].began)
            self.running.clear()
            self._unfinished.clear()
        elif isinstance(event, ErrorsCleared):
            self._clear(event)
        elif isinstance(event, Notice):
            self._notice(event)
        elif isinstance(event, StatsSet):
            self.stats.add(event)
        elif isinstance(event, Report):
            self.reports[event.kind] = event
        elif isinstance(event, RunStarted):
            self.started = event
        elif isinstance(event, RunFinished):
            self.finished = event
            self._cut_off()

    def _play(self, event: PlayStarted) -> None:
        if event.batch and self.plays:
            self.plays[-1].hosts += len(event.hosts)
        else:
            self.plays.append(_of_play(event))
        self.play_hosts = event.hosts
        self.play_done = 0
        self.running.clear()
        self._counted.clear()
        self._unfinished = dict.fromkeys(event.hosts)
        for host in event.hosts:
            self.hosts.setdefault(host, HostTally())

    def _cut_off(self) -> None:
        """Hosts the run left in the middle of a play, or before their turn."""
        for host in self._unfinished:
            begun = host in self.running
            when = "was done" if begun else "had its turn"
            failure = Failure("interrupted", f"the run ended before this host {when}")
            self._worsen(self.hosts[host], "lost" if begun else "not_run", failure)

    def _of(self, host: str) -> HostTally:
        tally = self.hosts.get(host)
        if tally is None:
            tally = self.hosts[host] = HostTally()
        return tally

    def _task(self, event: TaskFinished) -> None:
        tally = self._of(event.host)
        if event.status == "skipped":
            tally.skipped += 1
        elif event.status in ("ok", "changed"):
            tally.ok += len(event.included) or 1
            tally.changed += event.status == "changed"
        elif event.ignored:
            tally.ok += 1
            tally.ignored += 1
            tally.changed += bool(event.values.get("changed"))
        elif event.rescued:
            tally.rescued += 1
        else:
            self._failed(tally, event)

    def _failed(self, tally: HostTally, event: TaskFinished) -> None:
        self._counted.add(event.host)
        unreachable = event.status == "unreachable"
        held_back = event.failure is not None and event.failure.kind == "not_tried"
        tally.unreachable += unreachable
        tally.failed += not unreachable
        tally.task = event.task
        status: Status = "unreachable" if unreachable else "failed"
        self._worsen(tally, "not_tried" if held_back else status, event.failure)

    def _host(self, event: HostFinished) -> None:
        tally = self._of(event.host)
        self.play_done += 1
        self._unfinished.pop(event.host, None)
        began = self.running.pop(event.host, None)
        if began is not None:
            tally.seconds += max(0.0, event.at - began)
        self._worsen(tally, event.status, event.failure)
        if event.status in ("ok", "not_run") or event.host in self._counted:
            return
        tally.unreachable += event.status in _UNREACHED
        tally.failed += event.status == "failed"

    def _clear(self, event: ErrorsCleared) -> None:
        """What was counted stays; how the hosts stand does not."""
        for host in event.hosts:
            tally = self._of(host)
            self.unwell_count -= not tally.well
            tally.status, tally.failure, tally.task = "ok", None, ""

    def _notice(self, event: Notice) -> None:
        self.notices.append(event)
        if event.level == "error" and event.host is not None:
            tally = self._of(event.host)
            tally.failed += 1
            self._worsen(tally, "failed", Failure("output", event.text))

    def _worsen(self, tally: HostTally, status: Status, failure: Failure | None) -> None:
        if _WORSE.index(status) >= _WORSE.index(tally.status):
            was_well = tally.well
            tally.status = status
            tally.failure = failure or tally.failure
            self.unwell_count += was_well and not tally.well

    def unwell(self) -> Iterator[tuple[str, HostTally]]:
        """Hosts that something went wrong with, in play order."""
        return ((host, tally) for host, tally in self.hosts.items() if not tally.well)

    def failures(self) -> dict[str, list[tuple[str, HostTally]]]:
        """Hosts with a failure by its class, the commonest class first."""
        groups: dict[str, list[tuple[str, HostTally]]] = {}
        for host, tally in self.unwell():
            groups.setdefault(tally.kind, []).append((host, tally))
        return dict(sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])))

    def statuses(self) -> dict[str, int]:
        """How many hosts stand how, only what there is."""
        count = Counter(tally.status for tally in self.hosts.values())
        return {status: count[status] for status in _WORSE if count[status]}

    def slowest(self) -> tuple[str, float] | None:
        """The host that took longest, and its seconds."""
        timed = [(tally.seconds, host) for host, tally in self.hosts.items() if tally.seconds]
        if not timed:
            return None
        seconds, host = max(timed)
        return host, seconds

    @property
    def elapsed(self) -> float:
        """Seconds since the run began, by the last event."""
        return max(0.0, self.now - self.started.at) if self.started else 0.0

    def exit_code(self) -> int:
        """0 all well · 1 an output broke · 2 a host failed · 4 a host not reached · 130 Ctrl-C."""
        if self.finished is not None and self.finished.interrupted:
            return INTERRUPTED
        standing = {
            "failed" if tally.kind in _TAKEN_ALONG else tally.status for _, tally in self.unwell()
        }
        if standing - {"failed"}:
            return HOST_UNREACHABLE
        if standing:
            return HOST_FAILED
        broken = any(note.level == "error" and note.host is None for note in self.notices)
        return COULD_NOT_RUN if broken else OK

    def summary(self) -> dict[str, Any]:
        """The run as one JSON-able document: `--json` and the run record's summary."""
        start = self.started
        slow = self.slowest()
        return {
            "run": start.run if start else None,
            "playbooks": list(start.playbooks) if start else [],
            "check": start.check if start else False,
            "started": utc(start.at) if start else None,
            "finished": utc(self.finished.at) if self.finished else None,
            "seconds": round(self.elapsed, 3),
            "interrupted": self.finished.interrupted if self.finished else True,
            "exit_code": self.exit_code(),
            "plays": [
                {
                    "name": play.name,
                    "executor": play.executor,
                    "workers": play.workers,
                    "processes": play.processes,
                    "hosts": play.hosts,
                    "seconds": round(play.seconds, 3),
                }
                for play in self.plays
            ],
            "statuses": self.statuses(),
            "failures": {
                kind: [host for host, _ in hosts] for kind, hosts in self.failures().items()
            },
            "slowest": {"host": slow[0], "seconds": round(slow[1], 3)} if slow else None,
            "hosts": {host: _host_summary(tally) for host, tally in self.hosts.items()},
            "notices": [
                {"level": note.level, "text": note.text, "host": note.host} for note in self.notices
            ],
            **({"stats": self.stats.summary()} if self.stats else {}),
            "reports": {kind: dict(report.data) for kind, report in self.reports.items()},
        }


def _of_play(event: PlayStarted) -> PlayTally:
    """A play at its beginning; its later batches are added to it."""
    return PlayTally(
        event.name,
        event.executor,
        event.workers,
        event.processes,
        len(event.hosts),
        event.at,
    )


def _host_summary(tally: HostTally) -> dict[str, Any]:
    found: dict[str, Any] = {"status": tally.status, **tally.counts()}
    found["seconds"] = round(tally.seconds, 3)
    if tally.unsent:
        found["unsent"] = tally.unsent
    if tally.failure is not None and not tally.well:
        found["failure"] = {
            "kind": tally.failure.kind,
            "message": tally.failure.message,
            "hint": tally.failure.hint,
            "where": tally.failure.where,
            "task": tally.task or None,
        }
    return found


def utc(at: float) -> str:
    """Seconds since the epoch as `2026-01-31T23:59:59Z`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
