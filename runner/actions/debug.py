"""`debug`: show a message or a variable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.actions.api import Base, Call, OneOf, Outcome, Parameter
from runner.errors import ActionFailed
from runner.templating import UndefinedVariable
from runner.values import Source


class Debug(Base):
    """Shows `msg`, or the value of the expression `var`, as Ansible's debug does."""

    parameters: Mapping[str, Parameter] = {
        "msg": Parameter("any", says="What to show."),
        "var": Parameter("text", says="An expression, without braces; its value is shown."),
        "verbosity": Parameter("number", says="Only with so many `-v`."),
    }
    one_of: OneOf = OneOf(("msg", "var"), needed=False)
    raw: frozenset[str] = frozenset({"var"})

    def run(self, call: Call) -> Outcome:
        """Values under `msg`, or under the expression's own text."""
        if _number(call.args.get("verbosity", 0)) > call.variables.get("ansible_verbosity", 0):
            why = "Verbosity threshold not met."
            return Outcome(values={"skipped_reason": why}, skipped=why)
        if "var" not in call.args:
            return Outcome(values={"msg": call.args.get("msg", "Hello world!")})
        written = call.args["var"]
        expression = str(written).strip()
        if isinstance(written, Source) and written.has_markers:
            hint = f"leave the {{{{ }}}} out: `var: {expression.strip('{} ')}`"
            raise ActionFailed("`var` of `debug` is an expression already", hint=hint)
        try:
            source = Source("{{ " + expression + " }}", getattr(written, "origin", None))
            value = call.templar.render(source, call.variables)
        except UndefinedVariable as error:
            value = f"VARIABLE IS NOT DEFINED!: {error.message}"
        return Outcome(values={expression: value})


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ActionFailed(f"`verbosity` must be a number, not {value!r}") from None
