"""From what a file, variable or flag says to the value that a setting has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from runner.errors import LoadError, nearest
from runner.settings.table import Setting
from runner.values import near

_TRUE = frozenset({"yes", "y", "true", "t", "on", "1"})
_FALSE = frozenset({"no", "n", "false", "f", "off", "0", ""})


class Layer(NamedTuple):
    """The settings that one source gives, and what people call it."""

    values: dict[str, Any]
    sources: dict[str, str]


def convert(setting: Setting, value: Any, base: Path, error: Callable[[str], LoadError]) -> Any:
    """The value as its setting has it; relative paths start at `base`."""
    if setting.kind in ("sources", "paths", "identities"):
        items = [value] if isinstance(value, (str, Path)) else value
        if not isinstance(items, (list, tuple)):
            raise error("must be text or a list of texts")
        return tuple(_item(setting, item, base, error) for item in items)
    if setting.kind == "path":
        return _path(value, base, error, lists=False)
    if setting.kind in ("count", "at_least_one", "seconds"):
        return _number(setting, value, error)
    if setting.kind == "flag":
        return _flag(value, error)
    return _text(setting, value, error)


def _item(setting: Setting, value: Any, base: Path, error: Callable[[str], LoadError]) -> str:
    if setting.kind != "identities":
        return _path(value, base, error, setting.kind == "sources")
    first, at, rest = _text(setting, value, error).partition("@")
    name, source = (first, rest) if at else ("", first)
    if source == "prompt":
        return f"{name}{at}{source}"
    return f"{name}{at}{_path(source, base, error, lists=False)}"


def _text(setting: Setting, value: Any, error: Callable[[str], LoadError]) -> str:
    if not isinstance(value, str):
        raise error(f"must be text, not {value!r}")
    if setting.choices and value not in setting.choices:
        known = nearest(value, setting.choices)
        meant = f"; did you mean {known}?" if known else ""
        raise error(f"{value!r} is none of {', '.join(setting.choices)}{meant}")
    if setting.kind == "encoding" and not _is_encoding(value):
        raise error(f"there is no encoding {value!r}")
    return value


def flag_of(text: str) -> bool | None:
    """What a word says (`yes`, `0`); None if it says neither."""
    word = text.strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None


def _flag(value: Any, error: Callable[[str], LoadError]) -> bool:
    if isinstance(value, bool):
        return value
    meant = flag_of(value) if isinstance(value, str) else None
    if meant is None:
        raise error(f"must be true or false, not {value!r}")
    return meant


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
        return near(base / Path(text).expanduser())
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


def read_text(file: Path) -> str:
    """The text of a file of settings. Raises LoadError."""
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise LoadError(f"{near(file)} is not UTF-8 text") from None
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise LoadError(f"cannot read {near(file)}: {reason}") from None


def variable_error(variable: str) -> Callable[[str], LoadError]:
    """Makes the error for a wrong value of an environment variable."""
    return lambda problem: LoadError(f"the environment variable {variable}: {problem}")
