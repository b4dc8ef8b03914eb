"""Tasks as written become `Task` models: which action, which keywords, which arguments."""

from __future__ import annotations

import keyword
from collections.abc import Sequence
from typing import Any, NamedTuple

from runner.actions.names import known_elsewhere, resolve, words
from runner.errors import PlayrunError, nearest
from runner.loading.arguments import Written, read_arguments
from runner.loading.convert import Place, Reader, kind_of
from runner.loading.keywords import NOT_YET_TASK, TASK
from runner.model import Loop, Task
from runner.values import Source

DEFAULT_OUTPUT = Source("{{ inventory_hostname }}.txt")
_LOOPS = ("loop", "with_items")


class OfPlay(NamedTuple):
    """What tasks have from their play where they do not say it themselves."""

    output: bool | str | None = None
    """For tasks with `output: true`."""
    redact: bool = False
    tags: frozenset[str] = frozenset()
    ignore_errors: bool | Source = False
    no_log: bool | Source = False


def read_tasks(place: Place, key: str, of_play: OfPlay, problems: list[PlayrunError]) -> list[Task]:
    """The tasks under `key` of a play."""
    value = place.value.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        problems.append(
            place.at(key).error(
                f"`{key}` must be a list of tasks, not {kind_of(value)}",
                hint="begin each task with `- name: …`",
            )
        )
        return []
    read = [_task(place.at(key).at(index), of_play, problems) for index in range(len(value))]
    return [task for task in read if task is not None]


def _task(place: Place, of_play: OfPlay, problems: list[PlayrunError]) -> Task | None:
    if not isinstance(place.value, dict):
        problems.append(
            place.error(
                f"a task is a mapping, not {kind_of(place.value)}",
                hint="write `- cli: …` or `- debug: …`",
            )
        )
        return None
    reader = Reader(place, TASK, NOT_YET_TASK, "task", problems)
    written = _written(place, reader.extra, problems)
    if written is None:
        return None
    args = read_arguments(written, place, problems)
    own_output = args.pop("output", None) if written.name == "cli" else None
    return Task(
        action=written.name,
        args=args,
        origin=place.origin(),
        written=written.word,
        name=reader.text("name") or "",
        when=reader.conditions("when") or (),
        loop=_loop(place, problems),
        register=_register(place, reader, problems),
        vars=reader.mapping("vars"),
        tags=reader.names("tags") | of_play.tags,
        ignore_errors=_first(reader.flag("ignore_errors"), of_play.ignore_errors),
        changed_when=reader.conditions("changed_when"),
        failed_when=reader.conditions("failed_when"),
        delegate_to=_delegate(place, reader, problems),
        run_once=reader.flag("run_once") or False,
        no_log=_first(reader.flag("no_log"), of_play.no_log),
        connection=reader.text("connection"),
        check_mode=reader.flag("check_mode"),
        become=reader.flag("become"),
        output=output_path(reader.output("output") or own_output, of_play.output),
        redact=_first(reader.flag("redact"), of_play.redact) is True,
    )


def _first(own: bool | Source | None, of_play: bool | Source) -> bool | Source:
    return of_play if own is None else own


def output_path(own: bool | str | None, of_play: bool | str | None) -> str | None:
    """A task's own path; for `true` the play's, else the default one."""
    if own is True:
        return of_play if isinstance(of_play, str) else DEFAULT_OUTPUT
    return own or None


def _written(place: Place, keys: Sequence[str], problems: list[PlayrunError]) -> Written | None:
    """The task's action; what stands in its way is noted."""
    if "action" in place.value:
        problems += [_unknown(place, key, "a task has no keyword") for key in keys]
        return _under_action(place, problems)
    word = _action_word(place, keys, problems)
    if word is None:
        return None
    name = resolve(word)
    if name is None:
        problems.append(_not_ours(place.at(word), word))
        return None
    return Written(word, name, place.at(word))


def _action_word(place: Place, keys: Sequence[str], problems: list[PlayrunError]) -> str | None:
    """The one key of a task that is no keyword."""
    known = [key for key in keys if resolve(key) or known_elsewhere(key)]
    if len(known) > 1:
        problems.append(
            place.at(known[1]).key_error(
                f"a task has one action; here are {', '.join(known)}", hint="make two tasks of it"
            )
        )
    elif known:
        problems += [
            _unknown(place, key, "a task has no keyword") for key in keys if key != known[0]
        ]
        return known[0]
    elif keys:
        problems += [_unknown(place, key, "there is no action or keyword") for key in keys]
    elif not set(place.value) & NOT_YET_TASK:
        problems.append(
            place.error("the task has no action", hint="add one: cli, config, debug, …")
        )
    return None


def _under_action(place: Place, problems: list[PlayrunError]) -> Written | None:
    """`action: debug msg=hello`, or `action: {module: debug, msg: hello}`."""
    where = place.at("action")
    value = where.value
    if isinstance(value, dict) and isinstance(value.get("module"), str):
        hint = f"write `{value['module']}:` as a key of the task, its arguments below"
        problems.append(where.error("`action` as a mapping is not supported yet", hint=hint))
        return None
    if not isinstance(value, str) or not value.strip():
        problems.append(where.error("`action` must name an action"))
        return None
    word, *rest = value.split(None, 1)
    name = resolve(word)
    if name is None:
        problems.append(_not_ours(where, word))
        return None
    return Written(word, name, where, Source("".join(rest), where.origin()))


def _unknown(place: Place, key: str, message: str) -> PlayrunError:
    close = nearest(key, [*TASK, *NOT_YET_TASK, *words()])
    hint = f"did you mean `{close}`?" if close else None
    return place.at(key).key_error(f"{message} `{key}`", hint=hint)


def _not_ours(place: Place, word: str) -> PlayrunError:
    if known_elsewhere(word):
        hint = "`config` types configuration lines" if word.endswith("_config") else None
        return place.key_error(f"the action `{word}` is not supported yet", hint=hint)
    close = nearest(word, words())
    hint = f"did you mean `{close}`?" if close else None
    return place.key_error(f"there is no action `{word}`", hint=hint)


def _loop(place: Place, problems: list[PlayrunError]) -> Loop | None:
    styles = [key for key in _LOOPS if key in place.value]
    if not styles:
        return None
    if len(styles) > 1:
        problems.append(
            place.at(styles[1]).key_error("a task has one loop; here are two", hint="keep one")
        )
    style = styles[0]
    items = place.value[style]
    hint = _no_items(style, items)
    if hint is not None:
        message = f"`{style}` needs a list, not {kind_of(items)}"
        problems.append(place.at(style).error(message, hint=hint))
    return Loop(items, "loop" if style == "loop" else "items")


def _no_items(style: str, items: Any) -> str | None:
    """What to write instead of items that cannot be looped over; None: they can."""
    if items is None:
        return "list the items, or take the loop out"
    if style != "loop":
        return None
    if isinstance(items, dict):
        return "loop over `{{ … | dict2items }}`; the items have `key` and `value`"
    if isinstance(items, str) and not Source(items).has_markers:
        if items.isidentifier():
            return f'a variable: "{{{{ {items} }}}}"; one item: [{items}]'
        return "write it as a list, even when it is one item"
    if not isinstance(items, (list, str)):
        return f"write it as a list: [{items}]"
    return None


def _register(place: Place, reader: Reader, problems: list[PlayrunError]) -> str | None:
    name = reader.word("register")
    if name is None:
        return None
    if not name.isidentifier() or keyword.iskeyword(name):
        problems.append(
            place.at("register").error(
                f"`{name}` is no name for a variable",
                hint="letters, digits and _, beginning with a letter",
            )
        )
        return None
    return str(name)


def _delegate(place: Place, reader: Reader, problems: list[PlayrunError]) -> str | None:
    value = reader.text("delegate_to")
    if value is not None and value not in ("localhost", "127.0.0.1", "::1"):
        problems.append(
            place.at("delegate_to").error(
                f"`delegate_to: {value}` is not supported yet",
                hint="only `delegate_to: localhost` is",
            )
        )
        return None
    return value
