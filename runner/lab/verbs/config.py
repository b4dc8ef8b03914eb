"""Configuration modes whose lines take effect as they are typed."""

from __future__ import annotations

from collections.abc import Mapping

from runner.lab.configs.indented import Change, IndentedStore
from runner.lab.grammar import Match, Mismatch
from runner.lab.profile import Behaviour, Effect
from runner.lab.session import HangUp, Place, Session, Verb
from runner.lab.verbs.candidate import pending

_MAX_BANNER = 64 * 1024


async def configure(session: Session, match: Match[Behaviour]) -> None:
    """Enters the configuration mode `mode`."""
    session.terminal.write(session.say(match.value.text, match.args))
    session.work.clear()
    session.places = [session.places[0], Place(match.value.options["mode"])]


async def leave(session: Session, _: Match[Behaviour]) -> None:
    """Goes one mode up; from the first one, hangs up."""
    if len(session.places) == 1:
        raise HangUp
    session.places.pop()


async def top(session: Session, _: Match[Behaviour]) -> None:
    """Leaves configuration altogether."""
    del session.places[1:]


async def from_exec(session: Session, match: Match[Behaviour]) -> None:
    """`do show clock`: carries out a command of the mode one came from."""
    places = session.places
    session.places = places[:1]
    try:
        await session.execute(match.args["REST"])
    finally:
        session.places = [session.places[0], *places[1:]]


async def save(session: Session, match: Match[Behaviour]) -> None:
    """Makes the running configuration the one that survives a restart."""
    session.device.store.save()
    session.terminal.write(session.say(match.value.text, match.args))


async def show_section(session: Session, match: Match[Behaviour]) -> None:
    """One section of the running configuration, between `text` and `end`; `none` if none."""
    options = match.value.options
    section = session.device.store.section(session.say(options["section"], match.args))
    section = section or options.get("none", "")
    await session.output(session.say(match.value.text) + section + options.get("end", ""))


async def config_line(session: Session, match: Match[Behaviour]) -> None:
    """A line of configuration, read in this mode or, failing that, in the ones above it."""
    negate = session.profile.configuration.style.negate + " "
    line = match.line
    gone = line.startswith(negate)
    text = line[len(negate) :].lstrip() if gone else line
    first: Mismatch | None = None
    for depth in range(len(session.places), 1, -1):
        place = session.places[depth - 1]
        found = session.profile.lines[place.mode].match(text)
        if isinstance(found, Mismatch):
            if gone and found.fault == "incomplete":
                found = Match(Effect(), found.read, {})
            else:
                first = first or found
                continue
        del session.places[depth:]
        apply_line(session, found, gone=gone)
        return
    assert first is not None
    offset = len(line) - len(text)
    session.terminal.write(
        session.complaint(Mismatch(first.fault, first.column + offset, first.word))
    )


def apply_line(session: Session, found: Match[Effect], *, gone: bool) -> None:
    """Puts a known line into the configuration, or takes it out, and opens its section."""
    path, line = session.place.path, found.line
    if found.value.under:
        path = (*path, found.value.under)
        line = line.removeprefix(found.value.under).lstrip()
    change(session, [(path, line, gone)])
    if found.value.opens and not gone:
        session.places.append(Place(found.value.opens, (*path, line)))


def change(session: Session, changes: list[Change]) -> None:
    """Changes what this session edits: its candidate if it has one, else what runs."""
    waiting = pending(session)
    if waiting is not None:
        waiting.extend(changes)
        return
    store = session.device.store
    assert isinstance(store, IndentedStore)
    store.apply(changes)
    session.device.changed()


async def banner(session: Session, match: Match[Behaviour]) -> None:
    """A text between two delimiters, over as many lines as it takes."""
    kind, _, _rest = match.line.rpartition(match.args["REST"])
    text = match.args["REST"]
    delimiter = text[:2] if text.startswith("^") and len(text) > 1 else text[:1]
    body = text[len(delimiter) :]
    if delimiter not in body:
        session.terminal.write(f"Enter TEXT message.  End with the character '{delimiter}'.\n")
    while delimiter not in body and len(body) < _MAX_BANNER:
        body += "\n" + await session.ask("")
    body = body.split(delimiter)[0]
    line = f"{kind.strip()} ^C{body}^C"
    change(session, [(session.place.path, line, False)])


async def banner_until_eof(session: Session, match: Match[Behaviour]) -> None:
    """A text that a line `EOF` ends."""
    session.terminal.write("Enter TEXT message. Type 'EOF' on its own line to end.\n")
    body = ""
    while (line := await session.ask("")) != "EOF" and len(body) < _MAX_BANNER:
        body += f"\n{line}"
    change(session, [(session.place.path, f"{match.line}{body}\nEOF", False)])


async def show_here(session: Session, _: Match[Behaviour]) -> None:
    """The section one stands in."""
    path = session.place.path
    await session.output(session.device.store.section(path[0]) if path else "")


async def set_hostname(session: Session, match: Match[Behaviour]) -> None:
    """Gives the device another name."""
    change(session, [((), f"hostname {match.args['NAME']}", False)])


CONFIG_VERBS: Mapping[str, Verb] = {
    "configure": configure,
    "leave": leave,
    "top": top,
    "from_exec": from_exec,
    "save": save,
    "show_section": show_section,
    "config_line": config_line,
    "banner": banner,
    "banner_until_eof": banner_until_eof,
    "show_here": show_here,
    "set_hostname": set_hostname,
}
