"""VyOS: a candidate as on Junos, with words of its own about it."""

from __future__ import annotations

from collections.abc import Mapping

from runner.lab.configs import junos
from runner.lab.configs import tree as lines
from runner.lab.configs.tree import Tree
from runner.lab.configs.vyos import VyosStore, spelled, words_of
from runner.lab.grammar import Match, Mismatch
from runner.lab.profile import Behaviour
from runner.lab.session import Place, Session, Verb

_KEY = "candidate"


def _store(session: Session) -> VyosStore:
    assert isinstance(session.device.store, VyosStore)
    return session.device.store


def _candidate(session: Session) -> Tree:
    tree = session.work[_KEY]
    assert isinstance(tree, dict)
    return tree


def _full(session: Session, match: Match[Behaviour]) -> list[str]:
    return [*session.place.path, *words_of(match.args.get("REST", ""))]


async def edit(session: Session, _: Match[Behaviour]) -> None:
    """Opens a candidate."""
    session.work[_KEY] = _store(session).snapshot()
    session.places = [session.places[0], Place("config")]


def _refused(session: Session, words: list[str], verb: str) -> bool:
    """Whether a statement is not in the hierarchy; says so."""
    found = session.profile.lines["config"].match(" ".join(words))
    if len(words) <= junos.MAX_DEPTH and not isinstance(found, Mismatch):
        return False
    path = " ".join(words[:-1])
    session.terminal.write(
        f"\n  Configuration path: {path} [{words[-1][:200]}] is not valid\n  {verb} failed\n\n"
    )
    return True


async def put(session: Session, match: Match[Behaviour]) -> None:
    """`set …`"""
    words = _full(session, match)
    if not _refused(session, words, "Set"):
        junos.put(_candidate(session), words, session.profile.configuration.style.single)


async def delete(session: Session, match: Match[Behaviour]) -> None:
    """`delete …`"""
    if not junos.remove(_candidate(session), _full(session, match)):
        session.terminal.write("\n  Nothing to delete (the specified node does not exist)\n\n")


async def go(session: Session, match: Match[Behaviour]) -> None:
    """`edit …`: to a place further down."""
    words = _full(session, match)
    if not _refused(session, words, "Edit"):
        session.places[-1] = Place("config", tuple(words))


async def upwards(session: Session, _: Match[Behaviour]) -> None:
    """`up`: one place."""
    session.places[-1] = Place("config", session.place.path[:-1])


async def to_top(session: Session, _: Match[Behaviour]) -> None:
    """`top`"""
    session.places[-1] = Place("config")


async def show(session: Session, match: Match[Behaviour]) -> None:
    """The candidate below the place, in braces."""
    words = _full(session, match)
    tree = lines.at(_candidate(session), words)
    found = "Configuration under specified path is empty\n"
    await session.output(_store(session).shown(tree, words) if tree else found)


async def show_active(session: Session, _: Match[Behaviour]) -> None:
    """`show configuration`"""
    await session.output(_store(session).text())


async def show_commands(session: Session, _: Match[Behaviour]) -> None:
    """`show configuration commands`"""
    store = _store(session)
    await session.output("".join(store.commands(store.tree)))


async def show_commits(session: Session, _: Match[Behaviour]) -> None:
    """When what was committed, the last one first."""
    user = session.device.spec.credentials.user
    history = session.device.history
    rows = [f"{n}   {commit.at[:19]} by {user} via cli\n" for n, commit in enumerate(history)]
    first = f"{len(rows)}   2023-10-01 09:00:00 by root via init\n"
    await session.output("".join(rows) + first)


async def compare(session: Session, _: Match[Behaviour]) -> None:
    """Candidate against running, as plus and minus."""
    keyed = session.profile.configuration.keyed
    before, after = spelled(_store(session).tree), spelled(_candidate(session))
    text = "".join(junos.compare(before, after, keyed)).replace(";\n", "\n")
    await session.output(text or "No changes between working and active configurations\n")


async def commit(session: Session, match: Match[Behaviour]) -> None:
    """Puts the candidate into effect; NUMBER is minutes to confirm it in."""
    if session.device.spec.misbehaviour.fail_commit:
        session.terminal.write("[[]] failed\nCommit failed\n")
        return
    if _candidate(session) == _store(session).tree:
        session.terminal.write("No configuration changes to commit\n")
        return
    before = _store(session).snapshot()
    _store(session).restore(_candidate(session))
    session.device.commit(before)
    if "confirmed" in match.value.options:
        session.device.confirm_within(60 * float(match.args.get("NUMBER", "10")[:6]))
    session.terminal.write(session.say(match.value.text, {"NUMBER": "10", **match.args}))


async def confirm(session: Session, _: Match[Behaviour]) -> None:
    """Keeps a commit that waits for it."""
    if not session.device.confirmed():
        session.terminal.write("No confirm pending\n")


async def discard(session: Session, _: Match[Behaviour]) -> None:
    """Throws the changes away."""
    changed = _candidate(session) != _store(session).tree
    session.work[_KEY] = _store(session).snapshot()
    said = "Changes have been discarded\n" if changed else "No changes have been discarded\n"
    session.terminal.write(said)


async def leave(session: Session, match: Match[Behaviour]) -> None:
    """One place up, or out of configuration, unless something is not committed."""
    forced = "discard" in match.value.options
    if session.place.path and not forced:
        await upwards(session, match)
        return
    if not forced and _candidate(session) != _store(session).tree:
        session.terminal.write(
            "Cannot exit: configuration modified.\n"
            "Use 'exit discard' to discard the changes and exit.\n"
        )
        return
    session.work.pop(_KEY, None)
    del session.places[1:]
    session.terminal.write("exit\n")


VYOS_VERBS: Mapping[str, Verb] = {
    "vyos_edit": edit,
    "vyos_set": put,
    "vyos_delete": delete,
    "vyos_go": go,
    "vyos_up": upwards,
    "vyos_top": to_top,
    "vyos_show": show,
    "vyos_show_active": show_active,
    "vyos_show_commands": show_commands,
    "vyos_show_commits": show_commits,
    "vyos_compare": compare,
    "vyos_commit": commit,
    "vyos_confirm": confirm,
    "vyos_discard": discard,
    "vyos_leave": leave,
}
