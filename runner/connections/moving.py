"""From one mode of a command line to another, along the tree that the platform describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.connections.api import Reply
from runner.connections.exchange import Expected, Typed
from runner.connections.lockout import NothingSent, become_key
from runner.errors import AuthenticationFailed, CommandFailed
from runner.platforms.model import Mode, Platform

if TYPE_CHECKING:
    from runner.connections.session import CliSession

_MOST_STEPS = 12


class BecomeRefused(AuthenticationFailed):
    """The password of a mode was refused."""


def move(session: CliSession, goal: str, *extra: Expected) -> None:
    """Brings `session` to mode `goal`; `extra` are answers to questions on the way.

    Raises CommandFailed and AuthenticationFailed.
    """
    for _ in range(_MOST_STEPS):
        if session.mode == goal:
            return
        step = _next_step(session.platform, session.mode, goal)
        if step is None:
            raise CommandFailed(
                f"the device is in mode {session.mode}, prompt {session.prompt!r}:"
                f" there is no known way from there to {goal}"
            )
        _take_step(session, *step, extra)
    raise CommandFailed(f"mode {goal} was not reached; the prompt is {session.prompt!r}")


def _lineage(platform: Platform, name: str) -> list[str]:
    """`name`, its parent, and so on."""
    names: list[str] = []
    current: str | None = name
    while current is not None and current not in names:
        names.append(current)
        current = platform.modes[current].parent
    return names


def _next_step(platform: Platform, here: str, goal: str) -> tuple[str, Mode, Mode] | None:
    """The line to type, the mode it leads to, and the mode whose line it is."""
    up, down = _lineage(platform, here), _lineage(platform, goal)
    if here in down:
        below = platform.modes[down[down.index(here) - 1]]
        return None if below.enter is None else (below.enter, below, below)
    mode = platform.modes[here]
    if mode.leave is None or mode.parent is None or not set(up) & set(down):
        return None
    return mode.leave, platform.modes[mode.parent], mode


def _take_step(
    session: CliSession, line: str, goal: Mode, owner: Mode, extra: tuple[Expected, ...]
) -> None:
    before = session.prompt
    password = _password(session, owner) if owner.enter == line else []
    typed = Typed(line, frozenset((goal.name,)), (*password, *extra))
    if password:
        reply = _type_password(session, typed, owner, password)
    else:
        reply = _type(session, typed, owner, password)
    if session.mode != goal.name and (session.prompt == before or reply.error):
        raise _refused(reply)


def _type_password(
    session: CliSession, typed: Typed, owner: Mode, password: list[Expected]
) -> Reply:
    """A line that may lead to a password question: the lockout breaker decides whether it is
    typed, since enabling locks accounts as logging in does."""
    with session.trying(become_key(session.target)) as attempt:
        reply = _type(session, typed, owner, password)
        attempt.tested = _sent(password)
        if _sent(password) and session.mode != owner.name:
            raise _password_refused(session, owner, _words(reply))
    return reply


def _type(session: CliSession, typed: Typed, owner: Mode, password: list[Expected]) -> Reply:
    try:
        return session.type_line(typed)
    except CommandFailed as error:
        raise _about_password(session, owner, password) or error from error


def _password(session: CliSession, mode: Mode) -> list[Expected]:
    """What entering `mode` may ask for: the password once, and a user name before it."""
    target, login = session.target, session.platform.login
    if mode.password is None or target.become_password is None:
        return []
    secret = target.become_password.reveal()
    wanted = [Expected(mode.password, secret, secret=True, left=1, sure=True)]
    user = target.become_user or target.user
    if user is not None:
        wanted.append(Expected(login.user, user, left=1, sure=True))
    return wanted


def _sent(password: list[Expected]) -> bool:
    """Whether the password was typed."""
    return any(expected.secret and expected.left < 1 for expected in password)


def _about_password(
    session: CliSession, mode: Mode, password: list[Expected]
) -> AuthenticationFailed | None:
    """A question that stopped the way into `mode` was most likely for the password."""
    if mode.password is None or (password and not _sent(password)):
        return None
    if password:
        return _password_refused(session, mode, "")
    return NothingSent(
        f"{session.where} asks for a password for mode {mode.name} and none is set",
        hint="set ansible_become_password (become_password)",
    )


def _password_refused(session: CliSession, mode: Mode, said: str) -> BecomeRefused:
    return BecomeRefused(
        f"{session.where} refused the password for mode {mode.name}{said}",
        hint="is `ansible_become_password` right? -K asks for another",
    )


def _refused(reply: Reply) -> CommandFailed:
    return CommandFailed(f"`{reply.command}` did not change the mode{_words(reply)}")


def _words(reply: Reply) -> str:
    """What the device gave as a reason, for the end of a message."""
    words = reply.error or (reply.text or "").strip().rpartition("\n")[2].strip()
    return f": {words}" if words else ""
