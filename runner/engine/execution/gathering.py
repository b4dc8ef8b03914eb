"""Who gathers facts: `setup` on this machine, the platform's own action on a device."""

from __future__ import annotations

from dataclasses import replace

from runner.actions import ACTIONS
from runner.actions.api import Action, Call
from runner.engine.execution.calls import OnHost
from runner.engine.targets.target import transport_of
from runner.engine.variables.hostvars import LOCALHOST
from runner.templating import Variables

GATHERING = "gather_facts"
_HERE = "setup"
_DEVICE = "facts"


def gatherer(on: OnHost, name: str, variables: Variables) -> str | None:
    """The action that gathers facts of host `name`; None: nobody asked for any.

    A play that says nothing of facts gathers those of this machine, which cost nothing. To
    log in to every device for them, it must say so. Raises PlanError.
    """
    local = name in LOCALHOST or (
        transport_of(variables, on.host.plan.play, on.task, on.world) == "local"
    )
    if local:
        return _HERE if _HERE in ACTIONS else None
    return None if on.task.implicit else _DEVICE


def as_gatherer(call: Call, name: str) -> tuple[Action, Call]:
    """The action of that name in the place of `gather_facts`, with the arguments it knows."""
    action = ACTIONS[name]
    args = {key: value for key, value in call.args.items() if key in action.parameters}
    return action, replace(call, action=name, args=args)
