"""What a hostile, broken or old device does to an SSH connection."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ssh_servers import Client, Rules, serving, speaking, target, until

from runner.connections.api import Timeouts
from runner.connections.ssh.groups import (
    GROUP_1,
    GROUP_14,
    GROUP_16,
    OpenSslPair,
    PythonPair,
    key_pair,
)
from runner.connections.ssh.offer import Offer, missing, parse_offer, printable
from runner.errors import ConnectionFailed, ConnectionLost, NegotiationFailed, Unreachable

pytestmark = pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")


@pytest.fixture
def client(tmp_path):
    client = Client(tmp_path)
    yield client
    client.close()


def held(greeting: bytes):
    """Says `greeting`, then waits for the client to hang up."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(greeting)
        while connection.recv(4096):
            pass

    return answer


def refusal(client: Client, tmp_path: Path, port: int, told: str) -> ConnectionFailed:
    """Why the server is refused. On a busy machine what it says may come too late: then again,
    with more time, until the reason is the one that is `told`."""
    for seconds in (0.4, 4.0, 20.0):
        hurried = Timeouts(connect=seconds, login=2 * seconds, idle=5, command=5)
        with pytest.raises(ConnectionFailed) as caught:
            client.open(target(port, tmp_path, timeouts=hurried))
        if re.search(told, str(caught.value)):
            break
    assert re.search(told, str(caught.value))
    return caught.value


@pytest.mark.parametrize(
    ("greeting", "error", "told"),
    [
        (b"", Unreachable, "no SSH version string within [.0-9]+ s"),
        (b"hello\r\n", Unreachable, "no SSH version string within [.0-9]+ s.*hello"),
        (b"SSH-2.0-slow\r\n", Unreachable, "key exchange did not finish within [.0-9]+ s"),
        (b"SSH-2.0-x\r\n\x7f\xff\xff\xfc" + bytes(8), NegotiationFailed, "a packet of"),
        (b"SSH-2.0-x\r\n" + bytes(16), NegotiationFailed, "SSH handshake failed"),
        (b"x" * 100_000, Unreachable, "no SSH server answers"),
        (b"SSH-1.5-Cisco-1.25\r\n", NegotiationFailed, "SSH version 1 only.*SSH-1.5-Cisco"),
        (b"\xff\xfb\x01\xff\xfb\x03\xff\xfd\x18", Unreachable, "a Telnet server"),
    ],
)
def test_servers_that_say_the_wrong_thing(client, tmp_path, greeting, error, told):
    with speaking(held(greeting)) as port:
        assert type(refusal(client, tmp_path, port, told)) is error


@pytest.mark.parametrize(
    ("greeting", "error", "told"),
    [
        (b"", Unreachable, "closed it before any SSH version string"),
        (b"Exceeded MaxStartups\r\n", Unreachable, "closed it.*MaxStartups"),
        (b"\xff\xfb\x01\r\nUsername: ", Unreachable, "a Telnet server answers"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Unreachable, "no SSH server.*HTTP"),
        (b"SSH-2.0-x\r\n", Unreachable, "closed the connection during the SSH handshake"),
        (b"SSH-1.99-x\r\n", Unreachable, "closed the connection during the SSH handshake"),
        (b"SSH-1.5-x\r\n", NegotiationFailed, "SSH version 1 only.*SSH-1.5-x"),
        (b"SSH-1.5-x", NegotiationFailed, "SSH version 1 only.*SSH-1.5-x"),
        (b"SSH-1.99-x", Unreachable, "no SSH server answers.*SSH-1.99-x"),
    ],
)
def test_servers_that_hang_up(client, tmp_path, greeting, error, told):
    with speaking(lambda connection: connection.sendall(greeting)) as port:
        assert isinstance(refusal(client, tmp_path, port, told), error)


def test_a_banner_that_dribbles_is_bounded(client, tmp_path):
    gone = threading.Event()

    def dribble(connection: socket.socket) -> None:
        while not gone.wait(0.05):
            connection.sendall(b"x")

    with speaking(dribble) as port:
        refusal(client, tmp_path, port, "no SSH version string")
        gone.set()


def test_a_full_device_is_asked_again(client, tmp_path):
    turned_away = []

    def full_at_first(connection: socket.socket) -> None:
        if len(turned_away) < 2:
            turned_away.append(connection)
            return
        with socket.create_connection(("127.0.0.1", behind)) as onward:
            pump(connection, onward)

    patient = Timeouts(connect=60, login=60)
    with serving(Rules()) as behind, speaking(full_at_first) as port:
        shell = client.open(target(port, tmp_path, timeouts=patient))
        until(shell)
        client.close()
    assert len(turned_away) == 2


def pump(one: socket.socket, other: socket.socket) -> None:
    """Copies both ways until either side ends."""

    def copy(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    back = threading.Thread(target=copy, args=(other, one))
    back.start()
    copy(one, other)
    back.join()


@pytest.mark.parametrize(
    ("options", "kind", "algorithm", "legacy_helps"),
    [
        ({"kex_algs": ["diffie-hellman-group14-sha1"]}, "key exchange", "group14-sha1", True),
        ({"kex_algs": ["diffie-hellman-group1-sha1"]}, "key exchange", "group1-sha1", True),
        ({"encryption_algs": ["chacha20-poly1305@openssh.com"]}, "cipher", "chacha20", False),
        ({"mac_algs": ["umac-64@openssh.com"]}, "MAC", "umac-64", False),
        ({"kex_algs": ["curve448-sha512"]}, "key exchange", "curve448", False),
    ],
)
def test_no_algorithm_in_common_is_named(client, tmp_path, options, kind, algorithm, legacy_helps):
    with serving(Rules(), **options) as port, pytest.raises(NegotiationFailed) as failure:
        client.open(target(port, tmp_path))
    assert kind in failure.value.message
    assert algorithm in failure.value.message
    assert bool(failure.value.hint) is legacy_helps
    if legacy_helps:
        assert "ssh_legacy" in str(failure.value.hint)


@pytest.mark.parametrize(
    "exchange",
    [
        "diffie-hellman-group1-sha1",
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group-exchange-sha1",
    ],
)
def test_legacy_key_exchange_when_asked_for(client, tmp_path, exchange):
    with serving(Rules(), kex_algs=[exchange]) as port:
        until(client.open(target(port, tmp_path, ssh_legacy=True)))
        client.close()


@pytest.mark.parametrize(
    "exchange",
    [
        "diffie-hellman-group14-sha256",
        "diffie-hellman-group16-sha512",
        "diffie-hellman-group-exchange-sha256",
        "curve25519-sha256",
        "curve25519-sha256@libssh.org",
        "ecdh-sha2-nistp256",
        "mlkem768x25519-sha256",
    ],
)
def test_other_key_exchanges_are_still_offered(client, tmp_path, exchange):
    with serving(Rules(), kex_algs=[exchange]) as port:
        until(client.open(target(port, tmp_path)))
        client.close()


@pytest.mark.parametrize("cipher", ["aes128-ctr", "aes256-gcm@openssh.com", "3des-cbc"])
@pytest.mark.parametrize("mac", ["hmac-sha1", "hmac-sha2-256-etm@openssh.com"])
def test_other_ciphers_are_still_offered(client, tmp_path, cipher, mac):
    with serving(Rules(), encryption_algs=[cipher], mac_algs=[mac]) as port:
        until(client.open(target(port, tmp_path)))
        client.close()


def test_abort_ends_a_read_at_once(client, tmp_path):
    with serving(Rules()) as port:
        shell = client.open(target(port, tmp_path))
        until(shell)
        threading.Timer(0.1, client.sockets.abort).start()
        with pytest.raises(ConnectionLost, match="interrupted"):
            shell.read(60)
        with pytest.raises(ConnectionLost, match="interrupted"):
            client.open(target(port, tmp_path))
        client.close()


def test_abort_ends_a_handshake_at_once(client, tmp_path):
    greeted = threading.Event()

    def greet(connection: socket.socket) -> None:
        connection.sendall(b"SSH-2.0-slow\r\n")
        connection.recv(4096)
        greeted.set()
        while connection.recv(4096):
            pass

    failures = []

    def connect() -> None:
        try:
            client.open(target(port, tmp_path, timeouts=Timeouts(connect=60, login=60)))
        except ConnectionLost as error:
            failures.append(error)

    with speaking(greet) as port:
        thread = threading.Thread(target=connect)
        thread.start()
        assert greeted.wait(60)
        client.sockets.abort()
        thread.join(60)
        assert not thread.is_alive()
    assert len(failures) == 1


def test_a_connection_that_breaks_is_lost_not_ended(client, tmp_path):
    with serving(Rules()) as port:
        shell = client.open(target(port, tmp_path))
        until(shell)
        shell.write(b"die\n")
        until(shell, b"die\r\n")
        with pytest.raises(ConnectionLost, match="reset by peer"):
            shell.read(60)
        client.close()


def test_no_thread_is_left_behind(client, tmp_path):
    before = set(threading.enumerate())
    with serving(Rules()) as port:
        for _ in range(3):
            client.open(target(port, tmp_path)).close()
        with (
            pytest.raises(Unreachable),
            speaking(lambda connection: connection.sendall(b"\xff\xfb\x01")) as telnet,
        ):
            client.open(target(telnet, tmp_path))
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(60)
    assert not [thread for thread in left if thread.is_alive()]


@pytest.mark.parametrize("prime", [GROUP_1, GROUP_14, GROUP_16])
def test_key_pairs_agree_whoever_computes_them(prime):
    kinds = [PythonPair, key_pair] + ([OpenSslPair] if prime != GROUP_1 else [])
    for mine in kinds:
        for theirs in kinds:
            one, other = mine(prime, 2), theirs(prime, 2)
            assert one.shared(other.public) == other.shared(one.public)


def name_lists(*lists: list[str]) -> bytes:
    """The part of a KEXINIT message that holds the lists."""
    packed = (",".join(names).encode() for names in lists)
    return bytes(16) + b"".join(len(text).to_bytes(4, "big") + text for text in packed)


def test_an_offer_is_read():
    signs = ["ext-info-s", "kex-strict-s-v00@openssh.com"]
    message = name_lists(["k1", "k2", *signs], ["h"], ["c1"], ["c2"], ["m1"], ["m2"], ["none"])
    offer = parse_offer(message + b"\0" * 20)
    assert offer == Offer(("k1", "k2"), ("h",), ("c2",), ("m2",))
    ours = Offer(("k2",), ("x",), ("c2",), ("y",))
    assert missing(offer, ours) == [("host key", ("h",)), ("MAC", ("m2",))]


def offering(host_key: str) -> bytes:
    """The greeting of a server with keys of one type only."""
    lists = [["curve25519-sha256"], [host_key], *[["aes128-ctr"]] * 2, *[["hmac-sha2-256"]] * 2]
    body = b"\x14" + name_lists(*lists, ["none"], ["none"], [], []) + bytes(5)
    padding = -(len(body) + 5) % 8 + 8
    packet = (len(body) + padding + 1).to_bytes(4, "big") + bytes((padding,)) + body
    return b"SSH-2.0-x\r\n" + packet + bytes(padding)


def test_a_server_with_a_dsa_key_only(client, tmp_path):
    with speaking(held(offering("ssh-dss"))) as port:
        failure = refusal(client, tmp_path, port, "host key: it offers only ssh-dss$")
    assert isinstance(failure, NegotiationFailed)


@pytest.mark.parametrize("pause", [0.0, 2.3])
def test_a_telnet_server_is_told_by_its_first_byte(client, tmp_path, pause):
    def answer(connection: socket.socket) -> None:
        time.sleep(pause)
        connection.sendall(b"\xff\xfb\x01")
        while connection.recv(4096):
            pass

    patient = Timeouts(connect=60, login=60)
    with speaking(answer) as port, pytest.raises(Unreachable, match="a Telnet server"):
        client.open(target(port, tmp_path, timeouts=patient))


@given(st.text(max_size=300))
def test_nothing_of_a_device_reaches_the_terminal_as_it_is(text):
    shown = printable(text)
    assert shown.isprintable()
    assert printable(shown[:20]) == shown[:20]


def test_names_with_control_characters_are_escaped(client, tmp_path):
    lists = [["\x1b[2Jkex"], ["ssh-ed25519"], ["c"], ["c"], ["m"], ["m"], ["none"], ["none"]]
    body = b"\x14" + name_lists(*lists, [], []) + bytes(5)
    padding = -(len(body) + 5) % 8 + 8
    packet = (len(body) + padding + 1).to_bytes(4, "big") + bytes((padding,)) + body
    greeting = b"SSH-2.0-x\r\n" + packet + bytes(padding)
    with speaking(held(greeting)) as port:
        failure = refusal(client, tmp_path, port, re.escape(r"\x1b[2Jkex"))
    assert isinstance(failure, NegotiationFailed)
    assert "\x1b" not in str(failure)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_offer_or_none(message):
    parse_offer(message)


@given(st.integers(0, 100))
def test_a_cut_offer_is_none(length):
    message = name_lists(["kex"], ["host"], ["c"], ["c"], ["m"], ["m"])
    assert (parse_offer(message[:length]) is None) == (length < len(message))


def test_paramiko_comes_without_what_it_does_not_need() -> None:
    """Importing it costs half as much; what was left out meanwhile is there for others."""
    code = (
        "import sys\n"
        "from runner.connections.ssh.library import paramiko\n"
        "assert not {'invoke', 'email', 'importlib.metadata'} & set(sys.modules)\n"
        "from importlib import metadata\n"
        "assert metadata.version('paramiko') == paramiko.__version__\n"
        "assert paramiko.Transport._CLIENT_ID == f'paramiko_{paramiko.__version__}'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
