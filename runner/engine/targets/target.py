"""From a host's variables to the `Target` a connector needs."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from functools import cache
from typing import Any

from runner import platforms
from runner.actions.names import short_name
from runner.connections.api import HostKeyChecking, Target, Timeouts
from runner.connections.transports import CONNECTIONS, DEFAULT, TRANSPORTS
from runner.engine.targets.provider import check_provider, has_provider, provider_of
from runner.engine.variables.hostsettings import NAMES, Settings, truth
from runner.engine.world import Defaults, World
from runner.errors import PlanError, nearest
from runner.model import Play, Task
from runner.platforms.model import Platform
from runner.templating import Variables
from runner.values import Origin

__all__ = [
    "NAMES",
    "Settings",
    "become_of",
    "platform_name",
    "platform_of",
    "target_key",
    "target_of",
    "transport_of",
]

_CONNECTIONS: Mapping[str, str] = {
    **{name: name for name in TRANSPORTS},
    **dict.fromkeys(("network_cli", "smart", "paramiko", "paramiko_ssh", "libssh"), "ssh"),
    "local": "local",
}
_COLLECTIONS = ("ansible.builtin.", "ansible.legacy.", "ansible.netcommon.", "ansible.posix.")
_REFUSED = ("netconf", "httpapi", "grpc", "restconf", "winrm", "psrp", "docker", "podman")
_SYSTEM = re.compile(r"([a-z0-9]+)_[a-z0-9_]+")


def is_command_line(connection: str) -> bool:
    """Whether a connection, by its short or full name, is one that types at a command line."""
    return _short_connection(connection) in _CONNECTIONS


def transport_of(variables: Variables, play: Play, task: Task | None, world: World) -> str:
    """The transport to a host, or `local`: what its variables say, then the task, the play, the
    flag, then SSH.

    Raises PlanError for a connection we do not have, the `provider`'s included.
    """
    check_provider(str(variables["inventory_hostname"]), task, variables, world)
    word, origin = _connection_word(variables, play, task, world)
    short = _short_connection(word)
    if short in _CONNECTIONS:
        return _CONNECTIONS[short]
    host = "" if origin is not None else str(variables["inventory_hostname"])
    origin = origin or (None if task is None else task.origin)
    if short.rpartition(".")[2] in _REFUSED:
        raise PlanError(
            f"the connection `{word}`{host and f' of {host}'} is no command line",
            origin=origin,
            hint=f"playrun has {_one_of(CONNECTIONS)}",
        )
    close = nearest(word, CONNECTIONS)
    raise PlanError(
        f"there is no connection `{word}`{host and f', as {host} has it'}",
        origin=origin,
        hint=f"did you mean `{close}`?" if close else f"use {_one_of(CONNECTIONS)}",
    )


def _one_of(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _short_connection(word: str) -> str:
    for prefix in _COLLECTIONS:
        if word.startswith(prefix):
            return word.removeprefix(prefix)
    return word


def _connection_word(
    variables: Variables, play: Play, task: Task | None, world: World
) -> tuple[str, Origin | None]:
    """The word, and where a playbook says it."""
    word = Settings(variables, world).text("connection")
    if word is not None:
        own = task is not None and any(name in task.vars for name in NAMES["connection"])
        return word, task.origin if own and task is not None else None
    for written in (task and task.connection, play.connection):
        if written is not None:
            return world.templar.text(written, variables), getattr(written, "origin", None)
    return world.defaults.connection or DEFAULT, None


def platform_name(variables: Variables, world: World, task: Task | None = None) -> str | None:
    """What the host says its platform is, else what the task's action implies (`ios_command`).

    A variable of a project's own may be called `platform`: a word there that names none of
    ours does not count where the action says more.
    """
    name = Settings(variables, world).text("platform")
    implied = None if task is None else implied_platform(task.written)
    if implied is not None and (name is None or _is_foreign(name, variables, world)):
        return implied
    return name


def _is_foreign(name: str, variables: Variables, world: World) -> bool:
    if platforms.canonical(name) is not None or "ansible_network_os" in variables:
        return False
    try:
        world.platform(name)
    except PlanError:
        return True
    return False


def platform_of(variables: Variables, world: World, task: Task | None = None) -> Platform:
    """A host's platform. Raises PlanError when it has none or an unknown one."""
    name = platform_name(variables, world, task)
    if name is None and "platform" in variables:
        raise PlanError(
            "`platform` is set, but not in the inventory nor with -e, where it counts",
            hint="in a play or task write `ansible_network_os`",
        )
    if name is None:
        raise PlanError(
            "no platform is set",
            hint="set `platform` (or `ansible_network_os`) for the host or its group, "
            "for example cisco_ios; `generic` asks nothing of a device but a prompt",
        )
    return world.platform(name)


def _platform_at(host: str, variables: Variables, world: World, task: Task) -> Platform:
    """The platform of the host or of the one it delegates to: any name may be written there."""
    if platform_name(variables, world, task) is None:
        known = world.hosts.groups.get("all", ())
        if host not in known:
            close = nearest(host, known)
            raise PlanError(
                f"the inventory has no host `{host}`, and nothing else says its platform",
                hint=f"did you mean `{close}`?" if close else "add it to the inventory",
            )
    return platform_of(variables, world, task)


@cache
def implied_platform(written: str) -> str | None:
    """The platform that an action is for by its name; None: for any."""
    found = _SYSTEM.fullmatch(short_name(written))
    return None if found is None else platforms.canonical(found[1])


def become_of(variables: Variables, play: Play, task: Task, world: World) -> bool:
    """Whether to become privileged: its variable, then the task, the play, the flag."""
    return _become(Settings(variables, world), variables, play, task, world)


def _become(settings: Settings, variables: Variables, play: Play, task: Task, world: World) -> bool:
    for value in (settings.get("become"), task.become, play.become):
        rendered = world.templar.render(value, variables)
        if rendered is not None:
            return _flag("become", rendered)
    return world.defaults.become


def target_key(task: Task) -> Hashable:
    """Tasks with the same key have the same target on the same host."""
    own = task.vars or has_provider(task)
    return (
        task.connection,
        task.remote_user,
        task.port,
        task.become,
        task.become_user,
        task.become_method,
        implied_platform(task.written),
        id(task) if own else None,
    )


def target_of(host: str, variables: Variables, play: Play, task: Task, world: World) -> Target:
    """Everything a connector needs for this host. Raises PlanError or RenderError.

    For a task that is delegated, `host` and `variables` are those of the delegate.
    """
    if world.simulated and not world.overrides(host):
        raise PlanError(
            f"--lab: no simulated device is in the place of {host}, and real ones are left alone",
            origin=task.origin,
            hint="write the host's name as it is in `hosts` or `delegate_to`, not as a template",
        )
    settings = Settings(variables, world, provider_of(host, task, variables, world))
    defaults = world.defaults
    transport = transport_of(variables, play, task, world)
    become = _become(settings, variables, play, task, world)
    if become:
        _check_method(settings, variables, play, task, world)
    return Target(
        host=host,
        address=settings.text("address") or host,
        platform=_platform_at(host, variables, world, task),
        transport=transport if transport in TRANSPORTS else DEFAULT,
        port=_port(settings.get("port") or _rendered(task.port, play.port, variables, world)),
        user=settings.text("user")
        or _text(task.remote_user, play.remote_user, variables, world)
        or defaults.user,
        password=settings.secret("password") or defaults.password,
        private_key_file=settings.text("private_key_file") or defaults.private_key_file,
        private_key_passphrase=settings.secret("private_key_passphrase"),
        become=become,
        become_user=settings.text("become_user")
        or _text(task.become_user, None, variables, world)
        or defaults.become_user,
        become_password=settings.secret("become_password") or defaults.become_password,
        console_user=settings.text("console_user"),
        console_password=settings.secret("console_password"),
        ssh_legacy=_flag("ssh_legacy", settings.get("ssh_legacy")),
        ssh_common_args=_ssh_args(settings, defaults),
        ssh_config_file=defaults.ssh_config,
        host_key_checking=_host_keys(settings, defaults),
        known_hosts=settings.text("known_hosts") or defaults.known_hosts,
        encoding=_encoding(settings.text("encoding")) or defaults.encoding,
        timeouts=_timeouts(settings, defaults.timeouts),
    )


def _check_method(
    settings: Settings, variables: Variables, play: Play, task: Task, world: World
) -> None:
    """`enable` is the way devices have. A shell's ways are for hosts with a shell."""
    method = settings.text("become_method")
    written = task.become_method or play.become_method
    if method is None and written is not None:
        method = world.templar.text(written, variables)
    if method is None or method.rpartition(".")[2] in ("enable", ""):
        return
    platform = platform_of(variables, world, task)
    if platform.name == "linux" and method.rpartition(".")[2] == "sudo":
        return
    raise PlanError(
        f"`become_method: {method}` is no way to become privileged on {platform.name}",
        origin=getattr(written, "origin", None) or task.origin,
        hint="use `become_method: enable`, or leave it out",
    )


_FLAGS = frozenset("true yes on 1 y t false no off 0 n f".split()) | {"", "none"}


def _flag(name: str, value: Any) -> bool:
    if isinstance(value, str) and value.strip().lower() not in _FLAGS:
        raise PlanError(f"{name} is true or false, not {value!r}")
    return truth(value)


def _encoding(name: str | None) -> str | None:
    """`name`, where Python knows an encoding of text under it."""
    if not name:
        return None
    try:
        "".encode(name)
    except LookupError:
        hint = "for example utf-8, latin-1, cp1252"
        raise PlanError(f"there is no encoding {name!r}", hint=hint) from None
    return name


def _rendered(own: Any, plays: Any, variables: Variables, world: World) -> Any:
    return world.templar.render(plays if own is None else own, variables)


def _text(own: Any, plays: Any, variables: Variables, world: World) -> str | None:
    value = plays if own is None else own
    return None if value is None else world.templar.text(value, variables)


def _ssh_args(settings: Settings, defaults: Defaults) -> str:
    common = settings.text("ssh_common_args") or defaults.ssh_common_args
    extra = settings.text("ssh_extra_args")
    return f"{common} {extra}".strip() if extra else common


def _port(value: Any) -> int | None:
    if value is None:
        return None
    try:
        port = int(value)
    except (TypeError, ValueError):
        port = 0
    if not 0 < port < 65536:
        raise PlanError(f"a port is a number from 1 to 65535, not {value!r}")
    return port


def _host_keys(settings: Settings, defaults: Defaults) -> HostKeyChecking:
    value = settings.get("host_key_checking")
    if value is None:
        return defaults.host_key_checking
    word = str(value).lower()
    if word in ("strict", "accept-new", "off"):
        return word  # type: ignore[return-value]
    if not truth(value):
        return "off"
    return "accept-new" if truth(settings.get("host_key_auto_add")) else "strict"


def _timeouts(settings: Settings, defaults: Timeouts) -> Timeouts:
    values: dict[str, float] = {}
    for kind in ("connect", "login", "idle", "command"):
        value = settings.get(f"{kind}_timeout")
        if value is not None:
            values[kind] = _seconds(kind, value)
    if "command" in values and "idle" not in values:
        # Ansible has one time for both: who allows a command a minute allows a silent one.
        values["idle"] = max(defaults.idle, values["command"])
    return defaults._replace(**values)


def _seconds(kind: str, value: Any) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = 0.0
    if seconds <= 0:
        raise PlanError(f"{kind}_timeout is a number of seconds, not {value!r}")
    return seconds
