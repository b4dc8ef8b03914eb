"""What every kind of configuration can do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Protocol


class Port(NamedTuple):
    """An interface as the show commands see it.

    `address` stands without its mask where the platform writes the mask apart.
    """

    name: str
    address: str
    description: str
    shutdown: bool
    mask: str = ""
    """Its mask, where the platform writes it apart."""
    vlan: str = ""
    """The VLAN of an access port, or `trunk`; empty: the configuration says nothing of it."""


class Store(Protocol):
    """A running configuration, and the saved one a restart would load."""

    def text(self) -> str:
        """The running configuration as it is shown."""

    def saved(self) -> str:
        """What a restart would load."""

    def save(self) -> None:
        """Keeps what runs now."""

    def restart(self) -> None:
        """Loads what was saved."""

    def hostname(self) -> str:
        """The name it gives the device; empty if none."""

    def section(self, line: str) -> str:
        """One section as it is shown; empty if there is none."""

    def sections(self) -> Iterator[tuple[str, Iterable[str]]]:
        """Lines at the top and those below each, where the configuration is made of lines."""

    def ports(self) -> Iterator[Port]:
        """The interfaces and their state."""

    def snapshot(self) -> Any:
        """The running configuration, to come back to."""

    def restore(self, before: Any) -> None:
        """Runs what `snapshot` gave."""
