"""The filters, tests and functions that templates may use, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.tests import TESTS as JINJA_TESTS

from runner.templating.failures import UndefinedUse
from runner.templating.library import (
    data,
    formats,
    hardware,
    network,
    parsing,
    predicates,
    specs,
    subnets,
    text,
    values,
)
from runner.templating.results import OMIT
from runner.templating.undefined import Missing

_UTILS = ("ansible.utils", "ansible.netcommon")


def undef(hint: str | None = None) -> Missing:
    """A value that is not defined; using it fails with the hint."""
    return Missing(hint or "this value has to be set", exc=UndefinedUse)


def _named(table: Mapping[str, Any], *collections: str) -> dict[str, Any]:
    full = {f"{place}.{name}": entry for place in collections for name, entry in table.items()}
    return {**table, **full}


FILTERS: dict[str, Any] = {
    **_named(JINJA_FILTERS, "ansible.builtin"),
    **_named(text.FILTERS, "ansible.builtin", *_UTILS),
    **_named(data.FILTERS, "ansible.builtin", "community.general", *_UTILS),
    **_named(formats.FILTERS, "ansible.builtin"),
    **_named(values.FILTERS, "ansible.builtin"),
    **_named({**parsing.FILTERS, **specs.FILTERS}, *_UTILS),
    **_named({**network.FILTERS, **subnets.FILTERS, **hardware.FILTERS}, *_UTILS),
}

TESTS: dict[str, Any] = {
    **_named(JINJA_TESTS, "ansible.builtin"),
    **_named(predicates.TESTS, "ansible.builtin"),
}

GLOBALS: dict[str, Any] = {"omit": OMIT, "undef": undef, "now": values.now}
