"""Netmiko in a thread pool, as its documentation shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from common import COMMANDS, run_all
from netmiko import ConnectHandler


def one(device: dict[str, Any], folder: Path) -> None:
    """One device's share of the job."""
    with ConnectHandler(
        device_type="cisco_ios",
        host=device["host"],
        port=device["port"],
        username=device["user"],
        password=device["password"],
        secret=device["enable"],
    ) as connection:
        connection.enable()
        texts = [connection.send_command(command) for command in COMMANDS]
    (folder / f"{device['name']}.txt").write_text("\n".join(texts))


run_all(one)
