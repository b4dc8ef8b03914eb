"""`validate_argument_spec`: are the values there, and of the kinds, that a role wants?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.actions.api import Base, Call, Outcome, Parameter
from runner.actions.arguments.reading import Arguments
from runner.actions.arguments.specs import misfits
from runner.errors import ActionFailed
from runner.templating import OMIT
from runner.values import Secret, brief

ENTRY_POINT = "validate_args_context"


class ValidateArgumentSpec(Base):
    """Fails the host when values are missing or are not what a spec says of them. Roles with
    `argument_specs` in their meta folder begin with it. No defaults are set."""

    parameters: Mapping[str, Parameter] = {
        "argument_spec": Parameter(
            "mapping", required=True, says="By option: `type`, `required`, `choices`, `options` …"
        ),
        "provided_arguments": Parameter(
            "mapping", says="Values, above the variables of these names; unknown ones are refused."
        ),
        ENTRY_POINT: Parameter("mapping", says="Whose arguments they are; only shown."),
    }
    raw: frozenset[str] = frozenset({"argument_spec"})

    def run(self, call: Call) -> Outcome:
        """Looks at every option of the spec."""
        args = Arguments(call, self.parameters)
        context = {ENTRY_POINT: args.mapping(ENTRY_POINT)}
        written = call.args["argument_spec"]
        spec = call.templar.render(written, call.variables)
        if not isinstance(spec, dict):
            raise ActionFailed(f"`argument_spec` must be a mapping, not {brief(spec)}")
        found = _values(call, spec)
        hidden = frozenset(name for name, value in found.items() if isinstance(value, Secret))
        plain = {k: v.reveal() if isinstance(v, Secret) else v for k, v in found.items()}
        wrong = misfits(spec, written, {**plain, **args.mapping("provided_arguments")}, hidden)
        if not wrong:
            return Outcome(values={**context, "msg": "The arg spec validation passed"})
        values = {**context, "argument_spec_data": spec, "argument_errors": wrong}
        return Outcome(values=values, failure=ActionFailed("; ".join(wrong)))


def _values(call: Call, spec: Mapping[str, Any]) -> dict[str, Any]:
    """The variables that are called as the options are. Raises RenderError."""
    found = {name: call.variables[name] for name in spec if name in call.variables}
    return {name: value for name, value in found.items() if value is not OMIT}
