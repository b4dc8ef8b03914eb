"""A shell, as far as anybody asks one: privileges, a working directory, an exit code."""

from __future__ import annotations

import re
from collections.abc import Mapping

from runner.lab.grammar import Match
from runner.lab.profile import Behaviour
from runner.lab.session import HangUp, Place, Session, Verb

_TRIES = 3
_SUDO = re.compile(r"(sudo\s+)+")


async def sudo(session: Session, match: Match[Behaviour]) -> None:
    """Becomes root, or carries out one command as root; asks for the user's password."""
    if session.place.mode != session.profile.privileged and not await _allowed(session):
        session.terminal.write("sudo: 3 incorrect password attempts\n")
        return
    if "REST" not in match.args:
        session.places.append(Place(session.profile.privileged))
        return
    session.places.append(Place(session.profile.privileged))
    try:
        await session.execute(_SUDO.sub("", match.args["REST"]))
    finally:
        del session.places[-1]


async def _allowed(session: Session) -> bool:
    right = session.device.spec.credentials
    for _ in range(_TRIES):
        given = await session.ask(session.say("[sudo] password for {user}: "), echo=False)
        if given in (right.password, right.enable):
            return True
        session.terminal.write("Sorry, try again.\n")
    return False


async def exit_shell(session: Session, _: Match[Behaviour]) -> None:
    """Back to the user one was, or out."""
    session.terminal.write("logout\n")
    if len(session.places) == 1:
        raise HangUp
    session.places.pop()


async def echo(session: Session, match: Match[Behaviour]) -> None:
    """Prints its words."""
    text = match.args.get("REST", "").replace("$?", "0").strip("\"'")
    await session.output(text + "\n")


SHELL_VERBS: Mapping[str, Verb] = {"sudo": sudo, "exit_shell": exit_shell, "echo": echo}
