"""What a play says in templates and is told before its hosts begin: tags, and whether facts are
gathered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from runner.engine.world import World
from runner.errors import PlanError, PlayrunError
from runner.model import Entry, Handler, Play, Scope, Task
from runner.templating import Variables
from runner.values import Source


class _Known(NamedTuple):
    """A scope, the same with its tags told, and the variables of the play that it is of."""

    scope: Scope
    told: Scope
    variables: Variables


class BeforeHosts:
    """Fills in what plays say in templates, and what they include. One for a run.

    As in Ansible, tags are known before any host begins: its variables are not seen.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[int, _Known] = {}
        """By the identity of the scope, which entries of a block share."""

    def play(self, play: Play) -> Play:
        """The play with words in the place of templates. Raises PlanError."""
        asked = {each.name: each.default for each in play.prompts if each.default is not None}
        layers = (play.role_defaults, play.vars, asked, play.role_vars, self._world.extra_vars)
        variables = self._world.templar.variables(*layers).with_data(self._world.magic)
        telling = _Telling(variables, self._known)
        return play._replace(
            tags=telling.tags(play.tags),
            scope=telling.scope(play.scope),
            entries=telling.entries(_with_gathering(play.entries, variables)),
            handlers=tuple(map(telling.handler, play.handlers)),
        )

    def included(self, entries: Iterable[Entry], task: Task) -> tuple[Entry, ...]:
        """The same for what a task includes. Raises PlanError."""
        known = self._known.get(id(task.scope))
        variables = known.variables if known else self._world.templar.variables()
        here = variables.with_layer(task.vars).with_layer(self._world.extra_vars)
        return _Telling(here, self._known).entries(entries)


class _Telling:
    """Fills in tags; what has none that are templates stays the same object."""

    def __init__(self, variables: Variables, known: dict[int, _Known]) -> None:
        self._variables = variables
        self._known = known

    def entries(self, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        """Tasks and blocks with their tags filled in. Raises PlanError."""
        return tuple(map(self._entry, entries))

    def _entry(self, entry: Entry) -> Entry:
        if isinstance(entry, Task):
            return self._task(entry)
        body, rescue, always = map(self.entries, (entry.body, entry.rescue, entry.always))
        return entry._replace(body=body, rescue=rescue, always=always)

    def _task(self, task: Task) -> Task:
        tags, scope = self.tags(task.tags), self.scope(task.scope)
        if tags is task.tags and scope is task.scope:
            return task
        return task._replace(tags=tags, scope=scope)

    def handler(self, handler: Handler) -> Handler:
        """The same for a handler."""
        return handler._replace(task=self._task(handler.task))

    def scope(self, scope: Scope) -> Scope:
        """The same for what files that are included later begin with."""
        known = self._known.get(id(scope))
        if known is None:
            tags = self.tags(scope.tags)
            told = scope if tags is scope.tags else scope._replace(tags=tags)
            known = _Known(scope, told, self._variables)
            self._known[id(scope)] = self._known[id(told)] = known
        return known.told

    def tags(self, tags: frozenset[str]) -> frozenset[str]:
        """Words; a template may give one or a list of them. Raises PlanError."""
        if not any(type(tag) is Source for tag in tags):
            return tags
        told: set[str] = set()
        for tag in tags:
            value = self._told(tag) if isinstance(tag, Source) else tag
            told |= {str(word) for word in (value if isinstance(value, list) else [value])}
        return frozenset(told)

    def _told(self, tag: Source) -> Any:
        try:
            return self._variables.render(tag)
        except PlayrunError as error:
            hint = "tags are told before hosts: from variables of the play, its roles and -e"
            message = f"`tags`: {error.message}"
            raise PlanError(message, origin=tag.origin, hint=hint) from error


def _with_gathering(entries: Iterable[Entry], variables: Variables) -> Iterator[Entry]:
    """Facts that `gather_facts` is false for are not gathered; what each host says stays."""
    for entry in entries:
        answer = _answer(entry, variables) if isinstance(entry, Task) else None
        if isinstance(entry, Task) and answer is True:
            yield entry._replace(when=entry.when[:-1])
        elif answer is None:
            yield entry


def _answer(task: Task, variables: Variables) -> bool | None:
    """What a template behind `gather_facts` gives; None: there is none, or hosts differ."""
    condition = task.when[-1] if task.when and task.action == "gather_facts" else None
    if not isinstance(condition, Source) or condition.origin != task.origin:
        return None
    try:
        return variables.test(condition)
    except PlayrunError:
        return None
