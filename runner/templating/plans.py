"""Which parts of a variable are templates, worked out once for each container.

Most of a variable is plain: rendering then costs what its templated leaves cost, plus a
shallow copy of the containers on the way to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from runner.templating.results import ATOMS, OMIT
from runner.values import Secret, Source

LeafRenderer = Callable[[Source], Any]


class Leaf:
    """A place in a container where a template (or a secret) stands."""

    __slots__ = ()


LEAF = Leaf()

Plan = None | Leaf | dict[Any, Any]
"""None: nothing to do. A dict: the plans of the elements that have something to do."""


class Planned(NamedTuple):
    """A value as plain data but for its leaves, and where those are.

    `raw` is held so that its identity stays its own.
    """

    raw: Any
    plain: Any
    plan: Plan


def planned(raw: Any, is_template: Callable[[Source], bool]) -> Planned:
    """The plan of a value of the user's."""
    plain, plan = _look(raw, is_template)
    return Planned(raw, plain, plan)


def _look(raw: Any, is_template: Callable[[Source], bool]) -> tuple[Any, Plan]:
    kind = type(raw)
    if kind in ATOMS:
        return raw, None
    if kind is Source:
        return (raw, LEAF) if is_template(raw) else (str(raw), None)
    if kind is Secret:
        return raw, LEAF
    if isinstance(raw, (dict, list, tuple)):
        return _look_inside(raw, is_template)
    return raw, None


def _look_inside(raw: Any, is_template: Callable[[Source], bool]) -> tuple[Any, Plan]:
    plans: dict[Any, Plan] = {}
    is_dict = isinstance(raw, dict)
    plain: Any = {} if is_dict else [None] * len(raw)
    for key, item in raw.items() if is_dict else enumerate(raw):
        name = str(key) if isinstance(key, str) else key
        plain[name], plan = _look(item, is_template)
        if plan is not None:
            plans[name] = plan
    return plain, plans or None


def filled(plain: Any, plan: Plan, render: LeafRenderer) -> Any:
    """The value with its leaves rendered; what is not templated is shared, not copied."""
    if plan is None:
        return plain
    if isinstance(plan, Leaf):
        return plain.reveal() if type(plain) is Secret else render(plain)
    result = plain.copy()
    omitted = False
    for key, inner in plan.items():
        value = result[key] = filled(plain[key], inner, render)
        omitted = omitted or value is OMIT
    return _without_omitted(result) if omitted else result


def _without_omitted(container: Any) -> Any:
    if isinstance(container, dict):
        return {key: value for key, value in container.items() if value is not OMIT}
    return [value for value in container if value is not OMIT]


def unfinished(plain: Any, plan: Plan, render: LeafRenderer) -> Any:
    """A container whose leaves are rendered when asked for.

    For a variable that names a part of itself (`x: {a: 1, b: '{{ x.a }}'}`).
    """
    if not isinstance(plan, dict):
        return filled(plain, plan, render)
    if isinstance(plain, dict):
        return _UnfinishedDict(plain, plan, render)
    return _UnfinishedList(plain, plan, render)


class Unfinished:
    """What both kinds of unfinished containers have in common."""

    __slots__ = ("_plain", "_plan", "_render")

    def __init__(self, plain: Any, plan: dict[Any, Any], render: LeafRenderer) -> None:
        self._plain = plain
        self._plan = plan
        self._render = render

    def whole(self) -> Any:
        """The container with everything in it rendered now."""
        return filled(self._plain, self._plan, self._render)

    def __len__(self) -> int:
        return len(self._plain)


class _UnfinishedDict(Unfinished, Mapping[Any, Any]):
    __slots__ = ()

    def __getitem__(self, key: Any) -> Any:
        return unfinished(self._plain[key], self._plan.get(key), self._render)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._plain)


class _UnfinishedList(Unfinished, Sequence[Any]):
    __slots__ = ()

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        at = index if index >= 0 else index + len(self)
        return unfinished(self._plain[index], self._plan.get(at), self._render)
