"""Where lookups look for files, and what a lookup is given."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from runner.errors import LoadError
from runner.templating.failures import TemplateFault
from runner.templating.files import VAULTED, Opener
from runner.values import at_home

if TYPE_CHECKING:
    from runner.templating.variables import Variables

MAX_BYTES = 10_000_000

Hide = Callable[[str], None]
"""Makes a text a secret that is masked from now on."""

FileRenderer = Callable[..., str]


class Seeker:
    """Finds files: beside the task's role and file, the playbook, then along the search path."""

    def __init__(self, searchpath: Sequence[Path], render: FileRenderer, opened: Opener) -> None:
        self._searchpath = list(searchpath)
        self.render = render
        self.opened = opened

    def folders(self, variables: Variables) -> Iterator[Path]:
        """The folders in the order they are looked through."""
        yield from map(Path, self._told(variables))
        yield from self._searchpath

    def _told(self, variables: Variables) -> Iterator[str]:
        told = variables.resolve("ansible_search_path")
        if not isinstance(told, list):
            told = [variables.resolve(name) for name in ("role_path", "playbook_dir")]
        return (value for value in told if isinstance(value, str))

    def find(self, name: str, kinds: Sequence[str], variables: Variables) -> Path | None:
        """The first file of that name; `kinds` are the subfolders (`files`) tried first."""
        folders = (*self._told(variables), *self._searchpath)
        return next(filter(_is_file, _candidates(name, tuple(kinds), folders)), None)


@lru_cache(maxsize=1024)
def _candidates(
    name: str, kinds: tuple[str, ...], folders: tuple[str | Path, ...]
) -> tuple[Path, ...]:
    """Where a file may be; the same for all hosts."""
    wanted = at_home(name)
    if wanted.is_absolute():
        return (wanted,)
    found = (Path(folder) for folder in folders)
    return tuple(folder / kind / wanted for folder in found for kind in (*kinds, ""))


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116 - every host asks
    except (OSError, ValueError):  # A name that no file can have is a ValueError.
        return False


class LookupCall(NamedTuple):
    """What a lookup is given: its terms, its options, and where it may look."""

    terms: list[Any]
    options: dict[str, Any]
    variables: Variables
    seeker: Seeker
    hide: Hide
    looped: str | None = None
    """The action of the task that loops `with_` it; None in a template."""

    def file(self, name: Any, kind: str = "files") -> Path:
        """The file that a term names. Raises TemplateFault."""
        path = self.seeker.find(str(name), (kind,), self.variables)
        if path is None:
            looked = dict.fromkeys(map(str, self.seeker.folders(self.variables)))
            places = ", ".join(looked)
            raise TemplateFault(f"there is no file '{name}'", hint=f"looked in {places or '/'}")
        return path

    def text(self, path: Path, encoding: str = "utf-8") -> str:
        """A file's text, of at most 10 MB, decrypted if it is vaulted. Raises TemplateFault."""
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
            text = self.seeker.opened(data, path).decode(encoding)
        except LoadError as error:
            raise TemplateFault(error.message, hint=error.hint) from error
        except (OSError, UnicodeDecodeError, LookupError) as error:
            raise TemplateFault(f"cannot read {path}: {error}") from error
        if len(data) > MAX_BYTES:
            raise TemplateFault(f"{path} is larger than {MAX_BYTES // 1_000_000} MB")
        return text

    def hidden(self, path: Path, values: list[str]) -> list[str]:
        """Values out of a file: secrets, if it is vaulted."""
        with path.open("rb") as file:
            if file.read(len(VAULTED)) == VAULTED:
                for value in values:
                    self.hide(value)
        return values


def words(term: str) -> tuple[list[str], dict[str, str]]:
    """A term like `key file=x.csv col=1` as its words and its options."""
    try:
        parts = shlex.split(term)
    except ValueError as error:
        raise TemplateFault(f"'{term}' has an open quote") from error
    plain = [part for part in parts if "=" not in part]
    pairs = (part.partition("=") for part in parts if "=" in part)
    return plain, {name: value for name, _, value in pairs}
