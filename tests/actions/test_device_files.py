"""net_get and net_put against an SSH server that takes SCP and SFTP, and over Telnet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from calling import a_call
from scripted import Bench
from ssh_servers import Rules, command_line, serving
from ssh_servers import target as a_target

from runner.actions.api import Call
from runner.actions.transfer import NetGet, NetPut
from runner.connections.connector import DeviceConnector
from runner.connections.lockout import ThreadGate
from runner.errors import ActionFailed, TaskError

PROTOCOLS = ("scp", "sftp")


@pytest.fixture
def flash(tmp_path: Path) -> Path:
    folder = tmp_path / "flash"
    folder.mkdir()
    return folder


@pytest.fixture
def device(tmp_path: Path, flash: Path) -> Iterator[Any]:
    """Makes calls of an action, on a device whose files lie in `flash`."""

    class Server(asyncssh.SFTPServer):
        def __init__(self, chan: Any) -> None:
            super().__init__(chan, chroot=str(flash).encode())

    with serving(Rules(), sftp_factory=Server, allow_scp=True) as port:
        connector = DeviceConnector(ThreadGate(0))
        session = connector.connect(a_target(port, tmp_path))

        def call(action: str, **args: Any) -> Call:
            made = a_call(tmp_path, action, written=(str(args.get("dest", "")),), **args)
            made.session = lambda: session
            return made

        yield call
        session.close()
        connector.close_all()


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("size", [0, 1, 32_768, 300_001])
def test_a_file_comes_back_as_it_went(
    device: Any, tmp_path: Path, flash: Path, protocol: str, size: int
) -> None:
    content = (b"\x00\xff\n\r\x01" * 70_000)[:size]
    (tmp_path / "image.bin").write_bytes(content)
    sent = NetPut().run(device("net_put", src="image.bin", dest="/image.bin", protocol=protocol))
    assert sent.changed
    assert sent.values == {"destination": "/image.bin"}
    assert (flash / "image.bin").read_bytes() == content
    got = NetGet().run(device("net_get", src="/image.bin", dest="back/", protocol=protocol))
    assert got.changed
    assert got.values == {"destination": str(tmp_path / "back/image.bin")}
    assert (tmp_path / "back/image.bin").read_bytes() == content


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_same_file_changes_nothing(
    device: Any, tmp_path: Path, flash: Path, protocol: str
) -> None:
    (tmp_path / "a.txt").write_text("same\n")
    (flash / "a.txt").write_text("same\n")
    sent = NetPut().run(device("net_put", src="a.txt", dest="/a.txt", protocol=protocol))
    got = NetGet().run(device("net_get", src="/a.txt", dest="a.txt", protocol=protocol))
    assert (sent.changed, got.changed) == (False, False)
    (flash / "a.txt").write_text("diff\n")
    assert NetPut().run(device("net_put", src="a.txt", dest="/a.txt", protocol=protocol)).changed
    assert (flash / "a.txt").read_text() == "same\n"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_the_device_has_not(device: Any, tmp_path: Path, protocol: str) -> None:
    with pytest.raises(TaskError, match="no file /none"):
        NetGet().run(device("net_get", src="/none", dest="kept", protocol=protocol))
    assert not (tmp_path / "kept").exists()
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(TaskError, match="/no/where"):
        NetPut().run(device("net_put", src="a.txt", dest="/no/where", protocol=protocol))


def test_text_is_a_template(device: Any, tmp_path: Path, flash: Path) -> None:
    (tmp_path / "a.j2").write_text("{{ 1 + 1 }} {% raw %}{{ x }}{% endraw %}\n")
    NetPut().run(device("net_put", src="a.j2", dest="/a", mode="text"))
    assert (flash / "a").read_text() == "2 {{ x }}\n"
    NetPut().run(device("net_put", src="a.j2", dest="/b", mode="binary"))
    assert (flash / "b").read_text().startswith("{{ 1 + 1 }}")


def test_the_session_types_on_after_a_copy(device: Any, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    call = device("net_put", src="a.txt", dest="/a.txt")
    NetPut().run(call)
    assert call.session().command("show 2").text == "line 0\nline 1\n"


@pytest.mark.parametrize("path", ["-rf", "a\nb", ""])
def test_no_paths_of_a_device(device: Any, tmp_path: Path, path: str) -> None:
    with pytest.raises(ActionFailed, match="no path of a file"):
        NetGet().run(device("net_get", src=path, dest="x"))


async def no_programs(process: Any) -> None:
    """A command line that answers a program's name with its prompt, as some devices do."""
    if process.command is not None:
        process.stdout.write(b"% Unknown command\r\nr1#")
        await process.stdin.read()
        process.exit(1)
        return
    await command_line(process)


def test_a_device_without_scp(tmp_path: Path) -> None:
    with serving(Rules(), process=no_programs) as port:
        connector = DeviceConnector(ThreadGate(0))
        session = connector.connect(a_target(port, tmp_path))
        for protocol in PROTOCOLS:
            call = a_call(tmp_path, "net_get", written=("x",), src="a", dest="x", protocol=protocol)
            call.session = lambda: session
            with pytest.raises(TaskError, match=f"does not take {protocol.upper()}"):
                NetGet().run(call)
        assert session.command("show 1").text == "line 0\n"
        session.close()
        connector.close_all()


def test_over_telnet_it_is_refused() -> None:
    bench = Bench("telnet")
    session = bench.open(bench.script.login())
    with pytest.raises(TaskError, match="copied over SSH, and this is a Telnet connection"):
        session.files("scp")
