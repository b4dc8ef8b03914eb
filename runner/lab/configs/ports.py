"""An interface as the show commands see it."""

from __future__ import annotations

from typing import NamedTuple


class Port(NamedTuple):
    """One interface; `address` without its mask when the platform writes the mask apart."""

    name: str
    address: str
    description: str
    shutdown: bool
