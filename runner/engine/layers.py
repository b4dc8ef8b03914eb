"""Layers of variables: mappings laid on one another, none of them copied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Layer = tuple[Mapping[str, Any], bool]
"""A mapping, and whether it holds data: values that are never templates."""
Layers = tuple[Layer, ...]
"""Highest first."""


def filled(*layers: Layer) -> Layers:
    """The layers that have something in them: every look-up walks through all of them."""
    return tuple(layer for layer in layers if layer[0])
