"""What entries have from what they stand in: the scope inside a play, a role, a block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.actions.names import short_name
from runner.loading.convert import Located, Reader, kind_of
from runner.loading.keywords import INHERITED, Keyword
from runner.model import Scope, Task
from runner.values import Source

_UNUSED = ("debugger", "become_flags", "become_exe")
VARS = "vars"
"""Under this name a scope's keywords hold the variables of blocks alone, without the role's."""

_DEFAULTS = "module_defaults"


def narrowed(scope: Scope, reader: Reader, place: Located, table: Mapping[str, Keyword]) -> Scope:
    """The scope inside the mapping at `place`, whose keywords are those of `table`.

    The nearest value of a keyword counts; `when` and `environment` add up from the outside
    in, tags unite, variables are laid on one another, module defaults word by word.
    """
    own = reader.given(name for name in table if name in INHERITED and name not in _UNUSED)
    reader.given(name for name in table if name in _UNUSED)
    if "environment" in own:
        outer = scope.keywords.get("environment", ())
        own["environment"] = outer + _environments(place.at("environment"), reader)
    if _DEFAULTS in own:
        own[_DEFAULTS] = _with_defaults(scope, own[_DEFAULTS], place.at(_DEFAULTS), reader)
    variables = reader.variables("vars") if "vars" in table else {}
    if variables:
        own[VARS] = {**scope.keywords.get(VARS, {}), **variables}
    when = reader.conditions("when") if "when" in table else None
    return scope._replace(
        keywords={**scope.keywords, **own} if own else scope.keywords,
        when=scope.when + (when or ()),
        tags=scope.tags | reader.names("tags"),
        vars={**scope.vars, **variables} if variables else scope.vars,
    )


def _environments(place: Located, reader: Reader) -> tuple[Any, ...]:
    value = place.value
    items = value if isinstance(value, list) else [value]
    for item in items:
        if not isinstance(item, dict) and not (isinstance(item, Source) and item.has_markers):
            message = f"`environment` must be a mapping, not {kind_of(item)}"
            reader.problems.append(place.error(message, hint="below it: `NAME: value`"))
    return tuple(items)


def _with_defaults(
    scope: Scope, given: Any, place: Located, reader: Reader
) -> Mapping[str, Mapping[str, Any] | Source]:
    """Arguments by the action's short word, the nearest ones of a word alone. Groups of actions
    are those of collections that we do not have."""
    merged = dict(scope.keywords.get(_DEFAULTS, {}))
    parts: list[Located] = [place]
    if isinstance(given, list):
        parts = [place.at(index) for index in range(len(given))]
    for part in parts:
        if not isinstance(part.value, dict):
            message = f"`{_DEFAULTS}` must be a mapping, not {kind_of(part.value)}"
            reader.problems.append(part.error(message, hint="`action: {argument: value}`"))
            continue
        for word, args in part.value.items():
            if not isinstance(args, dict) and not (isinstance(args, Source) and args.has_markers):
                message = f"the defaults of `{word}` must be a mapping, not {kind_of(args)}"
                reader.problems.append(part.at(word).error(message))
            elif not word.startswith("group/"):
                merged[short_name(word)] = args
    return merged


def defaults_for(scope: Scope, word: str) -> Mapping[str, Any] | Source:
    """The arguments that `module_defaults` give an action, named by `word`; or a template of
    them."""
    return defaults_in(scope).get(short_name(word), {})


def defaults_in(scope: Scope) -> Mapping[str, Mapping[str, Any] | Source]:
    """All that `module_defaults` hold, by the action's short word."""
    found: Mapping[str, Mapping[str, Any] | Source] = scope.keywords.get(_DEFAULTS, {})
    return found


def filled(task: Task, scope: Scope) -> Task:
    """The task with all that its scope, narrowed by its own keywords, holds for it."""
    has = scope.keywords
    return task._replace(
        when=scope.when,
        vars=scope.vars,
        tags=scope.tags,
        ignore_errors=has.get("ignore_errors", False),
        ignore_unreachable=has.get("ignore_unreachable", False),
        notify=has.get("notify", ()),
        delegate_to=has.get("delegate_to"),
        delegate_facts=has.get("delegate_facts", False),
        run_once=has.get("run_once", False),
        any_errors_fatal=has.get("any_errors_fatal", False),
        throttle=has.get("throttle", 0),
        timeout=has.get("timeout", 0),
        no_log=has.get("no_log", False),
        connection=has.get("connection"),
        remote_user=has.get("remote_user"),
        port=has.get("port"),
        check_mode=has.get("check_mode"),
        diff=has.get("diff"),
        become=has.get("become"),
        become_user=has.get("become_user"),
        become_method=has.get("become_method"),
        environment=has.get("environment", ()),
        redact=has.get("redact") is True,
    )
