"""The Python code that templates become: values keep their types, and files cost little."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jinja2 import nodes
from jinja2.nativetypes import NativeCodeGenerator

if TYPE_CHECKING:
    from jinja2.compiler import Frame

_FORGIVING = frozenset(
    {
        *("default", "d", "ansible.builtin.default", "ansible.builtin.d"),
        *("defined", "undefined", "ansible.builtin.defined", "ansible.builtin.undefined"),
        *("mandatory", "ansible.builtin.mandatory", "type_debug", "ansible.builtin.type_debug"),
    }
)
"""Filters and tests that may be asked about what is not there."""
DICT_ATTRIBUTES = frozenset(dir(dict))
"""What `x.items` and the like mean, whatever keys a dictionary has."""
_OF_A_LOOP = "index0 revindex revindex0 first last length depth depth0 previtem nextitem"
_LOOP_ATTRIBUTES = {"index": "of.index0 + 1", **{name: f"of.{name}" for name in _OF_A_LOOP.split()}}


class ValueGenerator(NativeCodeGenerator):
    """Code that yields values as they are; constants too, so that `5` stays a number.

    What a loop or a plain dictionary says is taken at once: a call takes far longer.

    A filter, test or call that is given an undefined value gives one, where `default` or `is
    defined` asks for it, or a name is given to it: `x | int | default(0)`. Elsewhere it raises,
    which comes to the same and costs nothing.
    """

    _forgives = False

    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        forgives = self._forgives
        self._forgives = forgives or node.name in _FORGIVING
        super().visit_Filter(node, frame)
        self._forgives = forgives

    def visit_Test(self, node: nodes.Test, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        forgives = self._forgives
        self._forgives = forgives or node.name in _FORGIVING
        super().visit_Test(node, frame)
        self._forgives = forgives

    def visit_Assign(self, node: nodes.Assign, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        self._forgives = True
        super().visit_Assign(node, frame)
        self._forgives = False

    @contextmanager
    def _filter_test_common(
        self, node: nodes.Filter | nodes.Test, frame: Frame, is_filter: bool
    ) -> Iterator[None]:
        functions = self.filters if is_filter else self.tests
        function = functions[node.name]
        if self._forgives and node.name not in _FORGIVING:
            functions[node.name] = f"environment.forgiving({function})"
        with super()._filter_test_common(node, frame, is_filter):
            functions[node.name] = function
            yield

    def visit_Call(  # noqa: N802 - Jinja's name
        self, node: nodes.Call, frame: Frame, forward_caller: bool = False
    ) -> None:
        forgives = self._forgives
        self.write("environment.forgiving(environment.call)" if forgives else "environment.call")
        self.write("(context, ")
        self.visit(node.node, frame)
        self._forgives = forgives or self._may_be_macro(node.node)
        more = {"caller": "caller"} if forward_caller else {}
        more |= {"_loop_vars": "_loop_vars"} if frame.loop_frame else {}
        more |= {"_block_vars": "_block_vars"} if frame.block_frame else {}
        self.signature(node, frame, more or None)
        self.write(")")
        self._forgives = forgives

    def _may_be_macro(self, called: nodes.Expr) -> bool:
        """Macros take undefined arguments."""
        return isinstance(called, nodes.Name) and called.name not in self.environment.globals

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        name = node.attr
        if isinstance(node.node, nodes.Name) and node.node.name == "loop":
            if name in _LOOP_ATTRIBUTES:
                self._quickly(_LOOP_ATTRIBUTES[name], node, frame, "is LoopContext")
                return
        elif name not in DICT_ATTRIBUTES:
            self._quickly(f"of[{name!r}]", node, frame, f"is dict and {name!r} in of")
            return
        super().visit_Getattr(node, frame)

    def _quickly(self, quick: str, node: nodes.Getattr, frame: Frame, where: str) -> None:
        self.write(f"({quick} if type(of := ")
        self.visit(node.node, frame)
        self.write(f") {where} else environment.getattr(of, {node.attr!r}))")

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> Any:
        if isinstance(node, nodes.TemplateData):
            return super()._output_child_to_const(node, frame, finalize)
        raise nodes.Impossible()


class TextGenerator(ValueGenerator):
    """The same for template files: what the file itself prints is text at once.

    Within macros, `call` and `set` blocks values keep their types, as they do in playbooks.
    """

    _printer = "text"

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        """What stands between two blocks is one text, not one for each part of it."""
        if frame.buffer is not None or frame.require_output_check or len(node.nodes) == 1:
            self._printer = "lone_text"
            super().visit_Output(node, frame)
            self._printer = "text"
            return
        self.writeline('yield "".join((', node)
        self.indent()
        for part in node.nodes:
            self.newline(part)
            self._visit_text(part, frame)
            self.write(",")
        self.outdent()
        self.writeline("))")

    def _visit_text(self, part: nodes.Expr, frame: Frame) -> None:
        if isinstance(part, nodes.TemplateData):
            self.write(repr(part.data))
            return
        self._output_child_pre(part, frame, None)
        self.visit(part, frame)
        self._output_child_post(part, frame, None)

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.buffer is None:
            # Most of it is text already, which a look at its type tells sooner than a call.
            self.write("(part if type(part := ")
        else:
            super()._output_child_pre(node, frame, finalize)

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.buffer is None:
            short = "str(part) if type(part) is int else " if self._printer == "text" else ""
            self.write(f") is str else {short}environment.{self._printer}(part))")
        else:
            super()._output_child_post(node, frame, finalize)
