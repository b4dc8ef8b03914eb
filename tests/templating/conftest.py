"""Makes `scenes` and the tables importable; one Templar for tests that need no own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from runner.templating import Templar


@pytest.fixture(scope="session")
def templar() -> Templar:
    return Templar()
