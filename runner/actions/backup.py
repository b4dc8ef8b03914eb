"""`backup`: keep the whole configuration of a device, and only if it is whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from re import Pattern
from typing import Any

from runner.actions.api import Base, Call, Effect, Effects, Outcome, Parameter, Place
from runner.errors import ActionFailed, CommandFailed
from runner.events import Captured
from runner.names import safe_component
from runner.platforms.judging import lasting
from runner.platforms.model import Backup as BackupFacts
from runner.platforms.model import Platform
from runner.spool import HostFileWriter


class Backup(Base):
    """Runs the platform's backup command into `<host>.cfg` (or `path`).

    The end marker must be there, where the platform declares one. Lines that change by
    themselves are left out unless `raw` is true.
    """

    parameters: Mapping[str, Parameter] = {
        "path": Parameter(
            "text", aliases=("dest", "filename"), says="The file, below the output folder."
        ),
        "raw": Parameter("flag", says="Keep lines that change by themselves."),
    }
    place: Place = "device"

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """It reads the device; the file is the host's own."""
        return frozenset({Effect.DEVICE_READ})

    def run(self, call: Call) -> Outcome:
        """Spools the configuration; an output compares it with the last one and keeps it."""
        platform = call.platform()
        facts = platform.backup
        if facts is None:
            raise ActionFailed(
                f"platform {platform.name} declares no backup command",
                hint="collect it with `cli` and `output: true` instead",
            )
        target = _target(call)
        encoding = str(call.variables.get("encoding", "utf-8"))
        writer = HostFileWriter(target, call.paths.output, encoding)
        try:
            self._read(call, facts, writer)
        except BaseException as error:
            captured = _as_backup(writer.finish(complete=False))
            if isinstance(error, Exception):
                return Outcome(captured=(captured,), failure=error)
            raise
        captured = _as_backup(writer.finish(complete=True))
        return Outcome(values={"backup_path": str(target)}, captured=(captured,))

    def _read(self, call: Call, facts: BackupFacts, writer: HostFileWriter) -> None:
        session = call.session()
        volatile = () if call.args.get("raw") else facts.volatile
        lines = _Lines(writer.section(session.prompt, facts.command), volatile)
        reply = session.command(facts.command, sink=lines.take)
        lines.close()
        if reply.error is not None:
            raise CommandFailed(f"the device refused `{facts.command}`: {reply.error}")
        if facts.end is not None and not facts.end.search(lines.last):
            raise CommandFailed(
                f"`{facts.command}` did not end as it should "
                f"(/{facts.end.pattern}/); its last line was {lines.last!r}",
                hint="the old backup is kept",
            )


class _Lines:
    """Passes whole lines on, without those that change by themselves."""

    def __init__(self, write: Callable[[str], None], volatile: tuple[Pattern[str], ...]) -> None:
        self._write = write
        self._volatile = volatile
        self._rest = ""
        self.last = ""
        """The last line that is not blank."""

    def take(self, piece: str) -> None:
        head, newline, rest = (self._rest + piece).rpartition("\n")
        self._rest = rest
        if newline:
            self._lines(head.split("\n"), "\n")

    def close(self) -> None:
        if self._rest:
            self._lines([self._rest], "")
            self._rest = ""

    def _lines(self, lines: list[str], end: str) -> None:
        for line in reversed(lines):
            if line.strip():
                self.last = line
                break
        kept = list(lasting(lines, self._volatile))
        if kept:
            self._write("\n".join(kept) + end)


def _target(call: Call) -> Path:
    path = call.args.get("path")
    return call.paths.output / (str(path) if path else f"{safe_component(call.host)}.cfg")


def _as_backup(captured: Captured) -> Captured:
    return captured._replace(kind="backup")
