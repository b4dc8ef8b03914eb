"""Checks the data of a platform file, key by key, and builds the `Platform` from it.

Every mistake is a LoadError that names the file, the line and the path of the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from runner.platforms.layers import Merged
from runner.platforms.model import (
    Backup,
    ConfigMode,
    LoginDialogue,
    Mode,
    Pager,
    Phase,
    Platform,
    Question,
)
from runner.platforms.section import Section

_MODE = ("prompt", "parent", "enter", "leave", "password", "home")
_LOGIN = ("user", "password", "failed", "wake", "user_suffix", "refused")
_PAGER = ("pattern", "key", "quit")
_QUESTION = ("pattern", "answer", "newline", "phase")
_CONFIG = ("mode", "commit", "abort", "save", "diff", "confirm", "replace", "rollback")
_BACKUP = ("command", "end", "volatile")
_TOP = (
    "extends",
    "aliases",
    "modes",
    "login",
    "exec_mode",
    "privileged_mode",
    "setup",
    "setup_privileged",
    "pagers",
    "newline",
    "ssh_newline",
    "terminal",
    "terminal_type",
    "errors",
    "questions",
    "asks",
    "text_input",
    "interrupt",
    "help_key",
    "logout",
    "config",
    "backup",
    "read_only",
    "read_only_filter",
    "secrets",
    "names",
    "prompt_prefix_lines",
    "json_output",
)


def read_platform(name: str, merged: Merged) -> Platform:
    """The platform that `merged` describes. Raises LoadError."""
    top = Section(merged, merged.data)
    top.allow(_TOP)
    modes = _modes(top)
    platform = Platform(
        name=name,
        aliases=top.texts("aliases"),
        modes=modes,
        login=_login(top.section("login")),
        exec_mode=top.text("exec_mode", "exec"),
        privileged_mode=top.optional("privileged_mode"),
        setup=top.texts("setup"),
        setup_privileged=top.texts("setup_privileged"),
        pagers=tuple(_pager(item) for item in top.items("pagers")),
        newline=top.text("newline", "\r"),
        ssh_newline=top.text("ssh_newline", "\n"),
        terminal=top.pair("terminal", (511, 0)),
        terminal_type=top.text("terminal_type", "vt100"),
        errors=top.patterns("errors"),
        questions=tuple(_question(item) for item in top.items("questions")),
        asks=top.patterns("asks"),
        text_input=top.patterns("text_input"),
        interrupt=top.text("interrupt", "\x03"),
        help_key=top.text("help_key", ""),
        logout=top.text("logout", "exit"),
        config=_config(top.section("config")) if "config" in top else None,
        backup=_backup(top.section("backup")) if "backup" in top else None,
        read_only=top.patterns("read_only", whole=True),
        read_only_filter=top.optional_pattern("read_only_filter", whole=True),
        secrets=top.patterns("secrets", group="secret"),
        names={tool: top.section("names").texts(tool) for tool in top.section("names").data},
        prompt_prefix_lines=top.patterns("prompt_prefix_lines", whole=True),
        json_output=top.optional("json_output"),
    )
    _check_modes(top, platform)
    return platform


def _modes(top: Section) -> dict[str, Mode]:
    modes = top.section("modes")
    if not modes.data:
        raise top.error("modes", "a platform has at least one mode")
    return {name: _mode(name, modes.section(name)) for name in modes.data}


def _mode(name: str, section: Section) -> Mode:
    section.allow(_MODE)
    return Mode(
        name=name,
        prompt=section.pattern("prompt", whole=True),
        parent=section.optional("parent"),
        enter=section.optional("enter"),
        leave=section.optional("leave"),
        password=section.optional_pattern("password"),
        home=section.optional("home"),
    )


def _login(section: Section) -> LoginDialogue:
    section.allow(_LOGIN)
    return LoginDialogue(
        user=section.pattern("user"),
        password=section.pattern("password"),
        failed=section.patterns("failed"),
        wake=section.patterns("wake"),
        user_suffix=section.text("user_suffix", ""),
        refused=section.patterns("refused"),
    )


def _pager(section: Section) -> Pager:
    section.allow(_PAGER)
    return Pager(
        pattern=section.pattern("pattern"),
        key=section.text("key", " "),
        quit=section.text("quit", "q"),
    )


def _question(section: Section) -> Question:
    section.allow(_QUESTION)
    phase = section.text("phase", "command")
    for known in get_args(Phase):
        if phase == known:
            return Question(
                pattern=section.pattern("pattern"),
                answer=section.text("answer"),
                newline=section.flag("newline", True),
                phase=known,
            )
    raise section.error("phase", f"must be one of {', '.join(get_args(Phase))}")


def _config(section: Section) -> ConfigMode:
    section.allow(_CONFIG)
    return ConfigMode(
        mode=section.text("mode", "config"),
        commit=section.optional("commit"),
        abort=section.optional("abort"),
        save=section.optional("save"),
        diff=section.optional("diff"),
        confirm=section.optional("confirm"),
        replace=section.optional("replace"),
        rollback=section.optional("rollback"),
    )


def _backup(section: Section) -> Backup:
    section.allow(_BACKUP)
    return Backup(
        command=section.text("command"),
        end=section.optional_pattern("end"),
        volatile=section.patterns("volatile", whole=True),
    )


def _check_modes(top: Section, platform: Platform) -> None:
    modes = top.section("modes")
    for name, mode in platform.modes.items():
        if mode.parent is not None:
            modes.section(name).refer("parent", mode.parent, platform.modes)
            _check_ancestry(modes.section(name), name, platform.modes)
    top.refer("exec_mode", platform.exec_mode, platform.modes)
    if platform.privileged_mode is not None:
        top.refer("privileged_mode", platform.privileged_mode, platform.modes)
    if platform.config is not None:
        top.section("config").refer("mode", platform.config.mode, platform.modes)


def _check_ancestry(section: Section, name: str, modes: Mapping[str, Mode]) -> None:
    seen = {name}
    parent = modes[name].parent
    while parent is not None and parent in modes:
        if parent in seen:
            raise section.error("parent", "the mode is an ancestor of itself")
        seen.add(parent)
        parent = modes[parent].parent
