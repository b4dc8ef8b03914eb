"""A lab that stays up for a module's tests, and its inventory without a password in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from runner import yaml
from runner.lab import start_lab
from runner.lab.topology import Credentials, Device, Misbehaviour, Topology

USER, PASSWORD, ENABLE = "somebody", "s3cret-login", "s3cret-enable"
SECRETS = (PASSWORD, ENABLE)
DEVICES: Sequence[Device] = (
    *(
        Device(f"r{number}", credentials=Credentials(USER, PASSWORD, ENABLE))
        for number in range(1, 7)
    ),
    Device("t1", transports=("telnet",), credentials=Credentials(USER, PASSWORD, ENABLE)),
    Device(
        "hang1",
        credentials=Credentials(USER, PASSWORD, ENABLE),
        misbehaviour=Misbehaviour(hang_on=("show clock",)),
    ),
)


@contextmanager
def running_devices(cache: Path) -> Iterator[dict[str, Any]]:
    """The lab's inventory: addresses and ports, no user and no password."""
    with start_lab(Topology(tuple(DEVICES)), cache=cache) as lab:
        inventory = lab.inventory()
        for group in inventory["all"]["children"].values():
            for host in group["hosts"].values():
                for name in ("ansible_user", "ansible_password", "ansible_become_password"):
                    host.pop(name)
        group["hosts"]["dead"] = {"ansible_host": "127.0.0.1", "ansible_port": 1}
        yield inventory


def write_inventory(folder: Path, inventory: dict[str, Any]) -> None:
    """Writes hosts.yml."""
    (folder / "hosts.yml").write_text(yaml.dump(inventory), encoding="utf-8")
