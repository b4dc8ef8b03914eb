"""How to reach a host over SSH: its target, ssh_common_args and ~/.ssh/config put together."""

from __future__ import annotations

import os
import re
import shlex
import socket
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from runner.connections.api import HostKeyChecking, Target
from runner.connections.hostkeys import DEFAULT_PORT, user_files
from runner.connections.person import home_folder, user_name
from runner.connections.sshconfig import (
    Answer,
    Block,
    Config,
    Directive,
    parse_config,
    parse_directive,
    read_text,
)
from runner.errors import ConnectionFailed
from runner.values import at_home

_SYSTEM_CONFIG = "/etc/ssh/ssh_config"
_MOST_JUMPS = 8
_JUMP = re.compile(r"(?:ssh://)?(?:(.+)@)?(\[[^\]]+\]|[^:\[\]/@]+)(?::(\d+))?/?\Z")
_SWITCHES = frozenset("46AaCfGgKkMNnqsTtVvXxYy")
_VALUED = {"J": "ProxyJump", "p": "Port", "l": "User", "i": "IdentityFile"}
_CHECKING: dict[str, HostKeyChecking] = {
    "yes": "strict",
    "accept-new": "accept-new",
    "no": "off",
    "off": "off",
}


class SshSettings(NamedTuple):
    """One connection, everything decided."""

    hostname: str
    port: int
    user: str
    identity_files: tuple[str, ...] = ()
    """From the configuration; those that do not exist are simply not tried."""
    certificate_files: tuple[str, ...] = ()
    jumps: tuple[SshSettings, ...] = ()
    """The hosts to go through, nearest first."""
    host_key_alias: str | None = None
    host_key_checking: HostKeyChecking | None = None
    """What the configuration asks for; None: the target decides."""
    known_hosts: tuple[str, ...] = ()
    """Files to read besides our own."""

    @property
    def place(self) -> str:
        """`address:port`, for messages."""
        host = f"[{self.hostname}]" if ":" in self.hostname else self.hostname
        return f"{host}:{self.port}"


class _Arguments(NamedTuple):
    """ssh_common_args, read."""

    block: Block
    config_file: str | None = None


class _Hop(NamedTuple):
    """One host of ProxyJump, as written."""

    host: str
    user: str | None
    port: int | None


class SshConfigs:
    """Answers for all hosts of a run. Every file is read once. Thread-safe."""

    def __init__(
        self, notice: Callable[[str], None] | None = None, home: Path | None = None
    ) -> None:
        """`notice` is told, once each, what in a configuration is not done as written."""
        self._notice = notice
        self._home = home
        self._user_files = user_files(home)
        self._lock = threading.Lock()
        self._configs: dict[str | None, tuple[Block, ...]] = {}
        self._arguments: dict[str, _Arguments] = {}

    def settings_for(self, target: Target) -> SshSettings:
        """Raises ConnectionFailed for what cannot be done: ProxyCommand, a bad option."""
        arguments = self._read_arguments(target.ssh_common_args)
        file = arguments.config_file if arguments.config_file else target.ssh_config_file
        blocks = self._blocks(file)
        answer = Answer(target.address, target.user or "", user_name())
        answer.take((arguments.block, *blocks))
        settings = self._resolve(answer, _Hop(target.address, target.user, target.port), None)
        checking = self._checking(arguments.block, answer, target.host_key_checking)
        return settings._replace(
            host_key_checking=checking,
            jumps=self._chain(_hops(answer), blocks, (settings,), target.user),
        )

    def _chain(
        self,
        hops: Sequence[_Hop],
        blocks: Sequence[Block],
        behind: tuple[SshSettings, ...],
        user: str | None,
        depth: int = 0,
    ) -> tuple[SshSettings, ...]:
        """Only the nearest hop may itself have hops: the others are told how to be reached.

        `behind`: the target and the hops that these lead to. `Host *` with a ProxyJump speaks
        of them as well, and none is a way to itself. `user` is for hops that nobody names one for.
        """
        chain: list[SshSettings] = []
        further: list[_Hop] = []
        for hop in hops:
            answer = Answer(hop.host, hop.user or "", user_name())
            answer.take(blocks)
            settings = self._resolve(answer, hop, user)
            if any(_same_place(hop, settings, other) for other in behind):
                continue
            if not chain:
                further = _hops(answer)
            chain.append(settings)
        if not chain:
            return ()
        depth += len(chain)
        if depth > _MOST_JUMPS:
            raise ConnectionFailed(f"ProxyJump for {behind[0].place} leads through too many hosts")
        nearest = self._chain(further, blocks, (behind[0], *chain), user, depth)
        return (*nearest, *chain)

    def _resolve(self, answer: Answer, hop: _Hop, fallback: str | None) -> SshSettings:
        hostname = _hostname(answer, hop.host)
        port = hop.port or _port(answer)
        user = hop.user or answer.word("user") or fallback or user_name()
        tokens = partial(_tokens, hostname, hop.host, port, user, self._home_folder)

        def paths(keyword: str) -> tuple[str, ...]:
            values = [value for value in answer.all(keyword) if value.lower() != "none"]
            return tuple(_expand(value, tokens()) for value in values)

        alias = answer.word("hostkeyalias")
        return SshSettings(
            hostname=hostname,
            port=port,
            user=user,
            identity_files=paths("identityfile"),
            certificate_files=paths("certificatefile"),
            host_key_alias=_percent(alias, tokens()) if alias else None,
            known_hosts=self._known_hosts(answer, tokens),
        )

    def _known_hosts(self, answer: Answer, tokens: Callable[[], dict[str, str]]) -> tuple[str, ...]:
        named = answer.get("userknownhostsfile")
        if named is None:
            return self._user_files
        return tuple(_expand(value, tokens()) for value in named.values if value != "none")

    def _checking(
        self, given: Block, answer: Answer, wanted: HostKeyChecking
    ) -> HostKeyChecking | None:
        """The host's own arguments decide; a file can only make the default stricter."""
        for directive in given.directives:
            if directive.keyword == "stricthostkeychecking":
                return _CHECKING.get(directive.values[0].lower())
        asked = (answer.word("stricthostkeychecking") or "").lower()
        return "strict" if asked == "yes" and wanted == "accept-new" else None

    def _blocks(self, file: str | None) -> tuple[Block, ...]:
        with self._lock:
            if file not in self._configs:
                configs = self._load(file)
                self._configs[file] = tuple(b for config in configs for b in config.blocks)
                for text in (text for config in configs for text in config.notices):
                    if self._notice:
                        self._notice(text)
            return self._configs[file]

    def _load(self, file: str | None) -> list[Config]:
        if file == "":
            return []
        ssh_folder = str(self._home_folder() / ".ssh")
        if file is None:
            user = _parse_file(f"{ssh_folder}/config", ssh_folder)
            return [user, _parse_file(_SYSTEM_CONFIG, "/etc/ssh")]
        path = str(at_home(file))
        try:
            return [parse_config(read_text(path), path, ssh_folder, read_text)]
        except OSError as error:
            reason = error.strerror or error
            raise ConnectionFailed(f"ssh_config_file {file} cannot be read: {reason}") from None

    def _read_arguments(self, text: str) -> _Arguments:
        with self._lock:
            if text not in self._arguments:
                self._arguments[text] = parse_arguments(text)
            return self._arguments[text]

    def _home_folder(self) -> Path:
        return self._home or home_folder()


def _parse_file(path: str, base: str) -> Config:
    try:
        return parse_config(read_text(path), path, base, read_text)
    except FileNotFoundError:
        return Config()
    except OSError as error:
        return Config(notices=(f"{path} cannot be read: {error.strerror or error}",))


def parse_arguments(text: str) -> _Arguments:
    """Reads ssh_common_args: -o, -J, -p, -l, -i and -F; plain switches mean nothing here.

    Raises ConnectionFailed.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ConnectionFailed(f"ssh_common_args cannot be split ({error}): {text!r}") from None
    block = Block(())
    config_file = None
    while words:
        word = words.pop(0)
        flag, value = word[1:2], word[2:]
        if word.startswith("-") and set(word[1:]) and set(word[1:]) <= _SWITCHES:
            continue
        if not word.startswith("-") or flag not in {*_VALUED, "o", "F"}:
            raise ConnectionFailed(
                f"ssh_common_args: {word!r} is not supported",
                hint="-o, -J, -p, -l, -i and -F are",
            )
        if not value and not words:
            raise ConnectionFailed(f"ssh_common_args: {word!r} wants a value")
        value = value or words.pop(0)
        if flag == "F":
            config_file = value
        else:
            block.directives.append(_argument(flag, value))
    return _Arguments(block, config_file)


def _argument(flag: str, value: str) -> Directive:
    where = "ssh_common_args"
    if flag != "o":
        return Directive(_VALUED[flag].lower(), (value,), where)
    try:
        return parse_directive(value, where)
    except ValueError as error:
        raise ConnectionFailed(f"ssh_common_args: -o {value!r}: {error}") from None


def _hostname(answer: Answer, host: str) -> str:
    written = answer.word("hostname")
    return _percent(written, {"h": host, "%": "%"}) if written else host


def _port(answer: Answer) -> int:
    directive = answer.get("port")
    if directive is None:
        return DEFAULT_PORT
    text = directive.values[0]
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65_536):
        raise ConnectionFailed(f"{directive.where}: {text!r} is no port")
    return int(text)


def _hops(answer: Answer) -> list[_Hop]:
    """The hosts to go through. Raises ConnectionFailed for a ProxyCommand that is none."""
    jump, command = answer.get("proxyjump"), answer.get("proxycommand")
    if jump is not None:
        written = jump.values[0]
        where = jump.where
    elif command is not None:
        written, where = _jump_in_command(command), command.where
    else:
        return []
    if written.lower() == "none":
        return []
    return [_parse_hop(part, where) for part in written.split(",")]


def _same_place(hop: _Hop, settings: SshSettings, other: SshSettings) -> bool:
    as_written = hop.port is None and hop.host.lower() == other.hostname.lower()
    same_name = settings.hostname.lower() == other.hostname.lower()
    return as_written or (same_name and settings.port == other.port)


def _parse_hop(text: str, where: str) -> _Hop:
    found = _JUMP.match(text.strip())
    if found is None:
        raise ConnectionFailed(f"{where}: ProxyJump wants [user@]host[:port], not {text!r}")
    port = int(found[3]) if found[3] else None
    if port is not None and not 0 < port < 65_536:
        raise ConnectionFailed(f"{where}: {port} in ProxyJump {text!r} is no port")
    return _Hop(found[2].strip("[]"), found[1], port)


def _jump_in_command(directive: Directive) -> str:
    """`ssh -W %h:%p [options] host` is a ProxyJump in older words; nothing else is run."""
    try:
        words = shlex.split(directive.values[0])
    except ValueError:
        words = []
    if words == ["none"]:
        return "none"
    destination, port, user = "", "", ""
    forwards = False
    rest = iter(words[1:])
    for word in rest:
        if word in ("-W", "-p", "-l"):
            value = next(rest, "")
            forwards = forwards or (word == "-W" and value == "%h:%p")
            port, user = (value if word == "-p" else port), (value if word == "-l" else user)
        elif word not in ("-q", "-x", "-a", "-T"):
            destination = "" if destination or word.startswith("-") else word
    if not (words and Path(words[0]).name == "ssh" and forwards and destination):
        raise ConnectionFailed(
            f"{directive.where}: ProxyCommand is not supported: {directive.values[0]!r}",
            hint="say ProxyJump host instead",
        )
    user = f"{user}@" if user else ""
    return f"{user}{destination}" + (f":{port}" if port else "")


def _tokens(
    hostname: str, host: str, port: int, user: str, home: Callable[[], Path]
) -> dict[str, str]:
    return {
        "%": "%",
        "h": hostname,
        "n": host,
        "p": str(port),
        "r": user,
        "u": user_name(),
        "d": str(home()),
        "i": str(os.getuid()),
        "l": socket.gethostname(),
        "L": socket.gethostname().split(".")[0],
        "k": hostname,
    }


def _percent(text: str, tokens: dict[str, str]) -> str:
    return re.sub(r"%(.)", lambda found: tokens.get(found[1], found[0]), text)


def _expand(path: str, tokens: dict[str, str]) -> str:
    path = _percent(path, tokens)
    path = re.sub(r"\$\{(\w+)\}", lambda found: os.environ.get(found[1], found[0]), path)
    if path == "~" or path.startswith("~/"):
        return tokens["d"] + path[1:]
    return path
