"""Settings: what may be set once for a project or a person, and where a value comes from.

In order: a flag, an environment variable `PLAYRUN_*`, the project's `playrun.toml`, the
user's `~/.config/playrun/config.toml`, the default.
"""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, NamedTuple

from runner.errors import LoadError, nearest
from runner.values import Origin

PROJECT_FILE = "playrun.toml"
USER_FILE = Path(".config/playrun/config.toml")

Kind = Literal[
    "text", "path", "sources", "paths", "count", "at_least_one", "seconds", "choice", "encoding"
]


def _setting(default: Any, kind: Kind, doc: str, choices: tuple[str, ...] = ()) -> Any:
    return field(default=default, metadata={"kind": kind, "doc": doc, "choices": choices})


@dataclass(frozen=True)
class Settings:
    """Every setting with its value. Paths are absolute, or relative to the current folder."""

    inventory: tuple[str, ...] = _setting(
        (), "sources", "Inventory files, folders or comma lists; later ones win."
    )
    output: str = _setting("output", "path", "The folder that host files are written under.")
    strategy: str = _setting(
        "linear",
        "text",
        "How plays run that do not say so themselves: linear, free, host_pinned or an executor.",
    )
    executor: str = _setting(
        "threads",
        "text",
        "Who runs the hosts where the strategy names no executor: serial, threads, processes.",
    )
    workers: int = _setting(32, "at_least_one", "Hosts that are worked on at a time.")
    processes: int = _setting(
        0, "count", "Worker processes of the executor `processes`; 0: one for each core."
    )
    sessions_max: int = _setting(0, "count", "Sessions open at a time; 0: as many as workers.")
    handshakes: int = _setting(8, "at_least_one", "SSH handshakes at a time in each process.")
    connect_timeout: float = _setting(10.0, "seconds", "Seconds to wait for a TCP connection.")
    login_timeout: float = _setting(30.0, "seconds", "Seconds to wait for the first prompt.")
    idle_timeout: float = _setting(
        30.0, "seconds", "Seconds of silence after which a command has failed."
    )
    command_timeout: float = _setting(600.0, "seconds", "Seconds that one command may take.")
    user: str | None = _setting(None, "text", "The user to log in as.")
    private_key_file: str | None = _setting(None, "path", "The private key to log in with.")
    vault_password_file: tuple[str, ...] = _setting(
        (), "paths", "Files (or programs) that give the passwords for vaulted variables."
    )
    host_key_checking: Literal["strict", "accept-new", "off"] = _setting(
        "accept-new",
        "choice",
        "What an unknown SSH host key means: `strict` refuses it, `accept-new` stores it, "
        "`off` takes any.",
        ("strict", "accept-new", "off"),
    )
    known_hosts: str = _setting(
        ".playrun/known_hosts", "path", "Where accepted SSH host keys are stored."
    )
    ssh_config: str | None = _setting(
        None, "path", "The SSH client configuration; unset: `~/.ssh/config`."
    )
    auth_failures_max: int = _setting(
        3, "at_least_one", "Refusals after which a credential that never worked is not used again."
    )
    encoding: str = _setting("utf-8", "encoding", "How devices encode text.")
    max_register: int = _setting(
        10_000_000, "at_least_one", "Bytes that one registered output may have."
    )
    runs_keep: int = _setting(50, "count", "Run records that are kept in `.playrun/runs`.")
    platforms: str | None = _setting(None, "path", "A folder with platform files of your own.")
    lab: str | None = _setting(None, "path", "The topology that `--lab` and `playrun lab` start.")
    color: Literal["auto", "always", "never"] = _setting(
        "auto", "choice", "Colours on the console.", ("auto", "always", "never")
    )

    root: Path = field(default_factory=Path, kw_only=True)
    """The folder of playrun.toml, or where the search for one began."""
    sources: Mapping[str, str] = field(default_factory=dict, kw_only=True, repr=False)
    """Where each value that is not the default comes from, for people."""

    def source_of(self, name: str) -> str:
        """Where the value of a setting comes from: `flag`, a variable, a file, `default`."""
        return self.sources.get(name, "default")


class Setting(NamedTuple):
    """One setting, for documentation and for listings."""

    name: str
    default: Any
    kind: Kind
    doc: str
    choices: tuple[str, ...]

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"PLAYRUN_{self.name.upper()}"


def known_settings() -> Iterator[Setting]:
    """All settings, in the order in which they are documented."""
    each: Field[Any]
    for each in fields(Settings):
        if "kind" in each.metadata:
            yield Setting(each.name, each.default, **each.metadata)


def documentation() -> str:
    """The table of all settings, as Markdown."""
    lines = ["| setting | environment | default | meaning |", "| --- | --- | --- | --- |"]
    for setting in known_settings():
        default = "" if setting.default in (None, ()) else f"`{setting.default}`"
        choices = f" One of: {', '.join(setting.choices)}." if setting.choices else ""
        lines.append(
            f"| `{setting.name}` | `{setting.variable}` | {default} | {setting.doc}{choices} |"
        )
    return "\n".join(lines) + "\n"


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
    values: dict[str, Any] = {setting.name: _placed(setting, root) for setting in known_settings()}
    sources: dict[str, str] = {}
    for layer in reversed(layers):
        values.update(layer.values)
        sources.update(layer.sources)
    return Settings(**values, root=root, sources=sources)


def find_project(start: Path, home: Path | None) -> Path | None:
    """The `playrun.toml` nearest above `start`; the search ends at the git root or home."""
    folder = start.absolute()
    for candidate in (folder, *folder.parents):
        file = candidate / PROJECT_FILE
        if file.is_file():
            return file
        if candidate == home or (candidate / ".git").exists():
            return None
    return None


class _Layer(NamedTuple):
    values: dict[str, Any]
    sources: dict[str, str]


def _layer(values: dict[str, Any], source: Callable[[str], str]) -> _Layer:
    return _Layer(values, {name: source(name) for name in values})


def _placed(setting: Setting, root: Path) -> Any:
    if setting.kind == "path" and setting.default is not None:
        return _near(root / setting.default)
    return setting.default


def _from_flags(flags: Mapping[str, Any]) -> _Layer:
    by_name = {setting.name: setting for setting in known_settings()}
    values = {}
    for name, value in flags.items():
        if value is not None and value != ():
            values[name] = _convert(by_name[name], value, Path(), _flag_error(name))
    return _layer(values, lambda _name: "flag")


def _flag_error(name: str) -> Callable[[str], LoadError]:
    return lambda problem: LoadError(f"--{name.replace('_', '-')}: {problem}")


def _from_environment(environ: Mapping[str, str]) -> _Layer:
    values = {}
    for setting in known_settings():
        text = environ.get(setting.variable)
        if text:
            error = _variable_error(setting.variable)
            values[setting.name] = _convert(setting, _from_text(setting, text), Path(), error)
    return _layer(values, lambda name: f"PLAYRUN_{name.upper()}")


def _variable_error(variable: str) -> Callable[[str], LoadError]:
    return lambda problem: LoadError(f"the environment variable {variable}: {problem}")


def _from_text(setting: Setting, text: str) -> Any:
    try:
        if setting.kind in ("count", "at_least_one"):
            return int(text)
        if setting.kind == "seconds":
            return float(text)
    except ValueError:
        return text
    return text


def _from_user(home: Path | None, environ: Mapping[str, str]) -> _Layer:
    base = environ.get("XDG_CONFIG_HOME")
    file = Path(base) / "playrun/config.toml" if base else (home or Path("/")) / USER_FILE
    return _from_file(file, file.parent) if file.is_file() else _Layer({}, {})


def _from_file(file: Path, base: Path) -> _Layer:
    _check_safe(file)
    text = _read(file)
    by_name = {setting.name: setting for setting in known_settings()}
    values = {}
    for name, value in _parse(text, file).items():
        error = _file_error(file, text, name)
        if name not in by_name:
            known = nearest(name, by_name)
            raise error("unknown setting" + (f"; did you mean {known}?" if known else ""))
        values[name] = _convert(by_name[name], value, base, error)
    return _layer(values, lambda _name: _near(file))


def _check_safe(file: Path) -> None:
    if file.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise LoadError(
            f"{_near(file)} is not read: others than its owner can write it",
            hint=f"chmod go-w {_near(file)}",
        )
    if file.parent.stat().st_mode & stat.S_IWOTH:
        raise LoadError(
            f"{_near(file)} is not read: everyone can write in its folder",
            hint=f"chmod o-w {_near(file.parent)}, or use another folder",
        )


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise LoadError(f"{_near(file)} is not UTF-8 text") from None
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise LoadError(f"cannot read {_near(file)}: {reason}") from None


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
            origin=Origin(_near(file), line, column),
            excerpt=lines[line - 1] if 0 < line <= len(lines) else None,
        ) from None


def _file_error(file: Path, text: str, name: str) -> Callable[[str], LoadError]:
    def error(problem: str) -> LoadError:
        pattern = re.compile(rf"""\s*\[*\s*["']?{re.escape(name)}["']?\s*[=.\]]""")
        for number, line in enumerate(text.splitlines(), 1):
            if pattern.match(line):
                origin = Origin(_near(file), number, len(line) - len(line.lstrip()) + 1)
                return LoadError(f"{name}: {problem}", origin=origin, excerpt=line)
        return LoadError(f"{name}: {problem}", origin=Origin(_near(file), 1, 1))

    return error


def _convert(setting: Setting, value: Any, base: Path, error: Callable[[str], LoadError]) -> Any:
    """The value as its setting has it; relative paths start at `base`."""
    if setting.kind in ("sources", "paths"):
        items = [value] if isinstance(value, (str, Path)) else value
        if not isinstance(items, (list, tuple)):
            raise error("must be text or a list of texts")
        return tuple(_path(item, base, error, setting.kind == "sources") for item in items)
    if setting.kind == "path":
        return _path(value, base, error, lists=False)
    if setting.kind in ("count", "at_least_one", "seconds"):
        return _number(setting, value, error)
    if not isinstance(value, str):
        raise error(f"must be text, not {value!r}")
    if setting.choices and value not in setting.choices:
        known = nearest(value, setting.choices)
        meant = f"; did you mean {known}?" if known else ""
        raise error(f"{value!r} is none of {', '.join(setting.choices)}{meant}")
    if setting.kind == "encoding" and not _is_encoding(value):
        raise error(f"there is no encoding {value!r}")
    return value


def _is_encoding(name: str) -> bool:
    try:
        "text".encode(name)
    except (LookupError, ValueError):
        return False
    return True


def _path(value: Any, base: Path, error: Callable[[str], LoadError], lists: bool) -> str:
    if not isinstance(value, (str, Path)) or not str(value) or "\0" in str(value):
        raise error(f"must be a path, not {value!r}")
    text = str(value)
    if lists and "," in text and not (base / text).exists():
        return text
    try:
        return _near(base / Path(text).expanduser())
    except RuntimeError:
        raise error(f"there is no home folder for {text}") from None


def _number(setting: Setting, value: Any, error: Callable[[str], LoadError]) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise error(f"must be a number, not {value!r}")
    if setting.kind == "seconds":
        if not 0 < value < 10**6:
            raise error("must be a number of seconds above 0")
        return float(value)
    least = 0 if setting.kind == "count" else 1
    if not isinstance(value, int) or value < least:
        raise error(f"must be a whole number from {least}")
    return value


def _near(path: Path) -> str:
    """`path`, from the current folder where it lies below it: what people like to read."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)
