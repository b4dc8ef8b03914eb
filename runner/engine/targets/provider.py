"""How playbooks said where a device is before there were connection plugins.

`connection: local` with `provider: {host: …, username: …, password: …}` in every task; older
still, the same keys as arguments of the task itself. Source: the documentation of Ansible 2.9.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.actions import ACTIONS
from runner.actions.api import PROVIDER_ARGUMENTS
from runner.engine.variables.hostsettings import NAMES
from runner.engine.world import World
from runner.errors import PlanError, PlayrunError
from runner.model import Play, Task
from runner.templating import Variables
from runner.values import EMPTY, Origin, brief

OLD_FORM = (
    "`provider` and `connection: local` are an old form: the devices are reached all the same; "
    "say `connection: network_cli` (or ssh, telnet) and set ansible_user and ansible_password"
)

_MEANINGS: Mapping[str, str] = {
    "host": "address",
    "port": "port",
    "username": "user",
    "password": "password",
    "ssh_keyfile": "private_key_file",
    "timeout": "command_timeout",
    "authorize": "become",
    "auth_pass": "become_password",
}
_REACHABLE = ("cli", "ssh", "network_cli")
_LOCAL = ("local", "ansible.builtin.local")


def has_provider(task: Task | None) -> bool:
    """Whether the task says itself where its device is."""
    if task is None or PROVIDER_ARGUMENTS.keys().isdisjoint(task.args):
        return False
    return ACTIONS[task.action].place == "device"


def provider_of(
    host: str, task: Task | None, variables: Variables, world: World
) -> Mapping[str, Any]:
    """What the task says of its device, by meaning; nothing of it beats the lab's stand-in.

    Raises RenderError, and PlanError for a transport that is no command line.
    """
    if task is None or not has_provider(task):
        return EMPTY
    written = {name: task.args[name] for name in PROVIDER_ARGUMENTS if name in task.args}
    given = world.templar.render(written, variables)
    provider = given.pop("provider", None) or {}
    if not isinstance(provider, Mapping):
        raise PlanError(
            f"`provider` must be a mapping (host, username, password …), not {brief(provider)}",
            origin=task.origin,
        )
    values = {**provider, **given}
    _refuse_transport(values, _origin(task))
    stand_in = world.overrides(host)
    return {
        meaning: values[name]
        for name, meaning in _MEANINGS.items()
        if values.get(name) not in (None, "")
        and not any(known in stand_in for known in NAMES[meaning])
    }


def is_old_form(play: Play, task: Task) -> bool:
    """Whether a device task says where it goes as before connection plugins; see `OLD_FORM`."""
    word = play.connection if task.connection is None else task.connection
    return has_provider(task) or word in _LOCAL


def is_local(variables: Mapping[str, Any]) -> bool:
    """Whether a host's own variables, unrendered, say that it is reached here."""
    return variables.get("ansible_connection") in _LOCAL


def check_provider(host: str, task: Task | None, variables: Variables, world: World) -> None:
    """Raises PlanError for a provider that can be read before the run and cannot be served."""
    try:
        provider_of(host, task, variables, world)
    except PlanError:
        raise
    except PlayrunError:
        return  # It names what only the run will tell.


def _refuse_transport(values: Mapping[str, Any], origin: Origin) -> None:
    transport = values.get("transport")
    if transport is None or transport == "" or str(transport) in _REACHABLE:
        return
    raise PlanError(
        f"the provider's transport `{transport}` is no command line",
        origin=origin,
        hint="playrun types at devices: `transport: cli`, or take it out",
    )


def _origin(task: Task) -> Origin:
    for name in ("transport", "provider"):
        origin = getattr(task.args.get(name), "origin", None)
        if isinstance(origin, Origin):
            return origin
    return task.origin
