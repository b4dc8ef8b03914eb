"""The Telnet side of a device: option negotiation, the login dialogue, then the command line."""

from __future__ import annotations

import asyncio

from runner.lab.backpressure import Backpressure
from runner.lab.device import Device
from runner.lab.serving import admitted, hang_up, serve_session
from runner.lab.session import HangUp
from runner.lab.terminal import Terminal

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
ECHO, SGA, TTYPE, NAWS = 1, 3, 24, 31

_OPENING = bytes([IAC, WILL, ECHO, IAC, WILL, SGA, IAC, DO, TTYPE, IAC, DO, NAWS])
_MAX_SUBNEGOTIATION = 1024


class Options:
    """Takes Telnet commands out of a stream of bytes; gives the answers they need."""

    def __init__(self) -> None:
        self.echo = True
        """Whether the client lets us echo."""
        self._state = "data"
        self._verb = 0
        self._sub = 0
        self._ours = {ECHO, SGA}
        self._theirs = {TTYPE, NAWS}
        self.reply = bytearray()

    def read(self, data: bytes) -> bytes:
        """The data without commands; answers are added to `reply`."""
        if self._state == "data" and IAC not in data:
            return data
        out = bytearray()
        for byte in data:
            self._byte(byte, out)
        return bytes(out)

    def _byte(self, byte: int, out: bytearray) -> None:
        if self._state == "data":
            if byte == IAC:
                self._state = "iac"
            else:
                out.append(byte)
        elif self._state == "iac":
            self._command(byte, out)
        elif self._state == "option":
            self._state = "data"
            self._option(byte)
        elif self._state == "sub":
            self._sub += 1
            if byte == IAC:
                self._state = "sub_iac"
            elif self._sub > _MAX_SUBNEGOTIATION:
                self._state = "data"
        else:
            self._state = "sub" if byte != SE else "data"

    def _command(self, byte: int, out: bytearray) -> None:
        self._state = "data"
        if byte == IAC:
            out.append(IAC)
        elif byte in (DO, DONT, WILL, WONT):
            self._verb = byte
            self._state = "option"
        elif byte == SB:
            self._sub = 0
            self._state = "sub"

    def _option(self, option: int) -> None:
        """Answers only what asks for a change: a peer that repeats itself gets no storm."""
        if self._verb in (DO, DONT):
            wanted = self._verb == DO
            if option == ECHO:
                self.echo = wanted
            if wanted and option not in self._ours:
                self.reply += bytes([IAC, WONT, option])
            elif not wanted and option in self._ours:
                self._ours.discard(option)
                self.reply += bytes([IAC, WONT, option])
        elif self._verb == WILL and option not in self._theirs:
            self.reply += bytes([IAC, DONT, option])


class TelnetWire(Backpressure, asyncio.Protocol):
    """One Telnet connection: a `Wire` for a terminal."""

    def __init__(self, device: Device) -> None:
        self.terminal = Terminal(self)
        self._device = device
        self._options = Options()
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The client is there: begins the dialogue."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._task = asyncio.get_running_loop().create_task(self._serve())

    async def _serve(self) -> None:
        with hang_up(self):
            assert self._transport is not None
            self._transport.write(_OPENING)
            with admitted(self._device, self.terminal):
                await log_in(self._device, self.terminal)
                await serve_session(self._device, self.terminal)

    def data_received(self, data: bytes) -> None:
        """Bytes from the client."""
        plain = self._options.read(data)
        self.terminal.echo = self._options.echo and not self._device.spec.misbehaviour.no_echo
        if self._options.reply and self._transport is not None:
            self._transport.write(bytes(self._options.reply))
            self._options.reply.clear()
        if plain:
            self.terminal.feed(plain)

    def eof_received(self) -> bool:
        """The client has closed its side: what it sent is still read."""
        self.terminal.feed_eof()
        return True

    def connection_lost(self, _exc: Exception | None) -> None:
        """The client is gone."""
        self.terminal.feed_eof()
        self.stop_waiting()
        if self._task is not None:
            self._task.cancel()

    def write(self, data: bytes) -> None:
        """Queues data, 0xff doubled."""
        if self._transport is not None:
            self._transport.write(data.replace(b"\xff", b"\xff\xff") if b"\xff" in data else data)

    def close(self) -> None:
        """Ends the connection after what is queued."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Cuts the connection."""
        if self._transport is not None:
            self._transport.abort()


async def log_in(device: Device, terminal: Terminal) -> None:
    """The dialogue of user name and password. Raises HangUp after too many failures."""
    login, wrong, right = device.profile.login, device.spec.misbehaviour, device.spec.credentials
    terminal.write(device.say(device.spec.banner.rstrip("\n") + "\n" if device.spec.banner else ""))
    terminal.write(device.say(login.greeting))
    for _attempt in range(login.attempts):
        user = await _answer(terminal, device.say(login.user), echo=True) if login.user else ""
        password = await _answer(terminal, device.say(login.password), echo=False)
        await terminal.flush()
        await asyncio.sleep(wrong.slow_login)
        known = user == right.user or not login.user
        if known and password == right.password and not wrong.wrong_password:
            return
        terminal.write(device.say(login.failed))
    terminal.write(device.say(login.locked_out))
    await terminal.flush()
    raise HangUp


async def _answer(terminal: Terminal, question: str, *, echo: bool) -> str:
    terminal.write(question)
    line = await terminal.read_line(echo=echo)
    if line.end in ("eof", "interrupt", "logout"):
        raise HangUp
    return line.text
