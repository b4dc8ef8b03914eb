"""What the parent tells the lab's process to be."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from runner.lab.topology import Topology


@dataclass(frozen=True, slots=True)
class Order:
    """What the parent wants."""

    topology: Topology
    cache: Path
    parent: int
    ssh_ports: tuple[int, ...] = (0,)
    """Tried in order, where all devices share a port; 0 is any."""
    telnet_ports: tuple[int, ...] = (0,)
