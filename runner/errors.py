"""Everything that can go wrong, as one tree.

PlayrunError                 what happened, where, and what to do about it
├── LoadError                a file or flag of the user's is wrong (exit 1, nothing connected)
│   └── NotSupported         a task wants an action of Ansible's that is missing here
├── PlanError                the files are right, but this play cannot be run so (exit 1)
├── Problems                 several LoadErrors and PlanErrors found at once
├── TaskError                a task failed on a host
│   ├── CommandFailed        the device answered with one of its error messages
│   │   └── QuestionAsked    it asked what nobody declared an answer to
│   ├── RenderError          a template failed: undefined variable, bad filter, bad syntax
│   ├── AssertionFailed      `assert` did not hold
│   └── ActionFailed         any other failure of an action
└── ConnectionFailed         the device could not be reached, or was lost
    ├── Unreachable          refused, no route, no such name, timeout before login
    ├── AuthenticationFailed the device refused the credential
    ├── NotTried             the credential was refused elsewhere too often (lockout breaker)
    ├── HostKeyMismatch      the key is unknown (strict), changed or revoked
    ├── NegotiationFailed    no common algorithm; the message names it
    ├── PromptTimeout        the device said nothing that ends a command in time
    └── ConnectionLost       the connection broke in the middle
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from runner.values import Origin


class PlayrunError(Exception):
    """What happened (`message`), where (`origin`), and what to do (`hint`)."""

    kind: ClassVar[str] = "error"
    about: str = ""
    """The kind of word that is unknown: `action`, `keyword`, `argument`, `filter`, `test`,
    `lookup`, `connection`; empty for every other mistake."""

    def __init__(
        self, message: str, *, origin: Origin | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.origin = origin
        self.hint = hint

    def __str__(self) -> str:
        where = f"{self.origin}: " if self.origin else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{self.message}{hint}"

    def hide(self, mask: Callable[[str], str]) -> None:
        """Takes out of it what nobody may see."""
        self.message = mask(self.message)
        self.hint = self.hint and mask(self.hint)
        self.args = (self.message,)


class LoadError(PlayrunError):
    """A file or flag of the user's is wrong. `excerpt` is the offending line, if known."""

    kind = "load"

    def __init__(
        self,
        message: str,
        *,
        origin: Origin | None = None,
        hint: str | None = None,
        excerpt: str | None = None,
    ) -> None:
        super().__init__(message, origin=origin, hint=hint)
        self.excerpt = excerpt

    def hide(self, mask: Callable[[str], str]) -> None:
        """Takes out of it what nobody may see, out of its line too."""
        super().hide(mask)
        self.excerpt = self.excerpt and mask(self.excerpt)


class NotSupported(LoadError):
    """A task wants an action that Ansible has and playrun has not. It is no mistake where no
    host would run the task."""


class PlanError(PlayrunError):
    """The files are well formed, but what they ask for cannot be run."""

    kind = "plan"


class Problems(PlayrunError):
    """Several problems found before anything ran."""

    kind = "problems"

    def __init__(self, problems: Iterable[PlayrunError]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def hide(self, mask: Callable[[str], str]) -> None:
        """Takes out of all of them what nobody may see."""
        for problem in self.problems:
            problem.hide(mask)
        super().hide(mask)


class TaskError(PlayrunError):
    """A task failed on a host."""

    kind = "failed"


class CommandFailed(TaskError):
    """The device answered a command with one of its platform's error messages."""

    kind = "command"


class QuestionAsked(CommandFailed):
    """The device asked a question that nobody declared an answer to; it was not answered."""

    kind = "question"


class RenderError(TaskError):
    """A template could not be rendered."""

    kind = "render"


class NotTrueOrFalse(RenderError):
    """A condition gave something else; `elements` are its elements where it is a list."""

    def __init__(
        self,
        message: str,
        *,
        origin: Origin | None = None,
        hint: str | None = None,
        elements: list[Any] | None = None,
    ) -> None:
        super().__init__(message, origin=origin, hint=hint)
        self.elements = elements


class AssertionFailed(TaskError):
    """A condition of `assert` did not hold."""

    kind = "assert"


class ActionFailed(TaskError):
    """An action failed for a reason of its own."""

    kind = "action"


class NotBegun(ActionFailed):
    """An action could not begin: something is wrong with what it was given, or not there.

    What a task says of its result (`failed_when`, `until`) is not asked then: there is none.
    """


class ConnectionFailed(PlayrunError):
    """The device could not be reached, or was lost.

    When it was lost in the middle of a change: `sent` counts the changing lines that were
    sent, `seen` those the device answered before.
    """

    kind = "connection"
    sent: int | None = None
    seen: int | None = None


class Unreachable(ConnectionFailed):
    """Refused, no route, no such name, or silent before login."""

    kind = "unreachable"


class AuthenticationFailed(ConnectionFailed):
    """The device refused the credential. Never retried with the same credential."""

    kind = "authentication"


class NotTried(ConnectionFailed):
    """The credential has failed too often in this run; it was not sent to this host."""

    kind = "not_tried"


class HostKeyMismatch(ConnectionFailed):
    """The host key is unknown (under `strict`), changed or revoked. Nothing was sent."""

    kind = "host_key"


class NegotiationFailed(ConnectionFailed):
    """Client and device share no algorithm; the message names what the device offers."""

    kind = "negotiation"


class PromptTimeout(ConnectionFailed):
    """No prompt came in time; the message ends with the last bytes, escaped."""

    kind = "timeout"


class ConnectionLost(ConnectionFailed):
    """The connection broke while a command was running."""

    kind = "lost"


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known word most like `word`, for "did you mean"; None if none is close.

    `cutoff`: how alike they must be at least, from 0 to 1.
    """
    import difflib  # for those who made a mistake

    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=cutoff)
    return matches[0] if matches else None
