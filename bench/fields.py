"""The devices of a measurement, and the clients that do the job on them."""

from __future__ import annotations

import itertools
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

from measuring import Cost, measure

from runner.lab import RunningLab, start_lab
from runner.lab.topology import Delays, Device, Topology

CLIENTS = Path(__file__).parent / "clients"
PLAYRUN = str(Path(sys.executable).with_name("playrun"))
LINES = 400
"""Of configuration a device shows: the whole file has at least as many."""

PLAYBOOK = """
- name: The job
  hosts: all
  gather_facts: false
  become: true
  strategy: {strategy}
  workers: {workers}
  commands:
    - show version
    - show running-config
"""

Protocol = Literal["ssh", "telnet"]
_numbers = itertools.count()


class Field(NamedTuple):
    """The devices of one measurement and where clients find them."""

    folder: Path
    lab: RunningLab
    protocol: Protocol

    def devices(self, count: int) -> list[dict[str, Any]]:
        """The first `count` devices as plain data."""
        return [
            {
                "name": device.name,
                "host": device.address,
                "port": device.ssh_port if self.protocol == "ssh" else device.telnet_port,
                "user": device.user,
                "password": device.password,
                "enable": device.enable,
            }
            for device in self.lab.devices[:count]
        ]

    def listing(self, count: int) -> Path:
        """The first `count` devices as a JSON file."""
        path = self.folder / f"devices-{count}.json"
        if not path.exists():
            path.write_text(json.dumps(self.devices(count)))
        return path

    def fresh(self) -> Path:
        """A folder that nobody has used: a file system is slow where files were just deleted."""
        return self.folder / f"run-{next(_numbers)}"


@contextmanager
def field(count: int, protocol: Protocol, *, line_delay: float = 0.0) -> Iterator[Field]:
    """`count` simulated devices in a process of their own, as long as the context is open."""
    devices = tuple(
        Device(
            f"r{number:04}",
            transports=(protocol,),
            config_lines=LINES,
            delays=Delays(line=line_delay),
        )
        for number in range(1, count + 1)
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with start_lab(Topology(devices), cache=folder / "lab") as lab:
            yield Field(folder, lab, protocol)


Client = Callable[[Field, int, int], Cost]
"""Does the job on so many hosts with so many workers. Raises RuntimeError if it is not done."""


def script(python: str, name: str) -> Client:
    """A script of `clients/` under a given interpreter."""

    def run(where: Field, hosts: int, workers: int) -> Cost:
        out = where.fresh()
        listing = str(where.listing(hosts))
        cost = measure([python, str(CLIENTS / name), listing, str(workers), str(out)])
        _check(out, hosts)
        return cost

    return run


def playrun(strategy: str) -> Client:
    """playrun itself, from its command line, with an ordinary inventory."""

    def run(where: Field, hosts: int, workers: int) -> Cost:
        project = where.fresh()
        project.mkdir()
        (project / "playrun.toml").write_text('inventory = "hosts.json"\n')
        (project / "hosts.json").write_text(json.dumps(inventory(where, hosts)))
        (project / "site.yml").write_text(PLAYBOOK.format(strategy=strategy, workers=workers))
        cost = measure([PLAYRUN, str(project / "site.yml"), "--quiet"])
        _check(project / "output", hosts)
        return cost

    return run


def inventory(where: Field, hosts: int) -> dict[str, Any]:
    """The first `hosts` devices as an inventory."""
    common = {
        "ansible_network_os": "cisco.ios.ios",
        "ansible_connection": "network_cli" if where.protocol == "ssh" else "telnet",
        "ansible_known_hosts": str(where.lab.known_hosts),
    }
    entries = {
        device["name"]: {
            "ansible_host": device["host"],
            "ansible_port": device["port"],
            "ansible_user": device["user"],
            "ansible_password": device["password"],
            "ansible_become_password": device["enable"],
        }
        for device in where.devices(hosts)
    }
    return {"all": {"vars": common, "hosts": entries}}


def _check(folder: Path, hosts: int) -> None:
    """Every host has a whole file, or the figures mean nothing."""
    files = sorted(folder.glob("*.txt"))
    short = [file.name for file in files if file.read_text().count("\n") < LINES]
    if len(files) != hosts or short:
        raise RuntimeError(f"{folder}: {len(files)} files of {hosts}, {len(short)} of them short")
