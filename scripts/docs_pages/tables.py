"""Tables made from the program itself."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import get_args

from runner import events, platforms
from runner.actions import ACTIONS, names
from runner.actions.api import Action, Parameter
from runner.actions.flow import IMPORTS, META_WORDS
from runner.engine.targets.target import NAMES
from runner.lab.topology import Delays, Device, Interface, Misbehaviour
from runner.loading.keywords import (
    BLOCK,
    IMPORT_PLAYBOOK,
    INHERITED,
    LOOP_CONTROL,
    PLAY,
    PROMPT,
    ROLE,
    TASK,
    WITH,
    Keyword,
)
from runner.platforms.aliases import ALIASES
from runner.run.lookups import NAMES as RUN_LOOKUPS
from runner.settings import documentation
from runner.templating.library import FILTERS, TESTS
from runner.templating.library.lookups import LOOKUPS
from scripts.docs_pages import words
from scripts.docs_pages.fields import FieldDoc, fields_of

_ROOT = Path(__file__).parents[2]
_HOLDS = {
    "any": "anything",
    "commands": "commands",
    "conditions": "condition or list",
    "flag": "true or false",
    "list": "list",
    "loop": "list",
    "mapping": "mapping",
    "names": "word or list",
    "number": "number",
    "output": "true or a path",
    "tasks": "list of tasks",
    "text": "text",
    "word": "plain text",
}
_PLACES = {
    "controller": "the controller",
    "device": "the device",
    "shell": "the controller; needs `delegate_to: localhost` on a device",
}


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    cells = ([cell.replace("|", "\\|") for cell in row] for row in lines)
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _keywords(words: Mapping[str, Keyword], without: Collection[str] = ()) -> str:
    rows = (
        (f"`{name}`", _HOLDS[word.holds], word.doc + _choices(word.choices))
        for name, word in words.items()
        if name not in without and not name.startswith("with_")
    )
    return _table(("keyword", "holds", "meaning"), rows)


_SHARERS = {"a play": PLAY, "a role": ROLE, "a block": BLOCK, "a task": TASK}


def inherited() -> str:
    """Keywords that an outer level gives to all inside it."""
    rows = (
        (f"`{name}`", _HOLDS[word.holds], word.doc + _choices(word.choices), _not_on(name))
        for name, word in INHERITED.items()
    )
    return _table(("keyword", "holds", "meaning", "not on"), rows)


def _not_on(name: str) -> str:
    return ", ".join(level for level, table in _SHARERS.items() if name not in table)


def with_lookups() -> str:
    """What may stand behind `with_`, without what is only refused."""
    rows = (
        (f"`with_{name}`", doc)
        for name, doc in WITH.items()
        if not words.LOOKUPS.get(name, "").startswith("Refused")
    )
    return _table(("keyword", "its items are"), rows)


def _choices(choices: tuple[str, ...]) -> str:
    return f" One of: {', '.join(choices)}." if choices else ""


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in sorted(words)) + "."


_HEADINGS = {"facts": "<os>_facts", "ping_device": "<os>_ping"}
_HIDDEN = frozenset({"absent", "reach", "late"})


def actions() -> str:
    """Every action that a playbook can name, with its arguments."""
    shown = {**{name: ACTIONS[name] for name in ACTIONS if name not in _HIDDEN}, **IMPORTS}
    return "\n\n".join(_action(name, shown[name]) for name in sorted(shown, key=_heading))


def _heading(name: str) -> str:
    return _HEADINGS.get(name, name)


def _action(name: str, action: Action) -> str:
    doc = " ".join((type(action).__doc__ or "").split())
    where = f" Runs on {_PLACES[action.place]}." if name not in (*IMPORTS, "meta") else ""
    once = " The first host of a batch does it for all." if getattr(action, "once", False) else ""
    lines = [f"### `{_heading(name)}`", "", f"{doc}{where}{once}"]
    given = {key: one for key, one in action.parameters.items() if not one.old}
    if given and name != "meta":
        rows = (_parameter(*item) for item in given.items())
        lines += ["", _table(("argument", "holds", "default", "meaning"), rows)]
    if action.one_of.names:
        which = " or ".join(f"`{one}`" for one in action.one_of.names)
        lines += ["", f"{'Exactly' if action.one_of.needed else 'At most'} one of {which}."]
    if action.free_form and name != "meta":
        lines += ["", f"`{name}: some text` fills `{action.free_form}`."]
    if others := _other_words(name):
        lines += ["", f"Also written {others}"]
    return "\n".join(lines)


def _other_words(name: str) -> str:
    found = [word for word in names.words() if names.resolve(word) == name != word]
    return _listed(found) if found else ""


def _parameter(name: str, parameter: Parameter) -> tuple[str, str, str, str]:
    notes = [parameter.says] if parameter.says else []
    if parameter.choices:
        notes.append(f"One of: {', '.join(parameter.choices)}.")
    if parameter.aliases:
        notes.append(f"Also {', '.join(f'`{alias}`' for alias in parameter.aliases)}.")
    shown = "any name" if name == "*" else f"`{name}`"
    return shown, _HOLDS[parameter.kind], _default(parameter), " ".join(notes)


def _default(parameter: Parameter) -> str:
    if parameter.required:
        return "needed"
    value = parameter.default
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ", ".join(f"`{item}`" for item in value)
    if isinstance(value, str):
        return f"`{value}`".replace("\n", "\\n")
    return f"{value:g}"


def connection_variables() -> str:
    """The variables that say how to reach a host, by meaning."""
    rows = (
        (meaning.replace("_", " "), ", ".join(f"`{name}`" for name in variables))
        for meaning, variables in NAMES.items()
    )
    return _table(("what", "variables, the first that is set wins"), rows)


def platform_list() -> str:
    """The platforms that come with playrun."""
    rows = []
    for name in platforms.names():
        platform = platforms.load(name)
        others = [alias for alias, of in ALIASES.items() if of == name]
        rows.append(
            (
                f"`{name}`",
                ", ".join(f"`{alias}`" for alias in others),
                f"`{platform.backup.command}`" if platform.backup else "",
                _yes(platform.config is not None),
                _yes(platform.config is not None and platform.config.commit is not None),
            )
        )
    head = ("platform", "other names", "backup command", "config mode", "commit")
    return _table(head, rows)


_KINDS = {
    "bool": "true or false",
    "float": "seconds",
    "float | None": "number",
    "int": "number",
    "int | None": "number",
    "str": "text",
    "str | None": "text",
    "Mapping[str, float]": "command: seconds",
    "Mapping[str, int]": "command: size",
    "Mapping[str, str]": "mapping",
    "tuple[str, ...]": "list",
    "tuple[Transport, ...]": "list",
    "tuple[Interface, ...]": "see below",
    "Credentials": "`user`, `password`, `enable`",
    "Delays": "see below",
    "Misbehaviour": "see below",
}


def _fields(shape: type) -> str:
    rows = (_field(one) for one in fields_of(shape) if one.name != "name")
    return _table(("key", "holds", "default", "meaning"), rows)


def _field(one: FieldDoc) -> tuple[str, str, str, str]:
    default = {"False": "", "True": "true"}.get(one.default, one.default).replace("'", "")
    return f"`{one.name}`", _KINDS[one.kind], default, one.doc


def _yes(value: bool) -> str:
    return "yes" if value else ""


def _short(table: Iterable[str]) -> list[str]:
    return [name for name in table if "." not in name]


def _grouped(described: Mapping[str, words.Words], head: str) -> str:
    """A table for each group; a word without a text is named in another's."""
    parts = []
    for group, lines in described.items():
        rows = ((f"`{name}`", text) for name, text in lines.items() if text)
        parts.append(f"**{group}**\n\n{_table((head, 'meaning'), rows)}")
    return "\n\n".join(parts)


def filters() -> str:
    """Every filter, by what it is for."""
    return _grouped(words.listed(words.FILTERS, _short(FILTERS), "filters"), "filter")


def tests() -> str:
    """Every test, by what it asks."""
    return _grouped(words.listed(words.TESTS, _short(TESTS), "tests"), "test")


def _plain(lines: words.Words, there: Collection[str], head: str) -> str:
    words.listed({"": lines}, there, f"{head}s")
    return _table((head, "meaning"), ((f"`{name}`", text) for name, text in lines.items()))


def layers() -> str:
    """The import layers, as import-linter checks them."""
    text = (_ROOT / "pyproject.toml").read_text("utf-8")
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    found = next(one["layers"] for one in contracts if one["type"] == "layers")
    return "\n".join(["```", *found, "```"])


def event_list() -> str:
    """Every event of the run record, from the first sentence of its class."""
    rows = []
    for kind in get_args(events.Event):
        doc = " ".join((kind.__doc__ or "").split())
        rows.append((f"`{kind.__name__}`", doc.split(". ")[0].rstrip(".") + "."))
    return _table(("event", "says"), rows)


_COST = re.compile(r"^### The language: tasks that .*?(?=^###|^<!--|\Z)", re.MULTILINE | re.DOTALL)


def language_cost() -> str:
    """What a task costs that connects to nothing, from the last figures of the benchmark."""
    found = _COST.search((_ROOT / "bench" / "README.md").read_text("utf-8"))
    if found is None:
        return "`.venv/bin/python bench/language.py` measures it; there are no figures here yet."
    rows = [line.strip("| ").split(" | ") for line in found[0].split("\n") if line.startswith("|")]
    head = ("who", "hosts × tasks", "processor, ms a host and task")
    return _table(head, ((row[0], row[1], row[-1]) for row in rows[2:]))


TABLES: Mapping[str, Callable[[], str]] = {
    "settings": documentation,
    "play-keywords": lambda: _keywords(PLAY, INHERITED),
    "role-keywords": lambda: _keywords(ROLE, INHERITED),
    "block-keywords": lambda: _keywords(BLOCK, INHERITED),
    "task-keywords": lambda: _keywords(TASK, INHERITED),
    "inherited-keywords": inherited,
    "import-keywords": lambda: _keywords(IMPORT_PLAYBOOK),
    "prompt-keywords": lambda: _keywords(PROMPT),
    "loop-control": lambda: _keywords(LOOP_CONTROL),
    "with": with_lookups,
    "meta": lambda: _plain(words.META, META_WORDS, "word"),
    "actions": actions,
    "connection-variables": connection_variables,
    "events": event_list,
    "language-cost": language_cost,
    "layers": layers,
    "platforms": platform_list,
    "lab-device": lambda: _fields(Device),
    "lab-delays": lambda: _fields(Delays),
    "lab-interface": lambda: _fields(Interface),
    "lab-misbehaviour": lambda: _fields(Misbehaviour),
    "filters": filters,
    "tests": tests,
    "lookups": lambda: _plain(words.LOOKUPS, (*LOOKUPS, *RUN_LOOKUPS), "lookup"),
    "functions": lambda: _plain(words.GLOBALS, words.GLOBALS, "name"),
    "magic": lambda: _grouped(words.MAGIC, "variable"),
}
