"""`playrun lint --ansible`: what of an Ansible project would run here, and what would not.

Nothing is connected to and no inventory is read: what is looked at are the words of playbooks,
of all that they import, and of what they include under constant names. Files of tasks that no
playbook leads to are looked at by themselves.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from runner import yaml
from runner.actions.absent import ABSENT, WHY
from runner.engine.targets.target import is_command_line
from runner.errors import LoadError, PlayrunError, Problems
from runner.loading.includes import PlaybookIncludes
from runner.loading.playbook import read_playbook
from runner.loading.standing import Loading
from runner.loading.vault import Vault, file_password
from runner.model import Play, Role, Scope, Task
from runner.planning.walking import Walk
from runner.run.lookups import NAMES
from runner.run.unplanned import mistakes_of
from runner.templating import Templar, refuse_vaulted
from runner.values import Masks, Origin, Source, near

_FILES = (".yml", ".yaml")
_NOT_TASKS = frozenset("group_vars host_vars vars defaults meta files templates molecule".split())
_LISTS = frozenset({"tasks", "handlers"})


class Finding(NamedTuple):
    """One thing that would not run. `about` is the kind of word, or `other`."""

    about: str
    message: str
    where: Origin | None
    hint: str | None

    def data(self) -> dict[str, Any]:
        """For JSON."""
        place = self.where
        return {
            "about": self.about,
            "message": self.message,
            "file": place.file if place else None,
            "line": place.line if place else None,
            "column": place.column if place else None,
            "hint": self.hint,
        }

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.where}: {self.message}{hint}" if self.where else f"{self.message}{hint}"


class Looked(NamedTuple):
    """One file: how many tasks stand in it, and what of it would not run."""

    file: str
    tasks: int
    findings: tuple[Finding, ...]


class Report(NamedTuple):
    """Everything that was looked at, file by file."""

    files: tuple[Looked, ...]

    @property
    def well(self) -> bool:
        """Whether all of it would run."""
        return not any(looked.findings for looked in self.files)

    def lines(self) -> Iterator[str]:
        """For people."""
        for looked in self.files:
            yield f"{looked.file}: {_verdict(looked)}"
            yield from (f"  {finding}" for finding in looked.findings)
        would = sum(not looked.findings for looked in self.files)
        yield ""
        yield f"would run as they are: {would} of {_count(len(self.files), 'file')}"
        yield from (f"  {about}: {number}" for about, number in self._kinds())

    def _kinds(self) -> list[tuple[str, int]]:
        found = Counter(finding.about for looked in self.files for finding in looked.findings)
        return found.most_common()

    def data(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "well": self.well,
            "files": [
                {
                    "file": looked.file,
                    "tasks": looked.tasks,
                    "findings": [finding.data() for finding in looked.findings],
                }
                for looked in self.files
            ],
            "counts": dict(self._kinds()),
        }


def _verdict(looked: Looked) -> str:
    what = _count(looked.tasks, "task")
    if not looked.findings:
        return f"{what}, all would run"
    return f"{what}, {_count(len(looked.findings), 'thing')} would not run"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def vault_from(files: Sequence[str]) -> Vault:
    """A vault that knows the passwords of these files."""
    return Vault([file_password(file) for file in files], Masks())


class Linter:
    """Looks at files one after another, and keeps what stands in each."""

    def __init__(self, roles_path: tuple[Path, ...] = (), vault: Vault | None = None) -> None:
        self._roles_path = roles_path
        self._vault = vault
        opened = refuse_vaulted if vault is None else vault.opened
        self._templar = Templar(lookups=dict.fromkeys(NAMES), opened=opened)
        self._tasks: dict[str, set[Origin]] = {}
        self._findings: dict[str, set[Finding]] = {}

    def look(self, paths: Sequence[Path]) -> Report:
        """Playbooks, or folders with playbooks. Raises LoadError where there is nothing."""
        for path in paths:
            if path.is_dir():
                self._folder(path)
            else:
                self._playbook(path)
        files = sorted({*self._tasks, *self._findings})
        return Report(tuple(map(self._looked, files)))

    def _looked(self, file: str) -> Looked:
        findings = sorted(self._findings.get(file, ()), key=_place)
        return Looked(file, len(self._tasks.get(file, ())), tuple(findings))

    def _folder(self, folder: Path) -> None:
        files = list(_yaml_files(folder))
        if not files:
            raise LoadError(f"there is no playbook in {folder}")
        for path in filter(_is_playbook, files):
            self._playbook(path)
        reached = set(map(os.path.realpath, self._tasks))
        for path in files:
            if path.parent.name in _LISTS and os.path.realpath(path) not in reached:
                self._alone(path)
        for path in sorted(folder.rglob("*.j2")):
            self._note(self._templar.check_file(path), near(path))

    def _playbook(self, path: Path) -> None:
        file = near(path)
        self._tasks.setdefault(file, set())
        loading = Loading(self._vault, self._roles_path)
        try:
            plays: Sequence[Play] = read_playbook(path, loading).plays
        except PlayrunError as error:
            plays = ()
            self._note([error], file)
        self._note(loading.problems, file)
        for play in plays:
            self._play(play, file)

    def _play(self, play: Play, file: str) -> None:
        walk = Walk(self._includes())
        spots = [*walk.spots(play.entries), *walk.handler_spots(play.handlers)]
        self._note([fault.error for fault in walk.faults], file)
        self._note(self._templar.check([play.vars, play.role_vars, play.role_defaults]), file)
        self._note(self._refused(play), file)
        self._take([spot.task for spot in spots if not spot.task.implicit], file)

    def _alone(self, path: Path) -> None:
        """A file of tasks that nothing leads to, as a role's if it lies in one."""
        file = near(path)
        self._tasks.setdefault(file, set())
        walk = Walk(self._includes())
        tasks = [spot.task for spot in walk.spots([_including(path)])][1:]
        self._note([fault.error for fault in walk.faults], file)
        self._take(tasks, file)

    def _take(self, tasks: Iterable[Task], file: str) -> None:
        for task in tasks:
            self._tasks.setdefault(task.origin.file, set()).add(task.origin)
            self._note(self._of_task(task), file)

    def _note(self, errors: Iterable[PlayrunError], file: str) -> None:
        """`file` is where the mistakes are that have no place."""
        for error in errors:
            for each in error.problems if isinstance(error, Problems) else (error,):
                finding = Finding(each.about or "other", each.message, each.origin, each.hint)
                where = each.origin.file if each.origin else file
                self._findings.setdefault(where, set()).add(finding)

    def _includes(self) -> PlaybookIncludes:
        return PlaybookIncludes(_any_task, vault=self._vault, roles_path=self._roles_path)

    def _of_task(self, task: Task) -> Iterator[PlayrunError]:
        if task.action == ABSENT:
            yield task.args[WHY]
        yield from mistakes_of(task, self._templar)
        yield from self._refused(task)

    @staticmethod
    def _refused(what: Play | Task) -> Iterator[PlayrunError]:
        """A connection that is no command line, where it is written down."""
        word = what.connection
        if word is None or (isinstance(word, Source) and word.has_markers):
            return
        if not is_command_line(word):
            message = f"the connection `{word}` is no command line"
            error = LoadError(message, origin=getattr(word, "origin", None) or what.origin)
            error.about = "connection"
            yield error


def _place(finding: Finding) -> tuple[str, int, int]:
    return finding.where or ("", 0, 0)


def _any_task(_task: Task) -> bool:
    return True


def _yaml_files(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in _NOT_TASKS
        )
        for name in sorted(names):
            if name.endswith(_FILES) and not name.startswith("."):
                yield Path(root, name)


def _is_playbook(path: Path) -> bool:
    """Whether a file is a list with a play in it, broken plays too."""
    if path.parent.name in _LISTS:
        return False
    try:
        data = yaml.parse(path.read_bytes(), str(path)).data
    except (PlayrunError, OSError):
        return False
    entries: list[Mapping[str, Any]] = [
        entry for entry in (data if isinstance(data, list) else []) if isinstance(entry, dict)
    ]
    return any(_PLAYS & set(map(str, entry)) for entry in entries)


_PLAYS = frozenset({"hosts", "import_playbook", "ansible.builtin.import_playbook"})


def _including(path: Path) -> Task:
    """A task that includes the file, standing where the file does."""
    role = path.parent.parent if path.parent.name in _LISTS else None
    scope = Scope(
        folder=str(path.parent.absolute()),
        playbook_folder=str(Path.cwd()),
        role=Role(role.name, str(role.absolute())) if role is not None else None,
    )
    return Task(
        "include_tasks", {"file": str(path.absolute())}, Origin(str(path), 1, 1), scope=scope
    )
