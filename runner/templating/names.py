"""Which names a template uses, told from its text alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from jinja2 import nodes
from jinja2 import meta


@dataclass(frozen=True, slots=True)
class Names:
    """What a template reads."""

    variables: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    host_names: frozenset[str] = frozenset()
    lookups: frozenset[str] = frozenset()
    complete: bool = True


def names_in(trees: Iterable[nodes.Template | None]) -> Names:
    found: set[str] = set()
    complete = True
    for tree in trees:
        if tree is None:
            complete = False
        else:
            found |= meta.find_undeclared_variables(tree)
    return Names(frozenset(found), complete=complete)
