"""The one face of templating: render, test, and look at templates before a run."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from jinja2 import TemplateSyntaxError, nodes
from jinja2.utils import missing

from runner.errors import RenderError
from runner.templating.checks import faults
from runner.templating.environment import (
    InlineEnvironment,
    LazyContext,
    LazyTemplate,
    TrustingNobody,
    joined,
    pieces_of,
)
from runner.templating.failures import located, raise_render_error, render_error
from runner.templating.files import (
    FolderLoader,
    TemplateOptions,
    options_in,
    read_text,
    without_header,
)
from runner.templating.library import FILTERS, GLOBALS, TESTS
from runner.templating.library.lookups import Lookups
from runner.templating.mutation import may_change_values
from runner.templating.names import Names, names_in
from runner.templating.plans import Planned, filled, planned, unfinished
from runner.templating.results import ATOMS, OMIT, as_text, finished
from runner.templating.seeking import Seeker
from runner.templating.undefined import Missing
from runner.templating.variables import Variables, layered
from runner.values import Masks, Origin, Secret, Source

_LONE = re.compile(r"\s*\{\{(?P<inside>(?:(?!\{\{|\}\}).)*)\}\}\s*", re.DOTALL)
_MAX_PLANS = 200_000


class _Compiled:
    """A text, compiled. `name`: it is nothing but that variable."""

    __slots__ = ("name", "newlines", "template")

    def __init__(self, template: LazyTemplate, name: str | None, newlines: int) -> None:
        self.template = template
        self.name = name
        self.newlines = newlines


class Templar:
    """Renders the user's templates. One for a run; thread-safe.

    Only `Source` text is ever compiled. Everything is compiled once and kept by its text.
    """

    def __init__(
        self,
        *,
        searchpath: Sequence[Path] = (),
        masks: Masks | None = None,
        lookups: Mapping[str, Any] | None = None,
    ) -> None:
        self._loader = FolderLoader(searchpath)
        self._masks = masks
        self._lookups = Lookups(Seeker(searchpath, self.file), lookups or {})
        self._globals = {**GLOBALS, **self._lookups.functions()}
        self._environment = InlineEnvironment(self._loader, FILTERS, TESTS, self._globals)
        self._file_environment = TrustingNobody(self._loader, FILTERS, TESTS, self._globals)
        self._lock = threading.Lock()
        self._texts: dict[str, _Compiled | None] = {}
        self._conditions: dict[str, _Compiled] = {}
        self._files: dict[tuple[Path, TemplateOptions], LazyTemplate] = {}
        self._plans: dict[int, Planned] = {}

    def variables(self, *layers: Mapping[str, Any]) -> Variables:
        """Variables over layers of the user's text, lowest first."""
        return layered(self, layers)

    # Rendering

    def render(self, value: Any, variables: Variables) -> Any:
        """`value` with every `Source` in it rendered, deep; everything else as it is.

        A lone `{{ x }}` keeps its type. Dict keys and list elements that turn out to be
        `omit` are left out; a top-level `omit` is returned as OMIT. Raises RenderError.
        """
        kind = type(value)
        if kind is Source:
            return self._result(value, variables)
        if kind in ATOMS:
            return value
        if isinstance(value, Mapping):
            return self._rendered_dict(value, variables)
        if isinstance(value, (list, tuple)):
            items = (self.render(item, variables) for item in value)
            return [item for item in items if item is not OMIT]
        return value.reveal() if kind is Secret else value

    def _rendered_dict(self, value: Mapping[Any, Any], variables: Variables) -> dict[Any, Any]:
        result = {}
        for key, item in value.items():
            rendered = self.render(item, variables)
            if rendered is not OMIT:
                result[self.render(key, variables)] = rendered
        return result

    def _result(self, source: Source, variables: Variables) -> Any:
        value = self.evaluate(source, variables)
        if type(value) in ATOMS:
            return value
        try:
            return finished(value)
        except Exception as error:  # noqa: BLE001 - whatever an undefined value raises when touched
            raise_render_error(error, source.origin, variables)

    def text(self, value: Any, variables: Variables) -> str:
        """`value` rendered, as text: None is empty, a number is written out."""
        return as_text(self.render(value, variables))

    def test(self, condition: Source | bool | str, variables: Variables) -> bool:
        """One condition: a bare expression, or a lone `{{ … }}`.

        Raises RenderError for a result that is not true or false, for anything undefined,
        and for a plain string: text that the user did not write is no condition.
        """
        if isinstance(condition, bool):
            return condition
        if not isinstance(condition, Source):
            raise RenderError(
                "this condition is not text of the playbook but a value, and is not evaluated",
                hint="write the condition itself, or use a value that is true or false",
            )
        compiled = self._conditions.get(condition)
        if compiled is None:
            compiled = self._conditions[condition] = self._compile_condition(condition)
        result = self._run(compiled, condition.origin, variables)
        if type(result) is not bool:
            raise self._not_boolean(result, condition, variables)
        return result

    def _not_boolean(self, result: Any, condition: Source, variables: Variables) -> Exception:
        try:
            value = finished(result)
        except Exception as error:  # noqa: BLE001 - whatever an undefined value raises when touched
            return render_error(error, condition.origin, variables)
        kinds = {str: "text", list: "a list", dict: "a dictionary", type(None): "none"}
        return RenderError(
            f"the condition '{condition.strip()}' gives {kinds.get(type(value), 'a number')}, "
            "not true or false",
            origin=condition.origin,
            hint="compare it, or use a test: `x == 'a'`, `x is truthy`, `x | bool`, "
            "`x | length > 0`",
        )

    def evaluate(self, source: Source, variables: Variables) -> Any:
        """One text as a raw value, not yet `finished`. For variables and lookups."""
        compiled = self._texts.get(source, missing)
        if compiled is missing:
            compiled = self._texts[source] = self._compile_text(source)
        if compiled is None:
            return str(source)
        if compiled.name is None:
            value = self._run(compiled, source.origin, variables)
        else:
            value = self._named(compiled.name, source.origin, variables)
        if compiled.newlines and isinstance(value, str):
            return value + "\n" * (compiled.newlines - _newlines(value))
        return value

    def _named(self, name: str, origin: Origin | None, variables: Variables) -> Any:
        value = variables.resolve(name)
        if value is missing:
            value = self._environment.globals.get(name, missing)
        if value is missing:
            try:
                str(Missing(name=name))
            except Exception as error:  # noqa: BLE001 - an undefined value's own error
                raise_render_error(error, origin, variables)
        return value

    def _run(self, compiled: _Compiled, origin: Origin | None, variables: Variables) -> Any:
        template = compiled.template
        context = LazyContext(
            self._environment,
            template.scope(variables),  # type: ignore[arg-type]
            template.name,
            template.blocks,
        )
        try:
            return joined(pieces_of(template.root_render_func(context)))
        except Exception as error:  # noqa: BLE001 - anything may come out of a template
            raise_render_error(error, origin, variables)

    def value(self, raw: Any, variables: Variables) -> Any:
        """A variable's raw value with its templates rendered. For `Variables`."""
        if type(raw) is Source:
            return variables.leaf(raw)
        if type(raw) is Secret or not isinstance(raw, (dict, list, tuple)):
            return raw
        known = self._planned(raw)
        return filled(known.plain, known.plan, variables.leaf)

    def unfinished(self, raw: Any, variables: Variables) -> Any:
        """A container that is being rendered, seen from inside itself. For `Variables`."""
        known = self._planned(raw)
        return unfinished(known.plain, known.plan, variables.leaf)

    def _planned(self, raw: Any) -> Planned:
        known = self._plans.get(id(raw))
        if known is None:
            if len(self._plans) > _MAX_PLANS:
                self._plans.clear()
            known = self._plans[id(raw)] = planned(raw, _is_template)
        return known

    def lookup(
        self, name: str, terms: Sequence[Any], variables: Variables, **options: Any
    ) -> list[Any]:
        """What `query(name, …)` gives in a template: for `with_<name>`. Raises RenderError."""
        try:
            return cast("list[Any]", finished(self._lookups.run(name, terms, variables, options)))
        except Exception as error:  # noqa: BLE001 - anything may come out of a lookup
            raise_render_error(error, None, variables)

    # Template files

    def file(
        self, path: Path, variables: Variables, *, options: TemplateOptions | None = None
    ) -> str:
        """A template file, rendered to text. Raises RenderError.

        Includes are looked for beside the file, then along the search path.
        """
        template = self._file_template(path, options or TemplateOptions())
        context = LazyContext(
            template.environment,
            template.scope(variables),  # type: ignore[arg-type]
            template.name,
            template.blocks,
        )
        try:
            pieces = pieces_of(template.root_render_func(context))
            try:
                return "".join(pieces)
            except TypeError:
                return "".join(map(as_text, pieces))
        except Exception as error:  # noqa: BLE001 - anything may come out of a template
            raise_render_error(error, Origin(str(path), 1, 1), variables)

    def _file_template(self, path: Path, options: TemplateOptions) -> LazyTemplate:
        key = (path, options)
        template = self._files.get(key)
        if template is None:
            with self._lock:
                template = self._files.get(key) or self._compile_file(path, options)
                self._files[key] = template
        return template

    def _compile_file(self, path: Path, options: TemplateOptions) -> LazyTemplate:
        path = path.resolve()
        text = read_text(path)
        environment = self._file_environment.configured(options_in(text, path, options))
        body = without_header(text)
        lines_before = 0 if body is text else 1
        try:
            template = environment.compiled_file(body, path)
        except TemplateSyntaxError as error:
            error.lineno += lines_before
            raise_render_error(error, None)
        template.lines_before = lines_before
        return template

    # Compiling

    def _compile_text(self, source: Source) -> _Compiled | None:
        if not source.has_markers:
            return None
        with self._lock:
            try:
                tree = self._environment.parse(source)
                return self._compile(tree, _newlines(source))
            except Exception as error:  # noqa: BLE001 - anything may come out of a compiler
                raise_render_error(error, source.origin)

    def _compile_condition(self, source: Source) -> _Compiled:
        with self._lock:
            try:
                tree = self._condition_tree(source)
                return self._compile(tree, newlines=0)
            except Exception as error:  # noqa: BLE001 - anything may come out of a compiler
                raise_render_error(error, source.origin)

    def _condition_tree(self, source: Source) -> nodes.Template:
        lone = _LONE.fullmatch(source)
        expression = self._environment.parsed_expression(lone["inside"] if lone else source)
        tree = nodes.Template([nodes.Output([expression], lineno=1)], lineno=1)
        tree.set_environment(self._environment)
        return tree

    def _compile(self, tree: nodes.Template, newlines: int) -> _Compiled:
        name = _lone_name(tree)
        copies = may_change_values(tree)
        template = cast("LazyTemplate", self._environment.from_string(tree))
        template.copies = copies
        return _Compiled(template, name, newlines)

    # Before a run

    def names(self, value: Any) -> Names:
        """The names that the templates in `value` use, deep."""
        return names_in(self._trees(value), self._own_names())

    def condition_names(self, condition: Source | bool) -> Names:
        """The names that a condition uses."""
        return names_in(self._condition_trees(condition), self._own_names())

    def check(self, value: Any) -> list[RenderError]:
        """What can be told to be wrong with the templates in `value` without rendering."""
        found: list[RenderError] = []
        for source in _sources(value):
            found += self._faults(source, self._environment.parse)
        return found

    def check_condition(self, condition: Source | bool) -> list[RenderError]:
        """The same for a condition."""
        if not isinstance(condition, Source):
            return []
        return self._faults(condition, self._condition_tree)

    def _faults(self, source: Source, parse: Any) -> list[RenderError]:
        try:
            tree = parse(source)
        except Exception as error:  # noqa: BLE001 - anything may come out of a parser
            return [cast("RenderError", render_error(error, source.origin))]
        return [
            RenderError(message, origin=located(source.origin, line), hint=hint)
            for message, line, hint in faults(tree, self._environment, self._lookups.names())
        ]

    def _own_names(self) -> frozenset[str]:
        return frozenset(self._environment.globals)

    def _trees(self, value: Any) -> list[nodes.Template | None]:
        return [self._tree(source, self._environment.parse) for source in _sources(value)]

    def _condition_trees(self, condition: Source | bool) -> list[nodes.Template | None]:
        if not isinstance(condition, Source):
            return []
        return [self._tree(condition, self._condition_tree)]

    def _tree(self, source: Source, parse: Any) -> nodes.Template | None:
        try:
            return cast("nodes.Template", parse(source))
        except Exception:  # noqa: BLE001 - None says that nothing can be told
            return None


def _newlines(text: str) -> int:
    """How many line breaks a text ends with."""
    return len(text) - len(text.rstrip("\n"))


def _is_template(source: Source) -> bool:
    return source.has_markers


def _sources(value: Any) -> Iterator[Source]:
    """Every template in a value of the user's, deep."""
    if type(value) is Source:
        if value.has_markers:
            yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _sources(key)
            yield from _sources(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _sources(item)


def _lone_name(tree: nodes.Template) -> str | None:
    """The variable that is all a template consists of, if it is so."""
    if len(tree.body) != 1 or not isinstance(tree.body[0], nodes.Output):
        return None
    parts = tree.body[0].nodes
    lone = parts[0] if len(parts) == 1 else None
    return lone.name if isinstance(lone, nodes.Name) and lone.name != "self" else None
