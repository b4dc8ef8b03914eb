"""Variables that no source defines, found before anything is connected to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from runner.errors import PlanError, RenderError, nearest
from runner.model import Task
from runner.planning.certainty import CHANGING, Grounds
from runner.planning.classes import Class
from runner.planning.findings import Findings, some
from runner.planning.names import Reads
from runner.planning.texts import conditions_of, origin_in_file, origin_of, texts_of
from runner.planning.walking import Spot
from runner.templating import Names, Templar, Variables
from runner.values import Source

_HINT = "define it in vars, in the inventory or with -e, or give it a default"
_LENIENT = "ansible_"
"""Names that begin so are facts or set by the engine, and never reported."""


class InFile(NamedTuple):
    """What a task's template file reads."""

    names: Names
    path: Path | None = None


class Undefined:
    """Notes names that a task is certain to read and that are nowhere to be found."""

    def __init__(
        self,
        templar: Templar,
        grounds: Grounds,
        dynamic: frozenset[str],
        findings: Findings,
    ) -> None:
        self._templar = templar
        self._fleet, self._reader, self._certainty, self._variables_of = grounds
        self._dynamic = dynamic
        self._known = dynamic | CHANGING
        self._findings = findings
        self._found: dict[tuple[int, str, Path | None], list[str]] = {}
        self._spots: Sequence[Spot] = ()

    def look(
        self, hosts: Class, spots: Sequence[Spot], index: int, reads: Reads, file: InFile | None
    ) -> None:
        """Looks at one task of `spots` on hosts on which the same names are defined."""
        self._spots = spots
        task = spots[index].task
        if task.ignore_errors is not False or spots[index].sheltered:
            return
        variables = self._variables_of(hosts[0], task)
        parts = [(reads.loop, None), (reads.body, None), *([file] if file else [])]
        if self._is_fine(task, variables, [*reads.when, *(names for names, _ in parts)]):
            return
        for part in self._certainty.coming(hosts, index):
            self._note(part, index, reads, parts)

    def _is_fine(self, task: Task, variables: Variables, parts: Iterable[Names]) -> bool:
        """The quick answer, which most tasks get: all that is read is there."""
        known = self._known_to(task)
        if any(self._missing(names, variables, known) for names in parts):
            return False
        return task.loop is not None or not any(
            self._is_broken(condition, variables) for condition in task.when
        )

    def _is_broken(self, condition: object, variables: Variables) -> bool:
        if isinstance(condition, bool):
            return False
        names = self._reader.of_condition(condition)  # type: ignore[arg-type]
        if not self._certainty.is_known(self._reader.closure(names, variables.written)):
            return False
        try:
            self._templar.test(condition, variables)  # type: ignore[arg-type]
        except RenderError:
            return True
        return False

    def _known_to(self, task: Task) -> frozenset[str]:
        known = self._known
        if task.register:
            known |= {task.register}
        if task.loop is not None:
            known |= {str(task.loop.variable), str(task.loop.index_variable)}
        return known

    def _missing(self, names: Names, variables: Variables, known: frozenset[str]) -> list[str]:
        if not names.required:
            return []
        needed = self._reader.closure(names, variables.written, self._dynamic).required
        return [
            name
            for name in sorted(needed)
            if name not in variables and name not in known and not name.startswith(_LENIENT)
        ]

    def _note(
        self,
        hosts: Class,
        index: int,
        reads: Reads,
        parts: Sequence[tuple[Names, Path | None]],
    ) -> None:
        """Conditions are looked at in order, and none after one that does not hold."""
        task = self._spots[index].task
        variables = self._variables_of(hosts[0], task)
        known = self._known_to(task)
        if task.loop is not None and task.when:
            return
        for condition, names in zip(task.when, reads.when, strict=True):
            missing = self._missing(names, variables, known)
            self._add(hosts, index, missing, None)
            if missing:
                return
            verdict = self._certainty.verdict(hosts[0], task, condition)
            if verdict is None and self._is_broken(condition, variables):
                self._break(hosts, condition, variables)
            if verdict is not True:
                return
        for names, path in parts:
            self._add(hosts, index, self._missing(names, variables, known), path)

    def _break(self, hosts: Class, condition: object, variables: Variables) -> None:
        """What it gives now it would give then; so would its error be the same."""
        try:
            self._templar.test(condition, variables)  # type: ignore[arg-type]
        except RenderError as error:
            for host in hosts:
                self._findings.note(host, error)

    def _add(self, hosts: Class, index: int, names: Iterable[str], path: Path | None) -> None:
        for name in names:
            self._found.setdefault((index, name, path), []).extend(hosts)

    def problems(self) -> Iterator[PlanError]:
        """One error for each name of a task."""
        for (index, name, path), found in self._found.items():
            hosts = self._fleet.ordered(found)
            task = self._spots[index].task
            known = {*self._variables_of(hosts[0], task), *self._dynamic, *_FUNCTIONS}
            close = nearest(name, known)
            yield PlanError(
                f"`{name}`, which `{task.label}` uses, is not defined for {some(hosts)}",
                origin=(path and origin_in_file(path, name)) or origin_of(task, name),
                hint=_hint(task, name, close),
            )


_FUNCTIONS = ("hostvars", "lookup", "query", "groups", "true", "false")
_AS_FILTERS = {
    **{name: f"`x | {name}`" for name in ("int", "float", "list", "sum", "min", "max", "abs")},
    "len": "`x | length`",
    "str": "`x | string`",
    "sorted": "`x | sort`",
    "set": "`x | unique`",
    "round": "`x | round`",
    "reversed": "`x | reverse`",
    "bool": "`x | bool`",
}
_BOOLEANS = {"never": "false", "always": "true"}


def _hint(task: Task, name: str, close: str | None) -> str:
    """What to do about a name that is nowhere: what it most often is instead."""
    if name == "item":
        variable = task.loop.variable if task.loop else None
        return f"this loop calls it `{variable}`" if variable else "`item` is there in a `loop`"
    word = re.escape(name)
    compared = re.compile(rf"[=!]=\s*{word}\s*(?:$|\)|\band\b|\bor\b)")
    if any(compared.search(text) for text in conditions_of(task) if isinstance(text, Source)):
        return f"if it is a text, it needs quotes of its own: `'{name}'`"
    if name in _AS_FILTERS:
        return f"templates have no function `{name}`: {_AS_FILTERS[name]}"
    if name in _BOOLEANS:
        return f"the condition is `{_BOOLEANS[name]}`"
    if close:
        return f"did you mean `{close}`?"
    dashed = re.compile(rf"[A-Za-z_]-{word}\b|\b{word}-[A-Za-z_]")
    if any(
        dashed.search(text)
        for text in [*texts_of(task), *conditions_of(task)]
        if isinstance(text, Source)
    ):
        return "`-` subtracts: names of variables are joined with `_`"
    return _HINT
