"""What the rest of playrun knows of a connection: a target to reach, a session to use."""

# No annotations as texts: NamedTuple would compile each of them, at every start.
from collections.abc import Callable, Sequence
from typing import BinaryIO, Literal, NamedTuple, Protocol, runtime_checkable

from runner.platforms.model import Platform
from runner.values import Secret

HostKeyChecking = Literal["strict", "accept-new", "off"]


class Timeouts(NamedTuple):
    """All in seconds. `idle` restarts with every byte; `command` is the total for one command."""

    connect: float = 10.0
    login: float = 30.0
    idle: float = 30.0
    command: float = 600.0


class Target(NamedTuple):
    """One host and how to log in to it: everything resolved, nothing left to look up."""

    host: str
    """The inventory name, for messages and known_hosts of ProxyJump-less lookups."""
    address: str
    platform: Platform
    transport: str = "ssh"
    """A name in `TRANSPORTS`."""
    port: int | None = None
    """None: the transport's own (22, 23), or what ~/.ssh/config says."""
    user: str | None = None
    password: Secret | None = None
    private_key_file: str | None = None
    private_key_passphrase: Secret | None = None
    become: bool = False
    become_user: str | None = None
    become_password: Secret | None = None
    console_user: str | None = None
    console_password: Secret | None = None
    ssh_legacy: bool = False
    ssh_common_args: str = ""
    ssh_config_file: str | None = None
    """None: ~/.ssh/config; an empty string: none at all."""
    host_key_checking: HostKeyChecking = "accept-new"
    known_hosts: str | None = None
    """playrun's own known_hosts file (written under accept-new); ~/.ssh/known_hosts is read too."""
    encoding: str = "utf-8"
    timeouts: Timeouts = Timeouts()


class Answer(NamedTuple):
    """A declared answer: when the device's last line matches `prompt` (a regex), send `answer`.

    Upper and lower case are the same in `prompt`, as for Ansible. `newline`: whether Enter
    follows. `once`: it is used up by its first question; the next answer with a prompt that
    matches takes over.
    """

    prompt: str
    answer: str | Secret
    newline: bool = True
    once: bool = False


class Reply(NamedTuple):
    """What one command gave.

    `text` has no echo and no prompt, LF line ends, undecodable bytes as surrogates; it is
    None when a `sink` took it. `error` is the device's error line if one of the platform's
    error patterns matched. `prompt` is the prompt the command was typed at; `answered` counts
    the declared answers that were given, those of the platform included.
    """

    command: str
    prompt: str
    text: str | None
    error: str | None = None
    seconds: float = 0.0
    answered: int = 0


Sink = Callable[[str], None]
"""Takes pieces of cleaned output, in order, as they become final."""


class Transcript(Protocol):
    """Keeps what a session sent and received, for people to read later."""

    def received(self, text: str) -> None:
        """The next characters from the device, as they came."""

    def sent(self, text: str, masked: bool = False) -> None:
        """What was typed; `masked`: show asterisks in its place, and in its echo's."""

    def close(self) -> None:
        """The session has ended. May be called twice. Never raises."""


class Transport(Protocol):
    """Bytes to and from a device: an SSH shell channel, a Telnet connection. One thread.

    Telnet options are already taken out of what `read` gives and 0xff is already doubled
    in what `write` sends: a session sees the device's own bytes only.
    """

    name: str
    """As in `TRANSPORTS`."""
    peer: str
    """`ssh 192.0.2.1:22`, for messages."""

    def read(self, timeout: float) -> bytes:
        """The next bytes, at most 64 KiB; b"" once the device has closed.

        Waits at most `timeout` seconds (0: does not wait), then raises TimeoutError. Raises
        ConnectionLost when the connection broke rather than ended.
        """

    def write(self, data: bytes) -> None:
        """Sends all of `data`. Raises ConnectionLost."""

    def close(self) -> None:
        """Ends the connection. May be called twice. Never raises."""


class Files(Protocol):
    """Copies files to and from a device. Close it when done.

    Every method raises TaskError for what the device refuses, ConnectionFailed when the
    connection is gone.
    """

    def size(self, path: str) -> int | None:
        """The size of a file on the device, in bytes; None: there is none."""

    def get(self, path: str, sink: Callable[[bytes], object]) -> None:
        """Passes a file of the device to `sink`, piece by piece."""

    def put(self, path: str, source: BinaryIO, size: int) -> None:
        """Writes the `size` bytes of `source` to a file of the device."""

    def close(self) -> None:
        """Ends the transfer channel, not the session. Never raises."""


@runtime_checkable
class CarriesFiles(Protocol):
    """A transport that files can be copied over, beside its command line."""

    def files(self, protocol: Literal["scp", "sftp"], timeout: float) -> Files:
        """Opens a transfer; `timeout`: seconds the device may be silent. Raises TaskError."""


class Session(Protocol):
    """A logged-in command line. One thread at a time; never reused once `dirty`."""

    @property
    def prompt(self) -> str:
        """The prompt as last seen, without trailing blanks."""

    @property
    def mode(self) -> str:
        """The mode the session is in: `exec`, `privileged`, `config`, …"""

    @property
    def dirty(self) -> bool:
        """True after a timeout or a lost connection: close it, never reuse it."""

    @property
    def platform(self) -> Platform:
        """The platform the session speaks."""

    def command(
        self,
        line: str,
        *,
        answers: Sequence[Answer] = (),
        sink: Sink | None = None,
        timeout: float | None = None,
        check: bool = True,
        interrupt_after: float | None = None,
    ) -> Reply:
        """Types one line and reads until the prompt is back.

        A device's error line does not raise: it stands in `Reply.error` (`check` False skips
        looking for it). The mode may change by it; see `mode`. `answers` may each be given
        again when the question comes again; a trailing CR or LF in one is the Enter that
        follows anyway. `timeout` (seconds) replaces `timeouts.command`, and `timeouts.idle`
        too where it is longer. `interrupt_after` (seconds): then Ctrl-C is typed, for what
        never ends by itself.

        Raises CommandFailed, nothing sent, for a line with a control character, with the
        platform's help key, or one that the encoding cannot write, and for a question that
        nobody declared an answer to: it is interrupted, and `dirty` tells whether the prompt
        came back. Raises PromptTimeout and ConnectionLost, after which the session is
        `dirty`; so it is after an exception of the sink's.
        """

    def configure(
        self, lines: Sequence[str], *, on_line: Callable[[str], None] | None = None
    ) -> Sequence[Reply]:
        """Enters config mode, types the lines, leaves it (committing where the platform does).

        Gives a reply for each line, and one more for the commit. `on_line` is called before
        each line is sent, the commit included. The text of a banner is among the lines; what
        ends it is what the device says ends it.

        On an error line, or a question nobody declared, it stops, aborts where the platform
        can, goes back to the mode it came from and raises CommandFailed naming the line.
        A ConnectionFailed from the middle says in `sent` how many changing lines were sent
        and in `seen` how many of them the device answered.
        """

    def files(self, protocol: Literal["scp", "sftp"]) -> Files:
        """Copies files over the connection of this session.

        Raises TaskError where there is no such thing: over Telnet, or refused by the device.
        """

    def ping(self) -> float:
        """Types an empty line and waits for the prompt; seconds it took."""

    def close(self) -> None:
        """Logs out politely if clean, closes the socket in any case. Never raises."""


class Connector(Protocol):
    """Opens sessions. Shared by all threads of a worker process."""

    def connect(self, target: Target) -> Session:
        """Connects, checks the host key, logs in, enables, switches paging off.

        Raises a ConnectionFailed of the right class, the message naming host and address.
        """
