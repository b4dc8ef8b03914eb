"""The real parts, each started once when a test first asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from realparts import place, routers, ssh, users
from realparts.daemons import Daemon, listens
from realparts.routers import Router
from realparts.ssh import LoginKeys, SshServer
from realparts.users import User

from runner.connections.api import Connector, Session, Target
from runner.connections.connector import DeviceConnector
from runner.connections.lockout import ThreadGate
from runner.errors import ConnectionFailed

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the real parts."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.real)


@pytest.fixture(scope="session", autouse=True)
def _own_place() -> None:
    place.check()


@dataclass(slots=True)
class Network:
    """Three routers. `r1` announces many prefixes; tests may change only `r3`."""

    r1: Router
    r2: Router
    r3: Router

    def __iter__(self) -> Iterator[Router]:
        return iter((self.r1, self.r2, self.r3))


@pytest.fixture(scope="session")
def frr(_own_place: None) -> Iterator[Network]:
    with routers.running({"r1": 1000, "r2": 40, "r3": 5}) as started:
        yield Network(*started)


@pytest.fixture(scope="session")
def engineer(_own_place: None) -> User:
    """A person with a shell, for SSH and for login(1)."""
    return users.add("engineer", "engineer-secret", shell="/bin/bash")


@pytest.fixture(scope="session")
def login_keys(_own_place: None) -> LoginKeys:
    return ssh.make_login_keys()


SshServers = Callable[[str], SshServer]


@pytest.fixture(scope="session")
def sshd(login_keys: LoginKeys, engineer: User) -> Iterator[SshServers]:
    """A server by its dress, each on an address of its own, kept until the end."""
    running: dict[str, SshServer] = {}

    def server(dress: str) -> SshServer:
        if dress not in running:
            address = f"127.0.22.{list(ssh.DRESSES).index(dress) + 1}"
            running[dress] = ssh.start(dress, address)
        return running[dress]

    yield server
    for one in running.values():
        one.stop()


@pytest.fixture(scope="session")
def sshd6(login_keys: LoginKeys, engineer: User) -> Iterator[SshServer]:
    """A server that listens on ::1 only."""
    server = ssh.start("either", "::1", 2222)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def jump(login_keys: LoginKeys, engineer: User) -> Iterator[tuple[SshServer, SshServer]]:
    """A jump host and the host behind it."""
    servers = ssh.make_jump()
    yield servers
    for server in servers:
        server.stop()


@dataclass(frozen=True, slots=True)
class TelnetServer:
    """Where a Telnet server listens."""

    address: str
    port: int


@pytest.fixture(scope="session")
def telnet_login(engineer: User) -> Iterator[TelnetServer]:
    """Debian's telnetd in front of login(1)."""
    where = TelnetServer("127.0.23.1", 23)
    daemon = Daemon(
        "telnetd",
        [
            "socat",
            f"TCP-LISTEN:{where.port},bind={where.address},fork,reuseaddr,nodelay",
            'EXEC:"/usr/sbin/telnetd -h"',
        ],
    )
    daemon.wait_until("listening", lambda: listens(where.address, where.port))
    yield where
    daemon.stop()


@pytest.fixture(scope="session")
def frr_telnet(frr: Network) -> Iterator[dict[str, TelnetServer]]:
    """Telnet with Username and Password in front of each router's vtysh, by router name."""
    where = {router.name: TelnetServer(f"127.0.24.{router.number}", 23) for router in frr}
    daemons = [routers.start_telnet(router, where[router.name].address) for router in frr]
    yield where
    for daemon in daemons:
        daemon.stop()


@pytest.fixture(scope="session")
def console(frr: Network, frr_telnet: dict[str, TelnetServer]) -> Iterator[TelnetServer]:
    """A terminal server with a login of its own, r1's console on one of its lines."""
    where = TelnetServer("127.0.25.1", 2007)
    daemon = routers.start_console(frr.r1, where.address, where.port)
    yield where
    daemon.stop()


@pytest.fixture
def connector() -> Iterator[Connector]:
    one = DeviceConnector(ThreadGate())
    yield one
    one.close_all()


Connect = Callable[[Target], AbstractContextManager[Session]]


@pytest.fixture
def connect(connector: Connector) -> Connect:
    """Opens a session for a `with` block."""

    @contextmanager
    def opened(target: Target) -> Iterator[Session]:
        session = connector.connect(target)
        try:
            yield session
        finally:
            session.close()

    return opened


@pytest.fixture
def refuse(connect: Connect) -> Callable[[Target, type[ConnectionFailed]], str]:
    """Tries to connect, expects that kind of failure, and gives its message."""

    def tried(target: Target, kind: type[ConnectionFailed]) -> str:
        with pytest.raises(kind) as failure, connect(target) as session:
            pytest.fail(f"logged in at {session.prompt!r}")
        return str(failure.value)

    return tried


@pytest.fixture
def connect_many(connect: Connect) -> Callable[[Sequence[Target], str], list[str | Exception]]:
    """Types one command on all targets at the same time; text or failure of each."""

    def typed(targets: Sequence[Target], command: str) -> list[str | Exception]:
        def one(target: Target) -> str | Exception:
            try:
                with connect(target) as session:
                    return session.command(command).text or ""
            except ConnectionFailed as failure:
                return failure

        with ThreadPoolExecutor(len(targets)) as pool:
            return list(pool.map(one, targets))

    return typed
