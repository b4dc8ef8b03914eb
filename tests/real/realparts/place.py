"""Where the parts live, and the check that this is not the machine's own place."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path("/run/real")
"""On a tmpfs of the run's own; gone with its mount namespace."""


def check() -> None:
    """Refuses to go on where users and daemons would be the machine's own."""
    mounts = Path("/proc/self/mountinfo").read_text()
    if os.environ.get("PLAYRUN_REAL_PARTS") != "1" or " /etc/passwd " not in mounts:
        raise RuntimeError("tests marked `real` run through: sudo scripts/real-parts .venv/bin")


def folder(name: str, mode: int = 0o755) -> Path:
    """A folder of that name under ROOT."""
    path = ROOT / name
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)
    return path
