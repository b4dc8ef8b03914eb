"""Targets for the parts: what an inventory would have said of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from realparts import place, routers
from realparts.routers import Router
from realparts.ssh import SshServer
from realparts.users import User
from runner.connections.api import Target, Timeouts
from runner.platforms import load
from runner.values import Secret

TIMEOUTS = Timeouts(connect=10, login=20, idle=20, command=60)


def over_ssh(server: SshServer, user: User, *, platform: str = "linux", **changes: Any) -> Target:
    """A user of an SSH server whose keys are known; `changes` are fields of Target."""
    known = place.folder("known") / f"{server.name}-{server.address}"
    known.write_text(server.known_hosts_lines)
    target = Target(
        host=f"{user.name}-{server.name}",
        address=server.address,
        port=server.port,
        platform=load(platform),
        user=user.name,
        password=Secret(user.password),
        ssh_config_file="",
        host_key_checking="strict",
        known_hosts=str(known),
        timeouts=TIMEOUTS,
    )
    return target._replace(**changes)


def with_key(target: Target, key: Path, passphrase: str | None = None) -> Target:
    """The same login with a key and no password."""
    secret = Secret(passphrase) if passphrase else None
    return target._replace(password=None, private_key_file=str(key), private_key_passphrase=secret)


def over_telnet(address: str, port: int, user: User, *, platform: str, **changes: Any) -> Target:
    """A user of a Telnet server that asks for a name and a password."""
    target = Target(
        host=f"{user.name}-telnet",
        address=address,
        port=port,
        transport="telnet",
        platform=load(platform),
        user=user.name,
        password=Secret(user.password),
        timeouts=TIMEOUTS,
    )
    return target._replace(**changes)


def over_vty(router: Router, daemon: str = "zebra", **changes: Any) -> Target:
    """A router's VTY: no user name, a password, and another one for `enable`."""
    target = Target(
        host=f"{router.name}-{daemon}",
        address=router.address,
        port=routers.VTY_PORTS[daemon],
        transport="telnet",
        platform=load("frr"),
        password=Secret(routers.VTY_PASSWORD),
        timeouts=TIMEOUTS,
    )
    return target._replace(**changes)


def enabled(target: Target, password: str | None = routers.ENABLE_PASSWORD) -> Target:
    """The same login, with `enable` afterwards."""
    secret = Secret(password) if password is not None else None
    return target._replace(become=True, become_password=secret)
