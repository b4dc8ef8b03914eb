"""What ~/.ssh/config and ssh_common_args say about a host."""

from __future__ import annotations

import getpass
from dataclasses import dataclass

from runner.connections.api import Target


@dataclass(frozen=True, slots=True)
class Jump:
    """One hop of ProxyJump, as written."""

    host: str
    user: str | None = None
    port: int | None = None


@dataclass(frozen=True, slots=True)
class SshSettings:
    """Everything OpenSSH's configuration decides about one connection."""

    hostname: str
    port: int
    user: str
    identity_files: tuple[str, ...] = ()
    certificate_files: tuple[str, ...] = ()
    jumps: tuple[Jump, ...] = ()
    host_key_alias: str | None = None


class SshConfigs:
    def settings_for(self, target: Target) -> SshSettings:
        return SshSettings(target.address, target.port or 22, target.user or getpass.getuser())
