"""The filters, tests and functions that templates may use, by name."""

from __future__ import annotations

from typing import Any

from runner.templating.results import OMIT
from runner.templating.undefined import is_defined

FILTERS: dict[str, Any] = {}
TESTS: dict[str, Any] = {"defined": is_defined, "undefined": lambda value: not is_defined(value)}
GLOBALS: dict[str, Any] = {"omit": OMIT}
