"""Lookups: values from outside a template. What they return is data, never a template."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jinja2 import Undefined, pass_context
from jinja2.utils import missing

from runner.errors import PlayrunError, nearest
from runner.templating.failures import TemplateFault, UndefinedUse
from runner.templating.library import lookup_files, lookup_password
from runner.templating.library.data import flatten, sequence, subelements, what
from runner.templating.results import finished
from runner.templating.seeking import Hide, LookupCall, Seeker, words

if TYPE_CHECKING:
    from runner.templating.variables import Variables

Lookup = Callable[[LookupCall], list[Any]]

MAX_SEQUENCE = 100_000


def _vars(call: LookupCall) -> list[Any]:
    return [_variable(call, str(term)) for term in call.terms]


def _variable(call: LookupCall, name: str) -> Any:
    value = call.variables.resolve(name)
    if value is not missing:
        return finished(value)
    if call.options.get("default") is not None:
        return call.options["default"]
    raise UndefinedUse(f"'{name}' is not defined", name, None)


def _varnames(call: LookupCall) -> list[Any]:
    patterns = [re.compile(str(term)) for term in call.terms]
    return [name for name in call.variables if any(p.search(name) for p in patterns)]


def _dict(call: LookupCall) -> list[Any]:
    found = []
    for term in call.terms:
        if not isinstance(term, Mapping):
            hint = "`loop` and `with_items` go through lists"
            message = f"the lookup 'dict' wants a dictionary and got {what(term)}"
            raise TemplateFault(message, hint=hint)
        found += [{"key": key, "value": value} for key, value in term.items()]
    return found


def _items(call: LookupCall) -> list[Any]:
    return flatten(call.terms, 1, skip_nulls=False)


def _indexed_items(call: LookupCall) -> list[Any]:
    return [[at, item] for at, item in enumerate(_items(call))]


def _flattened(call: LookupCall) -> list[Any]:
    return flatten(call.terms)


def _list(call: LookupCall) -> list[Any]:
    return list(call.terms)


def _nested(call: LookupCall) -> list[Any]:
    lists = [sequence(term, "the lookup 'nested'") for term in call.terms]
    found = itertools.islice(itertools.product(*lists), MAX_SEQUENCE + 1)
    deep = len(lists)  # Ansible opens lists once for each that is combined.
    return _bounded([flatten(item, deep, skip_nulls=False) for item in found], "nested")


def _together(call: LookupCall) -> list[Any]:
    lists = [sequence(term, "the lookup 'together'") for term in call.terms]
    return [flatten(item, 1, skip_nulls=False) for item in itertools.zip_longest(*lists)]


def _subelements(call: LookupCall) -> list[Any]:
    if len(call.terms) < 2:
        hint = 'with_subelements: ["{{ users }}", keys]'
        message = "the lookup 'subelements' wants a list and the name of a list in its elements"
        raise TemplateFault(message, hint=hint)
    value, path = _not_skipped(call.terms[0]), call.terms[1]
    options = call.terms[2] if len(call.terms) > 2 else {}
    pairs = subelements(value, path, bool(options.get("skip_missing")))
    # The element comes without the list that is being walked.
    return [[_without(element, str(path).split(".")), part] for element, part in pairs]


def _not_skipped(value: Any) -> Any:
    """Results of a task's items are often looped over: those that were skipped have no lists."""
    items = value.values() if isinstance(value, Mapping) else value
    if not isinstance(items, (list, type({}.values()))):
        return value
    return [item for item in items if not (isinstance(item, Mapping) and item.get("skipped"))]


def _without(element: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The element without what the last of the names, which lead into it, stands for."""
    first, *rest = names
    kept = {key: value for key, value in element.items() if rest or key != first}
    if rest:
        kept[first] = _without(kept[first], rest)
    return kept


def _random_choice(call: LookupCall) -> list[Any]:
    return [random.choice(call.terms)] if call.terms else []  # noqa: S311 - not for secrets


def _bounded(found: list[Any], name: str) -> list[Any]:
    if len(found) > MAX_SEQUENCE:
        raise TemplateFault(f"the lookup '{name}' gives more than {MAX_SEQUENCE:,} elements")
    return found


_SHORT = re.compile(
    r"(?:(?P<start>-?\w+)-)?(?P<end>-?\w+)(?:/(?P<stride>-?\w+))?(?::(?P<format>.+))?"
)


_SEQUENCE = ("start", "end", "count", "stride", "format")


def _sequence(call: LookupCall) -> list[Any]:
    found: list[Any] = []
    for term in call.terms or ([""] if call.options else []):
        found += _numbers({**call.options, **_sequence_options(str(term))})
    return found


def _sequence_options(term: str) -> dict[str, Any]:
    if "=" in term:
        return words(term)[1]
    match = _SHORT.fullmatch(term)
    if match is None:
        if term:
            raise TemplateFault(f"the lookup 'sequence': '{term}' is no sequence")
        return {}
    return {name: value for name, value in match.groupdict().items() if value is not None}


def _numbers(options: Mapping[str, Any]) -> list[str]:
    for name in options:
        if name not in _SEQUENCE:
            hint = f"it takes {', '.join(_SEQUENCE)}"
            raise TemplateFault(f"the lookup 'sequence' has no option '{name}'", hint=hint)
    start, stride = _integer(options.get("start", 1)), _integer(options.get("stride", 1))
    if "count" in options and "end" in options:
        raise TemplateFault("the lookup 'sequence' takes count or end, not both")
    if "count" in options:
        count = _integer(options["count"])
        # The 1 goes off downwards too: so Ansible's sequences have it, and playbooks rely on it.
        end = start + count * stride - 1 if count else None
    elif "end" not in options:
        raise TemplateFault("the lookup 'sequence' needs count or end", hint="start=1 end=10")
    else:
        end = _integer(options["end"])
    return _formatted(_span(start, end, stride), str(options.get("format", "%d")))


def _span(start: int, end: int | None, stride: int) -> Sequence[int]:
    if end is None or stride == 0:
        return ()
    if (end - start) * stride < 0:
        raise TemplateFault("the lookup 'sequence': to count down, give a negative stride")
    numbers = range(start, end + (1 if stride > 0 else -1), stride)
    if len(numbers) > MAX_SEQUENCE:
        _bounded([None] * (MAX_SEQUENCE + 1), "sequence")
    return numbers


def _formatted(numbers: Sequence[int], form: str) -> list[str]:
    try:
        return [form % number for number in numbers]
    except (TypeError, ValueError) as error:
        raise TemplateFault(f"the lookup 'sequence': '{form}' is no format: {error}") from error


def _integer(value: Any) -> int:
    text = str(value)
    try:
        return int(text) if text.lstrip("+-").isdecimal() else int(text, 0)
    except ValueError as error:
        raise TemplateFault(f"the lookup 'sequence': '{value}' is not a number") from error


def _unsupported(name: str, instead: str) -> Lookup:
    def lookup(_call: LookupCall) -> list[Any]:
        raise TemplateFault(f"the lookup '{name}' is not supported yet", hint=instead)

    return lookup


UNSUPPORTED = {
    "url": "fetch it before the run and use the lookup 'file'",
    "config": "name the value in your variables",
}
"""Lookups of Ansible's that are refused, and what to do instead."""

LOOKUPS: dict[str, Lookup] = {
    **lookup_files.LOOKUPS,
    "vars": _vars,
    "varnames": _varnames,
    "dict": _dict,
    "items": _items,
    "indexed_items": _indexed_items,
    "flattened": _flattened,
    "list": _list,
    "nested": _nested,
    "cartesian": _nested,
    "together": _together,
    "subelements": _subelements,
    "random_choice": _random_choice,
    "sequence": _sequence,
    "password": lookup_password.password,
    **{name: _unsupported(name, instead) for name, instead in UNSUPPORTED.items()},
}

WITH_EFFECTS = frozenset({"pipe", "lines", "random_choice", "password"})
"""Lookups that run once for a set of variables, however often a text is rendered."""


class Lookups:
    """`lookup`, `query` and `q`, and the table behind them."""

    def __init__(self, seeker: Seeker, extra: Mapping[str, Lookup], hide: Hide) -> None:
        self._seeker = seeker
        self._hide = hide
        self._table = {**LOOKUPS, **extra}

    def names(self) -> frozenset[str]:
        """The short names of all lookups."""
        return frozenset(self._table)

    def run(
        self,
        name: str,
        terms: Sequence[Any],
        variables: Variables,
        options: dict[str, Any],
        looped: str | None = None,
    ) -> list[Any]:
        """All that a lookup finds. Raises TemplateFault and RenderError."""
        short = short_name(name)
        function = self._table.get(short)
        if function is None:
            close = nearest(short, self._table)
            raise TemplateFault(
                f"there is no lookup '{name}'", hint=f"did you mean '{close}'?" if close else None
            )
        given = [finished(term) for term in terms]
        call = LookupCall(given, options, variables, self._seeker, self._hide, looped)
        if short not in WITH_EFFECTS:
            return function(call)
        key = (short, repr(call.terms), repr(options))
        known = variables.memo.get(key)
        if known is None:
            known = variables.memo[key] = function(call)
        return list(known)

    def functions(self) -> dict[str, Any]:
        """What templates call."""

        @pass_context
        def query(context: Any, name: str, *terms: Any, errors: str = "strict", **kw: Any) -> Any:
            kw.pop("wantlist", None)
            if isinstance(name, Undefined):
                str(name)
            try:
                return self.run(name, terms, context.parent.variables, kw)
            except (TemplateFault, PlayrunError, UndefinedUse):
                if errors in ("ignore", "warn"):
                    return None
                raise

        @pass_context
        def lookup(context: Any, name: str, *terms: Any, wantlist: bool = False, **kw: Any) -> Any:
            found = query(context, name, *terms, **kw)
            return (found or []) if wantlist else _alone(found)

        @pass_context
        def listed(context: Any, name: str, *terms: Any, **kw: Any) -> Any:
            return query(context, name, *terms, **kw) or []

        return {"lookup": lookup, "query": listed, "q": listed}


def short_name(name: str) -> str:
    """A lookup's, filter's or test's name without its collection."""
    return str(name).rpartition(".")[2]


def _alone(found: list[Any] | None) -> Any:
    if not found:
        return found
    if len(found) == 1:
        return found[0]
    if all(isinstance(item, str) for item in found):
        return ",".join(found)
    return found
