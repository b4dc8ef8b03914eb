"""`playrun lab`: a lab until Ctrl-C, with what one needs to log in to it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from runner.errors import LoadError
from runner.lab.running import LabDevice, RunningLab, start_lab
from runner.yaml import dump

Echo = Callable[[str], None]

PORTS = (2222, 2323)
"""SSH and Telnet, where they are free: a lab somebody types at should not move."""


def serve_forever(
    topology: Path | None, cache: Path, echo: Echo, *, inventory: Path | None = None
) -> None:
    """Runs a lab until it is interrupted (Ctrl-C) and tells `echo` how to reach it.

    Writes an inventory of it if asked to. Raises LoadError, and PlayrunError when the lab
    cannot start.
    """
    with start_lab(topology, cache=cache, ports=PORTS) as lab:
        if inventory is not None:
            _write(inventory, dump(lab.inventory()))
        try:
            for line in describe(lab, inventory):
                echo(line)
            lab.wait()
        except KeyboardInterrupt:
            echo("")


def describe(lab: RunningLab, inventory: Path | None = None) -> Iterator[str]:
    """A table of the devices, and how to log in to them, line by line."""
    rows: list[tuple[str, ...]] = [("device", "platform", "address", "ssh", "telnet")]
    rows += [_row(device) for device in lab.devices]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield ""
    yield from _ways_in(lab)
    if inventory is not None:
        yield f"Inventory: {inventory}   (playrun -i {inventory} site.yml)"
    yield "Ctrl-C ends the lab."


def _row(device: LabDevice) -> tuple[str, ...]:
    ports = (str(port or "-") for port in (device.ssh_port, device.telnet_port))
    return (device.name, device.platform, device.address, *ports)


def _ways_in(lab: RunningLab) -> Iterator[str]:
    logins = sorted({(device.user, device.password, device.enable) for device in lab.devices})
    for user, password, enable in logins:
        yield f"User {user}, password {password}, enable password {enable or 'none'}"
    ssh = next((device for device in lab.devices if device.ssh_port), None)
    if ssh is not None:
        known = f"-o UserKnownHostsFile={lab.known_hosts}"
        yield f"  ssh {known} -p {ssh.ssh_port} {ssh.user}@{ssh.address}"
    telnet = next((device for device in lab.devices if device.telnet_port), None)
    if telnet is not None:
        yield f"  telnet {telnet.address} {telnet.telnet_port}"


def _write(file: Path, text: str) -> None:
    """Only its owner can read it: there are passwords in it, if only the lab's."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise LoadError(f"cannot write the inventory {file}: {error.strerror}") from None
