"""Whether a host is certain to come to a task. Where that cannot be told, nothing is said:
a playbook that runs must not be refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from runner.actions.late import LATE
from runner.errors import RenderError
from runner.model import Condition, Task
from runner.planning.classes import Class, Fleet
from runner.planning.names import NameReader
from runner.planning.walking import Spot
from runner.templating import Names, Templar, Variables

VariablesOf = Callable[[str, Task], Variables]

CHANGING = frozenset(
    {
        *("hostvars", "vars", "play_hosts", "ansible_play_hosts", "ansible_play_hosts_all"),
        *("ansible_play_batch", "ansible_facts", "ansible_local", "ansible_loop_var"),
        *("ansible_failed_task", "ansible_failed_result", "ansible_delegated_vars"),
        *("ansible_search_path", "ansible_loop", "ansible_index_var", "environment"),
        *("template_host", "template_path", "template_fullpath", "template_destpath"),
        *("template_uid", "template_run_date"),
    }
)
"""Names that the engine sets as it goes."""
_ENDS = ("end_play", "end_host", "end_batch", "end_role")


class Certainty:
    """Judges with what is known before the run.

    `dynamic` are the names that may get other values while it goes; None: any may.
    """

    def __init__(
        self,
        templar: Templar,
        reader: NameReader,
        variables_of: VariablesOf,
        dynamic: frozenset[str] | None,
        fleet: Fleet,
        spots: Sequence[Spot],
    ) -> None:
        self._templar = templar
        self._reader = reader
        self._variables_of = variables_of
        self._dynamic = dynamic
        self._fleet = fleet
        self._spots = spots
        self._guards = [index for index, spot in enumerate(spots) if _is_guard(spot.task)]

    def is_known(self, names: Names) -> bool:
        """Whether text with these names gives now what it would give in the run."""
        if self._dynamic is None or names.lookups or not names.complete:
            return False
        return not any(
            name in self._dynamic or name in CHANGING or name.startswith("ansible_net_")
            for name in names.variables
        )

    def runs(self, host: str, spot: Spot) -> bool | None:
        """Whether the conditions of a task hold on a host; None: that cannot be told.

        A rescue, a handler or a task with `run_once` is never certain.
        """
        verdicts = [self._holds(host, task, task.when) for task in (*spot.outer, spot.task)]
        if False in verdicts:
            return False
        once = any(task.run_once is not False for task in (*spot.outer, spot.task))
        looped = any(task.loop is not None for task in spot.outer)
        return None if None in verdicts or spot.sheltered or once or looped else True

    def _holds(self, host: str, task: Task, conditions: Iterable[Condition]) -> bool | None:
        known = True
        for condition in conditions:
            verdict = self.verdict(host, task, condition)
            if verdict is False:
                return False
            known = known and verdict is True
        return True if known else None

    def verdict(self, host: str, task: Task, condition: Condition) -> bool | None:
        """What a condition gives; None: that cannot be told, or it is broken."""
        if isinstance(condition, bool):
            return condition
        variables = self._variables_of(host, task)
        names = self._reader.of_condition(condition)
        led = self._reader.closure(names, variables.written)
        if not self.is_known(led) or _reads_item(task, led):
            return None
        try:
            holds = self._templar.test(condition, variables)
        except RenderError:
            return None
        # A loop may have no items.
        return None if holds and task.loop is not None else holds

    def coming(self, hosts: Class, index: int) -> list[Class]:
        """Of these hosts, those that are certain to come to the task with this place; its own
        `when` may still stop them. In parts that are the same in all that decides it."""
        spot = self._spots[index]
        before = spot._replace(task=spot.task._replace(when=()))
        guards = [self._spots[at] for at in self._guards if at < index]
        if self._runs_never(before):
            return []
        names = {name for each in (spot, *guards) for name in self._decisive(each)}
        return [
            part
            for part in self._fleet.by_value(hosts, names)
            if self.runs(part[0], before) is True
            and not any(self._may_end(part[0], guard) for guard in guards)
        ]

    def running(self, hosts: Class, index: int) -> list[Class]:
        """Of these hosts, those whose `when` certainly holds as well."""
        return [
            part
            for part in self.coming(hosts, index)
            if self.runs(part[0], self._spots[index]) is True
        ]

    def is_left_out(self, hosts: Class, index: int) -> bool:
        """Whether the task with this place is certainly skipped by each of these hosts; there
        must be one."""
        spot = self._spots[index]
        parts = self._fleet.by_value(hosts, self._decisive(spot)) if hosts else []
        return bool(parts) and all(self.runs(part[0], spot) is False for part in parts)

    def _runs_never(self, spot: Spot) -> bool:
        """The quick no: what makes it uncertain is the same for all hosts."""
        tasks = (*spot.outer, spot.task)
        return spot.sheltered or any(task.run_once is not False for task in tasks)

    def _decisive(self, spot: Spot) -> set[str]:
        names: set[str] = set()
        for task in (*spot.outer, spot.task):
            reads = self._reader.of_task(task)
            names = names.union(*(each.variables for each in reads.when))
            if task.action == "assert":
                names |= reads.together().variables
        return names

    def _may_end(self, host: str, spot: Spot) -> bool:
        if self.runs(host, spot) is False:
            return False
        if spot.task.action != "assert" or spot.task.late is not None:
            return True
        return self._holds(host, spot.task, spot.task.args.get("that", ())) is not True


def _reads_item(task: Task, names: Names) -> bool:
    """Whether text with these names may ask for what a loop sets."""
    if task.loop is None:
        return False
    own = (task.loop.variable, task.loop.index_variable or "")
    return any("{{" in name or name in names.variables for name in own)


class Grounds(NamedTuple):
    """What is known of a play's hosts before it runs, and whom to ask for it."""

    fleet: Fleet
    reader: NameReader
    certainty: Certainty
    variables_of: VariablesOf


def _is_guard(task: Task) -> bool:
    """Whether a task is there to stop hosts."""
    if task.action == "meta":
        return str(task.args.get("free_form", "")) in _ENDS
    return task.action in ("assert", "fail", LATE)
