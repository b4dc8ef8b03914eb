"""The place of an action that Ansible has and playrun has not: skipped, it does no harm."""

from __future__ import annotations

from collections.abc import Mapping

from runner.actions.api import Base, Call, Outcome, Parameter
from runner.errors import NotBegun, NotSupported

ABSENT = "absent"
"""Its name. No word of a playbook means it."""
WHY = "error"
"""The one argument: the `NotSupported` that says which action it is, and where."""


class Absent(Base):
    """Stands for an action that is missing. Planning refuses it unless no host would run it."""

    parameters: Mapping[str, Parameter] = {WHY: Parameter("any", required=True)}
    raw: frozenset[str] = frozenset({WHY})

    def run(self, call: Call) -> Outcome:
        """Only comes to pass where no plan could tell it. Raises NotBegun."""
        error: NotSupported = call.args[WHY]
        raise NotBegun(error.message, origin=error.origin, hint=error.hint)
