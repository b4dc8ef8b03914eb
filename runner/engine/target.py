"""From a host's variables to the `Target` a connector needs.

Every connection value has Ansible's names and a plain one (`ansible_host`, `host`); Ansible's
win where both are set. Sources: Ansible's "Connection variables" and `network_cli` pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from runner.connections.api import HostKeyChecking, Target, Timeouts
from runner.engine.world import Defaults, World
from runner.errors import PlanError, nearest
from runner.model import Play, Task
from runner.platforms.model import Platform
from runner.templating import Variables
from runner.values import Origin, Secret

Transport = Literal["ssh", "telnet", "local"]

NAMES: Mapping[str, tuple[str, ...]] = {
    "address": ("ansible_host", "ansible_ssh_host", "host"),
    "port": ("ansible_port", "ansible_ssh_port", "port"),
    "user": ("ansible_user", "ansible_ssh_user", "user"),
    "password": ("ansible_password", "ansible_ssh_pass", "ansible_ssh_password", "password"),
    "platform": ("ansible_network_os", "platform"),
    "connection": ("ansible_connection", "transport"),
    "private_key_file": (
        "ansible_ssh_private_key_file",
        "ansible_private_key_file",
        "private_key_file",
    ),
    "private_key_passphrase": (
        "ansible_private_key_passphrase",
        "ansible_ssh_private_key_passphrase",
        "private_key_passphrase",
    ),
    "become": ("ansible_become",),
    "become_user": ("ansible_become_user", "become_user"),
    "become_password": ("ansible_become_password", "ansible_become_pass", "become_password"),
    "console_user": ("console_user",),
    "console_password": ("console_password",),
    "ssh_legacy": ("ssh_legacy",),
    "ssh_common_args": ("ansible_ssh_common_args", "ssh_common_args"),
    "host_key_checking": ("ansible_host_key_checking", "host_key_checking"),
    "known_hosts": ("ansible_known_hosts", "known_hosts"),
    "encoding": ("encoding",),
    "connect_timeout": ("ansible_connect_timeout", "connect_timeout", "ansible_timeout"),
    "login_timeout": ("login_timeout",),
    "idle_timeout": ("idle_timeout",),
    "command_timeout": ("ansible_command_timeout", "command_timeout"),
}

_CONNECTIONS: Mapping[str, Transport] = {
    "network_cli": "ssh",
    "ansible.netcommon.network_cli": "ssh",
    "ssh": "ssh",
    "smart": "ssh",
    "paramiko": "ssh",
    "paramiko_ssh": "ssh",
    "libssh": "ssh",
    "ansible.builtin.ssh": "ssh",
    "ansible.netcommon.libssh": "ssh",
    "telnet": "telnet",
    "local": "local",
    "ansible.builtin.local": "local",
}
_REFUSED = ("netconf", "httpapi", "grpc", "restconf", "winrm", "docker")


class Settings:
    """A host's connection values, looked up by meaning."""

    def __init__(self, variables: Variables, world: World) -> None:
        self._variables = variables
        self._world = world

    def get(self, meaning: str) -> Any:
        """The value under the first of its names that is set; None if none is."""
        for name in NAMES[meaning]:
            if name in self._variables:
                return self._variables[name]
        return None

    def text(self, meaning: str) -> str | None:
        """The value as its author wrote it; None if it is not set or empty."""
        value = self.get(meaning)
        return None if value is None or value == "" else self._written(meaning, value)

    def secret(self, meaning: str) -> Secret | None:
        """The value as a secret: masked from now on wherever it shows up."""
        value = self.get(meaning)
        if value is None or isinstance(value, Secret):
            return value
        return Secret(self._written(meaning, value), self._world.masks)

    def _written(self, meaning: str, value: Any) -> str:
        """`0123` without quotes is a number in YAML: its text is asked of the file, not of it."""
        if isinstance(value, str):
            return value
        name = next(name for name in NAMES[meaning] if name in self._variables)
        host = str(self._variables["inventory_hostname"])
        if self._world.hosts.vars_of(host).get(name) is value:
            return self._world.hosts.text(host, name)
        return str(value)


def transport_of(variables: Variables, play: Play, task: Task | None, world: World) -> Transport:
    """How a host is reached: its variables, then the task, the play, the flag, then SSH.

    Raises PlanError for a connection we do not have.
    """
    word, origin = _connection_word(variables, play, task, world)
    if word in _CONNECTIONS:
        return _CONNECTIONS[word]
    if word.rpartition(".")[2] in _REFUSED:
        raise PlanError(
            f"the connection `{word}` is no command line",
            origin=origin,
            hint="playrun speaks SSH and Telnet: network_cli, ssh, telnet, local",
        )
    close = nearest(word, ["network_cli", "ssh", "telnet", "local"])
    raise PlanError(
        f"there is no connection `{word}`",
        origin=origin,
        hint=f"did you mean `{close}`?" if close else "use network_cli, ssh, telnet or local",
    )


def _connection_word(
    variables: Variables, play: Play, task: Task | None, world: World
) -> tuple[str, Origin | None]:
    """The word, and where a playbook says it."""
    word = Settings(variables, world).text("connection")
    if word is not None:
        return word, None
    for written in (task and task.connection, play.connection):
        if written is not None:
            return world.templar.text(written, variables), getattr(written, "origin", None)
    return world.defaults.connection or "ssh", None


def platform_of(variables: Variables, world: World) -> Platform:
    """A host's platform. Raises PlanError when it has none or an unknown one."""
    name = Settings(variables, world).text("platform")
    if name is None:
        raise PlanError(
            "no platform is set",
            hint="set `platform` (or `ansible_network_os`) for the host or its group, "
            "for example cisco_ios; `generic` asks nothing of a device but a prompt",
        )
    return world.platform(name)


def become_of(variables: Variables, play: Play, task: Task, world: World) -> bool:
    """Whether to become privileged: its variable, then the task, the play, the flag."""
    for value in (Settings(variables, world).get("become"), task.become, play.become):
        rendered = world.templar.render(value, variables)
        if rendered is not None:
            return _truth(rendered)
    return world.defaults.become


def target_of(host: str, variables: Variables, play: Play, task: Task, world: World) -> Target:
    """Everything a connector needs for this host. Raises PlanError or RenderError."""
    settings = Settings(variables, world)
    defaults = world.defaults
    transport = transport_of(variables, play, task, world)
    return Target(
        host=host,
        address=settings.text("address") or host,
        platform=platform_of(variables, world),
        transport="telnet" if transport == "telnet" else "ssh",
        port=_port(settings.get("port") or world.templar.render(play.port, variables)),
        user=settings.text("user") or _text(play.remote_user, variables, world) or defaults.user,
        password=settings.secret("password") or defaults.password,
        private_key_file=settings.text("private_key_file") or defaults.private_key_file,
        private_key_passphrase=settings.secret("private_key_passphrase"),
        become=become_of(variables, play, task, world),
        become_user=settings.text("become_user"),
        become_password=settings.secret("become_password") or defaults.become_password,
        console_user=settings.text("console_user"),
        console_password=settings.secret("console_password"),
        ssh_legacy=_truth(settings.get("ssh_legacy")),
        ssh_common_args=settings.text("ssh_common_args") or defaults.ssh_common_args,
        ssh_config_file=defaults.ssh_config,
        host_key_checking=_host_keys(settings, defaults),
        known_hosts=settings.text("known_hosts") or defaults.known_hosts,
        encoding=settings.text("encoding") or defaults.encoding,
        timeouts=_timeouts(settings, defaults.timeouts),
    )


def _text(value: Any, variables: Variables, world: World) -> str | None:
    return None if value is None else world.templar.text(value, variables)


def _truth(value: Any) -> bool:
    return str(value).lower() in ("true", "yes", "on", "1", "y", "t")


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
    return "strict" if _truth(value) else "off"


def _timeouts(settings: Settings, defaults: Timeouts) -> Timeouts:
    values: dict[str, float] = {}
    for kind in ("connect", "login", "idle", "command"):
        value = settings.get(f"{kind}_timeout")
        values[kind] = getattr(defaults, kind) if value is None else _seconds(kind, value)
    return Timeouts(**values)


def _seconds(kind: str, value: Any) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = 0.0
    if seconds <= 0:
        raise PlanError(f"{kind}_timeout is a number of seconds, not {value!r}")
    return seconds
