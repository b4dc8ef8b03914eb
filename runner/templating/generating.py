"""The Python code that templates become: values keep their types, and files cost little."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import nodes
from jinja2.nativetypes import NativeCodeGenerator

if TYPE_CHECKING:
    from jinja2.compiler import Frame


class ValueGenerator(NativeCodeGenerator):
    """Code that yields values as they are; constants too, so that `5` stays a number."""

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> Any:
        if isinstance(node, nodes.TemplateData):
            return super()._output_child_to_const(node, frame, finalize)
        raise nodes.Impossible()


class TextGenerator(ValueGenerator):
    """The same for template files: what the file itself prints is text at once.

    Within macros, `call` and `set` blocks values keep their types, as they do in playbooks.
    """

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        """What stands between two blocks is one text, not one for each part of it."""
        if frame.buffer is not None or frame.require_output_check or len(node.nodes) == 1:
            super().visit_Output(node, frame)
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
            self.write(") is str else environment.text(part))")
        else:
            super()._output_child_post(node, frame, finalize)
