"""The least that paramiko needs: connect, read to the prompt, type, write a file. Stock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import paramiko
from common import COMMANDS, run_all


def read_to(channel: paramiko.Channel, end: str) -> str:
    """Everything up to a text that ends with `end`."""
    pieces: list[str] = []
    while True:
        piece = channel.recv(65536).decode()
        if not piece:
            raise EOFError("the device closed")
        pieces.append(piece)
        if piece.rstrip().endswith(end):
            return "".join(pieces)


def one(device: dict[str, Any], folder: Path) -> None:
    """One device's share of the job."""
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    client.connect(
        device["host"],
        device["port"],
        device["user"],
        device["password"],
        look_for_keys=False,
        allow_agent=False,
    )
    channel = client.invoke_shell(width=511)
    read_to(channel, ">")
    channel.send(b"enable\n")
    read_to(channel, "assword:")
    channel.send(device["enable"].encode() + b"\n")
    read_to(channel, "#")
    channel.send(b"terminal length 0\n")
    read_to(channel, "#")
    texts = []
    for command in COMMANDS:
        channel.send(command.encode() + b"\n")
        texts.append(read_to(channel, "#"))
    (folder / f"{device['name']}.txt").write_text("".join(texts))
    client.close()


run_all(one)
