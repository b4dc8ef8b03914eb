"""Which questions of keyboard-interactive may be answered, and with what."""

from __future__ import annotations

import re
from collections.abc import Sequence

from runner.platforms.model import Platform

_PASSWORD = re.compile(r"pass\s?word|passwort|kennwort|mot de passe|contraseña|пароль|密码", re.I)
_OF_A_TOKEN = re.compile(
    r"one.?time|\botp\b|\btokens?\b|verification|\bcodes?\b|pass\s?codes?|challenge"
    r"|authenticator|\bduo\b|second factor",
    re.I,
)
"""In instructions, which may well speak of new and expired passwords without asking for one."""
_NOT_THE_PASSWORD = re.compile(
    r"one.?time|\botp\b|token|verification|\bcode\b|pass\s?code|challenge|response"
    r"|\bnew\b|change|retype|again|confirm|expire",
    re.I,
)


class UnanswerableError(Exception):
    """The device asks for something that was not configured; nothing was sent.

    `asked` is all that it asked, as it came.
    """

    def __init__(self, shown: str, asked: str = "") -> None:
        super().__init__(shown)
        self.asked = asked


class Answers:
    """Answers the rounds of one keyboard-interactive login.

    The password is given once, and only to a prompt that stands alone, does not echo and
    asks for a password; never to one that speaks of a code, a token or a new password.
    Several prompts at once are not answered at all: one of them would get a guess. Other
    single prompts get what the platform declares for its login, if anything.
    """

    def __init__(self, password: str, platform: Platform | None) -> None:
        self._password = password
        self._platform = platform
        self.password_sent = False

    def __call__(self, prompts: Sequence[tuple[str, bool]], instructions: str = "") -> list[str]:
        """The answers to one round of (text, echoed) prompts. Raises UnanswerableError.

        `instructions` that speak of something else than the password make every prompt of
        the round a question for that.
        """
        if not prompts:
            return []
        if _OF_A_TOKEN.search(instructions):
            raise UnanswerableError(f"{instructions.strip()[:80]!r}: {_shown(prompts)}")
        if len(prompts) == 1:
            text, echoed = prompts[0]
            if self._is_password(text, echoed):
                self.password_sent = True
                return [self._password]
            declared = self._declared(text)
            if declared is not None:
                return [declared]
        asked = "\n".join(text for text, _ in prompts)
        raise UnanswerableError(_shown(prompts), f"{instructions}\n{asked}")

    def _is_password(self, text: str, echoed: bool) -> bool:
        if self.password_sent or echoed or _NOT_THE_PASSWORD.search(text):
            return False
        return bool(_PASSWORD.search(text) or self._platform_asks(text))

    def _platform_asks(self, text: str) -> bool:
        return bool(self._platform and self._platform.login.password.search(text))

    def _declared(self, text: str) -> str | None:
        for question in self._platform.questions if self._platform else ():
            if question.phase == "login" and question.pattern.search(text):
                return question.answer
        return None


def _shown(prompts: Sequence[tuple[str, bool]]) -> str:
    return ", ".join(repr(text.strip()[:80]) for text, _ in prompts[:4])
