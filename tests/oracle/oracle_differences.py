"""The differences that are meant: read from differences.yaml."""

from __future__ import annotations

from typing import Any

from oracle_case import HERE
from ruamel.yaml import YAML

_RAW: dict[str, Any] = YAML(typ="safe").load((HERE / "differences.yaml").read_text("utf-8"))
NOISE: frozenset[str] = frozenset(_RAW["noise"])
"""Keys of results that say something of the moment or of the machine."""
UNSAID: dict[str, frozenset[str]] = {
    action: frozenset(keys) for action, keys in _RAW["unsaid"].items()
}
"""Keys of one action's results that are not compared."""
NAMED: dict[str, str] = {name: each["why"] for name, each in _RAW["named"].items()}
"""Why playrun does otherwise, by name."""
