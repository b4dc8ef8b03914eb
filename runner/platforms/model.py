"""What a platform's command line looks like, as data. One YAML file fills one `Platform`.

All patterns are regular expressions (Python's `re`). A prompt pattern must match the whole
last line of the screen, trailing blanks removed; every other pattern is searched for, with
`^` and `$` at line ends, so that it works on one line and on a whole text alike.
"""

# No annotations as texts: NamedTuple would compile each of them, at every start.
from collections.abc import Mapping
from re import Pattern
from typing import Literal, NamedTuple

from runner.values import EMPTY

Phase = Literal["login", "command", "config", "save", "logout"]


class Mode(NamedTuple):
    """One mode of the command line and how to get there from its `parent`."""

    name: str
    prompt: Pattern[str]
    parent: str | None = None
    """The mode `enter` is typed in; None for the mode a login may land in."""
    enter: str | None = None
    leave: str | None = None
    """The command that returns to `parent`; None: there is no way back but logging out."""
    password: Pattern[str] | None = None
    """A password question that `enter` may ask (enable)."""
    home: str | None = None
    """Typed once when a login lands in this mode, to reach `exec_mode` (Junos as root: `cli`)."""


class Question(NamedTuple):
    """A question of the device's and the one answer the platform declares for it."""

    pattern: Pattern[str]
    answer: str
    newline: bool = True
    phase: Phase = "command"
    """`login`, `command`, `config`, `save` or `logout`: the only time the answer may be given."""


class Pager(NamedTuple):
    """What a pager looks like on the last line, and the key that shows the next page."""

    pattern: Pattern[str]
    key: str = " "
    quit: str = "q"


class LoginDialogue(NamedTuple):
    """Telnet and console login, and what SSH may still ask after authentication."""

    user: Pattern[str]
    password: Pattern[str]
    failed: tuple[Pattern[str], ...] = ()
    wake: tuple[Pattern[str], ...] = ()
    """Lines that want Enter first: `Press RETURN to get started`."""
    user_suffix: str = ""
    """Added to the user name over SSH (RouterOS: `+cet511w4098h`)."""
    refused: tuple[Pattern[str], ...] = ()
    """Not a wrong password but no free line: `All VTYs busy`."""


class ConfigMode(NamedTuple):
    """What finishes a change typed in `mode` (the mode itself says how to enter and leave it).

    None: the platform has no such step. `confirm`, `replace` and `rollback` hold places for
    values: `{minutes}` or `{seconds}`, `{file}`, `{number}` or `{name}`.
    """

    mode: str = "config"
    commit: str | None = None
    abort: str | None = None
    save: str | None = None
    diff: str | None = None
    confirm: str | None = None
    replace: str | None = None
    rollback: str | None = None


class Backup(NamedTuple):
    """The command that shows the whole configuration, and how to know that it is whole."""

    command: str
    end: Pattern[str] | None = None
    """Must match the last non-blank line; None: the prompt is the only end there is."""
    volatile: tuple[Pattern[str], ...] = ()
    """Whole lines that change by themselves; removed unless `raw`."""


class Platform(NamedTuple):
    """A command line: modes, login, paging, errors, configuration, backup."""

    name: str
    aliases: tuple[str, ...]
    modes: Mapping[str, Mode]
    """By name, in the order they are tried. Every mode's `parent` is in it."""
    login: LoginDialogue
    exec_mode: str = "exec"
    """The mode that commands run in when `become` is not asked for."""
    privileged_mode: str | None = None
    """The mode `become` leads to; None: the platform has no such thing."""
    setup: tuple[str, ...] = ()
    """Typed after login (paging and line width off); a refusal of one is not an error."""
    setup_privileged: tuple[str, ...] = ()
    """The same, typed once privileged."""
    pagers: tuple[Pager, ...] = ()
    newline: str = "\r"
    ssh_newline: str = "\n"
    terminal: tuple[int, int] = (511, 0)
    """Columns and rows asked for; 0 rows: none asked for over Telnet, many over SSH."""
    terminal_type: str = "vt100"
    errors: tuple[Pattern[str], ...] = ()
    questions: tuple[Question, ...] = ()
    asks: tuple[Pattern[str], ...] = ()
    """What a question looks like on the last line. One that nobody declared an answer to fails
    at once and is interrupted, instead of waiting for the idle timeout."""
    interrupt: str = "\x03"
    """What brings the prompt back from a question nobody answers."""
    help_key: str = ""
    """A character that calls for help wherever it is typed, even inside quotes; empty: none.
    A line with it is not sent: the device would take what stands before it for the line."""
    logout: str = "exit"
    config: ConfigMode | None = None
    backup: Backup | None = None
    read_only: tuple[Pattern[str], ...] = ()
    """Commands that change nothing, as far as the first `|`; must match the whole of it."""
    read_only_filter: Pattern[str] | None = None
    """What may follow the first `|` of such a command (all of it); None: no pipe may."""
    secrets: tuple[Pattern[str], ...] = ()
    """Group `secret` is what `redact: true` replaces."""
    names: Mapping[str, tuple[str, ...]] = EMPTY
    """What other tools call it: `{"scrapli": ("cisco_iosxe",), …}`."""
    text_input: tuple[Pattern[str], ...] = ()
    """What a device says when a line begins free text that no prompt interrupts (a banner).
    Group `sign`: the character that ends it; group `word`: a word on a line of its own does."""
    json_output: str | None = None
    """What is typed behind a command to have its output as JSON (`| json`); None: nothing."""
    prompt_prefix_lines: tuple[Pattern[str], ...] = ()
    """Decoration lines above the prompt that belong to it (`{master:0}`, `[edit]`)."""
