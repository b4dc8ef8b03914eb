"""Configuration that takes effect at `commit`: IOS-XR, and the sessions of EOS."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from runner.lab.configs.indented import Change, IndentedStore
from runner.lab.configs.tree import Tree, put
from runner.lab.configs.tree import render as rendered
from runner.lab.grammar import Match
from runner.lab.profile import Behaviour
from runner.lab.session import Place, Session, Verb

_KEY = "changes"


def pending(session: Session) -> list[Change] | None:
    """The changes not yet committed; None when lines take effect at once."""
    found = session.work.get(_KEY)
    return found if isinstance(found, list) else None


def _store(session: Session) -> IndentedStore:
    assert isinstance(session.device.store, IndentedStore)
    return session.device.store


async def edit(session: Session, match: Match[Behaviour]) -> None:
    """Opens a candidate and enters the configuration mode `mode`."""
    session.terminal.write(session.say(match.value.text, match.args))
    session.work[_KEY] = []
    session.places = [session.places[0], Place(match.value.options["mode"])]


async def commit(session: Session, match: Match[Behaviour]) -> None:
    """Puts the candidate into effect; `empty` is said when there is nothing to commit.

    With a NUMBER it must be confirmed within that many of `unit` (seconds).
    """
    changes = pending(session) or []
    options = match.value.options
    if session.device.spec.misbehaviour.fail_commit:
        session.terminal.write(session.say(options.get("failed", "% Commit failed\n")))
        return
    confirmed = session.device.confirmed()
    if changes:
        before = _store(session).snapshot()
        _store(session).apply(changes)
        session.work[_KEY] = []
        session.device.commit(before)
    elif not confirmed:
        session.terminal.write(session.say(options.get("empty", "")))
        return
    if "NUMBER" in match.args and changes:
        session.device.confirm_within(float(match.args["NUMBER"]) * float(options.get("unit", "1")))
    session.terminal.write(session.say(match.value.text, match.args))
    if "leave" in options:
        _leave(session)


def _leave(session: Session) -> None:
    session.work.pop(_KEY, None)
    del session.places[1:]


async def discard(session: Session, match: Match[Behaviour]) -> None:
    """Throws the candidate away; with `leave`, and leaves configuration mode."""
    session.terminal.write(session.say(match.value.text))
    if "leave" in match.value.options:
        _leave(session)
    else:
        session.work[_KEY] = []


async def up(session: Session, match: Match[Behaviour]) -> None:
    """One mode up; out of the first configuration mode like `out`."""
    if len(session.places) > 2:
        session.places.pop()
    else:
        await out(session, match)


async def root(session: Session, _: Match[Behaviour]) -> None:
    """To the first configuration mode."""
    del session.places[2:]


async def out(session: Session, match: Match[Behaviour]) -> None:
    """Leaves configuration; asks `question` when something is not committed."""
    if pending(session) and "question" in match.value.options:
        answer = (await session.ask(match.value.options["question"])).strip().lower()
        if answer in ("yes", "y"):
            await commit(session, match)
        elif answer not in ("no", "n"):
            return
    _leave(session)


async def show_changes(session: Session, match: Match[Behaviour]) -> None:
    """The lines of the candidate, before `end`."""
    tree: Tree = {}
    style = session.profile.configuration.style
    for path, line, gone in pending(session) or []:
        put(tree, path, f"{style.negate} {line}" if gone else line, style)
    text = rendered(tree, style) if tree else ""
    await session.output(session.say(match.value.text) + text + match.value.options.get("end", ""))


async def show_difference(session: Session, match: Match[Behaviour]) -> None:
    """Candidate against running, as plus and minus."""
    store = _store(session)
    before = store.text().splitlines()
    after = store.preview(pending(session) or []).splitlines()
    found = list(difflib.unified_diff(before, after, n=1, lineterm=""))[2:]
    text = "".join(f"{line}\n" for line in found if not line.startswith("@@"))
    await session.output(session.say(match.value.text) + text + match.value.options.get("end", ""))


async def show_unsaved(session: Session, _: Match[Behaviour]) -> None:
    """What runs against what is saved."""
    store = session.device.store
    found = difflib.unified_diff(store.saved().splitlines(), store.text().splitlines(), n=0)
    heading = "--- flash:/startup-config\n+++ system:/running-config\n"
    kept = (line.rstrip() for line in found if not line.startswith(("---", "+++", "@@")))
    text = "".join(f"{line}\n" for line in kept)
    await session.output(heading + text if text else "")


async def roll_back(session: Session, match: Match[Behaviour]) -> None:
    """Goes back by NUMBER commits at once."""
    count = int(match.args["NUMBER"][:6])
    history = session.device.history
    if not 0 < count <= len(history):
        session.terminal.write(session.say(match.value.options.get("none", "")))
        return
    now = session.device.store.snapshot()
    session.device.store.restore(history[count - 1].before)
    session.device.commit(now)
    session.terminal.write(session.say(match.value.text, match.args))


async def show_commits(session: Session, match: Match[Behaviour]) -> None:
    """When what was committed."""
    rows = [
        f"{number:<4} {1_000_000_000 + number:<12} {session.device.spec.credentials.user:<10} "
        f"vty0:node0_RP0_CPU0 CLI         {commit.at}\n"
        for number, commit in enumerate(session.device.history, 1)
    ]
    await session.output(session.say(match.value.text) + "".join(rows))


CANDIDATE_VERBS: Mapping[str, Verb] = {
    "edit": edit,
    "commit": commit,
    "discard": discard,
    "up": up,
    "out": out,
    "root": root,
    "show_changes": show_changes,
    "show_difference": show_difference,
    "show_unsaved": show_unsaved,
    "roll_back": roll_back,
    "show_commits": show_commits,
}
