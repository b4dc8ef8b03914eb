"""The place of an action that a template names: which one it is, a host knows when it is there."""

from __future__ import annotations

from collections.abc import Mapping

from runner.actions.api import Base, Call, Effect, Effects, Outcome, Parameter

LATE = "late"
"""Its name. No word of a playbook means it."""

ANYTHING: Effects = frozenset(Effect) - {Effect.OWN_WRITE}
"""What a task may do of which it is not known what it does."""


class Late(Base):
    """Stands for an action until it is known which."""

    parameters: Mapping[str, Parameter] = {"*": Parameter("any")}

    def run(self, call: Call) -> Outcome:
        """Never: another action is in its place by then."""
        raise NotImplementedError(call.action)
