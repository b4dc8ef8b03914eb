"""Loops: over which items, what an item is called, and what its tasks see of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from runner.disguises import CUT
from runner.engine.execution.calls import OnHost
from runner.engine.prepared import constant_flag
from runner.errors import ActionFailed
from runner.model import Flag, Loop
from runner.templating import Templar, Variables
from runner.values import Source, brief

_LONGEST = 150
_KINDS = {dict: "a mapping", str: "a text", bool: "true or false", type(None): "nothing"}


class Looping(NamedTuple):
    """A loop with its `loop_control`, rendered for one host."""

    loop: Loop
    items: Sequence[Any]
    variable: str
    index_variable: str | None
    pause: float
    extended: bool
    allitems: bool

    def data(self, index: int) -> dict[str, Any]:
        """What item `index` adds to the variables, and to its result."""
        item = self.items[index]
        data = {self.variable: item, "ansible_loop_var": self.variable}
        if self.index_variable is not None:
            data[self.index_variable] = index
            data["ansible_index_var"] = self.index_variable
        if self.extended:
            data["ansible_loop"] = self._extended(index)
        return data

    def _extended(self, index: int) -> dict[str, Any]:
        count = len(self.items)
        extended: dict[str, Any] = {
            "index": index + 1,
            "index0": index,
            "first": index == 0,
            "last": index + 1 == count,
            "length": count,
            "revindex": count - index,
            "revindex0": count - index - 1,
        }
        if self.allitems:
            extended["allitems"] = list(self.items)
        if index + 1 < count:
            extended["nextitem"] = self.items[index + 1]
        if index > 0:
            extended["previtem"] = self.items[index - 1]
        return extended


def looping(on: OnHost, loop: Loop, items: Sequence[Any], variables: Variables) -> Looping:
    """The loop as it is on a host. Raises RenderError or ActionFailed."""
    index = loop.index_variable
    return Looping(
        loop,
        items,
        _name(on.templar, loop.variable, variables),
        None if index is None else _name(on.templar, index, variables),
        _seconds(on.templar.render(loop.pause, variables)) if loop.pause else 0,
        _flag(on, loop.extended, variables),
        _flag(on, loop.extended_allitems, variables),
    )


def items_of(loop: Loop, variables: Variables, templar: Templar, action: str) -> list[Any]:
    """What is looped over by a task with that action.

    Raises RenderError, and ActionFailed for what is no list.
    """
    if loop.style != "loop":
        terms = templar.render(loop.items, variables)
        terms = terms if isinstance(terms, list) else [terms]
        return templar.lookup(loop.style, terms, variables, action)
    if isinstance(loop.items, Source) and isinstance(
        templar.evaluate(loop.items, variables), range
    ):
        raise ActionFailed("`loop` needs a list, not a range", hint="make one: `range(…) | list`")
    items = templar.render(loop.items, variables)
    if isinstance(items, list):
        return items
    if isinstance(items, tuple):
        return list(items)
    shown = f" with {_keys(items)}" if isinstance(items, dict) else f": {brief(items, _LONGEST)}"
    message = f"`loop` needs a list, not {_KINDS.get(type(items), 'a number')}{shown}"
    raise ActionFailed(message, hint=_list_in(items))


def _keys(items: dict[Any, Any]) -> str:
    text = ", ".join(map(str, items))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}{CUT}"


def _list_in(items: Any) -> str:
    """Where the list may be that was meant."""
    for name in ("results", "stdout_lines"):
        if isinstance(items, dict) and isinstance(items.get(name), list):
            return f"its list is `.{name}`"
    if isinstance(items, dict):
        return "`| dict2items` makes a list of it, whose items have `key` and `value`"
    return "for one item write a list of it"


def label_of(on: OnHost, looping: Looping, item: Any, variables: Variables) -> str:
    """What is shown of an item. Raises RenderError."""
    label = looping.loop.label
    shown = item if label is None else on.templar.render(label, variables)
    return shown if isinstance(shown, str) else repr(shown)


def _name(templar: Templar, name: str | Source, variables: Variables) -> str:
    return templar.text(name, variables) if isinstance(name, Source) else name


def _flag(on: OnHost, flag: Flag, variables: Variables) -> bool:
    return on.flag(constant_flag(flag), flag, variables)


def _seconds(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ActionFailed(f"`pause` must be a number of seconds, not {brief(value)}") from None


def hidden_by(looping: Looping, variables: Mapping[str, Any]) -> str | None:
    """What to say when the loop's variable hides one that is in use already."""
    if looping.variable not in variables:
        return None
    return (
        f"the loop variable `{looping.variable}` is in use already: give this loop another "
        "with `loop_control: {loop_var: …}`"
    )
