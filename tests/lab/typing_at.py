"""Typing at a simulated device without a network: a terminal whose far end is a buffer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from runner.lab.device import Device
from runner.lab.profile import load_profile
from runner.lab.session import HangUp, Session
from runner.lab.terminal import Terminal
from runner.lab.topology import Device as Spec
from runner.lab.verbs import VERBS


class Buffer:
    """A wire that keeps what is written."""

    def __init__(self) -> None:
        self.data = b""
        self.aborted = False

    def write(self, data: bytes) -> None:
        self.data += data

    async def drain(self) -> None:
        pass

    def close(self) -> None:
        pass

    def abort(self) -> None:
        self.aborted = True


def make(platform: str, **more: object) -> Device:
    """A device that nobody has typed at; paging is off unless asked for."""
    spec = Spec(name="r1", platform=platform, **{"paging": 0, **more})  # type: ignore[arg-type]
    return Device(spec, 0, load_profile(platform))


def type_bytes(device: Device, data: bytes) -> bytes:
    """Everything the device sends in one session that gets these bytes and then hangs up."""
    wire = Buffer()

    async def session() -> None:
        terminal = Terminal(wire)
        terminal.feed(data)
        terminal.feed_eof()
        try:
            await Session(device, terminal, VERBS).run()
        except HangUp:
            pass
        finally:
            await terminal.flush()

    asyncio.run(session())
    return wire.data


def type_lines(device: Device | str, *lines: str) -> str:
    """The whole screen after typing these lines, CR LF as LF."""
    found = make(device) if isinstance(device, str) else device
    screen = type_bytes(found, "".join(f"{line}\r" for line in lines).encode())
    return screen.decode("utf-8", "surrogateescape").replace("\r\n", "\n")


def answers(device: Device | str, *lines: str) -> Sequence[str]:
    """What the device prints for each (echoed) line, up to the line with the next prompt."""
    screen = type_lines(device, *lines)
    texts = []
    for line, following in zip(lines, (*lines[1:], None), strict=True):
        screen = screen.partition(f"{line}\n")[2]
        own = screen if following is None else screen.partition(f"{following}\n")[0]
        texts.append(own[: own.rfind("\n") + 1])
    return texts
