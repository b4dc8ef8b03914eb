"""What SSH and Telnet share: who may log in, and a session from its beginning to its end."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from runner.lab.device import Device
from runner.lab.session import HangUp, Session
from runner.lab.terminal import Terminal, Wire
from runner.lab.verbs import VERBS


@contextlib.contextmanager
def hang_up(wire: Wire) -> Iterator[None]:
    """Closes the connection at the end, whatever the end was."""
    try:
        yield
    except (HangUp, ConnectionError):
        pass
    finally:
        wire.close()


@contextlib.contextmanager
def admitted(device: Device, terminal: Terminal) -> Iterator[None]:
    """Counts a session. Raises HangUp when the device has no line left."""
    wrong = device.spec.misbehaviour
    full = wrong.max_sessions is not None and len(device.wires) >= wrong.max_sessions
    if full or wrong.no_more_vtys:
        terminal.wire.write(device.profile.login.busy.replace("\n", "\r\n").encode())
        raise HangUp
    device.wires.add(terminal.wire)
    try:
        yield
    finally:
        device.wires.discard(terminal.wire)


async def serve_session(device: Device, terminal: Terminal) -> None:
    """The command line, for a client that is logged in. Raises HangUp at its end."""
    terminal.byte_rate = device.spec.misbehaviour.byte_rate or None
    if device.spec.misbehaviour.no_echo:
        terminal.echo = False
    session = Session(device, terminal, VERBS)
    try:
        await session.run()
    finally:
        await terminal.flush()
