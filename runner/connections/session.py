"""A logged-in command line: commands, modes, and never another word on one that was lost."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from re import Match
from typing import Literal, NoReturn

from runner.connections.api import (
    Answer,
    CarriesFiles,
    Files,
    Reply,
    Sink,
    Target,
    Transcript,
    Transport,
)
from runner.connections.clock import Clock, SystemClock
from runner.connections.configuring import configure
from runner.connections.exchange import (
    Exchange,
    Expected,
    Learned,
    Typed,
    from_answers,
    from_questions,
    refuse_help,
    untypeable,
)
from runner.connections.lockout import (
    Attempt,
    CredentialGate,
    ThreadGate,
    credential_key,
    hashed_name,
)
from runner.connections.login import Login, credentials
from runner.connections.moving import move
from runner.connections.reader import Limits, Reader
from runner.connections.sight import Kind, Rules, Sighting, rules_for
from runner.connections.stream import Closed, DeviceStream, Silence
from runner.errors import (
    CommandFailed,
    ConnectionFailed,
    ConnectionLost,
    PromptTimeout,
    QuestionAsked,
    TaskError,
)
from runner.platforms import error_in
from runner.platforms.model import Pager, Phase, Platform

_INTERRUPT_IDLE = 5.0
_INTERRUPT_TOTAL = 10.0
_PASSWORD_INTERRUPT_IDLE = 1.5
"""Where a password is asked for, many devices do not heed an interrupt at all."""


def open_session(
    transport: Transport,
    target: Target,
    *,
    clock: Clock | None = None,
    transcript: Transcript | None = None,
    authenticated: bool,
    gate: CredentialGate | None = None,
) -> CliSession:
    """Logs in over `transport` and makes the command line ready for use.

    `authenticated`: the transport has proven who we are (SSH); a login question that still
    comes belongs to something behind it. `gate`, the lockout breaker, is asked before each
    credential. Everything together may take `timeouts.login`, not counting that wait.
    Closes the transport and raises a ConnectionFailed when it does not get there.
    """
    try:
        stream = _stream(transport, target, transcript)
        reader = Reader(stream, clock or SystemClock())
        session = CliSession(reader, target, transport, gate or ThreadGate(0))
        session.log_in(authenticated)
    except BaseException:
        transport.close()
        raise
    return session


def _stream(transport: Transport, target: Target, transcript: Transcript | None) -> DeviceStream:
    try:
        return DeviceStream(transport, target.encoding, transcript)
    except LookupError:
        raise ConnectionFailed(
            f"{target.host}: unknown encoding {target.encoding!r}",
            hint="use a name that Python knows, such as utf-8, latin-1 or gb2312",
        ) from None


class CliSession:
    """See `runner.connections.api.Session`; opened by `open_session`."""

    def __init__(
        self, reader: Reader, target: Target, transport: Transport, gate: CredentialGate
    ) -> None:
        self._gate = gate
        self._transport = transport
        self._reader = reader
        self._stream = reader.stream
        self._target = target
        self._platform = target.platform
        self._rules: Rules = rules_for(target.platform)
        over_ssh = transport.name == "ssh"
        self._newline = self._platform.ssh_newline if over_ssh else self._platform.newline
        self._learned = Learned(mode=self._platform.exec_mode)
        self._homes = (self._platform.exec_mode, self._platform.privileged_mode)
        self._dirty = False
        self._login_deadline: float | None = None

    @property
    def prompt(self) -> str:
        """The prompt as last seen, without trailing blanks."""
        return self._learned.prompt

    @property
    def mode(self) -> str:
        """The mode that the prompt belongs to."""
        return self._learned.mode

    @property
    def dirty(self) -> bool:
        """True once it is unknown what the device will print next."""
        return self._dirty

    @property
    def platform(self) -> Platform:
        """The platform the session speaks."""
        return self._platform

    @property
    def target(self) -> Target:
        """Whom the session is with."""
        return self._target

    @property
    def where(self) -> str:
        """Host and peer, for messages."""
        return f"{self._target.host} ({self._stream.name})"

    def command(
        self,
        line: str,
        *,
        answers: Sequence[Answer] = (),
        sink: Sink | None = None,
        timeout: float | None = None,
        check: bool = True,
        interrupt_after: float | None = None,
    ) -> Reply:
        """See `Session.command`."""
        config = self._platform.config
        phase: Phase = "save" if config is not None and line == config.save else "command"
        expected = from_answers(answers) + from_questions(self._rules.questions(phase))
        return self.type_line(
            Typed(line, expected=expected, sink=sink, seconds=interrupt_after),
            timeout=timeout,
            check=check,
        )

    def configure(
        self, lines: Sequence[str], *, on_line: Callable[[str], None] | None = None
    ) -> Sequence[Reply]:
        """See `Session.configure`."""
        return configure(self, lines, on_line)

    def files(self, protocol: Literal["scp", "sftp"]) -> Files:
        """See `Session.files`."""
        if not isinstance(self._transport, CarriesFiles):
            raise TaskError(
                f"{self.where}: files are copied over SSH, and this is a Telnet connection",
                hint="use connection ssh for this host, or let the device fetch the file (`copy`)",
            )
        return self._transport.files(protocol, self._target.timeouts.command)

    def spoil(self) -> None:
        """Marks the session dirty: it is in a state that nobody may go on from."""
        self._dirty = True

    def enter(self, mode: str) -> None:
        """Changes to `mode`, by way of the modes between.

        Raises CommandFailed where the device refuses or no way is known, and
        AuthenticationFailed where it refuses a password or none is set.
        """
        move(self, mode)

    @contextlib.contextmanager
    def trying(self, key: str) -> Iterator[Attempt]:
        """The right to try the credential `key`, see `CredentialGate.attempt`. What it takes
        to get it is no part of the time that the login may take."""
        began = self._reader.clock.now()
        with self._gate.attempt(key) as attempt:
            if self._login_deadline is not None:
                self._login_deadline += self._reader.clock.now() - began
            yield attempt

    def ping(self) -> float:
        """See `Session.ping`."""
        return self.type_line(Typed(""), check=False).seconds

    def close(self) -> None:
        """See `Session.close`."""
        if not self._dirty and not self._stream.closed and self.mode in self._homes:
            with contextlib.suppress(ConnectionFailed, ValueError):
                self._stream.type(self._platform.logout + self._newline)
        self._dirty = True
        self._stream.close()

    def log_in(self, authenticated: bool) -> None:
        """The login dialogue, the way to the mode to work in, and the platform's set-up lines."""
        with contextlib.ExitStack() as attempts:
            self._begin(authenticated, attempts)
        with self._login_errors():
            self._become()
        self._login_deadline = None

    def _begin(self, authenticated: bool, attempts: contextlib.ExitStack) -> None:
        """The lockout breaker is asked when the device asks, so that a fleet that asks nothing
        waits for nobody. The set-up lines prove that the login was accepted."""
        key = credential_key(self._target)
        tried: list[Attempt] = []

        def permit() -> None:
            # A login behind the one of SSH may be refused where that one was accepted.
            name = hashed_name("inside", key) if authenticated else key
            tried.append(attempts.enter_context(self._gate.attempt(name)))

        logins = credentials(self._target)
        if authenticated:
            logins = logins[-1:]
        login = Login(
            self._reader, self._target, self._rules, logins, self._newline, authenticated, permit
        )
        self._arrive(login.run(self._reader.clock.now() + self._target.timeouts.login))
        self._login_deadline = login.deadline
        with self._login_errors():
            self._settle_in()
        for attempt in tried:
            attempt.tested = login.password_typed

    @contextlib.contextmanager
    def _login_errors(self) -> Iterator[None]:
        try:
            yield
        except CommandFailed as error:
            raise ConnectionFailed(f"{self.where}: {error.message}", hint=error.hint) from error

    def _settle_in(self) -> None:
        proven = self._go_home()
        if self.mode not in self._homes:
            raise ConnectionFailed(
                f"{self.where}: the device is in mode {self.mode}, prompt {self.prompt!r}",
                hint="log in by hand and see to it first",
            )
        for line in self._platform.setup:
            self._set_up(line)
        if not proven and not self._platform.setup:
            self.ping()

    def _become(self) -> None:
        platform = self._platform
        if self._target.become and platform.privileged_mode is not None:
            self.enter(platform.privileged_mode)
        if self.mode == platform.privileged_mode:
            for line in platform.setup_privileged:
                self._set_up(line)

    def _go_home(self) -> bool:
        """Out of whatever mode the login landed in; whether something was typed for it."""
        modes = self._platform.modes
        home = modes[self.mode].home
        if home is not None:
            self.type_line(Typed(home, goals=frozenset((self._platform.exec_mode,))))
            return True
        moved = False
        while self.mode not in self._homes and (parent := modes[self.mode].parent) is not None:
            self.enter(parent)
            moved = True
        return moved

    def _set_up(self, line: str) -> None:
        try:
            self.type_line(Typed(line), check=False)
        except CommandFailed:
            # A question instead of a prompt; it was interrupted and the prompt is back.
            if self._dirty:
                raise

    def type_line(
        self,
        typed: Typed,
        *,
        timeout: float | None = None,
        idle: float | None = None,
        check: bool = True,
    ) -> Reply:
        """Types a line and reads until a prompt; the one way anything is typed after login."""
        self._refuse(typed.line)
        clock = self._reader.clock
        began = clock.now()
        limits = self._limits(began, timeout, idle)
        self._drain(typed.line)
        exchange = Exchange(
            self._reader,
            self._rules,
            typed,
            self._learned,
            limits.idle,
        )
        prompt = self.prompt
        self._send(typed.line)
        seen = self._converse(exchange, typed, limits)
        text = exchange.finish(seen)
        self._arrive(seen.line)
        error = error_in(self._platform, exchange.output.sample()) if check else None
        seconds = clock.now() - began
        return Reply(typed.line, prompt, text, error, seconds, exchange.answers)

    def _limits(self, began: float, timeout: float | None, idle: float | None) -> Limits:
        timeouts = self._target.timeouts
        total = timeouts.command if timeout is None else timeout
        # Who allows a command ten minutes does not want it cut after thirty silent seconds.
        patience = idle if idle is not None else max(timeouts.idle, timeout or 0.0)
        deadline = began + total
        if self._login_deadline is not None:
            deadline = min(deadline, self._login_deadline)
        return Limits(patience, deadline)

    def _let_run(self, exchange: Exchange, line: str, seconds: float) -> None:
        """Reads for so long, then types Ctrl-C, unless the command is over by itself."""
        try:
            self._listen(exchange, line, Limits(seconds, self._reader.clock.now() + seconds))
        except Silence:
            self._stream_type(self._platform.interrupt, line)

    def _converse(self, exchange: Exchange, typed: Typed, limits: Limits) -> Sighting:
        if typed.seconds is not None:
            self._let_run(exchange, typed.line, typed.seconds)
        while True:
            seen = self._until(exchange, typed.line, limits)
            if seen.kind is Kind.PROMPT:
                return seen
            if isinstance(seen.what, Pager):
                exchange.paged()
                self._stream_type(seen.what.key, typed.line)
            elif seen.kind is Kind.ANSWERABLE and isinstance(seen.what, Expected):
                self._answer(exchange, seen.what, typed.line)
            elif seen.kind is Kind.NUDGE:
                exchange.nudged()
                self._stream_type(self._newline, typed.line)
            elif not self._type_free_text(exchange, typed, seen):
                self._interrupt(typed.line, seen)

    def _type_free_text(self, exchange: Exchange, typed: Typed, seen: Sighting) -> bool:
        if not isinstance(seen.what, Match) or typed.free_text is None:
            return False
        lines = typed.free_text.take(seen.what)
        if lines is None:
            return False
        exchange.text_begun()
        self._stream_type("".join(line + self._newline for line in lines), typed.line)
        return True

    def _until(self, exchange: Exchange, line: str, limits: Limits) -> Sighting:
        try:
            return self._listen(exchange, line, limits)
        except Silence:
            raise self._timed_out(line, limits) from None

    def _listen(self, exchange: Exchange, line: str, limits: Limits) -> Sighting:
        """What comes to stand still first. Raises Silence, ConnectionLost."""
        try:
            return self._reader.until(exchange.look, limits, exchange.take)
        except Silence:
            raise
        except Closed:
            raise self._lost(line) from None
        except ConnectionLost as error:
            raise self._broken(line, error) from error
        except BaseException:
            # Whatever stopped the reading (a sink that failed, Ctrl-C): what the device
            # prints from here on belongs to nobody.
            self._dirty = True
            raise

    def _timed_out(self, line: str, limits: Limits) -> PromptTimeout:
        self._dirty = True
        late = self._reader.clock.now() >= limits.deadline
        why = "not finished in the time allowed" if late else f"silent for {limits.idle:g} s"
        last = self._reader.screen.line[-200:]
        return PromptTimeout(
            f"{self.where}: no prompt after `{line}`, {why}; the last line is {last!r}",
            hint="allow more time, or declare an answer if it is a question",
        )

    def _lost(self, line: str) -> ConnectionLost:
        self._dirty = True
        last = self._reader.screen.line.strip()
        said = f"; the last line is {last[-200:]!r}" if last else ""
        return ConnectionLost(
            f"{self.where}: the device closed the connection while `{line}` was running{said}"
        )

    def _broken(self, line: str, error: ConnectionLost) -> ConnectionLost:
        self._dirty = True
        return ConnectionLost(
            f"{self.where}: {error.message}, while `{line}` was running", hint=error.hint
        )

    def _answer(self, exchange: Exchange, expected: Expected, line: str) -> None:
        expected.left -= 1
        exchange.answered(expected.text, secret=expected.secret)
        newline = self._newline if expected.newline else ""
        self._stream_type(expected.text + newline, line, secret=expected.secret)

    def _interrupt(self, line: str, asked: Sighting) -> NoReturn:
        """Gets out of a question that nobody may answer, and says so."""
        self._dirty = True
        self._stream_type(self._platform.interrupt, line)
        now = self._reader.clock.now()
        secret = self._platform.login.password.search(asked.line) is not None
        idle = _PASSWORD_INTERRUPT_IDLE if secret else _INTERRUPT_IDLE
        limits = Limits(idle, now + _INTERRUPT_TOTAL)
        question = self._reader.screen.ended

        def look(shown: str) -> Sighting | None:
            shown = shown.rstrip()
            if self._reader.screen.ended == question or not self._rules.is_prompt(shown):
                return None
            return Sighting(Kind.PROMPT, shown, self._reader.settle)

        with contextlib.suppress(Silence, Closed, ConnectionFailed):
            seen = self._reader.until(look, limits, lambda _: None)
            self._arrive(seen.line)
            self._dirty = False
        raise QuestionAsked(
            f"`{line}` asks {asked.line.strip()[-200:]!r}, and no answer is declared",
            hint="declare it with `prompt` and `answer`",
        )

    def _refuse(self, line: str) -> None:
        if self._dirty:
            raise ConnectionLost(f"{self.where}: this session was lost before; `{line}` not sent")
        character = untypeable(line)
        if character is not None:
            raise CommandFailed(
                f"the line {line!r} holds the control character {character!r}; not sent"
            )
        refuse_help(self._platform.help_key, line)

    def _drain(self, line: str) -> None:
        """Log messages since the last prompt belong to nobody."""
        try:
            self._reader.drain()
        except (Closed, ConnectionLost) as error:
            self._dirty = True
            why = error.message if isinstance(error, ConnectionLost) else "the device closed it"
            raise ConnectionLost(
                f"{self.where}: the connection was gone before `{line}` was sent: {why}"
            ) from None

    def _send(self, line: str) -> None:
        self._reader.asked()
        self._stream_type(line + self._newline, line)

    def _stream_type(self, text: str, line: str, *, secret: bool = False) -> None:
        self._reader.typed()
        try:
            self._stream.type(text, secret=secret)
        except UnicodeEncodeError:
            raise CommandFailed(
                f"the line {line!r} cannot be written in {self._target.encoding}; not sent",
                hint="set `encoding` for this host",
            ) from None
        except ConnectionLost as error:
            raise self._broken(line, error) from error

    def _arrive(self, shown: str) -> None:
        """The prompt `shown` is on the screen: it says which mode this is."""
        mode = self._rules.mode(shown, self.mode)
        self._learned.arrived(shown, None if mode is None else mode.name)
