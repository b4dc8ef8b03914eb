"""How a simulated platform behaves, read from `devices/<platform>.yaml`."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runner.lab.configs.tree import Style
from runner.lab.grammar import Grammar, Habits
from runner.yaml import parse

_FOLDER = Path(__file__).with_name("devices")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a command does: asks, prints, then acts."""

    text: str = ""
    """Printed; `{name}` is a fact of the device."""
    do: str = ""
    """A verb of `verbs.py`."""
    options: Mapping[str, str] = field(default_factory=dict)
    """For the verb: every other key."""


@dataclass(frozen=True, slots=True)
class Mode:
    """One mode: its prompt, where leaving leads, and who reads unknown lines."""

    prompt: str
    parent: str | None = None
    fallback: str = ""
    """A verb that gets every line that is no command of the mode."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a configuration line does besides standing there."""

    opens: str = ""
    """The mode of the section it opens."""
    under: str = ""
    """The section it belongs to although it is typed outside, with that as its first word."""


@dataclass(frozen=True, slots=True)
class Login:
    """The Telnet login dialogue, and what stands after any login."""

    greeting: str = "\n"
    user: str = "Username: "
    password: str = "Password: "  # noqa: S105 - the question, not an answer
    failed: str = "% Login invalid\n\n"
    locked_out: str = ""
    attempts: int = 3
    busy: str = "% All lines are busy, try again later\n"
    message: str = ""


@dataclass(frozen=True, slots=True)
class Errors:
    """What is said about a wrong line."""

    invalid: str
    incomplete: str
    ambiguous: str


@dataclass(frozen=True, slots=True)
class Pager:
    """What the pager says, and how it takes it away again."""

    prompt: str = " --More-- "
    erase: str = ""


@dataclass(frozen=True, slots=True)
class Configuration:
    """How the configuration looks and where facts are in it."""

    style: Style
    kind: str = "indented"
    """`indented`, `junos`, `vyos` or `routeros`: which store keeps it."""
    keyed: tuple[str, ...] = ()
    """Junos, VyOS: words that stand on one line with their value. RouterOS: menus with items."""
    valued: tuple[str, ...] = ()
    """VyOS: words that a value follows, which stands in quotes then."""
    startup: str = ""
    filler: str = ""
    """One line, `{n}` counting, for configurations of a wanted length."""
    hostname: str = ""
    """The words before the host name."""
    interface: str = ""
    """A template for each interface: `{name}`, `{description}`, `{address}`, `{shutdown}`."""
    address: str = ""
    """A regular expression with the address (and perhaps mask) of an interface."""
    shutdown: str = "shutdown"


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything about one platform."""

    name: str
    facts: Mapping[str, str]
    modes: Mapping[str, Mode]
    start: str
    privileged: str
    help_key: str
    """The key that explains what may follow; empty: none."""
    logout_key: bool
    """Whether Ctrl-D on an empty line logs out."""
    login: Login
    errors: Errors
    pager: Pager
    habits: Habits
    ports: tuple[str, ...]
    """Names of a device's interfaces when the topology says none."""
    pipe_after: tuple[str, ...]
    pipes_chained: bool
    """Whether a second `|` is another filter; otherwise it belongs to the first one's pattern."""
    pipes: Mapping[str, str]
    """Filter word → what it does (see `filters.py`)."""
    syslog: str
    configuration: Configuration
    commands: Mapping[str, Grammar[Behaviour]]
    """By mode."""
    lines: Mapping[str, Grammar[Effect]]
    """Configuration lines by mode."""
    tables: Mapping[str, Mapping[str, Any]]
    """How each looks (see `tables.py`)."""


@functools.cache
def load_profile(name: str) -> Profile:
    """Reads a platform's file."""
    file = _FOLDER / f"{name}.yaml"
    data: dict[str, Any] = parse(file.read_bytes(), str(file), trust=False).data
    interfaces = data.get("interfaces") or {}
    habits = Habits(data.get("abbreviate", True), tuple(interfaces.get("types") or ()))
    pipes = data.get("pipes") or {}
    return Profile(
        name=name,
        facts=data.get("facts") or {},
        modes={key: Mode(**value) for key, value in data["modes"].items()},
        start=data["start"],
        privileged=data.get("privileged", data["start"]),
        help_key=data.get("help_key", ""),
        logout_key=data.get("logout_key", False),
        login=Login(**(data.get("login") or {})),
        errors=Errors(**data["errors"]),
        pager=Pager(**(data.get("pager") or {})),
        habits=habits,
        ports=tuple(interfaces.get("names") or ()),
        pipe_after=tuple(pipes.get("after") or ()),
        pipes_chained=pipes.get("chained", True),
        pipes=pipes.get("filters") or {},
        syslog=data.get("syslog", ""),
        configuration=_configuration(data.get("config") or {}),
        commands=_commands(data["modes"], data["commands"], habits),
        lines=_lines(data.get("lines") or {}, habits),
        tables=data.get("tables") or {},
    )


def _configuration(data: dict[str, Any]) -> Configuration:
    style = dict(data.pop("style", None) or {})
    single = tuple(style.pop("single", ()))
    keyed, valued = tuple(data.pop("keyed", ())), tuple(data.pop("valued", ()))
    return Configuration(style=Style(single=single, **style), keyed=keyed, valued=valued, **data)


def _commands(
    modes: Mapping[str, Any], sections: Sequence[Mapping[str, Any]], habits: Habits
) -> dict[str, Grammar[Behaviour]]:
    """The grammar of each mode, from sections that say `in:` which modes they hold."""
    known = {
        mode: Grammar(
            (
                (pattern, _behaviour(value))
                for section in sections
                if mode in section["in"]
                for pattern, value in section["are"].items()
            ),
            habits,
        )
        for mode in modes
    }
    unknown = {mode for section in sections for mode in section["in"]} - set(modes)
    assert not unknown, f"commands in modes that do not exist: {unknown}"
    return known


def _behaviour(value: Any) -> Behaviour:
    if value is None or isinstance(value, str):
        return Behaviour(text=value or "")
    rest = {key: str(item) for key, item in value.items() if key not in ("text", "do")}
    return Behaviour(value.get("text", ""), value.get("do", ""), rest)


def _lines(data: Mapping[str, Sequence[Any]], habits: Habits) -> dict[str, Grammar[Effect]]:
    return {mode: Grammar((_line(item) for item in items), habits) for mode, items in data.items()}


def _line(item: Any) -> tuple[str, Effect]:
    if isinstance(item, str):
        return item, Effect()
    ((pattern, effect),) = item.items()
    return pattern, Effect(effect) if isinstance(effect, str) else Effect(**effect)
