"""Telnet connections over real sockets."""

from __future__ import annotations

import socket
import struct
import threading
import time

import pytest
from ssh_servers import speaking, target

from runner.connections.api import Timeouts
from runner.connections.dial import Sockets, dial
from runner.connections.telnet import open_telnet
from runner.errors import ConnectionLost, Unreachable


@pytest.fixture
def sockets():
    sockets = Sockets()
    yield sockets
    sockets.abort()


@pytest.fixture
def reach(tmp_path, sockets):
    opened = []

    def reach(port, **changes):
        opened.append(open_telnet(target(port, tmp_path, transport="telnet", **changes), sockets))
        return opened[-1]

    yield reach
    for transport in opened:
        transport.close()


def received(connection: socket.socket, size: int) -> bytes:
    text = b""
    while len(text) < size and (piece := connection.recv(size - len(text))):
        text += piece
    return text


def test_options_are_answered_and_taken_out(reach):
    answers = []

    def device(connection: socket.socket) -> None:
        connection.sendall(b"\xff\xfb\x01\xff\xfd\x1flogin: ")
        answers.append(received(connection, 3 + 3 + 10))
        connection.sendall(b"\xff\xf1" + received(connection, 4))

    with speaking(device) as port:
        transport = reach(port)
        assert transport.peer == f"telnet 127.0.0.1:{port}"
        assert transport.read(60) == b"login: "
        transport.write(b"a\xff\r")
        assert transport.read(60) == b"a\xff\r"
        assert transport.read(60) == b""
    assert answers == [b"\xff\xfd\x01\xff\xfb\x1f\xff\xfa\x1f\x01\xff\xff\x00\x00\xff\xf0"]


def test_reading_waits_no_longer_than_asked(reach):
    quiet = threading.Event()
    with speaking(lambda _: quiet.wait(60)) as port:
        transport = reach(port)
        for timeout in (0, 0.01):
            with pytest.raises(TimeoutError):
                transport.read(timeout)
        quiet.set()
        assert transport.read(60) == b""
        transport.close()
        transport.close()


def test_a_break_is_not_an_end(reach):
    def device(connection: socket.socket) -> None:
        connection.sendall(b"r1#")
        connection.recv(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with speaking(device) as port:
        transport = reach(port)
        assert transport.read(60) == b"r1#"
        transport.write(b"\r")
        with pytest.raises(ConnectionLost, match="reset by peer"):
            transport.read(60)


def test_a_device_that_takes_nothing(reach):
    stop = threading.Event()
    with speaking(lambda _: stop.wait(60)) as port:
        transport = reach(port, timeouts=Timeouts(idle=0.2))
        with pytest.raises(ConnectionLost, match=r"took nothing .* for 0.2 s"):
            transport.write(b"x" * 30_000_000)
        stop.set()


def test_an_ssh_server_is_told_from_a_telnet_server(reach):
    with (
        speaking(lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")) as port,
        pytest.raises(Unreachable, match="an SSH server answers"),
    ):
        reach(port).read(60)


def test_abort_from_another_thread(reach, sockets):
    stop = threading.Event()
    with speaking(lambda _: stop.wait(60)) as port:
        transport = reach(port)
        threading.Timer(0.05, sockets.abort).start()
        with pytest.raises(ConnectionLost, match="interrupted"):
            transport.read(60)
        with pytest.raises(ConnectionLost, match="interrupted"):
            reach(port)
        stop.set()


def test_nobody_listens(reach):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unreachable, match="connection refused") as failure:
        reach(port)
    assert "`ansible_port`" in str(failure.value.hint)


def test_no_such_name(reach):
    with pytest.raises(Unreachable, match=r"no address found for 'no.such.host.invalid'"):
        reach(23, address="no.such.host.invalid")
    with pytest.raises(Unreachable, match="no address found"):
        reach(23, address="x" * 300)


def test_the_second_address_of_a_name_is_tried(sockets, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        found = [(*stream, (address, port)) for address in ("127.0.0.99", "127.0.0.1")]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: found)
        sock = dial("two", port, 60, sockets)
        assert sock.getpeername() == ("127.0.0.1", port)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        sockets.close(sock)


def test_abort_ends_a_connection_attempt(sockets):
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    address = listener.getsockname()
    waiting = [socket.socket() for _ in range(3)]
    for sock in waiting:
        sock.setblocking(False)
        sock.connect_ex(address)
    failures = []

    def connect() -> None:
        try:
            dial(*address, 60, sockets)
        except ConnectionLost as error:
            failures.append(error)

    thread = threading.Thread(target=connect)
    thread.start()
    while not sockets._open:
        time.sleep(0.001)
    sockets.abort()
    thread.join(60)
    assert not thread.is_alive()
    assert len(failures) == 1
    for sock in (listener, *waiting):
        sock.close()
