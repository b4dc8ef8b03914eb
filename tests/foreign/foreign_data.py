"""Where the data of other projects lies, and which of it we knowingly do not match."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from runner.yaml import parse

HERE = Path(__file__).parent
DATA = Path(os.environ.get("PLAYRUN_FOREIGN", HERE.parent.parent / ".venv-foreign")) / "data"


def read(path: Path) -> Any:
    return parse(path.read_text(encoding="utf-8"), str(path), trust=False).data


def folder(*parts: str) -> Path:
    found = DATA.joinpath(*parts)
    if not found.is_dir():
        raise FileNotFoundError(f"{found} is missing: run scripts/foreign-data {DATA.parent}")
    return found


@cache
def recordings(system: str) -> tuple[dict[str, Any], ...]:
    """The recorded dialogues of one operating system: states by name."""
    files = sorted(folder("unicon", "plugins", "tests", "mock_data", system).glob("*.yaml"))
    return tuple(data for data in map(read, files) if isinstance(data, dict))


def definitions() -> Iterator[tuple[str, dict[str, Any]]]:
    """The definitions of platforms, by name."""
    for path in sorted(folder("scrapli", "definitions").glob("*.yaml")):
        yield path.stem, read(path)


@cache
def misses(kind: str) -> dict[str, Any]:
    """What is knowingly not matched, each with its reason."""
    listed: dict[str, Any] = read(HERE / "misses.yaml")[kind]
    return listed
