"""Looking at templates without rendering them: names for planning, mistakes for the user."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import nodes

from runner.errors import PlayrunError, RenderError
from runner.templating.checks import Fault, faults
from runner.templating.environment import TrustingNobody
from runner.templating.failures import located, render_error
from runner.templating.files import Opener, TemplateOptions, read_text, split_header
from runner.templating.names import Names, names_in
from runner.values import Origin, Source, near

Parse = Callable[[str], nodes.Template]


class Inspector:
    """Reads templates of one environment; nothing in them is evaluated."""

    def __init__(
        self,
        environment: TrustingNobody,
        files: TrustingNobody,
        lookups: frozenset[str],
        opened: Opener,
    ) -> None:
        self._environment = environment
        self._files = files
        self._lookups = lookups
        self._opened = opened
        self._own = frozenset(environment.globals)

    def names(self, value: Any) -> Names:
        """The names that the templates in a value use, deep."""
        trees = [self._tree(source, self._environment.parse) for source in sources(value)]
        return names_in(trees, self._own)

    def condition_names(self, condition: Source) -> Names:
        """The names that a condition uses."""
        return names_in([self._tree(condition, self._environment.condition)], self._own)

    def file_names(self, path: Path) -> Names:
        """The names that a template file uses; incomplete if it includes others."""
        try:
            text, _, parse = self._file(path)
        except PlayrunError:
            return Names(complete=False)
        return names_in([self._tree(text, parse)], self._own)

    def faults(self, value: Any) -> list[PlayrunError]:
        """What is wrong with the templates in a value."""
        found: list[PlayrunError] = []
        for source in sources(value):
            found += self._faults(source, self._environment.parse, source.origin)
        return found

    def condition_faults(self, condition: Source) -> list[PlayrunError]:
        """What is wrong with a condition."""
        return self._faults(condition, self._environment.condition, condition.origin)

    def file_faults(self, path: Path) -> list[PlayrunError]:
        """What is wrong with a template file."""
        try:
            text, lines_before, parse = self._file(path)
        except PlayrunError as error:
            return [error]
        return self._faults(text, parse, Origin(near(path), 1 + lines_before, 1))

    def _file(self, path: Path) -> tuple[str, int, Parse]:
        text, options, lines_before = split_header(
            read_text(path, self._opened), path, TemplateOptions()
        )
        return text, lines_before, self._files.configured(options).parse

    def _faults(self, text: str, parse: Parse, origin: Origin | None) -> list[PlayrunError]:
        try:
            tree = parse(text)
        except Exception as error:  # noqa: BLE001 - anything may come out of a parser
            return [render_error(error, origin)]
        return [
            _as_error(fault, origin) for fault in faults(tree, self._environment, self._lookups)
        ]

    @staticmethod
    def _tree(text: str, parse: Parse) -> nodes.Template | None:
        try:
            return parse(text)
        except Exception:  # noqa: BLE001 - None says that nothing can be told
            return None


def _as_error(fault: Fault, origin: Origin | None) -> RenderError:
    error = RenderError(fault.message, origin=located(origin, fault.line), hint=fault.hint)
    error.about = fault.about
    return error


def sources(value: Any) -> Iterator[Source]:
    """Every template in a value of the user's, deep."""
    if type(value) is Source:
        if value.has_markers:
            yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from sources(key)
            yield from sources(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from sources(item)
