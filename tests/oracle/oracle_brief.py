"""What a run did in few words: per host the tasks, how they ended and what they said."""

from __future__ import annotations

from typing import Any

from oracle_canonical import Canonical


def brief(canonical: Canonical) -> dict[str, Any]:
    """The canonical form with messages instead of all values."""
    return {
        "exit": canonical["exit"],
        "hosts": {host: [_row(row) for row in rows] for host, rows in canonical["hosts"].items()},
        "recap": canonical["recap"],
    }


def _row(row: list[Any]) -> list[Any]:
    message = row[2].get("msg")
    return row[:2] if message is None else [*row[:2], message]
