"""RouterOS: menus to walk through, and what can be done in each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from runner.lab.configs.routeros import Item, RouterosStore, pairs
from runner.lab.grammar import Match
from runner.lab.profile import Behaviour
from runner.lab.session import Place, Session, Verb

_FIND = re.compile(r"\[\s*find\s*([^\]]*)\]")


def _store(session: Session) -> RouterosStore:
    assert isinstance(session.device.store, RouterosStore)
    return session.device.store


async def line(session: Session, match: Match[Behaviour]) -> None:
    """A menu to go to, or something to do in one."""
    if match.line == "..":
        session.places[-1] = Place("exec", session.place.path[:-1])
        return
    words, rest = _walk(session, match.line)
    menu = "/" + " ".join(words)
    verb, _, arguments = rest.partition(" ")
    if not rest:
        session.places[-1] = Place("exec", tuple(words))
    elif verb == "print" and (menu in _store(session).menus):
        await session.output(_printed(session, menu, arguments))
    elif verb in _CHANGES and menu in _store(session).menus:
        session.terminal.write(_CHANGES[verb](_store(session), menu, arguments.strip()))
        session.device.changed()
    elif verb == "export":
        heading = session.say(session.profile.facts["export_heading"])
        await session.output(heading + _store(session).section(menu if words else ""))
    else:
        column = len(match.line) - len(rest) + 1
        session.terminal.write(f"bad command name {verb} (line 1 column {column})\n")


def _walk(session: Session, text: str) -> tuple[list[str], str]:
    """The menu a line leads to, and what is left of it to do there."""
    absolute = text.startswith("/")
    words = [] if absolute else list(session.place.path)
    rest = text[1:] if absolute else text
    known = _paths(session)
    while rest:
        word, separator, after = _first(rest)
        if (*words, word) not in known:
            break
        words.append(word)
        rest = after if separator else ""
    return words, rest.strip()


def _first(text: str) -> tuple[str, str, str]:
    found = re.match(r"([^\s/]*)([\s/]*)(.*)", text, re.DOTALL)
    assert found is not None
    return found[1], found[2], found[3]


def _paths(session: Session) -> set[tuple[str, ...]]:
    known: set[tuple[str, ...]] = set()
    for menu in _store(session).menus:
        words = menu.strip("/").split()
        known.update(tuple(words[:length]) for length in range(1, len(words) + 1))
    return known


def _printed(session: Session, menu: str, arguments: str) -> str:
    """Settings one a line; items as a table, or in full with `detail`."""
    store = _store(session)
    items = store.menus[menu]
    if not store.is_list(menu):
        width = max((len(name) for name in items[0]), default=0) + 2 if items else 0
        settings = items[0] if items else {}
        return "".join(f"{name:>{width}}: {value}\n" for name, value in settings.items())
    where = pairs(arguments.partition("where")[2])
    rows = [(n, item) for n, item in enumerate(items) if where.items() <= item.items()]
    if "detail" in arguments.split():
        return "".join(
            f"{n:>2}   " + " ".join(f'{k}="{v}"' for k, v in item.items()) + "\n\n"
            for n, item in rows
        )
    return _table(rows)


def _table(rows: Sequence[tuple[int, Item]]) -> str:
    names = list(dict.fromkeys(name for _, item in rows for name in item))
    if not names:
        return ""
    widths = {n: max(len(n), *(len(item.get(n, "")) for _, item in rows)) for n in names}
    out = [f"Columns: {', '.join(name.upper() for name in names)}"]
    out.append("#  " + "  ".join(name.upper().ljust(widths[name]) for name in names))
    for number, item in rows:
        cells = "  ".join(item.get(name, "").ljust(widths[name]) for name in names)
        out.append(f"{number}  {cells}")
    return "".join(f"{line.rstrip()}\n" for line in out)


def _add(store: RouterosStore, menu: str, arguments: str) -> str:
    item = pairs(arguments)
    if not store.is_list(menu):
        return "bad command name add (line 1 column 1)\n"
    if not item:
        return "missing value(s) of argument(s)\n"
    if item in store.menus[menu]:
        return "failure: already have such item\n"
    store.menus[menu].append(item)
    return ""


def _set(store: RouterosStore, menu: str, arguments: str) -> str:
    if not store.is_list(menu):
        store.settings(menu).update(pairs(arguments))
        return ""
    selected = _selected(store, menu, arguments)
    for index in selected:
        store.menus[menu][index].update(pairs(_FIND.sub("", arguments)))
    return "" if selected else "no such item\n"


def _remove(store: RouterosStore, menu: str, arguments: str) -> str:
    selected = _selected(store, menu, arguments)
    for index in sorted(selected, reverse=True):
        del store.menus[menu][index]
    return "" if selected or "find" in arguments else "no such item\n"


def _enable(store: RouterosStore, menu: str, arguments: str) -> str:
    return _set(store, menu, f"{arguments} disabled=no")


def _disable(store: RouterosStore, menu: str, arguments: str) -> str:
    return _set(store, menu, f"{arguments} disabled=yes")


def _selected(store: RouterosStore, menu: str, arguments: str) -> list[int]:
    """Items by number, by name, or by `[find …]`."""
    items = store.menus[menu]
    found = _FIND.search(arguments)
    if found is not None:
        where = pairs(found[1])
        return [index for index, item in enumerate(items) if where.items() <= item.items()]
    said = arguments.split()[:1]
    word = said[0].removeprefix("numbers=") if said else ""
    if word.isdigit():
        return [int(word[:6])] if int(word[:6]) < len(items) else []
    return [index for index, item in enumerate(items) if item.get("name") == word]


_CHANGES = {"add": _add, "set": _set, "remove": _remove, "enable": _enable, "disable": _disable}

ROUTEROS_VERBS: Mapping[str, Verb] = {"routeros_line": line}
