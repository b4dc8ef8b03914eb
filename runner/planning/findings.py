"""What is wrong with a play, told once for all the hosts it is wrong for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from runner.errors import PlanError, PlayrunError
from runner.values import Origin

_Key = tuple[str, Origin | None, str | None]


class Findings:
    """Collects the same mistake of many hosts under one message."""

    def __init__(self, hosts: Sequence[str]) -> None:
        self._all = len(hosts)
        self._found: dict[_Key, list[str]] = {}

    def note(self, host: str, error: PlayrunError) -> None:
        """`error` holds for `host`; its message does not name the host."""
        hosts = self._found.setdefault((error.message, error.origin, error.hint), [])
        if host not in hosts[-1:]:
            hosts.append(host)

    def problems(self) -> list[PlayrunError]:
        """One error for each mistake, naming the hosts unless it is a line's own fault."""
        return [
            PlanError(
                message if origin and len(hosts) == self._all else f"{some(hosts)}: {message}",
                origin=origin,
                hint=hint,
            )
            for (message, origin, hint), hosts in self._found.items()
        ]


class Targets:
    """Who writes which host file: two hosts that would write one are refused."""

    def __init__(self) -> None:
        self._writers: dict[Path, dict[str, PlanError]] = {}

    def note(self, host: str, target: Path, shown: str, origin: Origin, key: str) -> None:
        """`host` writes `target`, which the playbook names in `key`."""
        self._writers.setdefault(target, {})[host] = PlanError(
            f"would all write the host file {shown!r}",
            origin=origin,
            hint=f"put {{{{ inventory_hostname }}}} into `{key}`",
        )

    def problems(self) -> list[PlayrunError]:
        """One error for each file with several writers."""
        found: list[PlayrunError] = []
        for writers in self._writers.values():
            last = next(reversed(writers.values()))
            if len(writers) > 1:
                message = f"{some(list(writers))} {last.message}"
                found.append(PlanError(message, origin=last.origin, hint=last.hint))
        return found


def some(hosts: Sequence[str]) -> str:
    """The first hosts by name and how many more there are."""
    shown = ", ".join(hosts[:3])
    return shown if len(hosts) <= 3 else f"{shown} and {len(hosts) - 3} more"
