"""Files to and from a device over its SSH connection: SCP and SFTP.

SCP is what devices have most often: the protocol of rcp, over a channel that runs `scp -t`
(to the device) or `scp -f` (from it) there. It has no description but its sources; this
follows OpenSSH's.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from typing import Any, BinaryIO

from runner.connections.ssh.deadline import Deadline
from runner.connections.ssh.library import paramiko
from runner.connections.ssh.transport import ClientTransport
from runner.errors import ActionFailed, ConnectionFailed, ConnectionLost, TaskError

_PIECE = 32_768
_LONGEST_LINE = 4_096
_MISSING = re.compile(
    r"no such (?:file|directory)|not found|does ?n[o']t exist|does not exist|cannot find"
    r"|file not|error opening",
    re.IGNORECASE,
)
_BEGINNINGS = (b"C", b"D", b"E", b"T", b"\0", b"\1", b"\2")
_HEADER = re.compile(rb"C\d{4} (\d+) .")

Sink = Callable[[bytes], object]


class ScpFiles:
    """Files over SCP; a channel of its own for each."""

    def __init__(self, transport: ClientTransport, timeout: float) -> None:
        """`timeout`: seconds that the device may be silent."""
        self._transport = transport
        self._timeout = timeout

    def size(self, path: str) -> int | None:
        """See `Files.size`."""
        channel = self._run("-f", path)
        try:
            return _announced(channel, path)
        finally:
            channel.close()

    def get(self, path: str, sink: Sink) -> None:
        """See `Files.get`."""
        channel = self._run("-f", path)
        try:
            left = _announced(channel, path)
            if left is None:
                raise ActionFailed(f"the device has no file {path}")
            channel.sendall(b"\0")
            while left:
                piece = _received(channel, min(left, _PIECE), path)
                left -= len(piece)
                sink(piece)
            _expect_fine(channel, path)
            channel.sendall(b"\0")
        except _TROUBLE as error:
            raise _broken(error, path) from None
        finally:
            channel.close()

    def put(self, path: str, source: BinaryIO, size: int) -> None:
        """See `Files.put`."""
        channel = self._run("-t", path)
        name = re.split(r"[/:]", path)[-1] or "file"
        try:
            _expect_fine(channel, path)
            channel.sendall(f"C0644 {size} {name}\n".encode())
            _expect_fine(channel, path)
            while piece := source.read(_PIECE):
                channel.sendall(piece)
            channel.sendall(b"\0")
            _expect_fine(channel, path)
            channel.shutdown_write()
        except _TROUBLE as error:
            raise _broken(error, path) from None
        finally:
            channel.close()

    def close(self) -> None:
        """See `Files.close`."""

    def _run(self, way: str, path: str) -> Any:
        channel = _channel(self._transport, self._timeout)
        try:
            channel.exec_command(f"scp {way} {shlex.quote(path)}")
            if way == "-f":
                channel.sendall(b"\0")
        except _TROUBLE as error:
            channel.close()
            raise TaskError(
                f"the device does not take SCP: {error or 'it refused the request'}",
                hint="switch it on there (`ip scp server enable`), or use `protocol: sftp`",
            ) from None
        return channel


class SftpFiles:
    """Files over SFTP; one channel for all of them."""

    def __init__(self, transport: ClientTransport, timeout: float) -> None:
        """`timeout`: seconds that the device may be silent. Raises TaskError, ConnectionFailed."""
        channel = _channel(transport, timeout)
        try:
            channel.invoke_subsystem("sftp")
            self._client = paramiko.SFTPClient(channel)
        except _TROUBLE as error:
            channel.close()
            raise TaskError(
                f"the device does not take SFTP: {error or 'it refused the request'}",
                hint="switch it on there, or use `protocol: scp`",
            ) from None

    def size(self, path: str) -> int | None:
        """See `Files.size`."""
        try:
            return self._client.stat(path).st_size
        except FileNotFoundError:
            return None
        except _TROUBLE as error:
            raise _broken(error, path) from None

    def get(self, path: str, sink: Sink) -> None:
        """See `Files.get`."""
        try:
            with self._client.open(path, "rb") as file:
                file.prefetch()
                while piece := file.read(_PIECE):
                    sink(piece)
        except FileNotFoundError:
            raise ActionFailed(f"the device has no file {path}") from None
        except _TROUBLE as error:
            raise _broken(error, path) from None

    def put(self, path: str, source: BinaryIO, size: int) -> None:
        """See `Files.put`."""
        try:
            self._client.putfo(source, path, file_size=size, confirm=True)
        except _TROUBLE as error:
            raise _broken(error, path) from None

    def close(self) -> None:
        """See `Files.close`."""
        self._client.close()


_TROUBLE = (paramiko.SSHException, EOFError, OSError)


def _channel(transport: ClientTransport, timeout: float) -> Any:
    try:
        channel: Any = transport.open_session(timeout=timeout)
    except paramiko.ChannelException as error:
        raise TaskError(
            f"the device refused a second channel for the file ({error.text})",
            hint="it may allow one session only; close others",
        ) from None
    except _TROUBLE as error:
        raise ConnectionLost(f"the connection broke: {error or 'end of file'}") from None
    channel.event = Deadline(timeout)
    channel.settimeout(timeout)
    return channel


def _announced(channel: Any, path: str) -> int | None:
    """The size of the file that the device is about to send; None: it has no such file."""
    try:
        while True:
            line = _line(channel, path)
            if line[:1] in (b"T", b"\0"):
                # Times come first where a device sends them unasked.
                channel.sendall(b"\0")
                continue
            found = _HEADER.match(line)
            if found is not None:
                return int(found[1])
            said = _said(line)
            if line[:1] in (b"\1", b"\2") and _MISSING.search(said):
                return None
            raise ActionFailed(f"the device did not send {path}: {said}")
    except _TROUBLE as error:
        raise _broken(error, path) from None


def _line(channel: Any, path: str) -> bytes:
    line = _received(channel, 1, path)
    if line not in _BEGINNINGS:
        said = (line + channel.recv(_LONGEST_LINE)).decode("utf-8", "replace")
        raise TaskError(
            f"the device does not take SCP; it said {said.strip()[:200]!r}",
            hint="switch it on there (`ip scp server enable`), or use `protocol: sftp`",
        )
    while not line.endswith(b"\n") and line != b"\0":
        line += _received(channel, 1, path)
        if len(line) > _LONGEST_LINE:
            raise ActionFailed(f"the device answered {path} with an endless line")
    return line


def _received(channel: Any, most: int, path: str) -> bytes:
    data: bytes = channel.recv(most)
    if not data:
        code = channel.recv_exit_status() if channel.exit_status_ready() else None
        said = "" if code is None else f" (exit code {code})"
        raise ActionFailed(f"the device broke off while {path} was copied{said}")
    return data


def _expect_fine(channel: Any, path: str) -> None:
    line = _line(channel, path)
    if line != b"\0":
        raise ActionFailed(f"the device did not take {path}: {_said(line)}")


def _said(line: bytes) -> str:
    text = line.lstrip(b"\0\1\2").decode("utf-8", "replace").strip()
    return repr(text[:200]) if text else "it does not say why"


def _broken(error: Exception, path: str) -> TaskError | ConnectionFailed:
    if isinstance(error, TimeoutError):
        return TaskError(
            f"the device was silent while {path} was copied", hint="allow more command_timeout"
        )
    reason = getattr(error, "strerror", None) or str(error) or "end of file"
    return TaskError(f"{path} could not be copied: {reason}")
