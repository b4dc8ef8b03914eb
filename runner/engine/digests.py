"""Short texts that tell values from one another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from runner.values import Secret


def digest(value: Any, other: Callable[[Any], Any] = repr) -> str:
    """The same for equal values, in every process. `other` is asked for what is no plain value."""
    try:
        text = json.dumps(value, sort_keys=True, default=other)
    except TypeError:  # Keys of several kinds, which have no order.
        text = repr(_ordered(value, other))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _ordered(value: Any, other: Callable[[Any], Any]) -> Any:
    if isinstance(value, Mapping):
        return sorted((repr(key), repr(_ordered(each, other))) for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return [_ordered(each, other) for each in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else other(value)


def digest_here(value: Any) -> str:
    """The same for equal values, in this process. A secret is like no other: it stays closed."""
    return digest(value, lambda each: id(each) if isinstance(each, Secret) else repr(each))
