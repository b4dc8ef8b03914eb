"""Jinja, set up our way: sandboxed, lazy about variables, native about results."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from pathlib import Path
from types import BuiltinMethodType
from typing import TYPE_CHECKING, Any

from jinja2 import BaseLoader, Template, nodes
from jinja2.lexer import (
    TOKEN_STRING,
    TOKEN_VARIABLE_BEGIN,
    TOKEN_VARIABLE_END,
    Lexer,
    Token,
)
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import missing

from runner.templating.embedded import filled_in, may_have_some, with_lookups_filled_in
from runner.templating.failures import TemplateFault, UndefinedUse, UndefinedVariable
from runner.templating.files import FolderLoader, TemplateOptions
from runner.templating.generating import DICT_ATTRIBUTES, TextGenerator, ValueGenerator
from runner.templating.mutation import may_change_values
from runner.templating.results import as_text, lone_text, settled
from runner.templating.undefined import Missing, broken, forgiving
from runner.values import Secret

if TYPE_CHECKING:
    from runner.templating.variables import Variables

_NOTHING: Mapping[str, Any] = {}
_LONE = re.compile(r"\s*\{\{(?P<inside>(?:(?!\{\{|\}\}).)*)\}\}\s*", re.DOTALL)


class Scope:
    """What names mean in a template: `set` and macro names, variables, then our functions."""

    __slots__ = ("globals", "locals", "variables")

    def __init__(
        self,
        variables: Variables,
        globals_: Mapping[str, Any],
        locals_: Mapping[str, Any] = _NOTHING,
    ) -> None:
        self.variables = variables
        self.globals = globals_
        self.locals = locals_

    def look(self, name: str) -> Any:
        """The value of a name, or Jinja's `missing`. A value may be a `Missing` that explains."""
        if name in self.locals:
            return self.locals[name]
        value = self.variables.resolve(name)
        if value is missing:
            return self.globals.get(name, missing)
        if type(value) is Secret:
            return value.reveal()
        return value

    def over(self, names: Mapping[str, Any]) -> Scope:
        """This scope with `names` on top."""
        found = {key: value for key, value in names.items() if value is not missing}
        if not found:
            return self
        return Scope(self.variables, self.globals, {**self.locals, **found})

    def __contains__(self, name: str) -> bool:
        return self.look(name) is not missing

    def __getitem__(self, name: str) -> Any:
        value = self.look(name)
        if value is missing:
            raise KeyError(name)
        return value


class _Seen(dict[str, Any]):
    """Names that a template has asked its scope for: a loop asks anew at every turn."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self._scope = scope

    def __missing__(self, name: str) -> Any:
        value = self[name] = self._scope.look(name)
        return value


class LazyContext(Context):
    """A context that asks a Scope for names, one by one, instead of copying all of them."""

    parent: Scope  # type: ignore[assignment]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._seen = _Seen(self.parent)

    def resolve_or_missing(self, key: str) -> Any:
        return self.vars[key] if key in self.vars else self._seen[key]

    def get_all(self) -> Any:
        return self.parent.over(self.vars)

    def settled(self) -> LazyContext:
        """For a template that gives no name a value of its own: names are looked up faster."""
        self.resolve_or_missing = self._seen.__getitem__  # type: ignore[method-assign, assignment]
        return self

    def derived(self, locals: dict[str, Any] | None = None) -> LazyContext:
        context = type(self)(
            self.environment,
            self.get_all().over(locals or {}),
            self.name,
            {},
        )
        context.eval_ctx = self.eval_ctx
        context.blocks.update((key, list(value)) for key, value in self.blocks.items())
        return context


class CopyingScope(Scope):
    """For templates that call `append` and the like: containers are copied when looked up."""

    __slots__ = ("_copies",)

    def __init__(
        self,
        variables: Variables,
        globals_: Mapping[str, Any],
        locals_: Mapping[str, Any] = _NOTHING,
    ) -> None:
        super().__init__(variables, globals_, locals_)
        self._copies: dict[str, Any] = {}

    def look(self, name: str) -> Any:
        if name in self._copies:
            return self._copies[name]
        value = super().look(name)
        if type(value) in (dict, list) and name not in self.locals:
            value = self._copies[name] = _copied(value)
        return value

    def over(self, names: Mapping[str, Any]) -> Scope:
        found = {key: value for key, value in names.items() if value is not missing}
        scope = CopyingScope(self.variables, self.globals, {**self.locals, **found})
        scope._copies = self._copies
        return scope


def _copied(value: Any) -> Any:
    if type(value) is dict:
        return {key: _copied(item) for key, item in value.items()}
    if type(value) is list:
        return [_copied(item) for item in value]
    return value


class LazyTemplate(Template):
    """A compiled template whose includes and imports see the same Scope."""

    copies: bool = False
    """Whether it may change what it is given (see `mutation`)."""
    lines_before: int = 0
    """Lines of the file above the template's first (an option line)."""
    newlines: int = 0
    """How many line breaks the file ends with: what it gives ends with no fewer."""
    plain: str | None = None
    """The text of a file without any markers: it is what it gives, line breaks and all."""
    names_things: bool = True
    """Whether it may give names a value itself, or a template that it extends."""

    def scope(self, variables: Variables) -> Scope:
        """The scope that this template wants for `variables`."""
        kind = CopyingScope if self.copies else Scope
        return kind(variables, self.globals)

    def context(self, variables: Variables) -> LazyContext:
        """What the template is rendered in."""
        scope = self.scope(variables)
        context = LazyContext(self.environment, scope, self.name, self.blocks)
        return context if self.names_things else context.settled()

    def new_context(
        self,
        vars: Any = None,
        shared: bool = False,  # noqa: ARG002 - Jinja's signature
        locals: Mapping[str, Any] | None = None,
    ) -> Context:
        scope = vars if isinstance(vars, Scope) else _detached(self.globals, vars or {})
        if locals:
            scope = scope.over(locals)
        return LazyContext(self.environment, scope, self.name, self.blocks)


_NAMING: tuple[type[nodes.Node], ...] = (
    nodes.Assign,
    nodes.AssignBlock,
    nodes.Macro,
    nodes.Import,
    nodes.FromImport,
    nodes.Extends,
)


class _NoVariables:
    """For a template imported without context: it has its own names and our functions."""

    def resolve(self, _name: str) -> Any:
        return missing


def _detached(globals_: Mapping[str, Any], names: Mapping[str, Any]) -> Scope:
    return Scope(_NoVariables(), globals_, names)  # type: ignore[arg-type]


def joined(values: Iterable[Any]) -> Any:
    """The pieces of a template as one value: a lone one keeps its type, None is nothing."""
    pieces = [value for value in values if value is not None]
    if len(pieces) == 1:
        return pieces[0]
    if not pieces:
        return None
    try:
        return "".join(pieces)
    except TypeError:
        return "".join(map(as_text, pieces))


def shown(value: Any) -> Any:
    """What every `{{ … }}` passes through: an undefined value fails where it stands."""
    if type(value) is Missing:
        str(value)
    return value


_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_KNOWN_ESCAPES = frozenset("\\'\"abfnrtvxuUN01234567\n")


def _unknown_doubled(text: str) -> str:
    """Backslashes that begin no escape, as in `'\\d'`, written out: Python warns of them."""
    return _ESCAPE.sub(lambda m: m[0] if m[1] in _KNOWN_ESCAPES else "\\" + m[0], text)


class _Lexer(Lexer):
    """Jinja's rule for backslashes in quoted text: `'\\n'` is a line break."""

    literal = False
    """Whether `{{ … }}` takes backslashes as they are.

    Text of a playbook does, as in Ansible, so `regex_replace('(a)', '\\1')` needs no doubling.
    Blocks (`{% … %}`), conditions and template files never do.
    """

    def wrap(
        self,
        stream: Iterable[tuple[int, str, str]],
        name: str | None = None,
        filename: str | None = None,
    ) -> Iterator[Token]:
        return super().wrap(self._unescaped(stream), name, filename)

    def _unescaped(self, stream: Iterable[tuple[int, str, str]]) -> Iterator[tuple[int, str, str]]:
        inside = False
        for line, token, value in stream:
            if token in (TOKEN_VARIABLE_BEGIN, TOKEN_VARIABLE_END):
                inside = token == TOKEN_VARIABLE_BEGIN
            if token == TOKEN_STRING and "\\" in value:
                as_is = inside and self.literal
                value = value.replace("\\", "\\\\") if as_is else _unknown_doubled(value)
            yield line, token, value


class _LiteralLexer(_Lexer):
    literal = True


_DICT_VIEWS = frozenset({"items", "keys", "values"})


def _is_view_of_dict(method: BuiltinMethodType) -> bool:
    """What loops ask most, and no harm can come of: the sandbox need not look."""
    return type(method.__self__) is dict and method.__name__ in _DICT_VIEWS


class TrustingNobody(SandboxedEnvironment):
    """The sandbox: no private attributes, no unsafe calls, values looked up quickly."""

    code_generator_class = ValueGenerator
    context_class = LazyContext
    template_class = LazyTemplate
    concat = staticmethod(joined)
    forgiving = staticmethod(forgiving)
    lexer_class: type[Lexer] = _Lexer
    _made_lexer: Lexer | None = None

    @property
    def lexer(self) -> Lexer:
        if self._made_lexer is None:
            self._made_lexer = self.lexer_class(self)
        return self._made_lexer

    def __init__(
        self,
        loader: BaseLoader | None,
        filters: Mapping[str, Any],
        tests: Mapping[str, Any],
        globals_: Mapping[str, Any],
    ) -> None:
        super().__init__(
            trim_blocks=True,
            undefined=Missing,
            finalize=shown,
            loader=loader,
            # Nothing is worked out at compile time: `random` and `fileglob` are filters too.
            optimized=False,
        )
        self._variants: dict[TemplateOptions, TrustingNobody] = {}
        self.filters.update(filters)
        self.tests.update(tests)
        self.globals.pop("lipsum", None)
        self.globals.update(globals_)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        if type(obj) is BuiltinMethodType and not args and _is_view_of_dict(obj):
            return list(obj())
        return settled(super().call(context, obj, *args, **kwargs))

    def call_filter(self, *args: Any, **kwargs: Any) -> Any:
        """What `map` asks for each element: `map('int') | map('default', 0)`."""
        try:
            return super().call_filter(*args, **kwargs)
        except (UndefinedUse, UndefinedVariable) as error:
            return broken(error)

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute not in DICT_ATTRIBUTES:
            try:
                return obj[attribute]
            except KeyError:
                return Missing(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def make_globals(self, _d: Any) -> MutableMapping[str, Any]:
        return self.globals

    def join_path(self, template: str, parent: str) -> str:
        if isinstance(self.loader, FolderLoader):
            return self.loader.resolve(template, parent)
        return template

    def configured(self, options: TemplateOptions) -> TrustingNobody:
        """This environment, or one like it with `options`."""
        if options == TemplateOptions():
            return self
        known = self._variants.get(options)
        if known is None:
            known = self.overlay(**options._asdict())
            assert isinstance(known, TrustingNobody)
            known._made_lexer = None
            self._variants[options] = known
        return known

    def compiled(self, tree: nodes.Template, path: Path | None = None) -> LazyTemplate:
        """A syntax tree as a template; `path` is the absolute path of its file.

        Text of a playbook has the empty name, so that its includes are looked for too.
        """
        name = str(path) if path else ""
        code = self.compile(tree, name, name or None)
        template = LazyTemplate.from_code(self, code, self.globals)
        assert isinstance(template, LazyTemplate)
        template.copies = may_change_values(tree)
        template.names_things = any(tree.find(kind) is not None for kind in _NAMING)
        return template

    def condition(self, text: str) -> nodes.Template:
        """A bare expression, or a lone `{{ … }}`, as a template that yields its value.

        Raises TemplateSyntaxError, and TemplateFault where nothing is written.
        """
        lone = _LONE.fullmatch(text)
        inside = lone["inside"] if lone else text
        if not inside.strip():
            hint = "say what has to hold, or leave the keyword out"
            raise TemplateFault("this condition is empty", hint=hint)
        parser = Parser(self, inside, state="variable")
        expression = parser.parse_expression()
        if not parser.stream.eos:
            token = parser.stream.current
            parser.fail(f"unexpected '{token.value}' after the expression", token.lineno)
        tree = nodes.Template([nodes.Output([expression], lineno=1)], lineno=1)
        tree.set_environment(self)
        return filled_in(tree, self) if "{{" in text else tree

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        return with_lookups_filled_in(tree, self) if may_have_some(source) else tree


class FileEnvironment(TrustingNobody):
    """For template files."""

    code_generator_class = TextGenerator
    text = staticmethod(as_text)
    lone_text = staticmethod(lone_text)


class InlineEnvironment(TrustingNobody):
    """For text within playbooks and variables."""

    lexer_class = _LiteralLexer
