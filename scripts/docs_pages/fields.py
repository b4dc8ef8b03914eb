"""Tables of a dataclass's fields, from its source: names, defaults and the texts below them."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from typing import NamedTuple


class FieldDoc(NamedTuple):
    """One field as its source has it."""

    name: str
    kind: str
    default: str
    doc: str


def fields_of(shape: type) -> Iterator[FieldDoc]:
    """The fields of a dataclass, in order."""
    tree = ast.parse(inspect.getsource(shape)).body[0]
    assert isinstance(tree, ast.ClassDef)
    for at, node in enumerate(tree.body):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            after = tree.body[at + 1] if at + 1 < len(tree.body) else None
            yield FieldDoc(
                node.target.id, ast.unparse(node.annotation), _default(node.value), _text(after)
            )


def _default(value: ast.expr | None) -> str:
    if value is None or isinstance(value, ast.Call):
        return ""
    shown = ast.unparse(value)
    return "" if shown in ("None", "()", "''", "{}") else shown


def _text(node: ast.stmt | None) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return " ".join(str(node.value.value).split())
    return ""
