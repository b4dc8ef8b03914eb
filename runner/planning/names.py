"""Which variables a task reads, through the variables that it names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from runner.actions import ACTIONS
from runner.model import Condition, Loop, Task
from runner.templating import Names, Templar
from runner.values import Source

NO_NAMES = Names()
OF_A_COMMAND = frozenset({"command", "command_slug"})
"""What an `output` path may name besides variables."""
_MAYBE = frozenset({"assert", "include_tasks", "include_role", "meta"})
"""Actions that may leave an argument unrendered."""
_NOTHING: frozenset[str] = frozenset()


class Reads(NamedTuple):
    """The names in a task's texts, by when these are looked at."""

    when: tuple[Names, ...] = ()
    """Of each condition, in order; none is looked at after one that does not hold."""
    loop: Names = NO_NAMES
    body: Names = NO_NAMES
    """Of what every execution renders."""
    rest: Names = NO_NAMES
    """Of what may be rendered, or may be undefined without harm."""

    def together(self) -> Names:
        """All of them."""
        return merged((*self.when, self.loop, self.body, self.rest))


class NameReader:
    """Looks names up once per text; one for a run."""

    def __init__(self, templar: Templar) -> None:
        self._templar = templar
        self._texts: dict[str, Names] = {}
        self._values: dict[int, tuple[Any, Names]] = {}
        self._conditions: dict[str, Names] = {}
        self._tasks: dict[int, tuple[Task, Reads]] = {}

    def of_task(self, task: Task) -> Reads:
        """The names in everything that a task says, its `vars` left out."""
        known = self._tasks.get(id(task))
        if known is None:
            known = self._tasks[id(task)] = (task, self._of_task(task))
        return known[1]

    def _of_task(self, task: Task) -> Reads:
        loop = self.of_value(task.loop.items) if task.loop else NO_NAMES
        body, rest = self._of_arguments(task)
        body = [*body, *self._of_keywords(task)]
        rest = [*rest, *map(self.of_value, _lenient(task))]
        if task.retry is not None:
            rest += map(self.of_condition, task.retry.until)
        if task.loop is not None and not _has_items(task.loop):
            # Nothing is looked at if there is no item.
            rest, body = [*rest, *body], []
        return Reads(
            tuple(map(self.of_condition, task.when)),
            loop,
            merged(body),
            merged(rest)._replace(required=_NOTHING),
        )

    def _of_arguments(self, task: Task) -> tuple[list[Names], list[Names]]:
        """What is certainly rendered of a task's arguments, and what may be."""
        raw = ACTIONS[task.action].raw
        plain = [self.of_value(v) for name, v in task.args.items() if name not in raw]
        plain += map(self.of_value, late_texts(task))
        body: list[Names] = []
        rest: list[Names] = []
        (rest if task.action in _MAYBE else body).extend(plain)
        for name in sorted(raw):
            value = task.args.get(name)
            if isinstance(value, dict):
                rest.append(self.of_value(value))
            first, *others = [*map(self.of_condition, _as_conditions(value)), NO_NAMES]
            # `debug: var` shows an undefined variable as such.
            (rest if name == "var" else body).append(first)
            rest += others
        if task.action == "validate_argument_spec":
            rest.append(_of_spec(task.args.get("argument_spec")))
        return body, rest

    def _of_keywords(self, task: Task) -> list[Names]:
        """Of several conditions in a list only the first is certain to be looked at."""
        found = [self.of_output(task.output)]
        found += map(self.of_value, (task.environment, task.delegate_to))
        for conditions in (task.changed_when, task.failed_when):
            names = [self.of_condition(condition) for condition in conditions or ()]
            found += [*names[:1], *(each._replace(required=_NOTHING) for each in names[1:])]
        return found

    def of_output(self, path: str | None) -> Names:
        """The names in a path of host files, without those that each command fills in."""
        names = self.of_value(path)
        return names._replace(
            variables=names.variables - OF_A_COMMAND, required=names.required - OF_A_COMMAND
        )

    def of_value(self, value: Any) -> Names:
        """The names in a value's templates, deep."""
        if value is None or isinstance(value, (bool, int, float)):
            return NO_NAMES
        if isinstance(value, str):
            return self.of_text(value) if type(value) is Source else NO_NAMES
        known = self._values.get(id(value))
        if known is None:
            known = self._values[id(value)] = (value, self._of_container(value))
        return known[1]

    def of_text(self, text: Source) -> Names:
        """The names in one template."""
        if not text.has_markers:
            return NO_NAMES
        known = self._texts.get(text)
        if known is None:
            known = self._texts[text] = self._templar.names(text)
        return known

    def _of_container(self, value: Any) -> Names:
        names = self._templar.names(value)
        return NO_NAMES if names == NO_NAMES else names

    def of_condition(self, condition: Condition) -> Names:
        """The names in a bare expression."""
        if not isinstance(condition, Source):
            return NO_NAMES
        known = self._conditions.get(condition)
        if known is None:
            known = self._conditions[condition] = self._templar.condition_names(condition)
        return known

    def closure(
        self, names: Names, written: Callable[[str], Any], settled: frozenset[str] = _NOTHING
    ) -> Names:
        """`names` and those of the variables they lead to; `written` gives a variable's text.

        `required` are those without which the text cannot be rendered. What `settled`
        variables were written as does not count for that: they get other values.
        """
        if not names.variables:
            return names
        needed: set[str] = set()
        seen: set[str] = set()
        todo = set(names.variables)
        must = set(names.required)
        parts = [names]
        while todo or must - needed:
            name = (must - needed).pop() if must - needed else todo.pop()
            value = written(name)
            found = self.of_value(value)
            # Only a text that is needed as a whole needs what it names; a part of a mapping
            # may never be looked at.
            if name in must and isinstance(value, str) and name not in settled:
                must |= found.required
            needed |= must & {name}
            seen.add(name)
            todo = (todo | found.variables) - seen
            if found is not NO_NAMES:
                parts.append(found._replace(required=_NOTHING))
        return merged(parts)._replace(required=frozenset(must))


def _of_spec(spec: Any) -> Names:
    """The variables that are called as the options of an argument spec are."""
    if isinstance(spec, dict):
        return Names(variables=frozenset(map(str, spec)))
    return Names(complete=False)


def late_texts(task: Task) -> tuple[str, ...]:
    """The templates that name a late task's action and arguments."""
    return (task.late.word, *task.late.given) if task.late is not None else ()


def _lenient(task: Task) -> list[Any]:
    """Texts that may stay unrendered, or of which Ansible forgives an undefined name."""
    loop = task.loop
    return [
        *(task.name, list(task.notify), task.ignore_errors, task.ignore_unreachable),
        *(task.no_log, task.connection, task.remote_user, task.port, task.check_mode, task.diff),
        *(task.become, task.become_user, task.become_method, task.run_once, task.throttle),
        *(task.timeout, task.any_errors_fatal, task.delegate_facts),
        *((loop.label, loop.pause, list(loop.break_when)) if loop else ()),
        *((task.retry.retries, task.retry.delay) if task.retry else ()),
    ]


def _has_items(loop: Loop) -> bool:
    """Whether a loop certainly has an item: its items are written out."""
    return isinstance(loop.items, list) and bool(loop.items) and loop.style in ("loop", "items")


def _as_conditions(value: Any) -> list[Condition]:
    if isinstance(value, (tuple, list)):
        return list(value)
    return [value] if isinstance(value, Source) else []


def merged(parts: Iterable[Names]) -> Names:
    """All names of the parts."""
    found = [part for part in parts if part is not NO_NAMES]
    if len(found) <= 1:
        return found[0] if found else NO_NAMES
    return Names(
        variables=frozenset().union(*(part.variables for part in found)),
        required=frozenset().union(*(part.required for part in found)),
        hosts=frozenset().union(*(part.hosts for part in found)),
        host_names=frozenset().union(*(part.host_names for part in found)),
        lookups=frozenset().union(*(part.lookups for part in found)),
        facts=frozenset().union(*(part.facts for part in found)),
        complete=all(part.complete for part in found),
    )
