"""Junos: a candidate edited with `set` and `delete` at a place in the hierarchy."""

from __future__ import annotations

from collections.abc import Mapping

from runner.lab.configs import junos
from runner.lab.configs import tree as lines
from runner.lab.configs.junos import JunosStore, words_of
from runner.lab.configs.tree import Tree
from runner.lab.filters import split_pipes
from runner.lab.grammar import Match, Mismatch
from runner.lab.profile import Behaviour
from runner.lab.session import Place, Session, Verb

_KEY = "candidate"
_SHARED = "shared"


def _store(session: Session) -> JunosStore:
    assert isinstance(session.device.store, JunosStore)
    return session.device.store


def _candidate(session: Session) -> Tree:
    tree = session.work[_KEY]
    assert isinstance(tree, dict)
    return tree


async def edit(session: Session, match: Match[Behaviour]) -> None:
    """Opens a candidate: the session's own, or with `shared` the one everybody edits."""
    session.terminal.write(session.say(match.value.text))
    shared = "shared" in match.value.options
    if shared and session.device.candidate is not None:
        session.terminal.write("The configuration has been changed but not committed\n")
        session.work[_KEY] = session.device.candidate
    else:
        session.work[_KEY] = _store(session).snapshot()
    session.work[_SHARED] = shared
    session.places = [session.places[0], Place("config")]


def _full(session: Session, words: list[str]) -> list[str]:
    return [*session.place.path, *words]


def _known(session: Session, words: list[str], skip: int) -> bool:
    """Whether a statement is in the hierarchy; says so if not."""
    found = session.profile.lines["config"].match(" ".join(words))
    if len(words) > junos.MAX_DEPTH:
        found = Mismatch("invalid", 0, words[0])
    if isinstance(found, Mismatch) and found.fault != "incomplete":
        column = found.column - skip + len(session.line.split(" ", 1)[0]) + 1
        session.terminal.write(session.complaint(Mismatch("invalid", max(column, 0), found.word)))
        return False
    return True


async def put(session: Session, match: Match[Behaviour]) -> None:
    """`set …`"""
    words = words_of(match.args["REST"])
    skip = len("".join(f"{word} " for word in session.place.path))
    if _known(session, _full(session, words), skip):
        single = session.profile.configuration.style.single
        junos.put(_candidate(session), _full(session, words), single)


async def delete(session: Session, match: Match[Behaviour]) -> None:
    """`delete …`; alone it empties the place one stands at."""
    words = _full(session, words_of(match.args.get("REST", "")))
    if not junos.remove(_candidate(session), words):
        session.terminal.write("warning: statement not found\n")


async def go(session: Session, match: Match[Behaviour]) -> None:
    """`edit …`: to a place further down."""
    words = _full(session, words_of(match.args["REST"]))
    if _known(session, words, 0):
        session.places[-1] = Place("config", tuple(words))


async def upwards(session: Session, match: Match[Behaviour]) -> None:
    """`up [NUMBER]`"""
    count = int(match.args.get("NUMBER", "1")[:6])
    path = session.place.path
    session.places[-1] = Place("config", path[: max(0, len(path) - count)])


async def to_top(session: Session, _: Match[Behaviour]) -> None:
    """`top`"""
    session.places[-1] = Place("config")


async def show(session: Session, match: Match[Behaviour]) -> None:
    """The candidate below the place, in braces, as `set` lines or compared."""
    words = _full(session, words_of(match.args.get("REST", "")))
    tree = lines.at(_candidate(session), words) or {}
    await _show(session, tree, words, _store(session).tree)


async def show_active(session: Session, match: Match[Behaviour]) -> None:
    """`show configuration …`"""
    words = words_of(match.args.get("REST", ""))
    tree = lines.at(_store(session).tree, words) or {}
    heading = session.say(match.value.text) if not words else ""
    await _show(session, tree, words, None, heading)


async def _show(
    session: Session, tree: Tree, words: list[str], active: Tree | None, heading: str = ""
) -> None:
    pipes = list(session.pipes)
    if "display set" in pipes:
        pipes.remove("display set")
        text = "".join(junos.set_lines(tree, words))
    elif pipes[:1] == ["compare"] and active is not None:
        pipes = pipes[1:]
        keyed = session.profile.configuration.keyed
        text = "".join(junos.compare(active, _candidate(session), keyed))
    else:
        text = heading + _store(session).shown(tree, words)
    session.pipes = pipes
    await session.output(text)


async def commit(session: Session, match: Match[Behaviour]) -> None:
    """Puts the candidate into effect; NUMBER is minutes to confirm it in."""
    if session.device.spec.misbehaviour.fail_commit:
        session.terminal.write(match.value.options.get("failed", "error: commit failed\n"))
        return
    session.device.confirmed()
    before = _store(session).snapshot()
    _store(session).restore(_candidate(session))
    session.device.commit(before)
    if "confirmed" in match.value.options:
        session.device.confirm_within(60 * float(match.args.get("NUMBER", "10")))
    session.terminal.write(session.say(match.value.text, {"NUMBER": "10", **match.args}))
    if "leave" in match.value.options:
        _leave(session)


def _leave(session: Session) -> None:
    if session.work.pop(_SHARED, False):
        changed = _candidate(session) != _store(session).tree
        session.device.candidate = _candidate(session) if changed else None
    session.work.pop(_KEY, None)
    del session.places[1:]
    session.terminal.write("Exiting configuration mode\n")


async def roll_back(session: Session, match: Match[Behaviour]) -> None:
    """Makes an older configuration the candidate; 0 is the active one."""
    count = int(match.args.get("NUMBER", "0")[:6])
    history = session.device.history
    if count > len(history):
        session.terminal.write("error: configuration database does not exist\n")
        return
    before = _store(session).tree if count == 0 else history[count - 1].before
    session.work[_KEY] = lines.copy(before)
    session.terminal.write("load complete\n")


async def leave(session: Session, match: Match[Behaviour]) -> None:
    """Out of configuration (or one place up); asks when something is not committed."""
    if session.place.path and "whole" not in match.value.options:
        session.places[-1] = Place("config")
        return
    if _candidate(session) != _store(session).tree:
        session.terminal.write("The configuration has been changed but not committed\n")
        word = "Exit with" if session.work.get(_SHARED) else "Discard"
        answer = await session.ask(f"{word} uncommitted changes? [yes,no] (yes) ")
        if answer.strip().lower() not in ("", "y", "yes"):
            return
        session.terminal.write("\n")
    _leave(session)


async def run(session: Session, match: Match[Behaviour]) -> None:
    """`run show …`: an operational command from configuration mode."""
    places, pipes = session.places, session.pipes
    session.places = places[:1]
    try:
        rest = " | ".join([match.args["REST"], *pipes])
        await session.execute(rest)
    finally:
        session.places = [session.places[0], *places[1:]]


async def load_set(session: Session, _: Match[Behaviour]) -> None:
    """`load set terminal`: set lines until Ctrl-D."""
    session.terminal.write("[Type ^D at a new line to end input]\n")
    while True:
        line = await session.terminal.read_line()
        if line.end != "enter":
            break
        words = words_of(split_pipes(line.text)[0])
        full = _full(session, words[1:])
        if words[:1] == ["set"] and len(full) <= junos.MAX_DEPTH:
            junos.put(_candidate(session), full, session.profile.configuration.style.single)
        elif words[:1] == ["delete"]:
            junos.remove(_candidate(session), full)
    session.terminal.write("load complete\n")


JUNOS_VERBS: Mapping[str, Verb] = {
    "junos_edit": edit,
    "junos_set": put,
    "junos_delete": delete,
    "junos_go": go,
    "junos_up": upwards,
    "junos_top": to_top,
    "junos_show": show,
    "junos_show_active": show_active,
    "junos_commit": commit,
    "junos_rollback": roll_back,
    "junos_leave": leave,
    "junos_run": run,
    "junos_load_set": load_set,
}
