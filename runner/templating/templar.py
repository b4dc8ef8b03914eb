"""The one face of templating: render, test, and look at templates before a run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeGuard, cast

from jinja2 import TemplateSyntaxError, nodes
from jinja2.utils import missing

from runner.errors import NotTrueOrFalse, PlayrunError, RenderError
from runner.templating.environment import (
    FileEnvironment,
    InlineEnvironment,
    LazyTemplate,
    joined,
)
from runner.templating.failures import render_error
from runner.templating.files import (
    FolderLoader,
    Opener,
    State,
    TemplateOptions,
    hiding,
    read_text,
    refuse_vaulted,
    split_header,
    state_of,
)
from runner.templating.inspection import Inspector
from runner.templating.library import FILTERS, GLOBALS, TESTS
from runner.templating.library.lookups import Lookups
from runner.templating.names import Names
from runner.templating.plans import LeafRenderer, Planned, filled, planned, unfinished
from runner.templating.results import ATOMS, OMIT, Lone, as_text, finished, text_of
from runner.templating.seeking import Seeker
from runner.templating.undefined import Missing
from runner.templating.variables import Variables, layered
from runner.values import EMPTY, Masks, Origin, Secret, Source

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
        filters: Mapping[str, Any] = EMPTY,
        opened: Opener = refuse_vaulted,
    ) -> None:
        """`lookups` and `filters` are the user's own, or need what templates know nothing of.

        `opened` reads what is vaulted: template files, and the texts that lookups read.
        """
        self._hide = masks.add if masks else _show
        self._opened = hiding(opened, self._hide)
        self._loader = FolderLoader(searchpath, self._opened)
        self._masks = masks
        seeker = Seeker(searchpath, self.file, self._opened)
        self._lookups = Lookups(seeker, lookups or {}, self._hide)
        self._globals = {**GLOBALS, **self._lookups.functions()}
        known = {**FILTERS, **filters}
        self._environment = InlineEnvironment(self._loader, known, TESTS, self._globals)
        self._file_environment = FileEnvironment(self._loader, known, TESTS, self._globals)
        self._inspector = Inspector(
            self._environment, self._file_environment, self._lookups.names(), self._opened
        )
        self._lock = threading.Lock()
        self._texts: dict[str, _Compiled | None] = {}
        self._conditions: dict[str, _Compiled] = {}
        self._files: dict[tuple[Path, TemplateOptions], tuple[State | None, LazyTemplate]] = {}
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
            self._fail(error, source.origin, variables)

    def text(self, value: Any, variables: Variables) -> str:
        """`value` rendered, as text: None is empty, a number is written out."""
        return as_text(self.render(value, variables))

    def test(self, condition: Source | bool | str, variables: Variables) -> bool:
        """One condition: a bare expression, or a lone `{{ … }}`.

        Raises NotTrueOrFalse for any other result, RenderError for anything undefined and for
        a plain string: text that the user did not write is no condition.
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
            return self._error(error, condition.origin, variables)
        kinds = {str: "text", list: "a list", dict: "a dictionary", type(None): "none"}
        return NotTrueOrFalse(
            f"the condition '{condition.strip()}' gives {kinds.get(type(value), 'a number')}, "
            "not true or false",
            origin=condition.origin,
            hint="compare it, or use a test: `x == 'a'`, `x is truthy`, `x | bool`, "
            "`x | length > 0`",
            elements=value if isinstance(value, list) else None,
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
                self._fail(error, origin, variables)
        return value

    def _run(self, compiled: _Compiled, origin: Origin | None, variables: Variables) -> Any:
        template = compiled.template
        try:
            return joined(template.root_render_func(template.context(variables)))
        except Exception as error:  # noqa: BLE001 - anything may come out of a template
            self._fail(error, origin, variables)

    def value(self, raw: Any, variables: Variables) -> Any:
        """A variable's raw value with its templates rendered. For `Variables`."""
        if type(raw) is Source:
            return variables.leaf(raw)
        if type(raw) is Secret or not isinstance(raw, (dict, list, tuple)):
            return raw
        known = self._planned(raw)
        return filled(known.plain, known.plan, variables.leaf)

    def unfinished(self, raw: Any, render: LeafRenderer) -> Any:
        """A container that is being rendered, seen from inside itself. For `Variables`."""
        known = self._planned(raw)
        return unfinished(known.plain, known.plan, render)

    def _planned(self, raw: Any) -> Planned:
        known = self._plans.get(id(raw))
        if known is None:
            if len(self._plans) > _MAX_PLANS:
                self._plans.clear()
            known = self._plans[id(raw)] = planned(raw, _is_template)
        return known

    def lookup(
        self, name: str, terms: Sequence[Any], variables: Variables, action: str = "debug"
    ) -> list[Any]:
        """What `with_<name>` of a task with that action loops over. Raises RenderError."""
        try:
            found = self._lookups.run(name, terms, variables, {}, action)
            return cast("list[Any]", finished(found))
        except Exception as error:  # noqa: BLE001 - anything may come out of a lookup
            self._fail(error, None, variables)

    # Template files

    def file(
        self, path: Path, variables: Variables, *, options: TemplateOptions | None = None
    ) -> str:
        """A template file, rendered to text. Raises RenderError.

        Includes are looked for beside the file, then along the search path.
        """
        template = self._file_template(path, options or TemplateOptions())
        if template.plain is not None:
            return template.plain
        try:
            text = text_of(template.root_render_func(template.context(variables)))
        except Exception as error:  # noqa: BLE001 - anything may come out of a template
            self._fail(error, Origin(str(path), 1, 1), variables)
        if type(text) is Lone:
            return str(text)
        missing_lines = template.newlines - _newlines(text)
        return text + template.environment.newline_sequence * missing_lines

    def _file_template(self, path: Path, options: TemplateOptions) -> LazyTemplate:
        key, state = (path, options), state_of(path)
        known = self._files.get(key)
        if known is None or known[0] != state:
            with self._lock:
                known = self._files.get(key)
                if known is None or known[0] != state:
                    known = self._files[key] = (state, self._compile_file(path, options))
        return known[1]

    def _compile_file(self, path: Path, options: TemplateOptions) -> LazyTemplate:
        path = path.absolute()
        body, options, lines_before = split_header(read_text(path, self._opened), path, options)
        environment = self._file_environment.configured(options)
        try:
            tree = environment.parse(body)
            template = environment.compiled(tree, path)
        except TemplateSyntaxError as error:
            self._fail(error, Origin(str(path), 1 + lines_before, 1))
        template.lines_before = lines_before
        template.newlines = _newlines(body)
        if not lines_before and not options.has_markers(body):
            template.plain = body
        return template

    # Compiling

    def _compile_text(self, source: Source) -> _Compiled | None:
        if not source.has_markers:
            return None
        return self._compile(source, self._environment.parse, _newlines(source))

    def _compile_condition(self, source: Source) -> _Compiled:
        return self._compile(source, self._environment.condition, 0)

    def _compile(
        self, source: Source, parse: Callable[[str], nodes.Template], newlines: int
    ) -> _Compiled:
        with self._lock:
            try:
                tree = parse(source)
                name = _lone_name(tree)
                return _Compiled(self._environment.compiled(tree), name, newlines)
            except Exception as error:  # noqa: BLE001 - anything may come out of a compiler
                self._fail(error, source.origin)

    def _fail(
        self, error: Exception, origin: Origin | None, variables: Iterable[str] = ()
    ) -> NoReturn:
        raise self._error(error, origin, variables) from error

    def _error(
        self, error: Exception, origin: Origin | None, variables: Iterable[str]
    ) -> PlayrunError:
        found = render_error(error, origin, variables)
        if self._masks is None or found is error:
            return found
        hint = found.hint and self._masks.mask(found.hint)
        return type(found)(self._masks.mask(found.message), origin=found.origin, hint=hint)

    # Before a run

    def names(self, value: Any) -> Names:
        """The names that the templates in `value` use, deep."""
        return self._inspector.names(value)

    def condition_names(self, condition: Source | bool) -> Names:
        """The names that a condition uses."""
        return self._inspector.condition_names(condition) if _is_text(condition) else Names()

    def file_names(self, path: Path) -> Names:
        """The names that a template file uses."""
        return self._inspector.file_names(path)

    def check(self, value: Any) -> list[PlayrunError]:
        """What can be told to be wrong with the templates in `value` without rendering."""
        return self._inspector.faults(value)

    def check_condition(self, condition: Source | bool) -> list[PlayrunError]:
        """The same for a condition."""
        return self._inspector.condition_faults(condition) if _is_text(condition) else []

    def check_file(self, path: Path) -> list[PlayrunError]:
        """The same for a template file, and whether it can be read."""
        return self._inspector.file_faults(path)


def _show(_secret: str) -> None:
    """Where nothing is shown to people, nothing needs to be hidden."""


def _is_text(condition: Source | bool) -> TypeGuard[Source]:
    return isinstance(condition, Source)


def _newlines(text: str) -> int:
    """How many line breaks a text ends with."""
    return len(text) - len(text.rstrip("\n"))


def _is_template(source: Source) -> bool:
    return source.has_markers


def _lone_name(tree: nodes.Template) -> str | None:
    """The variable that is all a template consists of, if it is so."""
    if len(tree.body) != 1 or not isinstance(tree.body[0], nodes.Output):
        return None
    parts = tree.body[0].nodes
    lone = parts[0] if len(parts) == 1 else None
    return lone.name if isinstance(lone, nodes.Name) and lone.name != "self" else None
