"""The least that Telnet needs: a socket, options refused, prompts waited for, a file written."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from common import COMMANDS, run_all

_IAC, _DONT, _DO, _WONT, _WILL = 255, 254, 253, 252, 251


class Line:
    """A Telnet connection that agrees to ECHO and SGA and refuses everything else."""

    def __init__(self, device: dict[str, Any]) -> None:
        self.socket = socket.create_connection((device["host"], device["port"]))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _filter(self, data: bytes) -> bytes:
        if _IAC not in data:
            return data
        out, reply, at = bytearray(), bytearray(), 0
        while at < len(data):
            if data[at] != _IAC:
                out.append(data[at])
                at += 1
                continue
            verb, option = data[at + 1], data[at + 2]
            if verb == _WILL:
                reply += bytes((_IAC, _DO if option in (1, 3) else _DONT, option))
            elif verb == _DO:
                reply += bytes((_IAC, _WONT, option))
            at += 3
        if reply:
            self.socket.sendall(reply)
        return bytes(out)

    def read_to(self, end: str) -> str:
        """Everything up to a text that ends with `end`."""
        pieces: list[bytes] = []
        while True:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError("the device closed")
            pieces.append(self._filter(data))
            if b"".join(pieces[-2:]).rstrip().endswith(end.encode()):
                return b"".join(pieces).decode()

    def type(self, text: str) -> None:
        """One line and a Return."""
        self.socket.sendall(text.encode() + b"\r")


def one(device: dict[str, Any], folder: Path) -> None:
    """One device's share of the job."""
    line = Line(device)
    for end, answer in (
        ("sername:", device["user"]),
        ("assword:", device["password"]),
        (">", "enable"),
        ("assword:", device["enable"]),
        ("#", "terminal length 0"),
    ):
        line.read_to(end)
        line.type(answer)
    line.read_to("#")
    texts = []
    for command in COMMANDS:
        line.type(command)
        texts.append(line.read_to("#"))
    (folder / f"{device['name']}.txt").write_text("".join(texts))
    line.socket.close()


run_all(one)
