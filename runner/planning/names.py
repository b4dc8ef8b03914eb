"""Which variables a task reads, through the variables that it names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from runner.actions import ACTIONS
from runner.model import Condition, Task
from runner.templating import Names, Templar
from runner.values import Source

_NONE = Names()
OF_A_COMMAND = frozenset({"command", "command_slug"})
"""What an `output` path may name besides variables."""


class NameReader:
    """Looks names up once per text; one for a run."""

    def __init__(self, templar: Templar) -> None:
        self._templar = templar
        self._values: dict[int, tuple[Any, Names]] = {}
        self._conditions: dict[str, Names] = {}

    def of_task(self, task: Task) -> Names:
        """The names in everything of a task but its `when`.

        Of several conditions in a list only the first is certain to be looked at.
        """
        raw = ACTIONS[task.action].raw
        texts: list[Any] = [value for name, value in task.args.items() if name not in raw]
        texts += [task.loop.items if task.loop else None, task.ignore_errors]
        texts += [task.no_log, task.connection, task.become, task.check_mode, task.name]
        lists = [_as_conditions(task.args.get(name)) for name in sorted(raw)]
        lists += [list(task.changed_when or ()), list(task.failed_when or ())]
        parts = [self.of_output(task.output), *(self.of_value(text) for text in texts)]
        for conditions in lists:
            names = [self.of_condition(condition) for condition in conditions]
            parts += [*names[:1], *(each._replace(required=frozenset()) for each in names[1:])]
        if "var" in raw and "var" in task.args:
            # `debug: var` shows an undefined variable as such.
            parts = [_merged(parts)._replace(required=frozenset())]
        return _merged(parts)

    def of_output(self, path: str | None) -> Names:
        """The names in a path of host files, without those that each command fills in."""
        names = self.of_value(path)
        return names._replace(
            variables=names.variables - OF_A_COMMAND, required=names.required - OF_A_COMMAND
        )

    def of_value(self, value: Any) -> Names:
        """The names in a value's templates, deep."""
        if value is None or isinstance(value, (bool, int, float)):
            return _NONE
        if isinstance(value, str) and not (isinstance(value, Source) and value.has_markers):
            return _NONE
        known = self._values.get(id(value))
        if known is None:
            known = self._values[id(value)] = (value, self._templar.names(value))
        return known[1]

    def of_condition(self, condition: Condition) -> Names:
        """The names in a bare expression."""
        if not isinstance(condition, Source):
            return _NONE
        if condition not in self._conditions:
            self._conditions[condition] = self._templar.condition_names(condition)
        return self._conditions[condition]

    def closure(self, names: Names, layers: Iterable[Mapping[str, Any]]) -> Names:
        """`names` and those of the variables they lead to; `layers` highest first.

        `required` are those without which the text cannot be rendered.
        """
        stack = list(layers)
        needed: set[str] = set()
        seen: set[str] = set()
        todo = set(names.variables)
        must = set(names.required)
        parts = [names]
        while todo or must - needed:
            name = (must - needed).pop() if must - needed else todo.pop()
            found = self._value_of(name, stack)
            if name in must:
                # Only a text that is needed as a whole needs what it names; a part of a
                # mapping may never be looked at.
                needed.add(name)
                must |= found.required if _is_text(name, stack) else frozenset()
            seen.add(name)
            todo = (todo | found.variables) - seen
            parts.append(found._replace(required=frozenset()))
        return _merged(parts)._replace(required=frozenset(must))

    def _value_of(self, name: str, layers: list[Mapping[str, Any]]) -> Names:
        layer = next((layer for layer in layers if name in layer), None)
        return _NONE if layer is None else self.of_value(layer[name])


def _is_text(name: str, layers: list[Mapping[str, Any]]) -> bool:
    layer = next((layer for layer in layers if name in layer), None)
    return layer is not None and isinstance(layer[name], str)


def _as_conditions(value: Any) -> list[Condition]:
    if isinstance(value, tuple):
        return list(value)
    return [value] if isinstance(value, Source) else []


def _merged(parts: Iterable[Names]) -> Names:
    found = [part for part in parts if part is not _NONE]
    if not found:
        return _NONE
    return Names(
        variables=frozenset().union(*(part.variables for part in found)),
        required=frozenset().union(*(part.required for part in found)),
        hosts=frozenset().union(*(part.hosts for part in found)),
        host_names=frozenset().union(*(part.host_names for part in found)),
        lookups=frozenset().union(*(part.lookups for part in found)),
        complete=all(part.complete for part in found),
    )
