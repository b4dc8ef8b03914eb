"""The lockout breaker around everything that sends a credential: enabling, and SSH's `none`."""

from __future__ import annotations

import contextlib
import multiprocessing
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncssh
import pytest
from scripted import Bench, FakeClock
from ssh_servers import Client, Rules, serving, target

from runner.connections.connector import DeviceConnector
from runner.connections.lockout import CredentialGate, ThreadGate, become_key, credential_key
from runner.connections.lockout_processes import ProcessGate
from runner.connections.session import CliSession
from runner.errors import AuthenticationFailed, ConnectionFailed, NotTried
from runner.platforms import load
from runner.values import Secret

fork = multiprocessing.get_context("fork")
HOSTS = 12


def enabling(
    gate: CredentialGate, answer: str = "\r\n% Access denied\r\n\r\nR1>", **changes: object
) -> CliSession:
    """One host whose answer to the enable password is `answer`."""
    bench = Bench("telnet")
    script = bench.script.login("R1>").hear("enable").say("enable\r\nPassword: ").hear("en4ble")
    wanted = bench.target(become=True, become_password=Secret("en4ble"), **changes)
    return bench.open(script.say(answer), wanted, gate=gate)


def outcomes(gate: CredentialGate, hosts: int, open_one: Callable[[], object]) -> Counter[str]:
    """How many of `hosts`, all at once, ended with which kind of error."""
    found: list[str] = []

    def one() -> None:
        try:
            open_one()
            found.append("ok")
        except ConnectionFailed as error:
            found.append(error.kind)

    threads = [threading.Thread(target=one) for _ in range(hosts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return Counter(found)


def test_a_wrong_enable_password_is_sent_to_three_hosts_only() -> None:
    gate = ThreadGate()
    found = outcomes(gate, HOSTS, lambda: enabling(gate))
    assert found == {"authentication": 3, "not_tried": HOSTS - 3}


def test_a_wrong_enable_password_over_two_processes() -> None:
    gate = ProcessGate()

    def work(tell: Callable[[dict[str, int]], None]) -> None:
        tell(dict(outcomes(gate, HOSTS // 2, lambda: enabling(gate))))

    pipes = [fork.Pipe(duplex=False) for _ in range(2)]
    workers = [fork.Process(target=work, args=(sender.send,)) for _, sender in pipes]
    for worker in workers:
        worker.start()
    gate.serve()
    try:
        found = sum((Counter(receiver.recv()) for receiver, _ in pipes), Counter[str]())
    finally:
        for worker in workers:
            worker.join(30)
        gate.close()
    assert found == {"authentication": 3, "not_tried": HOSTS - 3}


def test_the_login_s_credential_does_not_suffer_from_a_refused_enable() -> None:
    gate = ThreadGate()
    for _ in range(3):
        with pytest.raises(AuthenticationFailed, match="% Access denied"):
            enabling(gate)
    with pytest.raises(NotTried, match="not sent to this host"):
        enabling(gate)
    bench = Bench("telnet")
    assert bench.open(bench.script.login("R1>"), gate=gate).mode == "exec"


def test_the_login_is_proven_before_enabling_is_tried() -> None:
    gate = ThreadGate(1)
    with pytest.raises(AuthenticationFailed):
        enabling(gate)
    bench = Bench("telnet")
    for _ in range(2):
        script = bench.script.say("Password: ").hear("s3cret!").say("\r\nPassword: ")
        with pytest.raises(AuthenticationFailed, match="asks again"):
            bench.open(script, gate=gate)


def test_another_become_user_is_another_credential() -> None:
    gate = ThreadGate(1)
    with pytest.raises(AuthenticationFailed):
        enabling(gate)
    with pytest.raises(NotTried):
        enabling(gate)
    with pytest.raises(AuthenticationFailed):
        enabling(gate, become_user="root")


def test_a_device_that_enables_without_asking_proves_nothing() -> None:
    gate = ThreadGate(1)
    bench = Bench("ssh")
    wanted = bench.target(become=True, become_password=Secret("en4ble"))
    bench.open(bench.script.login("R1>").run("enable"), wanted, gate=gate)
    with pytest.raises(AuthenticationFailed):
        enabling(gate)
    with pytest.raises(NotTried):
        enabling(gate)


def test_waiting_for_one_s_turn_to_enable_takes_nothing_from_the_login_s_time() -> None:
    clock = FakeClock()

    class Busy(ThreadGate):
        def attempt(self, key: str):
            clock.time += 1000
            return super().attempt(key)

    bench = Bench("ssh", clock=clock)
    wanted = bench.target(become=True, become_password=Secret("en4ble"))
    script = bench.script.login("R1>").hear("enable").say("enable\r\nPassword: ").hear("en4ble")
    session = bench.open(script.wait(1).say("\r\nR1#"), wanted, gate=Busy())
    assert session.mode == "privileged"


def test_an_enable_password_that_is_not_set_costs_no_try() -> None:
    gate = ThreadGate(1)
    for _ in range(3):
        bench = Bench("ssh")
        script = bench.script.login("R1>").hear("enable").say("enable\r\nPassword: ")
        script.hear("\x03", newline=False).say("\r\nR1>")
        with pytest.raises(AuthenticationFailed, match="none is set"):
            bench.open(script, bench.target(become=True), gate=gate)


def test_names_of_credentials_differ() -> None:
    bench = Bench("ssh")
    plain = bench.target(become=True, become_password=Secret("s3cret!"))
    keys = {
        credential_key(plain),
        become_key(plain),
        become_key(plain._replace(become_user="root")),
        become_key(plain._replace(become_password=Secret("other"))),
        become_key(plain._replace(become_password=None)),
    }
    assert len(keys) == 5
    assert become_key(plain) == become_key(plain._replace(host="r2", become_user="admin"))


@pytest.fixture
def inner_login() -> Iterator[tuple[int, list[str]]]:
    """A server that lets everybody in over SSH, and a device behind it that refuses them."""
    passwords: list[str] = []

    async def device(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.stdout.write(b"Username: ")
        await process.stdin.readline()
        process.stdout.write(b"\r\nPassword: ")
        passwords.append((await process.stdin.readline()).strip().decode())
        process.stdout.write(b"\r\n% Login invalid\r\n\r\nUsername: ")
        await process.stdin.readline()
        process.exit(0)

    with serving(Rules(nothing=True), process=device) as port:
        yield port, passwords


def test_the_breaker_holds_behind_an_ssh_server_that_asks_nothing(
    inner_login: tuple[int, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    port, passwords = inner_login
    gate = ThreadGate()
    connector = DeviceConnector(gate)

    wanted = target(port, tmp_path, platform=load("cisco_ios"))
    found = outcomes(gate, 6, lambda: connector.connect(wanted))
    connector.close_all()
    assert found == {"authentication": 3, "not_tried": 3}
    assert passwords == ["secret"] * 3


def test_an_ssh_server_that_asks_nothing_proves_nothing(tmp_path: Path) -> None:
    gate = ThreadGate(1)
    client = Client(tmp_path, gate)
    with serving(Rules(nothing=True)) as port:
        wanted = target(port, tmp_path, password=None)
        assert client.open_both(wanted)[1] is False
        client.close()
    with pytest.raises(AuthenticationFailed), gate.attempt(credential_key(wanted)):
        raise AuthenticationFailed("refused elsewhere")
    with pytest.raises(NotTried), gate.attempt(credential_key(wanted)):
        pytest.fail("the credential counts as proven")


def test_a_device_that_asks_nothing_waits_for_nobody() -> None:
    gate = ThreadGate()
    bench = Bench("telnet")
    with contextlib.ExitStack() as others:
        for _ in range(3):
            others.enter_context(gate.attempt(credential_key(bench.target())))
        bench.open(bench.script.say("\r\nR1#").set_up(), gate=gate)
