"""The filters, tests and functions that templates may use, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from jinja2 import Undefined
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.filters import do_indent
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
from runner.templating.results import OMIT, settled
from runner.templating.undefined import Missing

_UTILS = ("ansible.utils", "ansible.netcommon")


def undef(hint: str | None = None) -> Missing:
    """A value that is not defined; using it fails with the hint."""
    return Missing(hint or "this value has to be set", exc=UndefinedUse)


def _named(table: Mapping[str, Any], *collections: str) -> dict[str, Any]:
    full = {f"{place}.{name}": entry for place in collections for name, entry in table.items()}
    return {**table, **full}


def _settling(filter_: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(filter_)
    def settle(*args: Any, **kwargs: Any) -> Any:
        return settled(filter_(*args, **kwargs))

    return settle


def indent(value: Any, *args: Any, **kwargs: Any) -> str:
    """Jinja's, for text only: it would add a line break to a list itself."""
    return do_indent(text.text_in(value, "indent"), *args, **kwargs)


def items(value: Any) -> list[Any]:
    """Pairs of key and value. Jinja's own gives nothing for an undefined value."""
    if isinstance(value, Undefined):
        str(value)
    return list(JINJA_FILTERS["items"](value))


def pprint(value: Any) -> str:
    """As Python writes it; lists and dictionaries on one line, in their order."""
    if isinstance(value, (dict, list)):
        return repr(value)
    return str(JINJA_FILTERS["pprint"](value))


_PENDING = ("batch", "map", "reject", "rejectattr", "reverse", "select", "selectattr")
_JINJA: dict[str, Any] = {
    **JINJA_FILTERS,
    **{name: _settling(JINJA_FILTERS[name]) for name in (*_PENDING, "slice", "unique")},
    "indent": indent,
    "items": items,
    "pprint": pprint,
}

FILTERS: dict[str, Any] = {
    **_named(_JINJA, "ansible.builtin"),
    **_named(text.FILTERS, "ansible.builtin", *_UTILS),
    **_named(data.FILTERS, "ansible.builtin", "community.general", *_UTILS),
    **_named(formats.FILTERS, "ansible.builtin"),
    **_named(values.FILTERS, "ansible.builtin"),
    **_named({**parsing.FILTERS, **specs.FILTERS}, *_UTILS),
    **_named({**network.FILTERS, **subnets.FILTERS, **hardware.FILTERS}, *_UTILS),
}


def _using(test: Any) -> Callable[..., Any]:
    """The test, for which a value has to be there: Jinja's own of kinds never look."""

    @wraps(test)
    def ask(value: Any, *args: Any) -> Any:
        if isinstance(value, Undefined):
            str(value)
        return test(value, *args)

    return ask


_KINDS = ("boolean", "callable", "escaped", "false", "float", "integer", "mapping", "none")
_JINJA_TESTS: dict[str, Any] = {
    **JINJA_TESTS,
    **{
        name: _using(JINJA_TESTS[name])
        for name in (*_KINDS, "number", "sameas", "sequence", "string", "true")
    },
}

TESTS: dict[str, Any] = {
    **_named(_JINJA_TESTS, "ansible.builtin"),
    **_named(predicates.TESTS, "ansible.builtin"),
}

GLOBALS: dict[str, Any] = {"omit": OMIT, "undef": undef, "now": values.now}
