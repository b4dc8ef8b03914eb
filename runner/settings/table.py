"""The table of all settings: names, kinds, defaults, and what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, NamedTuple

Kind = Literal[
    "text",
    "identities",
    "path",
    "sources",
    "paths",
    "count",
    "at_least_one",
    "seconds",
    "choice",
    "encoding",
    "flag",
]


def _setting(default: Any, kind: Kind, doc: str, choices: tuple[str, ...] = ()) -> Any:
    return field(default=default, metadata={"kind": kind, "doc": doc, "choices": choices})


@dataclass(frozen=True)
class Settings:
    """Every setting with its value. Paths are absolute, or relative to the current folder."""

    inventory: tuple[str, ...] = _setting(
        (), "sources", "Inventory files, folders or comma lists; later ones win."
    )
    inventory_cache: int = _setting(
        0, "count", "Seconds that what inventory programs and services said is used again."
    )
    inventory_timeout: float = _setting(
        60.0, "seconds", "Seconds that an inventory program or service may take."
    )
    roles_path: tuple[str, ...] = _setting((), "paths", "Folders that roles are looked for in.")
    collections_path: tuple[str, ...] = _setting(
        (), "paths", "Folders that collections are looked for in."
    )
    filter_plugins: tuple[str, ...] = _setting(
        (), "paths", "Folders with filters of your own, in Python."
    )
    gathering: Literal["implicit", "explicit", "smart"] = _setting(
        "implicit",
        "choice",
        "Whether plays gather facts that do not say: implicit does, explicit does not.",
        ("implicit", "explicit", "smart"),
    )
    force_handlers: bool = _setting(
        False, "flag", "Run notified handlers of hosts that have failed too."
    )
    any_errors_fatal: bool = _setting(
        False, "flag", "One failed host ends a play that does not say otherwise."
    )
    output: str = _setting("output", "path", "The folder that host files are written under.")
    strategy: str = _setting(
        "linear",
        "text",
        "How plays run that do not say so themselves: linear, free, host_pinned or an executor.",
    )
    executor: str = _setting(
        "threads",
        "text",
        "Who runs the hosts where the strategy names no executor: serial, threads, processes.",
    )
    workers: int = _setting(32, "at_least_one", "Hosts that are worked on at a time.")
    processes: int = _setting(
        0, "count", "Worker processes of the executor `processes`; 0: one for each core."
    )
    sessions_max: int = _setting(0, "count", "Sessions open at a time; 0: as many as workers.")
    handshakes: int = _setting(8, "at_least_one", "SSH handshakes at a time in each process.")
    connect_timeout: float = _setting(10.0, "seconds", "Seconds to wait for a TCP connection.")
    login_timeout: float = _setting(30.0, "seconds", "Seconds to wait for the first prompt.")
    idle_timeout: float = _setting(
        30.0, "seconds", "Seconds of silence after which a command has failed."
    )
    command_timeout: float = _setting(600.0, "seconds", "Seconds that one command may take.")
    user: str | None = _setting(None, "text", "The user to log in as.")
    private_key_file: str | None = _setting(None, "path", "The private key to log in with.")
    ssh_common_args: str = _setting(
        "", "text", "Options as for ssh, for hosts that have none of their own: -J, -o."
    )
    become: bool = _setting(False, "flag", "Become privileged where nothing says otherwise.")
    become_user: str | None = _setting(None, "text", "The user to become.")
    ask_password: bool = _setting(False, "flag", "Ask for the login password, as `-k` does.")
    ask_become_password: bool = _setting(
        False, "flag", "Ask for the enable password, as `-K` does."
    )
    ask_vault_password: bool = _setting(False, "flag", "Ask for the vault password, as `-J` does.")
    vault_password_file: tuple[str, ...] = _setting(
        (), "paths", "Files (or programs) that give the passwords for vaulted variables."
    )
    vault_identity_list: tuple[str, ...] = _setting(
        (), "identities", "Vault passwords with their ids: `ID@FILE`, `ID@prompt`."
    )
    vault_encrypt_identity: str | None = _setting(
        None, "text", "The id of the vault password that `playrun vault encrypt` uses."
    )
    host_key_checking: Literal["strict", "accept-new", "off"] = _setting(
        "accept-new",
        "choice",
        "What an unknown SSH host key means: `strict` refuses it, `accept-new` stores it, "
        "`off` takes any.",
        ("strict", "accept-new", "off"),
    )
    known_hosts: str = _setting(
        ".playrun/known_hosts", "path", "Where accepted SSH host keys are stored."
    )
    ssh_config: str | None = _setting(
        None, "path", "The SSH client configuration; unset: `~/.ssh/config`."
    )
    auth_failures_max: int = _setting(
        3, "at_least_one", "Refusals after which a credential that never worked is not used again."
    )
    encoding: str = _setting("utf-8", "encoding", "How devices encode text.")
    max_register: int = _setting(
        10_000_000, "at_least_one", "Bytes that one registered output may have."
    )
    runs_keep: int = _setting(50, "count", "Run records that are kept in `.playrun/runs`.")
    platforms: str | None = _setting(None, "path", "A folder with platform files of your own.")
    lab: str | None = _setting(None, "path", "The topology that `--lab` and `playrun lab` start.")
    color: Literal["auto", "always", "never"] = _setting(
        "auto", "choice", "Colours on the console.", ("auto", "always", "never")
    )

    root: Path = field(default_factory=Path, kw_only=True)
    """The folder of playrun.toml, or where the search for one began."""
    warnings: tuple[str, ...] = field(default=(), kw_only=True, repr=False)
    """Files of settings that were passed over, and why."""
    sources: Mapping[str, str] = field(default_factory=dict, kw_only=True, repr=False)
    """Where each value that is not the default comes from, for people."""

    def source_of(self, name: str) -> str:
        """Where the value of a setting comes from: `flag`, a variable, a file, `default`."""
        return self.sources.get(name, "default")


class Setting(NamedTuple):
    """One setting, for documentation and for listings."""

    name: str
    default: Any
    kind: Kind
    doc: str
    choices: tuple[str, ...]

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"PLAYRUN_{self.name.upper()}"


def known_settings() -> Iterator[Setting]:
    """All settings, in the order in which they are documented."""
    each: Field[Any]
    for each in fields(Settings):
        if "kind" in each.metadata:
            yield Setting(each.name, each.default, **each.metadata)


def _shown(default: Any) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)


def documentation() -> str:
    """The table of all settings, as Markdown."""
    lines = ["| setting | environment | default | meaning |", "| --- | --- | --- | --- |"]
    for setting in known_settings():
        default = "" if setting.default in (None, (), "") else f"`{_shown(setting.default)}`"
        choices = f" One of: {', '.join(setting.choices)}." if setting.choices else ""
        lines.append(
            f"| `{setting.name}` | `{setting.variable}` | {default} | {setting.doc}{choices} |"
        )
    return "\n".join(lines) + "\n"
