"""Templates within the quoted texts of expressions, which old playbooks have: `'{{ x }}' == 'a'`.

Ansible fills them in where a condition is asked and where a lookup is given its terms, and
nowhere else. Here they become part of the expression: what they give is never compiled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from runner.templating.names import LOOKUPS

if TYPE_CHECKING:
    from jinja2 import Environment

_BRACES = "{{"


def filled_in(tree: nodes.Template, environment: Environment) -> nodes.Template:
    """A condition with the templates in its quoted texts as expressions."""
    found: nodes.Template = _Filling(environment).visit(tree)
    return found


def with_lookups_filled_in(tree: nodes.Template, environment: Environment) -> nodes.Template:
    """A template with the same done to the terms of its lookups."""
    filling = _Filling(environment)
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in LOOKUPS:
            call.args = [*call.args[:1], *map(filling.visit, call.args[1:])]
    return tree


def may_have_some(text: str) -> bool:
    """Whether a template may give a lookup a quoted text with a template in it."""
    return text.count(_BRACES) > 1 and any(name in text for name in LOOKUPS)


class _Filling(NodeTransformer):
    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def visit_Const(self, node: nodes.Const) -> nodes.Expr:  # noqa: N802 - Jinja's name
        if not isinstance(node.value, str) or _BRACES not in node.value:
            return node
        told = _printed(self._environment.parse(node.value))
        if not told:
            return node
        whole = told[0] if len(told) == 1 else nodes.Concat(told, lineno=node.lineno)
        for part in (whole, *whole.find_all(nodes.Node)):
            part.lineno = node.lineno
        whole.set_environment(self._environment)
        return whole


def _printed(tree: nodes.Template) -> list[nodes.Expr]:
    """What a text prints, piece by piece; nothing of one with statements: that stays as it is."""
    found: list[nodes.Expr] = []
    for part in tree.body:
        if not isinstance(part, nodes.Output):
            return []
        for piece in part.nodes:
            is_text = isinstance(piece, nodes.TemplateData)
            found.append(nodes.Const(piece.data) if is_text else piece)  # type: ignore[attr-defined]
    return found
