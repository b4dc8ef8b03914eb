"""Makes `playrunning` importable, and its fixtures known."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))

from playrunning import here, playrun

__all__ = ["here", "playrun"]
