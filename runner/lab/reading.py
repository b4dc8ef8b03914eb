"""A topology file to a `Topology`: strict, every mistake with its line."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from runner.errors import LoadError, nearest
from runner.lab.names import PLATFORMS, canonical
from runner.lab.topology import (
    Credentials,
    Delays,
    Device,
    Interface,
    Misbehaviour,
    Topology,
)
from runner.yaml import Document, parse
from runner.yaml.documents import Path as At

MAX_DEVICES = 10_000
DEFAULT = Path(__file__).with_name("default.yaml")

_RANGE = re.compile(r"\[(\d+):(\d+)\]")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kMG]?)B?")
_UNITS = {"": 1, "k": 1_000, "M": 1_000_000, "G": 1_000_000_000}
_LAB_NETWORK = ipaddress.ip_network("127.0.0.0/8")

Convert = Callable[[Document, At, Any], Any]


def load_topology(path: Path | None) -> Topology:
    """Reads a topology file; None is the built-in one. Raises LoadError."""
    file = path or DEFAULT
    try:
        text = file.read_bytes()
    except OSError as error:
        raise LoadError(f"cannot read the lab topology {file}: {error.strerror}") from None
    return read_topology(text, str(file))


def read_topology(text: str | bytes, file: str) -> Topology:
    """Reads the text of a topology. Raises LoadError."""
    document = parse(text, file, trust=False)
    top = _mapping(document, (), document.data)
    _known(document, (), top, ("defaults", "devices"))
    defaults = _mapping(document, ("defaults",), top.get("defaults") or {})
    if not top.get("devices"):
        raise document.error("a topology needs `devices`: a name and what it is, line by line")
    devices: dict[str, Device] = {}
    for key, value in _mapping(document, ("devices",), top["devices"]).items():
        for device in _devices(document, ("devices", key), defaults, value or {}):
            if device.name in devices:
                raise document.key_error(f"{device.name} is there twice", ("devices", key))
            devices[device.name] = device
    return Topology(_distinct_addresses(document, tuple(devices.values())))


def _devices(
    document: Document, at: At, defaults: Mapping[str, Any], value: Any
) -> Iterator[Device]:
    general = _fields(document, ("defaults",), defaults, Device, _DEVICE)
    own = _fields(document, at, _mapping(document, at, value), Device, _DEVICE)
    device = _changed(_changed(Device(name=""), general), own)
    for name in _names(document, at):
        yield dataclasses.replace(device, name=name)


def _changed(device: Device, fields: Mapping[str, Any]) -> Device:
    values = {
        key: value(getattr(device, key)) if key in _SECTIONS else value
        for key, value in fields.items()
    }
    return dataclasses.replace(device, **values)


def _names(document: Document, at: At) -> Iterator[str]:
    written = str(at[-1])
    found = _RANGE.search(written)
    if found is None:
        yield _checked_name(document, at, written)
        return
    first, last = found.groups()
    count = int(last) - int(first) + 1
    if not 0 < count <= MAX_DEVICES:
        raise document.key_error(f"a range of {count} devices", at, hint=f"1 to {MAX_DEVICES}")
    width = len(first) if first.startswith("0") else 0
    for number in range(int(first), int(last) + 1):
        name = written.replace(found.group(), f"{number:0{width}}", 1)
        yield _checked_name(document, at, name)


def _checked_name(document: Document, at: At, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise document.key_error(
            f"{name!r} is no name for a device", at, hint="like r1 or r[01:50]"
        )
    return name


def _distinct_addresses(document: Document, devices: tuple[Device, ...]) -> tuple[Device, ...]:
    seen: dict[str, str] = {}
    for device in devices:
        if device.address is None:
            continue
        other = seen.setdefault(device.address, device.name)
        if other != device.name:
            message = f"{device.name} and {other} have the same address {device.address}"
            raise document.error(message, ("devices",))
    return devices


def _mapping(document: Document, at: At, value: Any) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        raise document.error(f"{at[-1] if at else 'a topology'} must be a mapping", at)
    return value


def _known(document: Document, at: At, value: Mapping[Any, Any], known: tuple[str, ...]) -> None:
    for key in value:
        if key not in known:
            meant = nearest(str(key), known)
            hint = f"did you mean {meant}?" if meant else f"known: {', '.join(known)}"
            raise document.key_error(f"the lab does not know `{key}`", (*at, key), hint=hint)


def _fields(
    document: Document,
    at: At,
    value: Mapping[Any, Any],
    shape: type,
    converts: Mapping[str, Convert],
) -> dict[str, Any]:
    """The given fields of a `shape`, converted; a name in it must be one of its fields."""
    _known(document, at, value, tuple(converts))
    assert {field.name for field in dataclasses.fields(shape)} >= set(converts)
    return {key: converts[key](document, (*at, key), item) for key, item in value.items()}


def _text(document: Document, at: At, value: Any) -> str:
    return document.text(at, value)


def _flag(document: Document, at: At, value: Any) -> bool:
    if not isinstance(value, bool):
        raise document.error(f"{at[-1]} is yes or no", at)
    return value


def _number(document: Document, at: At, value: Any) -> float:
    number = value
    if isinstance(value, str) and re.fullmatch(r"\d*\.\d+|\d+", value):
        number = float(value)
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not number >= 0:
        raise document.error(f"{at[-1]} must be a number, 0 or more", at)
    return float(number)


def _count(document: Document, at: At, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1_000_000:
        raise document.error(f"{at[-1]} must be a whole number, 0 or more", at)
    return value


def _size(document: Document, at: At, value: Any) -> int:
    found = _SIZE.fullmatch(str(value).strip())
    if found is None:
        raise document.error(f"{value!r} is no size", at, hint="like 500, 20kB or 100MB")
    return int(float(found[1]) * _UNITS[found[2]])


def _texts(document: Document, at: At, value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    paths = [(*at, index) for index in range(len(items))] if isinstance(value, list) else [at]
    return tuple(document.text(path, item) for path, item in zip(paths, items, strict=True))


def _table_of(convert: Convert) -> Convert:
    def table(document: Document, at: At, value: Any) -> dict[str, Any]:
        items = _mapping(document, at, value).items()
        return {str(key): convert(document, (*at, key), item) for key, item in items}

    return table


def _one_of(*words: str) -> Convert:
    def choice(document: Document, at: At, value: Any) -> str:
        if value not in words:
            raise document.error(f"{value!r} is none of: {', '.join(words)}", at)
        return str(value)

    return choice


def _transports(document: Document, at: At, value: Any) -> tuple[str, ...]:
    chosen = _texts(document, at, value)
    for index, item in enumerate(chosen):
        path = (*at, index) if isinstance(value, list) else at
        _one_of("ssh", "telnet")(document, path, item)
    if not chosen or len(set(chosen)) != len(chosen):
        raise document.error("transports is a list of ssh and telnet", at)
    return chosen


def _address(document: Document, at: At, value: Any) -> str:
    text = _text(document, at, value)
    try:
        inside = ipaddress.ip_address(text) in _LAB_NETWORK
    except ValueError:
        inside = False
    if not inside:
        raise document.error(f"{text!r} is no address in 127.0.0.0/8", at)
    return text


def _platform(document: Document, at: At, value: Any) -> str:
    written = _text(document, at, value)
    name = canonical(written)
    if name is None:
        meant = nearest(written, PLATFORMS)
        hint = f"did you mean {meant}?" if meant else f"known: {', '.join(PLATFORMS)}"
        raise document.error(f"the lab has no platform {written!r}", at, hint=hint)
    return name


def _interfaces(document: Document, at: At, value: Any) -> tuple[Interface, ...]:
    found = []
    for name, item in _mapping(document, at, value).items():
        inner = _mapping(document, (*at, name), item or {})
        found.append(
            Interface(str(name), **_fields(document, (*at, name), inner, Interface, _INTERFACE))
        )
    return tuple(found)


def _section(shape: type, converts: Mapping[str, Convert]) -> Convert:
    """A nested dataclass: gives a function that changes the defaults' one."""

    def read(document: Document, at: At, value: Any) -> Callable[[Any], Any]:
        found = _fields(document, at, _mapping(document, at, value), shape, converts)
        return lambda before: dataclasses.replace(before, **found)

    return read


_SECTIONS = ("credentials", "delays", "misbehaviour")

_INTERFACE: dict[str, Convert] = {"address": _text, "description": _text, "shutdown": _flag}

_MISBEHAVIOUR: dict[str, Convert] = {
    "refuse": _flag,
    "silent": _flag,
    "no_more_vtys": _flag,
    "max_sessions": _count,
    "wrong_password": _flag,
    "slow_login": _number,
    "close_after_login": _flag,
    "no_echo": _flag,
    "byte_rate": _number,
    "syslog": _count,
    "false_prompts": _flag,
    "paging_forced": _flag,
    "half_a_line": _text,
    "fail_commit": _flag,
    "hang_on": _texts,
    "drop_on": _texts,
    "unknown": _texts,
    "questions": _table_of(_text),
    "slow_commands": _table_of(_number),
    "outputs": _table_of(_size),
}

_DEVICE: dict[str, Convert] = {
    "platform": _platform,
    "address": _address,
    "transports": _transports,
    "credentials": _section(Credentials, {"user": _text, "password": _text, "enable": _text}),
    "privileged": _flag,
    "ssh_legacy": _flag,
    "delays": _section(Delays, {"login": _number, "line": _number, "restart": _number}),
    "paging": _count,
    "interfaces": _interfaces,
    "config_lines": _count,
    "banner": _text,
    "motd": _text,
    "facts": _table_of(_text),
    "misbehaviour": _section(Misbehaviour, _MISBEHAVIOUR),
}
