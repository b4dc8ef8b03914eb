"""A bench in the dress of each transport."""

from __future__ import annotations

import pytest
from scripted import Bench


@pytest.fixture(params=["ssh", "telnet"])
def bench(request: pytest.FixtureRequest) -> Bench:
    """A scripted device, its clock and a target, as if over SSH and as if over Telnet."""
    return Bench(request.param)
