"""What can be told to be wrong with a template before anything is rendered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from jinja2 import Environment, nodes

from runner.errors import nearest

_LOOKUPS = frozenset({"lookup", "query", "q"})


class Fault(NamedTuple):
    """One mistake; `line` counts from 1 within the template."""

    message: str
    line: int
    hint: str | None


def faults(tree: nodes.Template, environment: Environment) -> Iterator[Fault]:
    """Filters and tests that do not exist."""
    for node in tree.find_all((nodes.Filter, nodes.Test)):
        known: dict[str, Any]
        if isinstance(node, nodes.Filter):
            kind, known = "filter", environment.filters
        else:
            kind, known = "test", environment.tests
        if node.name is not None and node.name not in known:
            yield _unknown(kind, node.name, known, node.lineno)


def _unknown(kind: str, name: str, known: dict[str, Any], line: int) -> Fault:
    close = nearest(name.rpartition(".")[2], [word for word in known if "." not in word])
    hint = f"did you mean '{close}'?" if close else None
    return Fault(f"there is no {kind} '{name}'", line, hint)
