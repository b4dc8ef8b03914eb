"""Configuration lines: into the mode, line by line, and out of it again, whatever happens."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from re import Match
from typing import TYPE_CHECKING

from runner.connections.api import Reply
from runner.connections.exchange import (
    Expected,
    FreeText,
    Typed,
    from_questions,
    refuse_help,
    untypeable,
)
from runner.connections.moving import move
from runner.connections.sight import rules_for
from runner.errors import CommandFailed, ConnectionFailed, PlayrunError
from runner.platforms import error_in
from runner.platforms.model import ConfigMode

if TYPE_CHECKING:
    from runner.connections.session import CliSession


_BANNER = re.compile(r"\s*banner\s+\S+(?:\s+(?P<sign>\S))?", re.IGNORECASE)
_END_OF_TEXT = "EOF"


def configure(
    session: CliSession, lines: Sequence[str], on_line: Callable[[str], None] | None
) -> Sequence[Reply]:
    """See `Session.configure`."""
    config = session.platform.config
    if config is None:
        raise CommandFailed(f"platform {session.platform.name} has no configuration mode")
    for line in lines:
        if untypeable(line) is not None:
            raise CommandFailed(f"the line {line!r} holds a control character; nothing was sent")
    for line in _commands(lines):
        refuse_help(session.platform.help_key, line)
    home = session.mode
    session.enter(config.mode)
    return _Change(session, config, home, on_line).run(lines)


def _commands(lines: Sequence[str]) -> Iterator[str]:
    """The lines that are not the text of a banner, as far as can be told before it is typed."""
    ends = ""
    for number, line in enumerate(lines):
        if not ends:
            yield line
            ends = _banner_end(line, lines[number + 1 :])
        elif ends in line:
            ends = ""


def _banner_end(line: str, following: Sequence[str]) -> str:
    """What ends the text that `line` begins, if it comes in the lines after it."""
    banner = _BANNER.match(line)
    if banner is None or line.count(banner["sign"] or "\0") > 1:
        return ""
    ends = banner["sign"] or _END_OF_TEXT
    return ends if any(ends in later for later in following) else ""


class _Announced(FreeText):
    """Free text whose lines are announced before they are sent."""

    def __init__(self, following: Sequence[str], tell: Callable[[Sequence[str]], None]) -> None:
        super().__init__(following)
        self._tell = tell

    def take(self, announcement: Match[str]) -> Sequence[str] | None:
        lines = super().take(announcement)
        self._tell(lines or ())
        return lines


class _Change:
    """One visit to configuration mode."""

    def __init__(
        self,
        session: CliSession,
        config: ConfigMode,
        home: str,
        on_line: Callable[[str], None] | None,
    ) -> None:
        self._session = session
        self._config = config
        self._home = home
        self._on_line = on_line
        self._sent = 0
        self._seen = 0

    def run(self, lines: Sequence[str]) -> Sequence[Reply]:
        """Whatever stops it in the middle, nobody goes on from there: what was typed may stand
        in a candidate, and the next change would commit it."""
        try:
            replies = self._type_all(lines)
            move(self._session, self._home, *self._answers())
        except ConnectionFailed as error:
            error.sent, error.seen = self._sent, self._seen
            raise
        except BaseException as error:
            if self._session.mode != self._home or not isinstance(error, CommandFailed):
                self._session.spoil()
                error.add_note(f"{self._sent} lines were sent, {self._seen} of them answered")
            raise
        return replies

    def _type_all(self, lines: Sequence[str]) -> Sequence[Reply]:
        replies: list[Reply] = []
        try:
            while len(replies) < len(lines):
                self._type(lines[len(replies) :], replies)
            if self._config.commit is not None:
                patience = self._session.target.timeouts.command
                self._type([self._config.commit], replies, idle=patience)
        except CommandFailed as error:
            raise self._explained(error, clean=self._give_up()) from error
        return replies

    def _type(
        self, lines: Sequence[str], replies: list[Reply], *, idle: float | None = None
    ) -> None:
        """Types the first of `lines`, and those after it that turn out to be its free text."""
        line = lines[0]
        if self._on_line is not None:
            self._on_line(line)
        goals = frozenset((self._config.mode,))
        self._sent += 1
        text = _Announced(lines[1:], self._announce)
        typed = Typed(line, goals, self._answers(), free_text=text)
        reply = self._session.type_line(typed, idle=idle)
        self._seen = self._sent
        replies.append(reply)
        replies += (Reply(more, reply.prompt, "") for more in lines[1 : 1 + text.taken])
        error = reply.error
        if error is None and not text.taken:
            # A short answer as a rule, and every line of it is about this one.
            error = error_in(self._session.platform, reply.text or "")
        if error is not None:
            raise CommandFailed(f"the device refused `{line}`: {error}")

    def _announce(self, lines: Sequence[str]) -> None:
        for line in lines:
            if self._on_line is not None:
                self._on_line(line)
        self._sent += len(lines)

    def _give_up(self) -> bool:
        """Throws away what can be thrown away, and leaves the mode; whether that worked.

        A session where it did not is spoilt.
        """
        clean = False
        if not self._session.dirty:
            with contextlib.suppress(PlayrunError):
                clean = self._abort()
                move(self._session, self._home, *self._answers())
        clean = clean and self._session.mode == self._home
        if not clean:
            self._session.spoil()
        return clean

    def _abort(self) -> bool:
        if self._config.abort is None:
            return True
        typed = Typed(self._config.abort, expected=self._answers())
        return self._session.type_line(typed).error is None

    def _answers(self) -> list[Expected]:
        return from_questions(rules_for(self._session.platform).questions("config"))

    def _explained(self, error: CommandFailed, *, clean: bool) -> CommandFailed:
        state = self._state(clean)
        if error.hint is not None:
            state = f"{state}; {error.hint}"
        return type(error)(f"line {self._sent}: {error.message}", hint=state)

    def _state(self, clean: bool) -> str:
        """What the device holds now of what was typed."""
        before = self._sent - 1
        if self._config.commit is not None:
            if clean:
                return "nothing was committed"
            return (
                "nothing was committed, but what was typed could not be thrown away and may"
                " still stand in the candidate: look there before the next commit"
            )
        if before < 1:
            return "nothing before it was sent"
        return (
            f"the {before} lines before it are active"
            if before > 1
            else ("the line before it is active")
        )
