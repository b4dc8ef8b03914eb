"""The action `telnet` against a device that follows a script over a real socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from calling import a_call
from playrunning import Playrun

from runner.actions.telnet import Telnet
from runner.errors import ActionFailed, Unreachable


@contextmanager
def telnet_device(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.settimeout(10)
                answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            thread.join(60)


def lines_of(connection: socket.socket, ending: bytes = b"\n") -> Iterator[str]:
    buffer = b""
    while True:
        while ending not in buffer:
            piece = connection.recv(4096)
            if not piece:
                return
            buffer += piece.replace(b"\xff\xfb\x18", b"")
        line, _, buffer = buffer.partition(ending)
        yield line.decode()


def router(heard: list[str], ending: bytes = b"\n") -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.sendall(b"\xff\xfd\x18Hello\r\nlogin: ")
        lines = lines_of(connection, ending)
        for question in (b"Password: ", b"r1> "):
            heard.append(next(lines))
            connection.sendall(question)
        for line in lines:
            heard.append(line)
            if line == "exit":
                return
            connection.sendall(f"{line}\r\nso {line}\r\nr1> ".encode())

    return answer


def call(tmp_path: Path, port: int, **args: Any) -> Any:
    given = {"host": "127.0.0.1", "port": port, "user": "u", "password": "p", "pause": 0, **args}
    return a_call(tmp_path, "telnet", args={"prompts": ["r1> "], "timeout": 60, **given})


@pytest.mark.parametrize(("crlf", "ending"), [(False, b"\n"), (True, b"\r\n")])
def test_lines_are_typed_after_the_login(tmp_path: Path, crlf: bool, ending: bytes) -> None:
    heard: list[str] = []
    with telnet_device(router(heard, ending)) as port:
        done = Telnet().run(call(tmp_path, port, command=["show a", "show b"], crlf=crlf))
    assert heard == ["u", "p", "show a", "show b", "exit"]
    assert done.changed
    assert done.failure is None
    assert done.values["stdout"].endswith("show b\r\nso show b\r\nr1> ")
    assert done.values["stdout_lines"][0] == "Hello\r\n"


def test_what_is_not_said_comes_from_the_host(tmp_path: Path) -> None:
    heard: list[str] = []
    variables = {"ansible_host": "127.0.0.1", "ansible_user": "hu", "ansible_password": "hp"}
    with telnet_device(router(heard)) as port:
        given = {"port": port, "prompts": ["r1> "], "pause": 0, "command": "show a,show b"}
        Telnet().run(a_call(tmp_path, "telnet", args=given, variables=variables))
    assert heard == ["hu", "hp", "show a", "show b", "exit"]


def test_a_prompt_that_does_not_come(tmp_path: Path) -> None:
    for seconds in (0.3, 3, 30):  # on a busy machine the login takes more than a moment
        with telnet_device(router([])) as port:
            told = call(tmp_path, port, command="show a", prompts=["never"], timeout=seconds)
            done = Telnet().run(told)
        if done.values["stdout"].endswith("Password: r1> "):
            break
    assert done.values["stdout"].endswith("Password: r1> ")
    assert isinstance(done.failure, ActionFailed)
    assert f"'never' did not come within {seconds} s; the last was 'Hello" in done.failure.message


def test_a_device_that_hangs_up(tmp_path: Path) -> None:
    with telnet_device(lambda connection: connection.sendall(b"busy\r\n")) as port:
        done = Telnet().run(call(tmp_path, port, command="x"))
    assert done.failure is not None
    assert "closed the connection" in str(done.failure)
    assert done.values["stdout"] == "busy\r\n"


def test_nobody_there(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Unreachable):
        Telnet().run(call(tmp_path, port, command="x"))


def test_check_mode_types_nothing(tmp_path: Path) -> None:
    made = call(tmp_path, 1, command="x")
    made.check = True
    assert Telnet().run(made).skipped


def test_no_real_device_is_reached_from_the_lab(here: Path, playrun: Playrun) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = server.getsockname()[1]
        (here / "hosts").write_text("r1 ansible_network_os=ios ansible_password=x\n")
        (here / "site.yml").write_text(f"""
- hosts: r1
  gather_facts: false
  tasks:
    - telnet: {{host: 127.0.0.1, port: {port}, command: [reload], timeout: 5}}
""")
        said = playrun("site.yml", "-i", "hosts", "--lab")
        with pytest.raises(BlockingIOError):
            server.accept()
    assert said.code == 0, said.out + said.err
    assert "skipping: [r1]" in said.out
