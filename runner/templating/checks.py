"""What can be told to be wrong with a template before anything is rendered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from jinja2 import Environment, nodes

from runner.errors import nearest
from runner.templating.library.lookups import UNSUPPORTED
from runner.templating.names import LOOKUPS


class Fault(NamedTuple):
    """One mistake; `line` counts from 1 within the template."""

    message: str
    line: int
    hint: str | None
    about: str
    """`filter`, `test` or `lookup`."""


_BY_NAME = {
    **dict.fromkeys(("map", "ansible.builtin.map"), "filter"),
    **dict.fromkeys(("select", "reject"), "test"),
    **dict.fromkeys(("ansible.builtin.select", "ansible.builtin.reject"), "test"),
    **dict.fromkeys(("selectattr", "rejectattr"), "attribute's test"),
    **dict.fromkeys(
        ("ansible.builtin.selectattr", "ansible.builtin.rejectattr"), "attribute's test"
    ),
}
"""Filters that take the name of a filter or test: as first argument, or after an attribute."""


_OF_THE_OTHER_KIND = {
    "filter": "`{name}` is a test: write `x is {name}`",
    "test": "`{name}` is a filter: write `x | {name}`",
}


def faults(
    tree: nodes.Template, environment: Environment, lookups: frozenset[str]
) -> Iterator[Fault]:
    """Filters, tests and lookups that do not exist."""
    for node in tree.find_all((nodes.Filter, nodes.Test)):
        kind = "filter" if isinstance(node, nodes.Filter) else "test"
        yield from _unless_known(kind, node.name, environment, node)
        if isinstance(node, nodes.Filter) and node.name in _BY_NAME:
            yield from _named_in(node, environment)
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in LOOKUPS and call.args:
            yield from _lookup(call, lookups)


def _unless_known(
    kind: str, name: str | None, environment: Environment, node: nodes.Node
) -> Iterator[Fault]:
    known: dict[str, Any] = environment.filters if kind == "filter" else environment.tests
    if name is not None and name not in known:
        other = environment.tests if kind == "filter" else environment.filters
        hint = _OF_THE_OTHER_KIND[kind].format(name=name) if name in other else None
        words = (word for word in known if "." not in word)
        yield _unknown(kind, name, words, node.lineno, hint)


def _named_in(node: nodes.Filter, environment: Environment) -> Iterator[Fault]:
    kind = _BY_NAME[node.name]
    at = 1 if kind.startswith("attribute") else 0
    argument = node.args[at] if len(node.args) > at else None
    if isinstance(argument, nodes.Const) and isinstance(argument.value, str):
        wanted = "filter" if kind == "filter" else "test"
        yield from _unless_known(wanted, argument.value, environment, node)


def _lookup(call: nodes.Call, lookups: frozenset[str]) -> Iterator[Fault]:
    name = call.args[0].value if isinstance(call.args[0], nodes.Const) else None
    if not isinstance(name, str):
        return
    short = name.rpartition(".")[2]
    if short in UNSUPPORTED:
        message = f"the lookup '{name}' is not supported yet"
        yield Fault(message, call.lineno, UNSUPPORTED[short], "lookup")
    elif short not in lookups:
        yield _unknown("lookup", name, lookups, call.lineno)


def _unknown(kind: str, name: str, known: Any, line: int, hint: str | None = None) -> Fault:
    close = None if hint else nearest(name.rpartition(".")[2], known)
    hint = f"did you mean '{close}'?" if close else hint
    return Fault(f"there is no {kind} '{name}'", line, hint, kind)
