"""What a run begins with: flags, settings, the playbook's folder, secrets and whom to ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from runner.errors import PlayrunError
from runner.loading.includes import PlaybookIncludes, Told
from runner.loading.varfiles import parse_extra_vars
from runner.model import Task
from runner.run.asking import Asking
from runner.run.credentials import settled, vault_of
from runner.run.inventories import STATE
from runner.run.options import Ask, AskPerson, Options
from runner.settings import Settings
from runner.values import Masks


class Project:
    """Nothing of it has been read yet. `person` None: there is nobody to ask."""

    def __init__(
        self,
        options: Options,
        settings: Settings,
        playbook_dir: Path,
        ask: Ask,
        person: AskPerson | None = None,
    ) -> None:
        self.options = settled(options, settings)
        self.settings = settings
        self.playbook_dir = playbook_dir
        self.masks = Masks()
        self.ask = ask
        self.person = None if person is None else Asking(person)
        self.vault = vault_of(options, settings, self.masks, ask)

    @contextmanager
    def hiding(self) -> Iterator[None]:
        """Mistakes that are told within it are told without secrets."""
        try:
            yield
        except PlayrunError as error:
            error.hide(self.masks.mask)
            raise

    @property
    def state(self) -> Path:
        """The folder for what is playrun's own."""
        return self.settings.root.absolute() / STATE

    @cached_property
    def extra_vars(self) -> dict[str, Any]:
        """The variables of all -e flags. Raises LoadError."""
        return parse_extra_vars(self.options.extra_vars, self.vault)

    @property
    def roles_path(self) -> tuple[Path, ...]:
        """Folders that roles are looked for in."""
        return tuple(map(Path, self.settings.roles_path))

    @property
    def collections_path(self) -> tuple[Path, ...]:
        """Folders that collections are looked for in."""
        return tuple(map(Path, self.settings.collections_path))

    @property
    def filter_plugins(self) -> list[Path]:
        """Folders with filters of the user's own."""
        return list(map(Path, self.settings.filter_plugins))

    def includes(self, keeps: Callable[[Task], bool], told: Told) -> PlaybookIncludes:
        """Reads what plays include, of which only the tasks that `keeps` says are there; `told`
        fills in what they say of tags."""
        return PlaybookIncludes(
            keeps,
            told=told,
            vault=self.vault,
            roles_path=self.roles_path,
            collections_path=self.collections_path,
            extra_vars=self.extra_vars,
        )
