"""The two programs for all comparisons of a session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from oracle_comparing import Oracle
from oracle_sides import oracle_python


@pytest.fixture(scope="session")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oracle]:
    """Both programs, ready; what they leave is removed with the session's folder."""
    python = oracle_python()
    if not python.exists():
        text = f"no ansible-core at {python}: run `scripts/ansible-oracle .venv-oracle`"
        if os.environ.get("CI"):
            pytest.fail(text)
        pytest.skip(text)
    cache = os.environ.get("PLAYRUN_ORACLE_CACHE")
    made = Oracle(tmp_path_factory.mktemp("oracle"), Path(cache) if cache else None)
    yield made
    made.close()
