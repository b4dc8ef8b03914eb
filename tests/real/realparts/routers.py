"""FRRouting routers: each a network namespace with zebra, staticd and bgpd of its own.

A router is reached three ways: vtysh over SSH (a user whose login shell is vtysh), vtysh
over Telnet (a user name and a password are asked), and the daemons' own VTY over Telnet (a
password only, then `enable`).
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from realparts import place, users
from realparts.daemons import Daemon, listens, wait_for
from realparts.users import User

BRIDGE_ADDRESS = "10.99.0.254"
VTY_PASSWORD = "vty-secret"
ENABLE_PASSWORD = "enable-secret"
VTY_PORTS = {"zebra": 2601, "staticd": 2616, "bgpd": 2605}


@dataclass(slots=True)
class Router:
    """A running router. `user` logs in to vtysh over SSH and over Telnet."""

    name: str
    number: int
    folder: Path
    user: User
    prefixes: int
    """How many prefixes it announces; at most 1,000."""
    daemons: list[Daemon] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where its VTYs listen."""
        return f"10.99.0.{self.number}"

    @property
    def shell(self) -> Path:
        return self.folder / "login-shell"

    def vtysh(self, *commands: str) -> str:
        """What vtysh itself prints for the commands: the truth to compare with."""
        options = [part for command in commands for part in ("-c", command)]
        return subprocess.run(
            ["vtysh", *self._vtysh_options(), *options],
            check=True,
            capture_output=True,
            text=True,
            errors="surrogateescape",
        ).stdout

    def _vtysh_options(self) -> list[str]:
        return ["--vty_socket", str(self.folder), "--config_dir", str(self.folder)]

    def _start(self, daemon: str, *options: str) -> None:
        log = Daemon(
            f"{self.name}-{daemon}",
            [
                *("ip", "netns", "exec", self.name, f"/usr/lib/frr/{daemon}"),
                *("-u", "frr", "-g", "frr", "-i", self.folder / f"{daemon}.pid"),
                *("-f", self.folder / f"{daemon}.conf", "--vty_socket", self.folder),
                *("-z", self.folder / "zserv.api", "-A", self.address),
                *("-P", str(VTY_PORTS[daemon]), *options),
            ],
        )
        self.daemons.append(log)
        log.wait_until("vty socket", (self.folder / f"{daemon}.vty").exists)

    def start(self) -> None:
        """Starts the daemons; zebra first, the others speak to it."""
        self._start("zebra")
        self._start("staticd")
        self._start("bgpd")

    def stop(self) -> None:
        for daemon in reversed(self.daemons):
            daemon.stop()


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


def make_bridge() -> None:
    """The wire that all routers hang on, with an address for the tests."""
    _run("ip", "link", "add", "core", "type", "bridge")
    _run("ip", "address", "add", f"{BRIDGE_ADDRESS}/24", "dev", "core")
    _run("ip", "link", "set", "core", "up")


def _make_namespace(router: Router) -> None:
    name = router.name
    _run("ip", "netns", "add", name)
    _run("ip", "link", "add", f"to-{name}", "type", "veth", "peer", "name", "eth0", "netns", name)
    _run("ip", "link", "set", f"to-{name}", "master", "core", "up")
    for link in ("lo", "eth0"):
        _run("ip", "-n", name, "link", "set", link, "up")
    _run("ip", "-n", name, "address", "add", f"{router.address}/24", "dev", "eth0")


def _zebra_config(router: Router) -> str:
    return f"""\
hostname {router.name}-z
password {VTY_PASSWORD}
enable password {ENABLE_PASSWORD}
interface eth0
 description Uplink r9# to core> (primary)
"""


def _static_config(router: Router) -> str:
    routes = [f"ip route 172.{16 + router.number}.{n}.0/24 blackhole" for n in range(20)]
    return "\n".join([f"hostname {router.name}-s", f"password {VTY_PASSWORD}", *routes, ""])


def _bgp_config(router: Router, neighbours: list[Router]) -> str:
    lines = [
        f"hostname {router.name}-b",
        f"password {VTY_PASSWORD}",
        f"router bgp {65000 + router.number}",
        f" bgp router-id {router.address}",
        " no bgp ebgp-requires-policy",
        " no bgp network import-check",
        " bgp suppress-duplicates",
    ]
    for other in neighbours:
        lines += [
            f" neighbor {other.address} remote-as {65000 + other.number}",
            f" neighbor {other.address} description to {other.name}> via core#",
            f" neighbor {other.address} timers connect 1",
            f" neighbor {other.address} advertisement-interval 0",
        ]
    lines.append(" address-family ipv4 unicast")
    lines += [
        f"  network 10.{100 + router.number}.{n // 4}.{n % 4 * 64}/26"
        for n in range(router.prefixes)
    ]
    return "\n".join([*lines, ""])


def _write_configs(router: Router, neighbours: list[Router]) -> None:
    configs = {
        "vtysh.conf": f"hostname {router.name}\nno service integrated-vtysh-config\n",
        "zebra.conf": _zebra_config(router),
        "staticd.conf": _static_config(router),
        "bgpd.conf": _bgp_config(router, neighbours),
    }
    for name, text in configs.items():
        path = router.folder / name
        path.write_text(text)
        shutil.chown(path, "frr", "frrvty")
        path.chmod(0o660)
    router.shell.write_text(
        "#!/bin/sh\n"
        f'if [ "$1" = -c ]; then exec vtysh {" ".join(router._vtysh_options())} "$@"; fi\n'
        f"exec vtysh {' '.join(router._vtysh_options())}\n"
    )
    router.shell.chmod(0o755)


def make_router(name: str, number: int, prefixes: int) -> Router:
    """A router's folder, user and namespace; nothing started yet."""
    folder = place.folder(name, 0o770)
    shutil.chown(folder, "frr", "frrvty")
    user = users.add(
        name, f"{name}-secret", shell=str(folder / "login-shell"), groups=("frr", "frrvty")
    )
    router = Router(name, number, folder, user, prefixes)
    _make_namespace(router)
    return router


@contextmanager
def running(sizes: dict[str, int]) -> Iterator[list[Router]]:
    """Routers by name, each announcing so many prefixes, all of them BGP neighbours."""
    make_bridge()
    routers = [make_router(name, number, sizes[name]) for number, name in enumerate(sizes, start=1)]
    try:
        for router in routers:
            others = [other for other in routers if other is not router]
            _write_configs(router, others)
            router.start()
        _wait_for_routes(routers, sum(sizes.values()))
        yield routers
    finally:
        for router in routers:
            router.stop()


def _wait_for_routes(routers: list[Router], total: int) -> None:
    for router in routers:
        wait_for(f"{router.name}: routes", partial(_has_routes, router, total), 60)
        wait_for(f"{router.name}: VTYs", partial(_answers, router))


def _answers(router: Router) -> bool:
    return all(listens(router.address, port, router.name) for port in VTY_PORTS.values())


def _has_routes(router: Router, total: int) -> bool:
    # The very output that tests compare must have come to rest.
    best = sum(line.startswith("*>") for line in router.vtysh("show ip bgp").splitlines())
    installed = router.vtysh("show ip route bgp").count("B>*")
    return best == total and installed == total - router.prefixes


_TELNET_LOGIN = """\
#!/bin/bash
printf '\\r\\nUser Access Verification\\r\\n\\r\\n'
for try in 1 2 3; do
  read -rp 'Username: ' user || exit 1
  read -rsp 'Password: ' password || exit 1
  echo
  if [[ $user == {user} && $password == {password} ]]; then exec {then}; fi
  printf '%% Login invalid\\r\\n\\r\\n'
done
"""

_CONSOLE_LOGIN = """\
#!/bin/bash
printf '\\r\\nterminal server line 7\\r\\n'
read -rp 'login: ' user || exit 1
read -rsp 'Password: ' password || exit 1
echo
if [[ $user != {user} || $password != {password} ]]; then
  printf 'Login incorrect\\r\\n'
  exit 1
fi
read -rs nothing
exec {then}
"""

CONSOLE_USER, CONSOLE_PASSWORD = "console", "console-secret"


def _telnet_server(name: str, address: str, port: int, login: Path) -> Daemon:
    server = Daemon(
        name,
        [
            "socat",
            f"TCP-LISTEN:{port},bind={address},fork,reuseaddr,nodelay",
            f'EXEC:"/usr/sbin/telnetd -h -E {login}"',
        ],
    )
    server.wait_until("listening", lambda: listens(address, port))
    return server


def _script(path: Path, template: str, user: str, password: str, then: Path) -> Path:
    path.write_text(template.format(user=user, password=password, then=then))
    path.chmod(0o755)
    return path


def start_telnet(router: Router, address: str, port: int = 23) -> Daemon:
    """A Telnet server that asks Username and Password, then runs the router's vtysh."""
    user = router.user
    login = _script(
        router.folder / "telnet-login", _TELNET_LOGIN, user.name, user.password, router.shell
    )
    return _telnet_server(f"{router.name}-telnet", address, port, login)


def start_console(router: Router, address: str, port: int) -> Daemon:
    """A terminal server's line: a login of its own, silence until Return, the router's login.

    Needs `start_telnet` first, whose login is the one behind.
    """
    login = _script(
        router.folder / "console-login",
        _CONSOLE_LOGIN,
        CONSOLE_USER,
        CONSOLE_PASSWORD,
        router.folder / "telnet-login",
    )
    return _telnet_server(f"{router.name}-console", address, port, login)
