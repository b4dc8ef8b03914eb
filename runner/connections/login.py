"""The login dialogue: from the first byte to a line that looks like a prompt.

Serves Telnet and consoles, and what an SSH server's device still asks after authentication.
A credential is typed once, only at a question for it, and never again after a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from re import Pattern
from typing import NamedTuple

from runner.connections.api import Target
from runner.connections.exchange import untypeable
from runner.connections.expired import has_expired, wants_another_password
from runner.connections.lockout import CHECK_LOGIN, NothingSent
from runner.connections.reader import Limits, Reader
from runner.connections.sight import LONGEST_PROMPT, Kind, Rules, Sighting, found
from runner.connections.stream import Closed, Silence
from runner.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    ConnectionLost,
    PromptTimeout,
    Unreachable,
)
from runner.platforms.model import Pager, Question
from runner.values import MASK, Secret

_PROMPT_SETTLE = 0.02
"""After authentication a line that fits a prompt is taken soon: the echo of the first line
typed there proves it, or shows that it was none."""
_EARLY_PROMPT_SETTLE = 1.0
"""Before any credential was asked for, a prompt is rare (a console left logged in)."""
_WOKEN_SETTLE = 0.5
"""After Enter the question may come twice; the last one counts."""
_QUESTION_SETTLE = 1.0
_SENTENCE_SETTLE = 2.0
"""Words like `password:` also end sentences of greetings, and the network cuts them there: a
password is typed at what may be one only if nothing more comes."""
_SILENCE = 3.0
_MOST_WAKES = 3
_MOST_PAGES = 3
_KEPT = 8_192
_HALF_A_USER = re.compile(r"\S{0,6}(?:ername|ogin|gin)\s*:", re.IGNORECASE)
_HALF_A_PASSWORD = re.compile(r"\S{0,6}(?:word|ord)\s*:", re.IGNORECASE)
"""What is left of the questions when their first letters were lost."""
_LIKE_A_REFUSAL = re.compile(
    r"\b(?:try again|denied|refused|reject\w*|fail(?:ed|ure|s)?|invalid|incorrect|wrong|bad"
    r"|unknown user|no such user|not (?:valid|allowed|authori[sz]ed|recogni[sz]ed))\b",
    re.IGNORECASE,
)
"""Refusals in the words of whatever stands in front of the device."""


class Credential(NamedTuple):
    """A user name and a password for one of the logins on the way."""

    user: str | None
    password: Secret | None
    whose: str


def credentials(target: Target) -> tuple[Credential, ...]:
    """The logins to expect, in order: a terminal server's first, where one is set."""
    own = Credential(target.user, target.password, "user")
    if target.console_user is None and target.console_password is None:
        return (own,)
    return (Credential(target.console_user, target.console_password, "console user"), own)


class Login:
    """One login. `run` ends at a line that fits one of the platform's prompts."""

    def __init__(
        self,
        reader: Reader,
        target: Target,
        rules: Rules,
        logins: Sequence[Credential],
        newline: str,
        authenticated: bool,
        permit: Callable[[], None],
    ) -> None:
        """`permit` is called before the first credential is typed; it may take its time, which
        counts as nothing, and raise."""
        self._reader = reader
        self._stream = reader.stream
        self._rules = rules
        self._dialogue = rules.platform.login
        self._target = target
        self._logins = list(logins)
        self._newline = newline
        self._where = f"{target.host} ({reader.stream.name})"
        self._text = ""
        self._heard = False
        self.deadline = 0.0
        """When the login must be over (clock time)."""
        self.password_typed = False
        self._permit: Callable[[], None] | None = permit
        self._authenticated = authenticated
        self._asked = authenticated
        self._wakes = 0
        self._pages = 0
        self._user_question: str | None = None
        """The question for a user name that was answered last."""
        self._password_sent = False
        self._quiet_at = -1

    def run(self, deadline: float) -> str:
        """The prompt's line, without trailing blanks.

        Raises AuthenticationFailed, Unreachable (closed or silent before anything was
        asked), PromptTimeout, ConnectionLost.
        """
        self.deadline = deadline
        while True:
            try:
                limits = Limits(_SILENCE, self.deadline)
                seen = self._reader.until(self._look, limits, self._take)
            except Silence:
                self._silence()
            except Closed:
                raise self._closed() from None
            else:
                if seen.kind is Kind.PROMPT:
                    return seen.line
                self._act(seen)

    def _take(self, text: str) -> None:
        self._text = (self._text + text)[-_KEPT:]

    def _look(self, line: str) -> Sighting | None:
        shown = line.rstrip(" \t")
        if self._reader.screen.ended == self._quiet_at:
            return None
        if not shown:
            return self._wake()
        self._heard = True
        if len(shown) > LONGEST_PROMPT:
            return None
        return (
            self._login_question(shown)
            or self._asked_for(Kind.USER, shown)
            or self._asked_for(Kind.PASSWORD, shown)
            or self._other(shown)
        )

    def _login_question(self, shown: str) -> Sighting | None:
        for question in self._rules.questions("login"):
            if question.pattern.search(shown):
                return Sighting(Kind.ANSWERABLE, shown, self._reader.settle, question)
        return None

    def _asked_for(self, kind: Kind, shown: str) -> Sighting | None:
        user = kind is Kind.USER
        pattern = self._dialogue.user if user else self._dialogue.password
        rest = _HALF_A_USER if user else _HALF_A_PASSWORD
        match = pattern.search(shown)
        if match is None:
            if self._password_sent or rest.fullmatch(shown) is None:
                return None
            if not user and self._authenticated:
                return self._doubtful_password(shown, whole=True)
            return Sighting(kind, shown, max(_WOKEN_SETTLE, self._reader.settle))
        # `r1 login:` is as good as `login:`, but `Last login:` is the start of a greeting.
        before = shown[: match.start()].split()
        whole = len(before) <= 1 and before != ["Last"] and match.end() >= len(shown)
        if not user and (self._authenticated or not whole):
            return self._doubtful_password(shown, whole)
        if self._wakes:
            return Sighting(kind, shown, max(_WOKEN_SETTLE, self._reader.settle))
        return Sighting(kind, shown, 0.0 if whole else self._reader.settle)

    def _doubtful_password(self, shown: str, whole: bool) -> Sighting:
        """Who has authenticated us has no use for the password: only a line that is a question
        for it and nothing else, of a login of the device's own, gets it once more."""
        if self._authenticated and not whole:
            return Sighting(Kind.QUESTION, shown, _SENTENCE_SETTLE)
        return Sighting(Kind.PASSWORD, shown, _SENTENCE_SETTLE)

    def _other(self, shown: str) -> Sighting | None:
        if self._rules.mode(shown) is not None:
            settle = _PROMPT_SETTLE if self._asked else _EARLY_PROMPT_SETTLE
            return Sighting(Kind.PROMPT, shown, settle)
        pager = self._rules.pager(shown)
        if pager is not None:
            return Sighting(Kind.PAGER, shown, self._reader.settle, pager[0])
        wake = self._wake()
        if wake is not None:
            return wake
        if self._rules.asks(shown):
            return Sighting(Kind.QUESTION, shown, _QUESTION_SETTLE)
        return None

    def _wake(self) -> Sighting | None:
        """`Press RETURN to get started`, on the current line or above it."""
        if not self._dialogue.wake or self._wakes >= _MOST_WAKES:
            return None
        if found(self._dialogue.wake, self._text + self._reader.screen.line):
            return Sighting(Kind.WAKE, "", self._reader.settle)
        return None

    def _act(self, seen: Sighting) -> None:
        if seen.kind is Kind.USER:
            self._give_user(seen.line.strip())
        elif seen.kind is Kind.PASSWORD:
            self._give_password()
        elif isinstance(seen.what, Question):
            newline = self._newline if seen.what.newline else ""
            self._type(seen.what.answer + newline)
        elif isinstance(seen.what, Pager):
            self._turn_page(seen.what)
        elif seen.kind is Kind.WAKE:
            self._press_enter()
        else:
            self._refuse_a_change()
            raise PromptTimeout(
                f"{self._where} asks {seen.line!r} at login",
                hint="the platform declares no answer to it; log in once by hand",
            )

    def _type(self, text: str, *, secret: bool = False) -> None:
        self._reader.asked()
        self._quiet_at = self._reader.screen.ended
        self._text = ""
        self._stream.type(text, secret=secret)

    def _press_enter(self) -> None:
        self._wakes += 1
        self._type(self._newline)
        if not self._reader.screen.line.strip():
            self._quiet_at = -1

    def _turn_page(self, pager: Pager) -> None:
        """A greeting is short; a console left in somebody's pager is not read to its end."""
        self._pages += 1
        column = self._rules.pager(self._reader.screen.line)
        if column is not None:
            self._reader.screen.blank_from(column[1])
        self._stream.type(pager.key if self._pages <= _MOST_PAGES else pager.quit)

    def _give_user(self, question: str) -> None:
        if self._password_sent:
            self._next_login(question)
        elif self._user_question is not None:
            raise self._refusal("asks for the user name again")
        self._user_question = question
        user = self._logins[0].user
        if user is None:
            raise NothingSent(
                f"{self._where} asks for a user name and none is set",
                hint=f"set the {self._logins[0].whose}",
            )
        self._asked = True
        self._type_credential(user)

    def _give_password(self) -> None:
        self._refuse_a_change()
        if self._password_sent:
            self._next_login("")
        password = self._logins[0].password
        if password is None:
            raise NothingSent(
                f"{self._where} asks for a password and none is set",
                hint=f"set the password of the {self._logins[0].whose}",
            )
        self._password_sent = True
        self._asked = True
        self._type_credential(password.reveal(), secret=True)
        self.password_typed = True

    def _refuse_a_change(self) -> None:
        """Where we are known already, a password is asked for so that it can be changed."""
        known = self._authenticated or self._password_sent
        if known and wants_another_password(self._text + self._reader.screen.line):
            raise has_expired(self._where, self._logins[0].user)

    def _type_credential(self, text: str, *, secret: bool = False) -> None:
        if untypeable(text) is not None:
            raise NothingSent(f"a credential for {self._where} holds a control character")
        if self._permit is not None:
            began = self._reader.clock.now()
            self._permit()
            self._permit = None
            self.deadline += self._reader.clock.now() - began
        self._type(text + self._newline, secret=secret)

    def _next_login(self, question: str) -> None:
        """The next credential, after a login of another device on the way succeeded.

        `question`: for a user name; the very one of before, with a host's name in it, is
        asked by the device that has just refused.
        """
        same = question == self._user_question and len(question.split()) > 1
        if len(self._logins) == 1 or same or self._refused() or self._like_a_refusal():
            raise self._refusal("asks again after the password was sent")
        del self._logins[0]
        self._password_sent = False

    def _like_a_refusal(self) -> bool:
        return _LIKE_A_REFUSAL.search(self._text) is not None

    def _refused(self) -> bool:
        return found(self._dialogue.failed, self._text + self._reader.screen.line)

    def _refusal(self, otherwise: str) -> AuthenticationFailed:
        words = self._words(self._dialogue.failed)
        user = self._logins[0].user
        who = f" for {self._logins[0].whose} {user!r}" if user else ""
        message = f"{self._where} refused the login{who}: {words or otherwise}"
        return AuthenticationFailed(message, hint=CHECK_LOGIN)

    def _words(self, patterns: Sequence[Pattern[str]]) -> str | None:
        """The device's own line that one of `patterns` occurs in."""
        lines = self._scrubbed(self._text + self._reader.screen.line).split("\n")
        return next((line.strip() for line in lines if found(patterns, line)), None)

    def _busy(self) -> bool:
        return self._words(self._dialogue.refused) is not None

    def _scrubbed(self, text: str) -> str:
        """`text` for a message: a device may echo what it should not."""
        password = self._logins[0].password
        return text.replace(password.reveal(), MASK) if password else text

    def _silence(self) -> None:
        """Nothing known and nothing new for a while: what helps depends on what stands there."""
        line = self._reader.screen.line.strip()
        if self._reader.clock.now() >= self.deadline:
            raise self._too_late(line)
        if self._password_sent and self._refused():
            raise self._refusal("")
        waiting = self._reader.screen.ended == self._quiet_at
        if waiting or self._wakes >= _MOST_WAKES:
            return
        if not line:
            if self._nothing_given():
                self._press_enter()
        elif self._half_typed(line):
            self._wakes += 1
            self._stream.type(self._rules.platform.interrupt)
        elif self._ends_like_prompt(line):
            self._press_enter()

    def _nothing_given(self) -> bool:
        """Whether Enter cannot be taken for an answer: no login has begun, or the one to a
        terminal server is over and the console behind it is silent."""
        if self._password_sent:
            return len(self._logins) > 1
        return self._user_question is None

    def _half_typed(self, line: str) -> bool:
        """A prompt with something behind it: somebody's unfinished line. Enter would run it."""
        return any(
            self._rules.is_prompt(line[:end]) and line[end:].strip()
            for end in range(1, min(len(line), LONGEST_PROMPT))
        )

    def _ends_like_prompt(self, line: str) -> bool:
        """A prompt right behind a greeting that did not end its line."""
        start = max(0, len(line) - LONGEST_PROMPT)
        return any(self._rules.is_prompt(line[at:]) for at in range(start, len(line)))

    def _too_late(self, line: str) -> ConnectionFailed:
        seconds = f"{self._target.timeouts.login:g} s"
        if not self._heard and not self._text.strip():
            return Unreachable(
                f"{self._where} accepts the connection but says nothing for {seconds}"
            )
        if self._password_sent:
            what = f"no prompt within {seconds} after the password"
        else:
            what = f"no login question and no prompt within {seconds}"
        last = line or self._text.rstrip().rpartition("\n")[2].strip()
        last = self._scrubbed(last)
        return PromptTimeout(
            f"{self._where}: {what}; the last line is {last[-200:]!r}",
            hint="is the platform right? `login` timeout long enough?",
        )

    def _closed(self) -> ConnectionFailed:
        last = self._scrubbed(self._text + self._reader.screen.line).strip()
        last = last.rpartition("\n")[2].strip()
        said = f", saying {last[-200:]!r}" if last else ""
        if self._authenticated and not self._password_sent and not self._busy():
            return ConnectionLost(f"{self._where} closed the connection before any prompt{said}")
        if not self._password_sent or self._busy():
            return Unreachable(f"{self._where} closed the connection before login{said}")
        return self._refusal(f"closed the connection after the password{said}")
