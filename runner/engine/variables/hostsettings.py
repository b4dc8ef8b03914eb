"""A host's connection values, under all the names that people write them by.

Every value has Ansible's names and a plain one (`ansible_host`, `host`); Ansible's win where
both are set. Ansible's count wherever they are set. Plain names are words that playbooks use
for other things (`loop_var: port`, `register: user`): they count only where nothing else is
meant, in the inventory and in -e. Sources: Ansible's "Connection variables" and `network_cli`
pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.engine.variables.hostvars import inventory_of
from runner.engine.world import World
from runner.templating import Variables
from runner.values import EMPTY, Secret

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
    "become_method": ("ansible_become_method", "become_method"),
    "become_user": ("ansible_become_user", "become_user"),
    "become_password": (
        "ansible_become_password",
        "ansible_become_pass",
        "become_password",
        "become_pass",
    ),
    "console_user": ("console_user",),
    "console_password": ("console_password",),
    "ssh_legacy": ("ssh_legacy",),
    "ssh_common_args": ("ansible_ssh_common_args", "ssh_common_args"),
    "ssh_extra_args": ("ansible_ssh_extra_args", "ssh_extra_args"),
    "host_key_checking": (
        "ansible_host_key_checking",
        "ansible_ssh_host_key_checking",
        "host_key_checking",
    ),
    "host_key_auto_add": ("ansible_host_key_auto_add", "ansible_paramiko_host_key_auto_add"),
    "known_hosts": ("ansible_known_hosts", "known_hosts"),
    "encoding": ("encoding",),
    "connect_timeout": (
        "ansible_connect_timeout",
        "ansible_persistent_connect_timeout",
        "connect_timeout",
        "persistent_connect_timeout",
        "ansible_timeout",
        "ansible_ssh_timeout",
    ),
    "login_timeout": ("login_timeout",),
    "idle_timeout": ("idle_timeout",),
    "command_timeout": (
        "ansible_command_timeout",
        "ansible_persistent_command_timeout",
        "command_timeout",
        "persistent_command_timeout",
    ),
}
_ANSIBLES = "ansible_"


class Settings:
    """A host's connection values, looked up by meaning."""

    def __init__(
        self, variables: Variables, world: World, given: Mapping[str, Any] = EMPTY
    ) -> None:
        """`given`: values by meaning that win over the host's own (a task's `provider`)."""
        self._variables = variables
        self._world = world
        self._given = given

    def get(self, meaning: str) -> Any:
        """The value under the first of its names that is set; None if none is."""
        if meaning in self._given:
            return self._given[meaning]
        name = self._name(meaning)
        return None if name is None else self._value(name)

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

    def _name(self, meaning: str) -> str | None:
        """The first of its names that is set."""
        for name in NAMES[meaning]:
            if name in self._variables and self._counts(name):
                return name
        return None

    def _counts(self, name: str) -> bool:
        if not name.startswith(_ANSIBLES):
            return standing(self._world, self._host, name) is not None
        raw = self._variables.raw(name)
        # A registered result is a mapping: it says how no device is reached.
        return not (isinstance(raw, Mapping) and self._variables.written(name) is None)

    def _value(self, name: str) -> Any:
        if name.startswith(_ANSIBLES):
            return self._variables[name]
        raw = standing(self._world, self._host, name)
        if self._variables.raw(name) is raw:
            return self._variables[name]
        return self._world.templar.render(raw, self._variables)

    @property
    def _host(self) -> str:
        return str(self._variables["inventory_hostname"])

    def _written(self, meaning: str, value: Any) -> str:
        """`0123` without quotes is a number in YAML: its text is asked of the file, not of it."""
        if isinstance(value, str):
            return value
        name = self._name(meaning)
        if name is None or meaning in self._given:
            return str(value)
        host = self._host
        if self._world.hosts.vars_of(host).get(name) is value:
            return self._world.hosts.text(host, name)
        return str(value)


def standing(world: World, host: str, name: str) -> Any:
    """A variable as the lab, -e or the inventory say it, unrendered; else None."""
    for layer in (world.overrides(host), world.extra_vars, inventory_of(world, host)):
        if name in layer:
            return layer[name]
    return None


def truth(value: Any) -> bool:
    """Whether a value that was written is a yes."""
    return str(value).lower() in ("true", "yes", "on", "1", "y", "t")
