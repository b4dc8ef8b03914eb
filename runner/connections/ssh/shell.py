"""The shell of a device as a `Transport`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from runner.connections.api import Files
from runner.connections.dial import Sockets, interrupted
from runner.connections.ssh.deadline import Deadline
from runner.connections.ssh.handshake import end
from runner.connections.ssh.library import paramiko
from runner.connections.ssh.transport import ClientTransport
from runner.errors import ConnectionFailed, ConnectionLost
from runner.platforms.model import Platform

_READ_SIZE = 65_536
_MANY_ROWS = 1000
"""For platforms that ask for no rows: the fewer pages, the better."""


def open_shell(transport: ClientTransport, platform: Platform, timeout: float) -> paramiko.Channel:
    """A shell on a terminal of the platform's size. Raises ConnectionFailed."""
    step = "a session"
    columns, rows = platform.terminal
    try:
        channel = transport.open_session(timeout=timeout)
        channel.event = Deadline(timeout)
        channel.set_combine_stderr(True)
        step = "a terminal"
        channel.get_pty(platform.terminal_type, width=columns, height=rows or _MANY_ROWS)
        step = "a shell"
        channel.invoke_shell()
    except (paramiko.SSHException, EOFError, OSError) as error:
        raise _refused(transport, step, error, timeout) from None
    return channel


def _refused(
    transport: ClientTransport, step: str, error: Exception, timeout: float
) -> ConnectionFailed:
    if isinstance(error, TimeoutError) or "imeout" in str(error):
        return ConnectionFailed(f"logged in, but the device did not give {step} in {timeout:g} s")
    if not transport.is_active():
        said = f": {transport.farewell[:200]!r}" if transport.farewell else ""
        return ConnectionFailed(f"logged in, but the device closed the connection{said}")
    reason = f" ({error.text})" if isinstance(error, paramiko.ChannelException) else ""
    return ConnectionFailed(
        f"logged in, but the device refused {step}{reason}",
        hint="the account may lack the right to a terminal, or have too many sessions",
    )


class SshTransport:
    """A `Transport` over an SSH channel."""

    name = "ssh"

    def __init__(
        self,
        channel: paramiko.Channel,
        transport: ClientTransport,
        peer: str,
        sockets: Sockets,
        write_timeout: float,
        on_close: Callable[[], None] | None = None,
    ) -> None:
        self.peer = peer
        self._channel: Any = channel
        self._transport = transport
        self._sockets = sockets
        self._write_timeout = write_timeout
        self._on_close = on_close
        self._closed = False

    def read(self, timeout: float) -> bytes:
        """See `Transport.read`."""
        try:
            self._channel.settimeout(timeout)
            data: bytes = self._channel.recv(_READ_SIZE)
        except TimeoutError:
            raise
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise self._lost(error) from None
        if not data:
            self._ended()
        return data

    def write(self, data: bytes) -> None:
        """See `Transport.write`."""
        try:
            self._channel.settimeout(self._write_timeout)
            self._channel.sendall(data)
        except TimeoutError:
            raise ConnectionLost(
                f"the device took nothing of what was sent for {self._write_timeout:g} s"
            ) from None
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise self._lost(error) from None

    def files(self, protocol: Literal["scp", "sftp"], timeout: float) -> Files:
        """See `CarriesFiles.files`."""
        from runner.connections.ssh.files import ScpFiles, SftpFiles  # few tasks copy files

        if protocol == "sftp":
            return SftpFiles(self._transport, timeout)
        return ScpFiles(self._transport, timeout)

    def close(self) -> None:
        """See `Transport.close`."""
        if self._closed:
            return
        self._closed = True
        end(self._transport, self._sockets)
        if self._on_close is not None:
            self._on_close()

    def _ended(self) -> None:
        """Tells an end from a break."""
        if self._sockets.aborted:
            raise interrupted()
        error = self._transport.saved_exception
        if error is not None and not isinstance(error, EOFError):
            raise self._lost(error)

    def _lost(self, error: Exception) -> ConnectionLost:
        if self._sockets.aborted:
            return interrupted()
        reason = getattr(error, "strerror", None) or str(error) or "end of file"
        return ConnectionLost(f"the connection broke: {reason}")
