"""`loop`, `with_*` and `loop_control`; `until`, `retries` and `delay`."""

from __future__ import annotations

from typing import Any

from runner.errors import PlayrunError
from runner.loading.convert import NAME_HINT, Place, Reader, is_variable, kind_of
from runner.loading.keywords import LOOP_CONTROL, TASK
from runner.model import Loop, Retry
from runner.values import Source

_LOOPS = tuple(name for name, keyword in TASK.items() if keyword.holds == "loop")


def read_loop(place: Place, problems: list[PlayrunError]) -> Loop | None:
    """The loop of the task at `place`, if it has one."""
    styles = [key for key in place.value if key in _LOOPS]
    if not styles:
        return None
    if len(styles) > 1:
        problems.append(
            place.at(styles[1]).key_error("a task has one loop; here are two", hint="keep one")
        )
    word = styles[0]
    items = place.value[word]
    hint = _no_items(word, items)
    if hint is not None:
        message = f"`{word}` needs {_wanted(word)}, not {kind_of(items)}"
        problems.append(place.at(word).error(message, hint=hint))
    loop = Loop(items, word.removeprefix("with_"))
    return _controlled(loop, place, problems)


def _wanted(word: str) -> str:
    return "a list" if word in ("loop", "with_items") else "something to loop over"


def _no_items(word: str, items: Any) -> str | None:
    """What to write instead of items that cannot be looped over; None: they can."""
    if items is None:
        return "list the items, or take the loop out"
    if word != "loop":
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


def _controlled(loop: Loop, place: Place, problems: list[PlayrunError]) -> Loop:
    where = place.at("loop_control")
    control = place.value.get("loop_control")
    if control is None:
        return loop
    if not isinstance(control, dict):
        problems.append(where.error(f"`loop_control` must be a mapping, not {kind_of(control)}"))
        return loop
    reader = Reader(where, LOOP_CONTROL, "loop control", problems)
    given = reader.given(LOOP_CONTROL)
    return loop._replace(
        variable=_name(where, reader, "loop_var") or loop.variable,
        index_variable=_name(where, reader, "index_var"),
        label=given.get("label"),
        pause=given.get("pause", loop.pause),
        extended=given.get("extended", loop.extended),
        extended_allitems=given.get("extended_allitems", loop.extended_allitems),
        break_when=given.get("break_when", ()),
    )


def _name(place: Place, reader: Reader, key: str) -> str | Source | None:
    """A variable's name, or a template of one."""
    text = reader.text(key)
    if text is None or is_variable(text) or (isinstance(text, Source) and text.has_markers):
        return text
    reader.problems.append(
        place.at(key).error(f"`{text}` is no name for a variable", hint=NAME_HINT)
    )
    return None


def read_retry(reader: Reader) -> Retry | None:
    """How often a task is run again; None: it is not."""
    until, retries = reader.conditions("until"), reader.number("retries")
    delay = reader.number("delay")
    if until is None and retries is None:
        return None
    retry = Retry(until or ())
    if retries is not None:
        retry = retry._replace(retries=retries)
    return retry if delay is None else retry._replace(delay=delay)
