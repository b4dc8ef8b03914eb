"""Ansible's own configuration (`ansible.cfg`, `ANSIBLE_…`) as a fallback behind ours.

The first file that is found counts, as with Ansible: `ANSIBLE_CONFIG`, the current folder,
the playbook's folder, the home folder, `/etc/ansible`. Settings that have no meaning here
are passed over.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from runner.errors import LoadError
from runner.settings.table import Setting, known_settings
from runner.settings.values import Layer, convert, flag_of, read_text, variable_error
from runner.values import Origin, at_home, near

FILE = "ansible.cfg"
_SYSTEM_FILE = Path("/etc/ansible") / FILE
_STRATEGIES = ("linear", "free", "host_pinned")
_CACHE_SECONDS = "3600"

Values = Mapping[tuple[str, str], str]
"""The texts in a file, by section and key."""


class Fallback(NamedTuple):
    """What Ansible's configuration sets, nearest first, and files that were passed over."""

    layers: list[Layer]
    warnings: tuple[str, ...]


class _Known(NamedTuple):
    """One setting of Ansible's: where it stands, and what it sets here."""

    settings: tuple[str, ...]
    section: str
    keys: tuple[str, ...]
    """Other names of the same come after the one that wins."""
    variables: tuple[str, ...] = ()
    read: Callable[[str], Any] = str
    kept: Callable[[Any], Any] = lambda value: value
    """What counts of the value, once its paths are known."""


def _there(folders: Sequence[str]) -> tuple[str, ...]:
    """A folder for plugins that is not there is nothing to Ansible; many files name one."""
    return tuple(folder for folder in folders if Path(folder).is_dir())


def _list_of(separator: str) -> Callable[[str], list[str]]:
    return lambda text: [item for item in map(_expanded, text.split(separator)) if item]


def _expanded(text: str) -> str:
    text = re.sub(r"\{\{\s*CWD\s*\}\}", str(Path.cwd()), text.strip())
    return os.path.expandvars(_unquoted(text))


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def _whole(text: str) -> Any:
    return int(text) if re.fullmatch(r"[0-9]+", text) else text


def _seconds(text: str) -> Any:
    return float(text) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) else text


def _checking(text: str) -> Any:
    """Ansible asks about an unknown key, or refuses it; it has nothing in between."""
    checked = flag_of(text)
    return text if checked is None else "strict" if checked else "off"


def _strategy(text: str) -> str | None:
    name = text.rpartition(".")[2]
    return name if name in _STRATEGIES else None


_DEFAULTS, _BECOME, _SSH = "defaults", "privilege_escalation", "ssh_connection"
_PERSISTENT = "persistent_connection"
_PATHS = _list_of(":")
_KNOWN = (
    _Known(("inventory",), _DEFAULTS, ("inventory",), ("ANSIBLE_INVENTORY",), _list_of(",")),
    _Known(("roles_path",), _DEFAULTS, ("roles_path",), ("ANSIBLE_ROLES_PATH",), _PATHS),
    _Known(
        ("collections_path",),
        _DEFAULTS,
        ("collections_path", "collections_paths"),
        ("ANSIBLE_COLLECTIONS_PATH", "ANSIBLE_COLLECTIONS_PATHS"),
        _PATHS,
    ),
    _Known(
        ("filter_plugins",),
        _DEFAULTS,
        ("filter_plugins",),
        ("ANSIBLE_FILTER_PLUGINS",),
        _PATHS,
        _there,
    ),
    _Known(("workers",), _DEFAULTS, ("forks",), ("ANSIBLE_FORKS",), _whole),
    _Known(("strategy",), _DEFAULTS, ("strategy",), ("ANSIBLE_STRATEGY",), _strategy),
    _Known(("user",), _DEFAULTS, ("remote_user",), ("ANSIBLE_REMOTE_USER",)),
    _Known(
        ("private_key_file",),
        _DEFAULTS,
        ("private_key_file",),
        ("ANSIBLE_PRIVATE_KEY_FILE",),
        _expanded,
    ),
    _Known(
        ("vault_password_file",),
        _DEFAULTS,
        ("vault_password_file",),
        ("ANSIBLE_VAULT_PASSWORD_FILE",),
        lambda text: [_expanded(text)],
    ),
    _Known(
        ("vault_identity_list",),
        _DEFAULTS,
        ("vault_identity_list",),
        ("ANSIBLE_VAULT_IDENTITY_LIST",),
        _list_of(","),
    ),
    _Known(
        ("vault_encrypt_identity",),
        _DEFAULTS,
        ("vault_encrypt_identity",),
        ("ANSIBLE_VAULT_ENCRYPT_IDENTITY",),
    ),
    _Known(("ask_password",), _DEFAULTS, ("ask_pass",), ("ANSIBLE_ASK_PASS",)),
    _Known(("ask_vault_password",), _DEFAULTS, ("ask_vault_pass",), ("ANSIBLE_ASK_VAULT_PASS",)),
    _Known(("ask_become_password",), _BECOME, ("become_ask_pass",), ("ANSIBLE_BECOME_ASK_PASS",)),
    _Known(("become",), _BECOME, ("become",), ("ANSIBLE_BECOME",)),
    _Known(("become_user",), _BECOME, ("become_user",), ("ANSIBLE_BECOME_USER",)),
    _Known(("gathering",), _DEFAULTS, ("gathering",), ("ANSIBLE_GATHERING",), str.lower),
    _Known(("force_handlers",), _DEFAULTS, ("force_handlers",), ("ANSIBLE_FORCE_HANDLERS",)),
    _Known(("any_errors_fatal",), _DEFAULTS, ("any_errors_fatal",), ("ANSIBLE_ANY_ERRORS_FATAL",)),
    _Known(
        ("host_key_checking",),
        _DEFAULTS,
        ("host_key_checking",),
        ("ANSIBLE_HOST_KEY_CHECKING",),
        _checking,
    ),
    _Known(("connect_timeout",), _DEFAULTS, ("timeout",), ("ANSIBLE_TIMEOUT",), _seconds),
    # What Ansible means is how long a device may take to answer, silence included.
    _Known(
        ("command_timeout", "idle_timeout"),
        _PERSISTENT,
        ("command_timeout",),
        ("ANSIBLE_PERSISTENT_COMMAND_TIMEOUT",),
        _seconds,
    ),
    _Known(("inventory_cache",), "playrun", ("inventory_cache",), (), _whole),
    _Known(("ssh_common_args",), _SSH, ("ssh_common_args",), ("ANSIBLE_SSH_COMMON_ARGS",)),
)


def from_ansible(start: Path, home: Path | None, environ: Mapping[str, str]) -> Fallback:
    """Reads the variables and the file that Ansible would read for a playbook in `start`.

    Raises LoadError for a wrong value, and for `hash_behaviour = merge`.
    """
    warnings: list[str] = []
    layers = [_from_variables(environ)]
    file = _find(start, home, environ, warnings)
    if file is not None:
        layers.append(_from_file(file))
    return Fallback(layers, tuple(warnings))


def _find(
    start: Path, home: Path | None, environ: Mapping[str, str], warnings: list[str]
) -> Path | None:
    if named := environ.get("ANSIBLE_CONFIG"):
        path = at_home(os.path.expandvars(named))
        path = path / FILE if path.is_dir() else path
        if path.is_file():
            return path
    for file in _candidates(start, home):
        if not file.is_file():
            continue
        if not _anyone_may_write(file):
            return file
        warnings.append(
            f"{near(file)} is not read: everyone can write to it or its folder "
            "(chmod o-w, or name it with ANSIBLE_CONFIG)"
        )
    return None


def _candidates(start: Path, home: Path | None) -> Iterator[Path]:
    yield from dict.fromkeys((Path.cwd() / FILE, start.absolute() / FILE))
    if home is not None:
        yield home / f".{FILE}"
    yield _SYSTEM_FILE


def _anyone_may_write(file: Path) -> bool:
    return any(path.stat().st_mode & stat.S_IWOTH for path in (file, file.parent))


def _from_variables(environ: Mapping[str, str]) -> Layer:
    layer = Layer({}, {})
    _refuse_merging(environ.get("ANSIBLE_HASH_BEHAVIOUR"), None)
    for known in _KNOWN:
        for variable in known.variables:
            if text := environ.get(variable, "").strip():
                said = _Said(text, Path(), variable, variable_error(variable))
                _set(layer, known, said)
                break
    return layer


def _from_file(file: Path) -> Layer:
    text = read_text(file)
    values = _sections(file, text)
    layer = Layer({}, {})
    place = (_DEFAULTS, "hash_behaviour")
    _refuse_merging(values.get(place), _place(file, text, *place))
    _derive(values)
    for known in _KNOWN:
        for key in known.keys:
            if written := _unquoted(values.get((known.section, key), "").strip()):
                error = _file_error(file, text, known.section, key)
                _set(layer, known, _Said(written, file.parent, near(file), error))
                break
    return layer


class _Said(NamedTuple):
    """A text that sets something, and what it needs to be read."""

    text: str
    base: Path
    """Where relative paths begin."""
    source: str
    error: Callable[[str], LoadError]


def _set(layer: Layer, known: _Known, said: _Said) -> None:
    value = known.read(said.text)
    for name in known.settings:
        if value is not None and value != []:
            layer.values[name] = known.kept(convert(_SETTINGS[name], value, said.base, said.error))
            layer.sources[name] = said.source


_SETTINGS: Mapping[str, Setting] = {setting.name: setting for setting in known_settings()}


def _sections(file: Path, text: str) -> dict[tuple[str, str], str]:
    from configparser import ConfigParser, MissingSectionHeaderError, ParsingError

    parser = ConfigParser(inline_comment_prefixes=(";",), interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except MissingSectionHeaderError as error:
        raise _syntax_error(file, text, error.lineno, "no [section] before this line") from None
    except ParsingError as error:
        line = error.errors[0][0] if error.errors else 1
        raise _syntax_error(file, text, line, "neither `key = value` nor a [section]") from None
    return {
        (section, key): value or "" for section in parser for key, value in parser[section].items()
    }


def _syntax_error(file: Path, text: str, line: int, problem: str) -> LoadError:
    return LoadError(
        problem, origin=Origin(near(file), line, 1), excerpt=text.splitlines()[line - 1]
    )


def _derive(values: dict[tuple[str, str], str]) -> None:
    """Settings that several of Ansible's make together."""
    both = (values.get((_SSH, key), "") for key in ("ssh_args", "ssh_common_args"))
    values[_SSH, "ssh_common_args"] = " ".join(_unquoted(text.strip()) for text in both if text)
    if flag_of(values.get(("paramiko_connection", "host_key_auto_add"), "")):
        place = (_DEFAULTS, "host_key_checking")
        if flag_of(values.get(place, "yes")):
            values[place] = "accept-new"
    if flag_of(values.get(("inventory", "cache"), "")):
        seconds = values.get(("inventory", "cache_timeout"), _CACHE_SECONDS)
        values["playrun", "inventory_cache"] = seconds
    values.setdefault((_DEFAULTS, "timeout"), values.get((_PERSISTENT, "connect_timeout"), ""))


def _refuse_merging(text: str | None, origin: Origin | None) -> None:
    if text is not None and text.strip().lower() == "merge":
        raise LoadError(
            "hash_behaviour = merge is not supported: a variable replaces one of the same name",
            origin=origin,
            hint="merge where it is meant, with the filter `combine(recursive=true)`",
        )


def _file_error(file: Path, text: str, section: str, key: str) -> Callable[[str], LoadError]:
    origin = _place(file, text, section, key)
    excerpt = text.splitlines()[origin.line - 1]
    return lambda problem: LoadError(f"{key}: {problem}", origin=origin, excerpt=excerpt)


def _place(file: Path, text: str, section: str, key: str) -> Origin:
    current = ""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            current = stripped.strip("[]")
        elif current == section and re.match(rf"{re.escape(key)}\s*[=:]", stripped, re.IGNORECASE):
            return Origin(near(file), number, len(line) - len(line.lstrip()) + 1)
    return Origin(near(file), 1, 1)
