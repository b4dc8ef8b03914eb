"""Filters on single values: truth, numbers, hashes, time, and what is not there."""

from __future__ import annotations

import datetime
import hashlib
import math
import random as randomness
import re
import secrets
import time
from collections.abc import Iterable
from typing import Any

from jinja2 import Undefined
from jinja2.filters import do_default

from runner.templating.failures import TemplateFault
from runner.templating.library import hashing
from runner.templating.library.text import as_bytes
from runner.templating.undefined import is_defined

_TRUE = frozenset({"yes", "on", "1", "true"})


def boolean(value: Any) -> bool:
    """`yes`, `on`, `1` and `true` are true in any case; everything else is false."""
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return value == 1
    return str(value).lower() in _TRUE


def default(value: Any, default_value: Any = "", boolean: bool = False) -> Any:
    """`value`, or the default where it is not defined (or false, if asked for).

    A variable whose template fails for another reason than an undefined name is an error.
    """
    is_defined(value)
    return do_default(value, default_value, boolean)


def mandatory(value: Any, msg: str | None = None) -> Any:
    """`value`; an error with `msg` where it is not defined."""
    if is_defined(value):
        return value
    if msg:
        raise TemplateFault(str(msg))
    return str(value)


def type_debug(value: Any) -> str:
    """The name of the value's type."""
    if isinstance(value, str):
        return "str"  # However it is marked.
    return "UndefinedMarker" if isinstance(value, Undefined) else type(value).__name__


def digest(value: Any, hashtype: str = "sha1") -> str:
    """The hash of a text, in hex."""
    try:
        found = hashlib.new(hashtype, usedforsecurity=False)
    except ValueError as error:
        raise TemplateFault(f"hash: there is no hash '{hashtype}'") from error
    found.update(as_bytes(value))
    return found.hexdigest()


def _hash_of(kind: str) -> Any:
    def hashed(value: Any) -> str:
        return digest(value, kind)

    return hashed


def to_datetime(value: Any, format: str = "%Y-%m-%d %H:%M:%S") -> datetime.datetime:
    """The point in time that a text stands for."""
    try:
        return datetime.datetime.strptime(str(value), format)
    except ValueError as error:
        raise TemplateFault(f"to_datetime: {error}") from error


def strftime(form: str, second: Any = None, utc: bool = False) -> str:
    """A time (seconds since the epoch; now, if not given) in a form."""
    try:
        seconds = time.time() if second is None else float(second)
    except (TypeError, ValueError) as error:
        raise TemplateFault(f"strftime: '{second}' is not a number of seconds") from error
    return time.strftime(form, time.gmtime(seconds) if utc else time.localtime(seconds))


def now(utc: bool = False, fmt: str | None = None) -> Any:
    """The time, as a datetime or in a form."""
    moment = datetime.datetime.now(datetime.UTC if utc else None).replace(tzinfo=None)
    return moment.strftime(fmt) if fmt else moment


_UNITS = "YZEPTGMK"


def human_readable(value: Any, isbits: bool = False, unit: str | None = None) -> str:
    """A size as people write it: `1.46 KB`; bits are `Kb`."""
    size = _number(value, "human_readable")
    suffix, whole = ("b", "bits") if isbits else ("B", "Bytes")
    for power, letter in zip(range(len(_UNITS), 0, -1), _UNITS, strict=True):
        limit = 1 << (10 * power)
        if (unit is None and abs(size) >= limit) or (unit or "").upper()[:1] == letter:
            return f"{size / limit:.2f} {letter}{suffix}"
    return f"{size:.2f} {whole}"


_SIZE = re.compile(r"\s*([0-9]*\.?[0-9]+)\s*([A-Za-z]*)\s*")


def human_to_bytes(value: Any, default_unit: str | None = None, isbits: bool = False) -> int:
    """`10K`, `1.5 MB` as a number; a bit is never taken for a byte."""
    match = _SIZE.fullmatch(str(value))
    unit = (match[2] or default_unit or "B").strip() if match else ""
    letter, rest = unit[:1].upper(), unit[1:]
    allowed = ("", "b", "bit", "bits") if isbits else ("", "B", "yte", "ytes")
    if match is None or (letter not in _UNITS and letter != "B") or rest not in allowed:
        raise TemplateFault(f"human_to_bytes: '{value}' is not a size")
    power = 0 if letter == "B" else len(_UNITS) - _UNITS.index(letter)
    return round(float(match[1]) * (1 << (10 * power)))


def _number(value: Any, name: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise TemplateFault(f"{name}: '{value}' is not a number") from error


def logarithm(value: Any, base: float = math.e) -> float:
    """The logarithm, natural if no base is given."""
    try:
        return math.log10(value) if base == 10 else math.log(value, base)
    except (TypeError, ValueError) as error:
        raise TemplateFault(f"log: {error}") from error


def power(value: Any, exponent: float) -> float:
    """`value` to a power."""
    try:
        return math.pow(value, exponent)
    except (TypeError, ValueError, OverflowError) as error:
        raise TemplateFault(f"pow: {error}") from error


def root(value: Any, base: float = 2) -> float:
    """The root, square if not said otherwise."""
    return math.sqrt(_number(value, "root")) if base == 2 else power(value, 1.0 / float(base))


def _source(seed: Any) -> randomness.Random:
    return secrets.SystemRandom() if seed is None else randomness.Random(seed)  # noqa: S311


def random(end: Any, start: int | None = None, step: int | None = None, seed: Any = None) -> Any:
    """A number below `end`, or an element of a list; the same for the same seed."""
    source = _source(seed)
    if isinstance(end, int):
        return source.randrange(start or 0, end, step or 1)
    if start is not None or step is not None:
        raise TemplateFault("random: start and step are for numbers only")
    items = list(end) if isinstance(end, Iterable) else []
    if not items:
        raise TemplateFault("random wants a number or a list with something in it")
    return source.choice(items)


def shuffle(value: Any, seed: Any = None) -> list[Any]:
    """The list in another order; the same for the same seed."""
    items = list(value)
    _source(seed).shuffle(items)
    return items


FILTERS: dict[str, Any] = {
    "bool": boolean,
    "default": default,
    "d": default,
    "mandatory": mandatory,
    "type_debug": type_debug,
    "hash": digest,
    "md5": _hash_of("md5"),
    "sha1": _hash_of("sha1"),
    "checksum": _hash_of("sha1"),
    "password_hash": hashing.password_hash,
    "to_datetime": to_datetime,
    "strftime": strftime,
    "human_readable": human_readable,
    "human_to_bytes": human_to_bytes,
    "log": logarithm,
    "pow": power,
    "root": root,
    "random": random,
    "shuffle": shuffle,
}
