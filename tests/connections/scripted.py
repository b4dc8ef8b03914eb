"""A device that follows a script: what it says, what it must hear, how long it takes.

The same script drives an in-memory transport under a clock of its own (twenty minutes pass
in no time) and a real socket. A script is checked while it runs: a session that types
anything else than the script expects fails the test with both texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.connections.api import Target, Timeouts
from runner.connections.session import CliSession, open_session
from runner.errors import ConnectionLost
from runner.platforms import load
from runner.platforms.model import Platform
from runner.values import Secret


@dataclass(frozen=True)
class Say:
    """The device sends these bytes."""

    data: bytes


@dataclass(frozen=True)
class Hear:
    """The device waits for exactly these bytes."""

    data: bytes


@dataclass(frozen=True)
class Wait:
    """The device does nothing for this many seconds."""

    seconds: float


@dataclass(frozen=True)
class Close:
    """The device ends the connection."""


@dataclass(frozen=True)
class Break:
    """The connection breaks."""


Step = Say | Hear | Wait | Close | Break


class FakeClock:
    """Time that passes only when somebody waits for it."""

    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time


class ScriptError(AssertionError):
    """The session did something that the script does not expect."""


class ScriptedTransport:
    """A `Transport` in memory. `slices` are the sizes of its reads, repeated for ever."""

    def __init__(
        self, steps: Iterable[Step], name: str, clock: FakeClock, slices: Sequence[int] = ()
    ) -> None:
        self.name = name
        self.peer = f"{name} 192.0.2.1"
        self.typed = b""
        self.closed = False
        self._steps = iter(steps)
        self._step: Step | None = None
        self._clock = clock
        self._slices = slices
        self._reads = 0
        self._heard = b""
        self._ready = b""
        self._due = 0.0
        self._next()

    @property
    def finished(self) -> bool:
        """Whether the script was played to its end."""
        return self._step is None and not self._ready

    def read(self, timeout: float) -> bytes:
        until = self._clock.time + timeout
        while not self._ready:
            if isinstance(self._step, Close):
                return b""
            if isinstance(self._step, Break):
                raise ConnectionLost("the connection broke")
            if not self._advance(until):
                self._clock.time = max(self._clock.time, until)
                raise TimeoutError
        self._gather()
        return self._cut()

    def write(self, data: bytes) -> None:
        if self.closed:
            raise ConnectionLost("closed")
        self.typed += data
        self._heard += data
        self._listen()

    def close(self) -> None:
        self.closed = True

    def _listen(self) -> None:
        """Says, without being asked, when something was typed that the script does not hear."""
        wanted = self._step.data if isinstance(self._step, Hear) else None
        if wanted is not None and not (
            wanted.startswith(self._heard) or self._heard.startswith(wanted)
        ):
            raise ScriptError(f"typed {self._heard!r}, but the device waits for {wanted!r}")

    def _next(self) -> None:
        self._step = next(self._steps, None)
        if isinstance(self._step, Wait):
            self._due = self._clock.time + self._step.seconds
        if isinstance(self._step, Hear):
            self._listen()

    def _advance(self, until: float) -> bool:
        """Plays one step; False when the time is over or nothing can happen any more."""
        step = self._step
        if isinstance(step, Say):
            self._ready += step.data
        elif isinstance(step, Hear):
            if not self._heard.startswith(step.data):
                return False
            self._heard = self._heard[len(step.data) :]
        elif isinstance(step, Wait):
            if until < self._due:
                return False
            self._clock.time = max(self._clock.time, self._due)
        else:
            return False
        self._next()
        return True

    def _gather(self) -> None:
        """Bytes said one after the other without a pause are there together."""
        while isinstance(self._step, Say):
            self._ready += self._step.data
            self._next()

    def _cut(self) -> bytes:
        size = 65_536
        if self._slices:
            size = self._slices[self._reads % len(self._slices)]
            self._reads += 1
        piece, self._ready = self._ready[:size], self._ready[size:]
        return piece


@dataclass
class Script:
    """Builds the steps of a dialogue in the habits of one transport."""

    name: str
    steps: list[Step] = field(default_factory=list)

    @property
    def newline(self) -> bytes:
        return b"\n" if self.name == "ssh" else b"\r"

    def say(self, text: str | bytes) -> Script:
        """The device prints `text` as it is."""
        data = text.encode() if isinstance(text, str) else text
        self.steps.append(Say(data))
        return self

    def hear(self, text: str, newline: bool = True) -> Script:
        """The device waits for `text` and Enter."""
        self.steps.append(Hear(text.encode() + (self.newline if newline else b"")))
        return self

    def wait(self, seconds: float) -> Script:
        self.steps.append(Wait(seconds))
        return self

    def close(self) -> Script:
        self.steps.append(Close())
        return self

    def broken(self) -> Script:
        self.steps.append(Break())
        return self

    def run(self, line: str, output: str | bytes = "", prompt: str = "R1#") -> Script:
        """A command as IOS answers it: echo, output, prompt."""
        data = output if isinstance(output, bytes) else output.replace("\n", "\r\n").encode()
        return self.hear(line).say(line + "\r\n").say(data).say(prompt)

    def login(self, prompt: str = "R1#") -> Script:
        """Telnet asks for name and password, SSH has done so; then the set-up lines."""
        if self.name == "telnet":
            self.say("\r\nUser Access Verification\r\n\r\nUsername: ").hear("admin")
            self.say("admin\r\nPassword: ").hear("s3cret!").say("\r\n")
        return self.say(prompt).set_up(prompt)

    def set_up(self, prompt: str = "R1#") -> Script:
        self.run("terminal length 0", prompt=prompt)
        return self.run("terminal width 511", prompt=prompt)


@dataclass
class Bench:
    """Everything one test needs: a script, a clock, a target, and the session over them."""

    name: str
    clock: FakeClock = field(default_factory=FakeClock)
    slices: Sequence[int] = ()
    transport: ScriptedTransport | None = None

    @property
    def script(self) -> Script:
        return Script(self.name)

    def target(self, platform: str | Platform = "cisco_ios", **changes: object) -> Target:
        known = load(platform) if isinstance(platform, str) else platform
        plain = Target(
            host="r1",
            address="192.0.2.1",
            platform=known,
            transport="ssh" if self.name == "ssh" else "telnet",
            user="admin",
            password=Secret("s3cret!"),
            timeouts=Timeouts(),
        )
        return plain._replace(**changes)  # type: ignore[arg-type]

    def open(self, script: Script, target: Target | None = None, **options: object) -> CliSession:
        self.transport = ScriptedTransport(script.steps, self.name, self.clock, self.slices)
        authenticated = options.pop("authenticated", self.name == "ssh")
        return open_session(
            self.transport,
            target or self.target(),
            clock=self.clock,
            authenticated=bool(authenticated),
            **options,  # type: ignore[arg-type]
        )

    @property
    def typed(self) -> str:
        assert self.transport is not None
        return self.transport.typed.decode()

    @property
    def finished(self) -> bool:
        assert self.transport is not None
        return self.transport.finished


def any_slicing(
    *, examples: int = 12
) -> Callable[[Callable[[Bench], None]], Callable[[str], None]]:
    """Runs a test over both transports' dress, the device's bytes cut into random pieces."""

    def decorate(test: Callable[[Bench], None]) -> Callable[[str], None]:
        @pytest.mark.parametrize("transport", ["ssh", "telnet"])
        def run(transport: str) -> None:
            test(Bench(transport))

            @settings(max_examples=examples, database=None)
            @given(st.lists(st.integers(1, 30), min_size=1, max_size=6))
            def sliced(slices: list[int]) -> None:
                test(Bench(transport, slices=slices))

            sliced()

        run.__name__ = run.__qualname__ = test.__name__
        run.__doc__ = test.__doc__
        run.__module__ = test.__module__
        run.case = test  # type: ignore[attr-defined]
        return run

    return decorate
