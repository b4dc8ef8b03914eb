"""What most command lines do: log out, enable, ask, restart."""

from __future__ import annotations

from collections.abc import Mapping

from runner.lab.grammar import Match, Mismatch
from runner.lab.profile import Behaviour
from runner.lab.session import HangUp, Place, Session, Verb
from runner.lab.tables import rows

_ENABLE_TRIES = 3


async def logout(_session: Session, _: Match[Behaviour]) -> None:
    """Ends the session."""
    raise HangUp


async def enter(session: Session, match: Match[Behaviour]) -> None:
    """Goes to `mode`, forgetting where one was."""
    session.places = [Place(match.value.options["mode"])]
    session.terminal.write(session.say(match.value.text, match.args))


async def enable(session: Session, _: Match[Behaviour]) -> None:
    """Asks for the enable password, if there is one."""
    wanted = session.device.spec.credentials.enable
    for _try in range(_ENABLE_TRIES if wanted else 0):
        given = await session.ask("Password: ", echo=False)
        if given == wanted:
            break
    else:
        if wanted:
            session.terminal.write("% Bad secrets\n\n")
            return
    session.places = [Place(session.profile.privileged)]


async def page_length(session: Session, match: Match[Behaviour]) -> None:
    """Sets the lines of a page; `length` fixes it (0 is off)."""
    if session.device.spec.misbehaviour.paging_forced:
        return
    asked = match.value.options.get("length") or match.args.get("NUMBER", "0")
    session.page = min(int(asked[:6]), 100_000)
    session.terminal.write(session.say(match.value.text, match.args))


async def ask(session: Session, match: Match[Behaviour]) -> None:
    """Asks `question`; any other answer than the accepted ones ends the command.

    `key`: a single key is the answer, and Enter and y are yes. `then`: the command that
    a yes stands for.
    """
    options = match.value.options
    question = session.say(options["question"], match.args)
    if "key" in options:
        agreed = (await session.ask_key(question)) in "\r\nyY"
    else:
        answer = (await session.ask(question)).strip().lower()
        agreed = answer in options.get("accept", "y|yes").split("|")
    if not agreed:
        session.terminal.write(session.say(options.get("no", "")))
    elif "then" in options:
        session.terminal.write(session.say(match.value.text, match.args))
        await session.execute(options["then"])
    else:
        await session.output(session.say(match.value.text, match.args))


async def restart(session: Session, match: Match[Behaviour]) -> None:
    """Asks, then restarts the device: unsaved changes are gone, the connection breaks."""
    options = match.value.options
    question = session.say(options["question"])
    if "accept" in options:
        agreed = (await session.ask(question)).strip().lower() in options["accept"].split("|")
    else:
        agreed = (await session.ask_key(question)) in "\r\nyY"
    if not agreed:
        session.terminal.write(session.say(options.get("no", "")))
        return
    session.terminal.write(session.say(match.value.text))
    await session.terminal.flush()
    session.device.restart()
    raise HangUp


async def show_row(session: Session, match: Match[Behaviour]) -> None:
    """What `table` says of the interface that was named; `none`, if there is no such thing."""
    options = match.value.options
    name = match.args.get("INTERFACE", match.args.get("NAME", ""))
    shape = session.profile.tables[options["table"]]
    text = "".join(rows(shape, session.device.store, name))
    if text:
        await session.output(session.say(options.get("head", "")) + text)
    elif "none" in options:
        await session.output(session.say(options["none"], match.args))
    else:
        word = session.line.partition("|")[0].split()[-1]
        session.terminal.write(session.complaint(Mismatch("invalid", 0, word)))


async def technical(session: Session, _: Match[Behaviour]) -> None:
    """A long output, for those who ask for everything."""
    await session.output(session.device.store.text())
    await session.flood(200_000)


GENERAL_VERBS: Mapping[str, Verb] = {
    "logout": logout,
    "enter": enter,
    "enable": enable,
    "page_length": page_length,
    "ask": ask,
    "reload": restart,
    "show_row": show_row,
    "technical": technical,
}
