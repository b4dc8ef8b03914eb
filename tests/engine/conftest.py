"""Names the executors."""

from __future__ import annotations

import pytest


@pytest.fixture(params=["serial", "threads", "processes"])
def executor(request: pytest.FixtureRequest) -> str:
    """Every strategy that says who runs."""
    return str(request.param)
