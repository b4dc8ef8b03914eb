"""Where files of a run may lie."""

from __future__ import annotations

from pathlib import Path

from runner.errors import PlanError
from runner.values import Origin

_NOTHING = frozenset({"", "."})
"""Names that lead nowhere."""


def inside(root: Path, path: str, origin: Origin | None) -> Path:
    """The file that a rendered `output` or `path` names under `root`. Raises PlanError."""
    names = path.split("/")
    if path.startswith("/") or ".." in names or "\0" in path or _NOTHING.issuperset(names):
        raise PlanError(
            f"a host file lies inside the output folder, and {path!r} does not",
            origin=origin,
            hint="write it relative to the output folder; `--output DIR` moves that",
        )
    return root / path
