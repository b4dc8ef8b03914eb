"""Which names a template uses, told from its text alone, for planning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from jinja2 import TemplateSyntaxError, nodes
from jinja2.compiler import CodeGenerator
from jinja2.meta import TrackingCodeGenerator

OTHER_FILES: tuple[type[nodes.Node], ...] = (
    *(nodes.Include, nodes.Import),
    *(nodes.FromImport, nodes.Extends),
)
"""Statements that bring in another template file."""
LOOKUPS = frozenset({"lookup", "query", "q"})
_DEFAULTS = frozenset({"default", "d", "mandatory", "type_debug"})
_CHAINS = (nodes.Getattr, nodes.Getitem)
_DEFINED = frozenset({"defined", "undefined"})
_FACTS = "ansible_facts"
_WHOLE = frozenset({"get", "items", "keys", "values"})
"""What asks a dictionary for more than one of its keys, or for one that is computed."""


class Names(NamedTuple):
    """What a template reads, as far as its text tells."""

    variables: frozenset[str] = frozenset()
    """Every variable it may read, our own functions left out."""
    required: frozenset[str] = frozenset()
    """Those it certainly reads and does not ask `is defined` or give a default."""
    hosts: frozenset[str] = frozenset()
    """Constant names after `hostvars[…]`."""
    host_names: frozenset[str] = frozenset()
    """Variables of other hosts that it reads: `x` of `hostvars[h].x`."""
    lookups: frozenset[str] = frozenset()
    """Short names of the lookups it calls."""
    facts: frozenset[str] = frozenset()
    """What it reads of `ansible_facts`, on this host or another; `*`: any of them."""
    complete: bool = True
    """False if it may read more than this says: names, hosts or files are computed."""


@dataclass(slots=True)
class _Found:
    hosts: set[str] = field(default_factory=set)
    host_names: set[str] = field(default_factory=set)
    lookups: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)
    facts: set[str] = field(default_factory=set)
    complete: bool = True


def names_in(trees: Iterable[nodes.Template | None], own: frozenset[str]) -> Names:
    """The names in syntax trees (None: a text that does not parse); `own` are our functions."""
    found, required = _Found(), set[str]()
    for tree in trees:
        if tree is None:
            found.complete = False
            continue
        try:
            free = _free_names(tree)
        except (TemplateSyntaxError, ValueError, OverflowError):
            # A filter or test that does not exist; a number that is too long to write.
            found.complete = False
            continue
        found.variables |= free
        _look(tree, found)
        required |= free & (set(_certain(tree)) - _guarded(tree))
    return Names(
        variables=frozenset(found.variables - own),
        required=frozenset(required - own - {"vars"}),
        hosts=frozenset(found.hosts),
        host_names=frozenset(found.host_names),
        lookups=frozenset(found.lookups),
        facts=frozenset(found.facts),
        complete=found.complete,
    )


def _free_names(tree: nodes.Template) -> set[str]:
    generator = TrackingCodeGenerator(tree.environment)  # type: ignore[arg-type]
    CodeGenerator.visit(generator, tree)
    return generator.undeclared_identifiers


# What is read of other hosts, and through lookups


def _look(tree: nodes.Template, found: _Found) -> None:
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in LOOKUPS:
            _look_at_lookup(call, found)
    chained = _look_at_chains(tree, found)
    for name in tree.find_all(nodes.Name):
        if name.name in ("hostvars", "vars") and id(name) not in chained:
            found.complete = False
    if any(tree.find(kind) for kind in OTHER_FILES):
        found.complete = False
    if _FACTS in found.variables or _FACTS in found.host_names:
        found.facts |= _facts_read(tree)


def _look_at_lookup(call: nodes.Call, found: _Found) -> None:
    first, *rest = [*call.args, None]
    name = _constant(first)
    if name is None:
        found.complete = False
        return
    short = name.rpartition(".")[2]
    found.lookups.add(short)
    if short == "vars":
        terms = [_constant(arg) for arg in rest if arg is not None]
        found.variables |= {term for term in terms if term is not None}
        told = not {None, "hostvars", "vars"} & set(terms)
        found.complete = found.complete and told and call.dyn_args is None
    elif short in ("template", "varnames"):
        found.complete = False


def _look_at_chains(tree: nodes.Template, found: _Found) -> set[int]:
    """Notes what follows `hostvars[…]` and `vars[…]`; the names that were understood."""
    understood: set[int] = set()
    outer: nodes.Getattr | nodes.Getitem
    for outer in tree.find_all(_CHAINS):  # type: ignore[assignment]
        key, inner = _key(outer), outer.node
        if key is None:
            continue
        if _is_named(inner, "vars"):
            found.variables.add(key)
            if key not in ("hostvars", "vars"):
                understood.add(id(inner))
        elif _is_named(inner, "hostvars"):
            found.hosts.add(key)
        elif isinstance(inner, _CHAINS) and _is_named(inner.node, "hostvars"):
            found.host_names.add(key)
            understood.add(id(inner.node))
    return understood


def _facts_read(tree: nodes.Template) -> set[str]:
    """What follows `ansible_facts`, also that of `hostvars[…]`; `*` where nothing does, or what
    cannot be told."""
    found: set[str] = set()
    understood: set[int] = set()
    outer: nodes.Getattr | nodes.Getitem
    for outer in tree.find_all(_CHAINS):  # type: ignore[assignment]
        if _is_facts(outer.node):
            understood.add(id(outer.node))
            key = _key(outer)
            found.add("*" if key is None or key in _WHOLE else key)
    whole = (node for node in tree.find_all((nodes.Name, *_CHAINS)) if _is_facts(node))
    return found | {"*" for node in whole if id(node) not in understood}


def _is_facts(node: nodes.Node) -> bool:
    if isinstance(node, _CHAINS):
        return _key(node) == _FACTS and _is_of_a_host(node.node)
    return _is_named(node, _FACTS)


def _is_of_a_host(node: nodes.Node) -> bool:
    """Whether it is `hostvars[…]` or `vars`."""
    if isinstance(node, _CHAINS):
        node = node.node
        return _is_named(node, "hostvars")
    return _is_named(node, "vars")


def _is_named(node: nodes.Node, name: str) -> bool:
    return isinstance(node, nodes.Name) and node.name == name


def _key(node: nodes.Node) -> str | None:
    if isinstance(node, nodes.Getattr):
        return node.attr
    return _constant(node.arg) if isinstance(node, nodes.Getitem) else None


def _constant(node: nodes.Node | None) -> str | None:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        return node.value
    return None


# What is certainly read


def _certain(node: nodes.Node) -> Iterator[str]:
    """Names that are evaluated whenever `node` is."""
    if isinstance(node, nodes.Name):
        yield node.name
    for part in _always(node):
        yield from _certain(part)


def _always(node: nodes.Node) -> Iterator[nodes.Node]:
    """The parts of a node that are evaluated whatever the others give."""
    if isinstance(node, (nodes.If, nodes.CondExpr)):
        yield node.test
    elif isinstance(node, (nodes.And, nodes.Or)):
        yield node.left
    elif isinstance(node, nodes.For):
        yield node.iter
    elif isinstance(node, (nodes.Macro, nodes.CallBlock, nodes.Block)):
        return
    elif isinstance(node, nodes.Compare):
        yield node.expr
        yield node.ops[0].expr
    elif isinstance(node, nodes.Filter):
        yield from _used_by_filter(node)
    elif isinstance(node, nodes.Call):
        yield node.node
        if isinstance(node.node, nodes.Name) and node.node.name in LOOKUPS:
            yield from node.args
    else:
        yield from node.iter_child_nodes()


def _used_by_filter(node: nodes.Filter) -> Iterator[nodes.Node]:
    """A filter may leave an argument or an element of a literal list untouched."""
    if isinstance(node.node, nodes.Expr) and not isinstance(node.node, nodes.Literal):
        yield node.node
    if node.name.rpartition(".")[2] != "ternary":
        yield from node.args


def _guarded(tree: nodes.Template) -> set[str]:
    """Names that the template knows may be missing, and what `set` makes such names of."""
    guarded = set(_asked_for(tree))
    for given in tree.find_all(nodes.Assign):
        if isinstance(given.target, nodes.Name) and given.target.name in guarded:
            guarded |= {name.name for name in given.find_all(nodes.Name)}
    return guarded


def _asked_for(tree: nodes.Template) -> Iterator[str]:
    for node in tree.find_all((nodes.Filter, nodes.Test)):
        if _guards(node):
            for part in (node, *node.find_all(nodes.Name)):
                if isinstance(part, nodes.Name):
                    yield part.name


def _guards(node: nodes.Node) -> bool:
    assert isinstance(node, (nodes.Filter, nodes.Test))
    name = node.name.rpartition(".")[2]
    if isinstance(node, nodes.Test):
        return name in _DEFINED
    return name in _DEFAULTS or any(_constant(arg) in _DEFINED for arg in node.args)
