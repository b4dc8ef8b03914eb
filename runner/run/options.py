"""What a run is asked to do: the flags of one command line that set no setting."""

# No annotations as texts: NamedTuple would compile each of them, at every start.
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class Options(NamedTuple):
    """One run's flags. Empty and None mean: not given."""

    inventory: tuple[str, ...] = ()
    limit: str | None = None
    tags: tuple[str, ...] = ()
    skip_tags: tuple[str, ...] = ()
    extra_vars: tuple[str, ...] = ()
    check: bool = False
    diff: bool = False
    start_at_task: str | None = None
    step: bool = False
    force_handlers: bool = False
    flush_cache: bool = False
    become: bool = False
    connection: str | None = None
    ssh_common_args: str = ""
    ask_password: bool = False
    ask_become_password: bool = False
    ask_vault_password: bool = False
    password_file: str | None = None
    become_password_file: str | None = None
    vault_password_files: tuple[str, ...] = ()
    vault_ids: tuple[str, ...] = ()
    strategy: str | None = None
    lab: bool = False
    lab_topology: Path | None = None
    verbosity: int = 0
    quiet: bool = False
    json: bool = False
    transcript: bool = False
    typed: tuple[str, ...] = ()
    """The flags as words, to type them again; what is said of variables is left out."""

    def whereabouts(self) -> tuple[str, ...]:
        """The flags that say which hosts are meant and where they are, as they are typed."""
        words = [word for source in self.inventory for word in ("-i", source)]
        if self.lab:
            words.append("--lab")
        if self.lab_topology is not None:
            words += ["--topology", str(self.lab_topology)]
        return tuple(words)


AskPerson = Callable[..., str]
"""Asks a person for a line (prompt, whether what is typed is shown)."""

Ask = Callable[[str], str]
"""Asks a person for a secret, without echo. Raises LoadError when there is no terminal."""
