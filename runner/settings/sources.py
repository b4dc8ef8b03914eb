"""Where settings come from, and which source wins."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from runner.errors import LoadError, nearest
from runner.settings.ansible import from_ansible
from runner.settings.table import Setting, Settings, known_settings
from runner.settings.values import Layer, convert, read_text, variable_error
from runner.values import Origin, near

PROJECT_FILE = "playrun.toml"
USER_FILE = Path(".config/playrun/config.toml")


def load_settings(start: Path, flags: Mapping[str, Any], environ: Mapping[str, str]) -> Settings:
    """The settings for a playbook in the folder `start`. Flags that are None are not given.

    Raises LoadError: an unknown setting, a wrong value, a file that others may write.
    """
    home = Path(environ["HOME"]) if environ.get("HOME") else None
    project = find_project(start, home)
    root = project.parent if project else start
    layers = [_from_flags(flags), _from_environment(environ)]
    layers += [_from_file(project, root)] if project else []
    layers += [_from_user(home, environ)]
    fallback = from_ansible(start, home, environ)
    layers += fallback.layers
    values: dict[str, Any] = {setting.name: _placed(setting, root) for setting in known_settings()}
    sources: dict[str, str] = {}
    for layer in reversed(layers):
        values.update(layer.values)
        sources.update(layer.sources)
    return Settings(**values, root=root, warnings=fallback.warnings, sources=sources)


def find_project(start: Path, home: Path | None) -> Path | None:
    """The `playrun.toml` nearest above `start`; the search ends at the git root or home.

    Raises LoadError where something else has that name: the settings in it would be missed.
    """
    folder = start.absolute()
    for candidate in (folder, *folder.parents):
        file = candidate / PROJECT_FILE
        if file.is_file():
            return file
        if file.is_symlink() or file.exists():
            raise LoadError(
                f"{near(file)} is not read: it is no file, or a link that leads to none"
            )
        if candidate == home or (candidate / ".git").exists():
            return None
    return None


def _layer(values: dict[str, Any], source: Callable[[str], str]) -> Layer:
    return Layer(values, {name: source(name) for name in values})


def _placed(setting: Setting, root: Path) -> Any:
    if setting.kind == "path" and setting.default is not None:
        return near(root / setting.default)
    return setting.default


def _from_flags(flags: Mapping[str, Any]) -> Layer:
    by_name = {setting.name: setting for setting in known_settings()}
    values = {}
    for name, value in flags.items():
        if value is not None and value != ():
            values[name] = convert(by_name[name], value, Path(), _flag_error(name))
    return _layer(values, lambda _name: "flag")


_FLAGS = {"connect_timeout": "timeout", "private_key_file": "private-key"}
"""Settings whose flags have another name."""


def _flag_error(name: str) -> Callable[[str], LoadError]:
    flag = _FLAGS.get(name, name.replace("_", "-"))
    return lambda problem: LoadError(f"--{flag}: {problem}")


def _from_environment(environ: Mapping[str, str]) -> Layer:
    values = {}
    for setting in known_settings():
        text = environ.get(setting.variable)
        if text:
            error = variable_error(setting.variable)
            values[setting.name] = convert(setting, _from_text(setting, text), Path(), error)
    return _layer(values, lambda name: f"PLAYRUN_{name.upper()}")


def _from_text(setting: Setting, text: str) -> Any:
    try:
        if setting.kind in ("count", "at_least_one"):
            return int(text)
        if setting.kind == "seconds":
            return float(text)
    except ValueError:
        return text
    return text


def _from_user(home: Path | None, environ: Mapping[str, str]) -> Layer:
    base = environ.get("XDG_CONFIG_HOME")
    file = Path(base) / "playrun/config.toml" if base else (home or Path("/")) / USER_FILE
    return _from_file(file, file.parent) if file.is_file() else Layer({}, {})


def _from_file(file: Path, base: Path) -> Layer:
    _check_safe(file)
    text = read_text(file)
    by_name = {setting.name: setting for setting in known_settings()}
    values = {}
    for name, value in _parse(text, file).items():
        error = _file_error(file, text, name)
        if name not in by_name:
            known = nearest(name, by_name)
            raise error("unknown setting" + (f"; did you mean {known}?" if known else ""))
        values[name] = convert(by_name[name], value, base, error)
    return _layer(values, lambda _name: near(file))


def _check_safe(file: Path) -> None:
    if file.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise LoadError(
            f"{near(file)} is not read: others than its owner can write it",
            hint=f"chmod go-w {near(file)}",
        )
    if file.parent.stat().st_mode & stat.S_IWOTH:
        raise LoadError(
            f"{near(file)} is not read: everyone can write in its folder",
            hint=f"chmod o-w {near(file.parent)}, or use another folder",
        )


_TOML_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)


def _parse(text: str, file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        match = _TOML_PLACE.fullmatch(str(problem))
        line, column = (int(match[2] or 0), int(match[3] or 1)) if match else (1, 1)
        lines = text.splitlines()
        line = line or max(len(lines), 1)
        message = match[1] if match else str(problem)
        raise LoadError(
            f"not valid TOML: {message[:1].lower()}{message[1:]}",
            origin=Origin(near(file), line, column),
            excerpt=lines[line - 1] if 0 < line <= len(lines) else None,
        ) from None


def _file_error(file: Path, text: str, name: str) -> Callable[[str], LoadError]:
    def error(problem: str) -> LoadError:
        pattern = re.compile(rf"""\s*\[*\s*["']?{re.escape(name)}["']?\s*[=.\]]""")
        for number, line in enumerate(text.splitlines(), 1):
            if pattern.match(line):
                origin = Origin(near(file), number, len(line) - len(line.lstrip()) + 1)
                return LoadError(f"{name}: {problem}", origin=origin, excerpt=line)
        return LoadError(f"{name}: {problem}", origin=Origin(near(file), 1, 1))

    return error
