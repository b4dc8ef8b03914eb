"""Actions and arguments that templates name: what can be said of them before the run, and the
task that they turn out to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.actions import ACTIONS
from runner.actions.flow import IMPORTS
from runner.actions.late import LATE
from runner.actions.names import resolve, short_name
from runner.errors import PlayrunError
from runner.loading.arguments import Written, canonical, is_template, read_arguments, takes_pairs
from runner.loading.convert import Place, Spot
from runner.loading.inherit import defaults_for, defaults_in
from runner.loading.keyvalue import has_pairs
from runner.loading.standing import raise_problems
from runner.model import Late, Scope, Task
from runner.values import EMPTY, Source

_EARLY = frozenset({"include_tasks", "include_role", "meta", *IMPORTS})
"""Words that decide where a play goes on, of which as much as can be must be known before."""
_HINT = "name the action, with a `when` for each that it may be"


def late_of(
    written: Written, place: Place, inner: Scope, problems: list[PlayrunError]
) -> Late | None:
    """What is not known of a task before a host comes to it; None if all is."""
    own = _own(written)
    more = place.value.get("args")
    defaults = EMPTY if written.name == LATE else defaults_for(inner, written.word)
    texts: list[Source] = [text for text in (defaults, more, own) if is_template(text)]
    if not takes_pairs(written) or (isinstance(own, str) and has_pairs(own)):
        texts = [text for text in texts if text is not own]
    if written.name != LATE and not texts:
        return None
    if written.name in _EARLY:
        message = f"the arguments of `{written.word}` cannot be a template"
        problems.append(written.place.error(message, hint="write them out, each with its own"))
        return None
    return Late(
        written.word,
        tuple(texts),
        None if any(text is own for text in texts) else own,
        more if isinstance(more, dict) else None,
        defaults_in(inner),
    )


def _own(written: Written) -> Any:
    if written.args is not None:
        return written.args
    return written.place.value if written.text is None else written.text


def variables_of(late: Late) -> dict[str, Any]:
    """The variables through which the arguments of a late task read its templates."""
    return {_name(index): text for index, text in enumerate(late.given)}


def _name(index: int) -> str:
    return f"playrun_given_{index}"


def told(task: Task, word: str, names: tuple[tuple[str, ...], ...]) -> Task:
    """The task, now that its action is known, and the names of the arguments that each of its
    templates gives. Raises LoadError or Problems."""
    late = task.late
    assert late is not None
    problems: list[PlayrunError] = []
    args = _told_arguments(task, late, _written(task, late, word), names, problems)
    raise_problems(problems)
    action = resolve(word)
    assert action is not None
    return task._replace(action=action, args=args, written=word)


def _written(task: Task, late: Late, word: str) -> Written:
    spot = Spot(task.origin, late.own)
    name = resolve(word)
    if name is None or name in _EARLY or short_name(word) in _EARLY:
        what = f"there is no action `{word}`" if name is None else f"`{word}` cannot be named so"
        raise spot.error(f"{what}: the action is named by a template", hint=_HINT)
    own = late.own
    return Written(
        word,
        name,
        ACTIONS[name],
        spot,
        own if isinstance(own, Source) else None,
        own if isinstance(own, Mapping) else None,
    )


def _told_arguments(
    task: Task,
    late: Late,
    written: Written,
    names: tuple[tuple[str, ...], ...],
    problems: list[PlayrunError],
) -> dict[str, Any]:
    defaults = late.defaults.get(short_name(written.word), EMPTY)
    given: dict[str, Any] = dict(defaults) if isinstance(defaults, Mapping) else {}
    for index, each in enumerate(names):
        for key in each:
            if (canonical(written.action, key) or key) in written.action.raw:
                message = f"`{key}` of `{written.word}` cannot come from a template of arguments"
                problems.append(written.place.error(message, hint="write it out"))
            given[key] = Source(f"{{{{ {_name(index)}[{key!r}] }}}}", late.given[index].origin)
    spot = Spot(task.origin, {"args": late.more} if late.more else {})
    return read_arguments(written, spot, problems, given)
