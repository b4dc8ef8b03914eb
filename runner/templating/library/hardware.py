"""Filters on hardware (MAC) addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from jinja2 import Undefined

from runner.templating.failures import TemplateFault

_MAC_FORMS = (
    re.compile(r"(?:[0-9a-f]{1,2}:){5}[0-9a-f]{1,2}", re.IGNORECASE),
    re.compile(r"(?:[0-9a-f]{1,2}-){5}[0-9a-f]{1,2}", re.IGNORECASE),
    re.compile(r"(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}", re.IGNORECASE),
    re.compile(r"[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}", re.IGNORECASE),
    re.compile(r"[0-9a-f]{6}[:-][0-9a-f]{6}", re.IGNORECASE),
    re.compile(r"[0-9a-f]{12}", re.IGNORECASE),
)


def hardware_digits(value: Any) -> str | None:
    """Twelve hex digits, or None."""
    text = str(value)
    if not any(form.fullmatch(text) for form in _MAC_FORMS):
        return None
    parts = re.split(r"[:.-]", text)
    if len(parts) == 6:
        parts = [part.zfill(2) for part in parts]
    return "".join(parts).lower()


def _grouped(digits: str, size: int, separator: str) -> str:
    return separator.join(digits[at : at + size] for at in range(0, len(digits), size))


_MAC_QUERIES: dict[str, Callable[[str], Any]] = {
    "bool": lambda _digits: True,
    "int": lambda digits: int(digits, 16),
    "bare": str.upper,
    "cisco": lambda digits: _grouped(digits, 4, "."),
    "eui48": lambda digits: _grouped(digits.upper(), 2, "-"),
    "win": lambda digits: _grouped(digits.upper(), 2, "-"),
    "linux": lambda digits: _grouped(digits, 2, ":"),
    "unix": lambda digits: ":".join(f"{int(part, 16):x}" for part in re.findall("..", digits)),
    "pgsql": lambda digits: _grouped(digits, 6, ":"),
    "postgresql": lambda digits: _grouped(digits, 6, ":"),
    "psql": lambda digits: _grouped(digits, 6, ":"),
}


def hwaddr(value: Any, query: str = "") -> Any:
    """A hardware address in the form asked for; without one the value itself, or None."""
    if isinstance(value, Undefined):
        str(value)
    digits = hardware_digits(value)
    if query and query not in _MAC_QUERIES:
        raise TemplateFault(f"hwaddr: '{query}' is not known", hint=", ".join(_MAC_QUERIES))
    if digits is None:
        if query in ("", "bool"):
            return None
        raise TemplateFault(f"hwaddr: '{value}' is not a hardware address")
    return _MAC_QUERIES[query](digits) if query else value


FILTERS: dict[str, Any] = {"hwaddr": hwaddr, "macaddr": hwaddr}
