"""Makes `playing` importable and names the executors."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(params=["serial", "threads", "processes"])
def executor(request: pytest.FixtureRequest) -> str:
    """Every strategy that says who runs."""
    return str(request.param)
