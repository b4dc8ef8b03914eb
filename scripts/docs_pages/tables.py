"""Tables made from the program itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from runner import platforms
from runner.actions import ACTIONS, names
from runner.actions.api import Action, Parameter
from runner.engine.target import NAMES
from runner.lab.topology import Delays, Device, Interface, Misbehaviour
from runner.loading.keywords import NOT_YET_PLAY, NOT_YET_TASK, PLAY, TASK, Keyword
from runner.platforms.aliases import ALIASES
from runner.settings import documentation
from runner.templating.library import FILTERS, TESTS
from runner.templating.library.lookups import LOOKUPS
from scripts.docs_pages.fields import FieldDoc, fields_of

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


def _keywords(words: Mapping[str, Keyword]) -> str:
    rows = (
        (f"`{name}`", _HOLDS[word.holds], word.doc + _choices(word.choices))
        for name, word in words.items()
    )
    return _table(("keyword", "holds", "meaning"), rows)


def _choices(choices: tuple[str, ...]) -> str:
    return f" One of: {', '.join(choices)}." if choices else ""


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in sorted(words)) + "."


def actions() -> str:
    """Every action that a playbook can name, with its arguments."""
    shown = [name for name in ACTIONS if names.resolve(name) == name]
    return "\n\n".join(_action(name, ACTIONS[name]) for name in shown)


def _action(name: str, action: Action) -> str:
    doc = " ".join((type(action).__doc__ or "").split())
    lines = [f"#### `{name}`", "", f"{doc} Runs on {_PLACES[action.place]}."]
    if action.parameters:
        rows = (_parameter(*item) for item in action.parameters.items())
        lines += ["", _table(("argument", "holds", "notes"), rows)]
    if action.one_of.names:
        which = " or ".join(f"`{one}`" for one in action.one_of.names)
        lines += ["", f"{'Exactly' if action.one_of.needed else 'At most'} one of {which}."]
    if action.free_form:
        lines += ["", f"`{name}: some text` fills `{action.free_form}`."]
    return "\n".join(lines)


def _parameter(name: str, parameter: Parameter) -> tuple[str, str, str]:
    notes = ["needed"] if parameter.required else []
    if parameter.choices:
        notes.append(f"one of {', '.join(parameter.choices)}")
    if parameter.aliases:
        notes.append(f"also {', '.join(f'`{alias}`' for alias in parameter.aliases)}")
    shown = "any name" if name == "*" else f"`{name}`"
    return shown, _HOLDS[parameter.kind], "; ".join(notes)


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


def _short(table: Mapping[str, object]) -> str:
    return _listed(name for name in table if "." not in name)


def _lookups(supported: bool) -> str:
    """The lookups there are, or those that only say that they are not there yet."""
    return _listed(
        name
        for name, lookup in LOOKUPS.items()
        if lookup.__qualname__.startswith("_unsupported") is not supported
    )


TABLES: Mapping[str, Callable[[], str]] = {
    "settings": documentation,
    "play-keywords": lambda: _keywords(PLAY),
    "task-keywords": lambda: _keywords(TASK),
    "play-not-yet": lambda: _listed(NOT_YET_PLAY),
    "task-not-yet": lambda: _listed(NOT_YET_TASK),
    "actions": actions,
    "connection-variables": connection_variables,
    "platforms": platform_list,
    "lab-device": lambda: _fields(Device),
    "lab-delays": lambda: _fields(Delays),
    "lab-interface": lambda: _fields(Interface),
    "lab-misbehaviour": lambda: _fields(Misbehaviour),
    "filters": lambda: _short(FILTERS),
    "tests": lambda: _short(TESTS),
    "lookups": lambda: _lookups(True),
    "lookups-not-yet": lambda: _lookups(False),
}
