"""Whether a template may change the values it is given."""

from __future__ import annotations

from jinja2 import nodes

from runner.templating.names import OTHER_FILES

MUTATORS = frozenset(
    {
        *"append extend insert pop remove clear sort reverse".split(),
        *"update setdefault popitem add discard".split(),
    }
)
"""Methods of lists, dicts and sets that change them."""


def may_change_values(tree: nodes.Template) -> bool:
    """True if it names a method that changes its object, or could reach one elsewhere."""
    if any(tree.find(kind) for kind in OTHER_FILES):
        return True
    if any(node.attr in MUTATORS for node in tree.find_all(nodes.Getattr)):
        return True
    if any(_text(node.arg) in MUTATORS for node in tree.find_all(nodes.Getitem)):
        return True
    return any(node.name == "attr" for node in tree.find_all(nodes.Filter))


def _text(node: nodes.Node) -> str:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else ""
