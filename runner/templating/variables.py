"""Variables: layers of mappings, rendered one at a time when a template asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jinja2.utils import missing

from runner.errors import PlayrunError, RenderError
from runner.templating.plans import LeafRenderer, Unfinished
from runner.templating.results import ATOMS, finished
from runner.templating.undefined import broken
from runner.values import Secret, Source

if TYPE_CHECKING:
    from runner.templating.templar import Templar

Layer = tuple[Mapping[str, Any], bool]
"""A mapping, and whether it holds data: values that are never templates."""


class Variables(Mapping[str, Any]):
    """One host's variables for one task (or one item of its loop).

    Layers are laid on one another, later ones win. In a layer of the user's own text every
    `Source` is a template; a layer of data (facts, registered results, loop items) is
    returned as it is and not even looked into. A value is rendered when it is first read
    and kept as long as this object lives: make a new one, which is cheap, when what is
    underneath may have changed. One thread at a time.
    """

    __slots__ = ("_cache", "_layers", "_open", "_path", "_templar", "memo")

    def __init__(self, templar: Templar, layers: tuple[Layer, ...] = ()) -> None:
        self._templar = templar
        self._layers = layers
        """Highest first."""
        self._cache: dict[str, Any] = {}
        self._path: list[str] = []
        """Names that are being rendered now, outermost first."""
        self._open: dict[int, int] = {}
        """Identities of the texts that are being rendered now → where in `_path` theirs is."""
        self.memo: dict[Any, Any] = {}
        """What lookups with effects gave, so that each runs once for these variables."""

    def with_layer(self, mapping: Mapping[str, Any]) -> Variables:
        """These variables under a layer of the user's text (task vars, play vars)."""
        return Variables(self._templar, ((mapping, False), *self._layers))

    def with_data(self, mapping: Mapping[str, Any]) -> Variables:
        """These variables under a layer of data; it may be lazy, it is read key by key."""
        return Variables(self._templar, ((mapping, True), *self._layers))

    def child(self, **data: Any) -> Variables:
        """These variables and a few values more, which are data: a loop's item."""
        return self.with_data(data)

    def render(self, value: Any) -> Any:
        """`value` with its templates rendered with these variables. Raises RenderError."""
        return self._templar.render(value, self)

    def test(self, condition: Source | bool) -> bool:
        """Whether a condition holds with these variables. Raises RenderError."""
        return self._templar.test(condition, self)

    def __getitem__(self, name: str) -> Any:
        """The rendered value; a Secret stays one. Raises KeyError, RenderError."""
        value = self.resolve(name)
        if value is missing:
            raise KeyError(name)
        if type(value) is Secret:
            return value
        return finished(value)

    def __contains__(self, name: object) -> bool:
        for mapping, _ in self._layers:  # noqa: SIM110 - asked often; a generator takes twice as long
            if name in mapping:
                return True
        return False

    def __iter__(self) -> Iterator[str]:
        seen: dict[str, None] = {}
        for mapping, _ in reversed(self._layers):
            seen.update(dict.fromkeys(mapping))
        return iter(seen)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<Variables: {len(self)} names>"

    def raw(self, name: str) -> Any:
        """The value as written, unrendered. Raises KeyError."""
        for mapping, _ in self._layers:
            if name in mapping:
                return mapping[name]
        raise KeyError(name)

    def written(self, name: str) -> Any:
        """The value as the user wrote it; None where it is data, or nowhere."""
        for mapping, is_data in self._layers:
            if name in mapping:
                return None if is_data else mapping[name]
        return None

    def resolve(self, name: str) -> Any:
        """For templates: `missing` if there is no such name; failed parts explain themselves."""
        if name in self._cache:
            return self._cache[name]
        for mapping, is_data in self._layers:
            if name in mapping:
                return self._read(name, mapping[name], is_data)
        return _View(self) if name == "vars" else missing

    def _read(self, name: str, raw: Any, is_data: bool) -> Any:
        if is_data or type(raw) in ATOMS:
            value = raw
        elif name in self._path and not isinstance(raw, str):
            return self._templar.unfinished(raw, self._inside(name))
        else:
            value = self._render(name, raw)
        self._cache[name] = value
        return value

    def _render(self, name: str, raw: Any) -> Any:
        self._path.append(name)
        try:
            return self._templar.value(raw, self)
        finally:
            self._path.pop()

    def leaf(self, source: Source) -> Any:
        """One text of a variable, rendered; a `Missing` that explains when that fails."""
        mark = id(source)
        if mark in self._open:
            return broken(self._circle(self._open[mark], source))
        self._open[mark] = max(len(self._path) - 1, 0)
        try:
            value = self._templar.evaluate(source, self)
            return value.whole() if isinstance(value, Unfinished) else value
        except PlayrunError as error:
            return broken(error)
        finally:
            del self._open[mark]

    def _inside(self, name: str) -> LeafRenderer:
        """Renders leaves of a variable for as long as the variable itself is being rendered."""

        def render(source: Source) -> Any:
            if name in self._path:
                return self.leaf(source)
            return broken(_circle_error([name, name], source))

        return render

    def _circle(self, start: int, source: Source) -> RenderError:
        path = self._path[start:] or ["this"]
        closed = path if len(path) > 1 and path[-1] == path[0] else [*path, path[0]]
        return _circle_error(closed, source)


def _circle_error(path: list[str], source: Source) -> RenderError:
    return RenderError(
        f"'{path[0]}' refers to itself: {' → '.join(path)}",
        origin=source.origin,
        hint="give one of them another name",
    )


class _View(Mapping[str, Any]):
    """`vars` in a template: all variables under one name."""

    __slots__ = ("_variables",)

    def __init__(self, variables: Variables) -> None:
        self._variables = variables

    def __getitem__(self, name: str) -> Any:
        value = self._variables.resolve(name)
        if value is missing:
            raise KeyError(name)
        return value.reveal() if type(value) is Secret else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


def layered(templar: Templar, layers: Sequence[Mapping[str, Any]]) -> Variables:
    """Variables over layers of the user's text, lowest first."""
    return Variables(templar, tuple((mapping, False) for mapping in reversed(layers)))
