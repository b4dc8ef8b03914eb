"""`delegate_to`: the task is the host's, the device is another's."""

from __future__ import annotations

from typing import Any, NamedTuple

from runner.engine.variables.hostvars import LOCALHOST
from runner.engine.variables.magic import Lazy, Magic
from runner.engine.variables.precedence import NO_ADDRESS
from runner.engine.world import World
from runner.errors import ActionFailed, PlanError
from runner.model import Task
from runner.templating import OMIT, Variables


class Delegate(NamedTuple):
    """The host that a task is done on, and what is known of it."""

    name: str
    variables: Variables
    """Its own where they say how it is reached: connection variables come from it alone."""


def delegate_name(task: Task, variables: Variables, world: World) -> str | None:
    """The rendered `delegate_to`; None: the host itself. Raises ActionFailed when it is empty."""
    if task.delegate_to is None or task.delegate_to == "":
        return None
    name: Any = world.templar.render(task.delegate_to, variables)
    if name is OMIT:
        return None
    if name is None or name == "":
        raise ActionFailed(
            f"`delegate_to: {task.delegate_to}` names no host",
            hint="give it a default, or `omit` for the host itself",
        )
    return str(name)


def check_shell(name: str, transport: str, task: Task) -> None:
    """Programs run on the controller. Raises PlanError for a delegate that is something else."""
    if transport != "local" and name not in LOCALHOST:
        raise PlanError(
            f"`{task.written}` runs a program on the controller, and {name} is a device",
            origin=task.origin,
            hint="type at the device with `cli`, or add `delegate_to: localhost`",
        )


def seen_of(delegate: Delegate, variables: Variables) -> Magic:
    """What a task sees of the host that it is delegated to."""
    seen = Magic({"ansible_delegated_vars": Lazy(lambda: {delegate.name: delegate.variables})})
    if variables.raw("ansible_host") is NO_ADDRESS:
        seen["ansible_host"] = Lazy(lambda: delegate.variables["ansible_host"])
    return seen
