"""What is known while a playbook's files are read: hooks, problems, and where one stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from runner import yaml
from runner.errors import LoadError, NotSupported, PlayrunError, Problems, nearest
from runner.loading.convert import Located, Place
from runner.loading.files import read_file
from runner.loading.varfiles import read_vars
from runner.loading.vault import Vault, is_vaulted
from runner.model import Entry, Handler, Role, Scope
from runner.values import EMPTY, Origin, Source, near

Decryption = Vault | yaml.VaultHook | None
"""What opens vaulted values; whole files too if it is a Vault."""


class Exporting(Protocol):
    """A role of a play."""

    @property
    def role(self) -> Role:
        """As its tasks see it."""

    @property
    def public(self) -> bool:
        """Whether all tasks of its play see its variables."""

    @property
    def exported_vars(self) -> Mapping[str, Any]:
        """Those of `vars/`, its dependencies' too."""

    @property
    def exported_defaults(self) -> Mapping[str, Any]:
        """Those of `defaults/`, its dependencies' too."""


@dataclass(slots=True)
class PlayParts:
    """What is gathered from all over a play while it is read."""

    roles: list[Exporting] = field(default_factory=list)
    """Those that are imported."""
    handlers: list[Handler] = field(default_factory=list)
    """Of roles that are imported among its tasks."""
    listens: dict[Origin, tuple[str | Source, ...]] = field(default_factory=dict)
    """`listen` of handlers, by where they stand."""
    notifying: list[Place] = field(default_factory=list)
    """Every `notify` in it."""
    vars: Mapping[str, Any] = field(default_factory=dict)
    """The play's own, for names that are templates."""


class Loading:
    """The reading of one playbook, or of what a play includes: notes all that is wrong."""

    def __init__(
        self,
        decryption: Decryption = None,
        roles_path: tuple[Path, ...] = (),
        collections_path: tuple[Path, ...] = (),
        extra_vars: Mapping[str, Any] = EMPTY,
    ) -> None:
        self._vault = decryption if isinstance(decryption, Vault) else None
        self._hook = decryption.secret if isinstance(decryption, Vault) else decryption
        self.roles_path = roles_path
        self.collections_path = collections_path
        self.extra_vars = extra_vars
        self.problems: list[PlayrunError] = []
        self.warnings: list[str] = []
        self._variables: dict[str, Mapping[str, Any]] = {}

    def note(self, problem: PlayrunError) -> None:
        """Keeps a mistake; reading goes on to find the others."""
        self.problems.append(problem)

    def parse(self, path: Path, *, what: str, origin: Origin | None) -> yaml.Document:
        """A file of plays or tasks, all texts in it sources. Raises LoadError."""
        data = read_file(path, what=what, origin=origin)
        if self._vault is not None and is_vaulted(data):
            data = self._vault.decrypt(data, Origin(str(path), 1, 1))
        document = yaml.parse(data, near(path), all_sources=True, vault=self._hook)
        self.warnings += document.warnings
        return document

    def variables(self, path: Path, origin: Origin | None) -> Mapping[str, Any]:
        """A file of variables; the same object every time. Raises LoadError."""
        known = self._variables.get(str(path))
        if known is None:
            vault = self._vault or _Hooked(self._hook)
            scope = read_vars(near(path), vault, origin=origin)
            self.warnings += scope.document.warnings
            known = self._variables[str(path)] = scope.values
        return known


class _Hooked(Vault):
    """A vault of which only the hook for single values is known."""

    def __init__(self, hook: yaml.VaultHook | None) -> None:
        super().__init__()
        if hook is not None:
            self.secret = hook  # type: ignore[method-assign, assignment]


class Standing(NamedTuple):
    """Where entries are read: what they inherit and what they are part of."""

    loading: Loading
    parts: PlayParts
    scope: Scope
    read: Callable[[Place, Standing], tuple[Entry, ...]]
    """Reads a list of entries; handed on because files bring more files."""
    open_files: tuple[str, ...] = ()
    """Files that are being read, outermost first: a file among them is a circle."""
    handlers: bool = False
    """Whether the entries are handlers."""

    @property
    def problems(self) -> list[PlayrunError]:
        """Where mistakes are noted."""
        return self.loading.problems

    def within(self, scope: Scope) -> Standing:
        """The same, with another scope."""
        return self._replace(scope=scope)

    def name(self, text: str, place: Located) -> str | None:
        """The name of a file or role that must be known now; None after a problem was noted."""
        if not (isinstance(text, Source) and text.has_markers):
            return str(text)
        try:
            return self._rendered(text)
        except PlayrunError as error:
            self.loading.note(
                place.error(
                    f"`{text}` cannot be told before the play runs: {error.message}",
                    hint="an import sees play vars and -e only; `include_tasks` or "
                    "`include_role` is read while the play runs",
                )
            )
            return None

    def _rendered(self, text: Source) -> str:
        from runner.templating import Templar  # most names are constant, and Jinja is slow to load

        templar = Templar()
        magic = {"playbook_dir": self.scope.playbook_folder}
        if self.scope.role is not None:
            magic |= {"role_path": self.scope.role.path, "role_name": self.scope.role.short}
        layers = (self.parts.vars, self.scope.vars, self.scope.params, self.loading.extra_vars)
        return templar.text(text, templar.variables(*layers, magic))


def together(problems: Iterable[PlayrunError]) -> PlayrunError:
    """One problem as itself, several as Problems, each once. There must be one."""
    unique = list({str(problem): problem for problem in problems}.values())
    return unique[0] if len(unique) == 1 else Problems(unique)


def raise_problems(problems: list[PlayrunError]) -> None:
    """All of them together; nothing for none."""
    if problems:
        raise together(problems)


def raise_mistakes(problems: list[PlayrunError]) -> None:
    """The same, but nothing where all of them are missing actions: whether a host would come to
    those shows when the play is planned."""
    if not all(isinstance(problem, NotSupported) for problem in problems):
        raise_problems(problems)


def missing_file(place: Located, what: str, name: str, looked: list[Path]) -> LoadError:
    """A file that is at none of the places where it was looked for."""
    where = ", ".join(dict.fromkeys(str(path) for path in looked))
    hint = f"looked for {where}"
    close = nearest_file(looked)
    hint = f"did you mean `{close}`? {hint}" if close else hint
    return place.error(f"there is no {what} `{name}`", hint=hint)


def nearest_file(looked: Iterable[Path]) -> str | None:
    """The name most like one that is not there, among the files beside it."""
    for path in looked:
        try:
            beside = [entry.name for entry in path.parent.iterdir() if entry.is_file()]
        except OSError:
            continue
        close = nearest(path.name, beside, cutoff=0.75)
        if close:
            return close
    return None
