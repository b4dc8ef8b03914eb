"""What an argument spec says of values, asked of the values that are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from runner.actions.arguments.kinds import FLAGS, KINDS, MISFITS
from runner.errors import ActionFailed, nearest
from runner.values import EMPTY, Origin, Source, brief

_LONGEST = 60
"""Characters of a value that are shown."""


def misfits(
    spec: Mapping[str, Any],
    written: Any,
    given: Mapping[str, Any],
    hidden: frozenset[str] = frozenset(),
) -> list[str]:
    """What is wrong with the values that are given, a sentence each; none: nothing is.

    `written` is the spec as its author wrote it: its texts say where they stand. Values of
    `hidden` are not shown. Raises ActionFailed for a spec that is none.
    """
    level = _Level(spec, written if isinstance(written, Mapping) else EMPTY, EMPTY, hidden)
    return list(level.misfits(dict(given)))


class _Level(NamedTuple):
    """The options of a spec, or those within one of its options."""

    spec: Mapping[str, Any]
    written: Mapping[str, Any]
    rules: Mapping[str, Any]
    """What the option that they are within says of all of them."""
    hidden: frozenset[str] = frozenset()
    path: str = ""
    """What leads to them: `bgp.peers[0].`"""
    origin: Origin | None = None
    """Where the option that they are within stands."""

    def misfits(self, values: dict[str, Any]) -> Iterator[str]:
        """Looks at the values of this level and of those within; they are changed."""
        yield from self._aliased(values)
        yield from self._unknown(values)
        yield from self._rule("mutually_exclusive", values, self._exclusive)
        self._set_defaults(values)
        for name in self.spec:
            yield from self._option(name, values)
        for rule, ask in (
            ("required_together", self._together),
            ("required_one_of", self._one_of),
            ("required_if", self._if),
        ):
            yield from self._rule(rule, values, ask)
        yield from self._needed_by(values)
        for name in self.spec:
            yield from self._within(name, values)

    # what is said of an option

    def _about(self, name: str) -> Mapping[str, Any]:
        about = self.spec[name]
        if about is None:
            return EMPTY
        if not isinstance(about, Mapping):
            shown = brief(about, _LONGEST)
            message = f"the spec of `{self.path}{name}` must be a mapping, not {shown}"
            raise ActionFailed(message, hint="name: {type: str, required: true}")
        return about

    def _told(self, name: str, text: str) -> str:
        said = self.written.get(name, self.written.get(str(name).partition("[")[0]))
        where = _origin_in(said) or self.origin
        place = f" ({where.file}:{where.line})" if where else ""
        return f"`{self.path}{name}` {text}{place}"

    def _not(self, name: str, *values: Any) -> str:
        """What was given instead, unless nobody may see it."""
        if self._is_hidden(name):
            return ""
        return f", not {', '.join(map(_shown, values))}"

    def _is_hidden(self, name: str) -> bool:
        told = name in self.spec and bool(self._about(name).get("no_log"))
        return told or name in self.hidden

    # names

    def _aliases(self, name: str) -> list[str]:
        aliases = self._about(name).get("aliases") or []
        return [str(alias) for alias in aliases] if isinstance(aliases, (list, tuple)) else []

    def _aliased(self, values: dict[str, Any]) -> Iterator[str]:
        for name in self.spec:
            about = self._about(name)
            if about.get("required") and about.get("default") is not None:
                yield self._told(name, "is required and has a default: the spec says one too many")
            if about.get("aliases") and not isinstance(about["aliases"], (list, tuple)):
                yield self._told(name, "has `aliases` that are no list")
            for alias in self._aliases(name):
                if alias in values:
                    values[name] = values[alias]

    def _unknown(self, values: Mapping[str, Any]) -> Iterator[str]:
        known = [*self.spec, *(alias for name in self.spec for alias in self._aliases(name))]
        for name in values:
            if name not in known:
                close = nearest(str(name), map(str, known))
                hint = f": did you mean `{close}`?" if close else ""
                yield self._told(str(name), f"is none of its options{hint}")

    def _set_defaults(self, values: dict[str, Any]) -> None:
        for name in self.spec:
            default = self._about(name).get("default")
            if name not in values and default is not None:
                values[name] = default

    # values

    def _option(self, name: str, values: dict[str, Any]) -> Iterator[str]:
        about = self._about(name)
        if name not in values:
            if about.get("required"):
                yield self._told(name, "is missing: it is required")
            return
        wanted = bool(about.get("required")) or about.get("default") is not None
        if values[name] is not None or wanted:
            yield from self._typed(name, about, values)
        yield from self._chosen(name, about, values)

    def _typed(self, name: str, about: Mapping[str, Any], values: dict[str, Any]) -> Iterator[str]:
        kind = str(about.get("type") or "str")
        if kind not in KINDS:
            yield self._told(name, f"has a type that there is not: `{kind}`{_near(kind)}")
            return
        try:
            values[name] = KINDS[kind].taken(values[name])
        except MISFITS:
            yield self._told(name, f"must be {_wanted(kind)}{self._not(name, values[name])}")
            return
        if about.get("elements"):
            yield from self._elements(name, str(about["elements"]), values)

    def _elements(self, name: str, kind: str, values: dict[str, Any]) -> Iterator[str]:
        """Those that do not fit are looked at no further."""
        if kind not in KINDS:
            told = f"has elements of a type that there is not: `{kind}`{_near(kind)}"
            yield self._told(name, told)
            return
        if not isinstance(values[name], list):
            yield self._told(name, "has `elements`, which only a list has")
            return
        fitting = []
        for index, value in enumerate(values[name]):
            try:
                fitting.append(KINDS[kind].taken(value))
            except MISFITS:
                yield self._told(
                    f"{name}[{index}]", f"must be {_wanted(kind)}{self._not(name, value)}"
                )
        values[name] = fitting

    def _chosen(self, name: str, about: Mapping[str, Any], values: dict[str, Any]) -> Iterator[str]:
        choices = about.get("choices")
        if choices is None:
            return
        if not isinstance(choices, (list, tuple)):
            yield self._told(name, "has `choices` that are no list")
            return
        value = values[name]
        if isinstance(value, list):
            wrong = [one for one in value if one not in choices]
        else:
            wrong = [] if _is_among(value, choices) else [value]
        if wrong:
            told = f"must be one of {', '.join(map(str, choices))}{self._not(name, *wrong)}"
            yield self._told(name, told)

    def _within(self, name: str, values: dict[str, Any]) -> Iterator[str]:
        about = self._about(name)
        options, kind = about.get("options"), about.get("type")
        several = kind == "list" and about.get("elements") == "dict"
        if not isinstance(options, Mapping) or not (kind == "dict" or several):
            return
        if about.get("apply_defaults") and values.get(name) is None:
            values[name] = {}
        value = values.get(name)
        if value is None:
            return
        inner = self._inner(name, options, about)
        for index, one in enumerate(value if isinstance(value, list) else [value]):
            # What is no mapping has been told of already.
            if isinstance(one, dict):
                at = f"[{index}]" if several else ""
                yield from inner._replace(path=f"{self.path}{name}{at}.").misfits(dict(one))

    def _inner(self, name: str, options: Mapping[str, Any], about: Mapping[str, Any]) -> _Level:
        said = self.written.get(name)
        written = said.get("options") if isinstance(said, Mapping) else None
        hidden = name in self.hidden or bool(about.get("no_log"))
        return _Level(
            options,
            written if isinstance(written, Mapping) else EMPTY,
            about,
            frozenset(options) if hidden else frozenset(),
            origin=_origin_in(said) or self.origin,
        )

    # what is said of several

    def _rule(
        self, rule: str, values: Mapping[str, Any], ask: Callable[..., str | None]
    ) -> Iterator[str]:
        terms = self.rules.get(rule)
        for term in terms if isinstance(terms, (list, tuple)) else ():
            told = ask(term if isinstance(term, (list, tuple)) else [term], values)
            if told is not None:
                where = f" ({self.origin.file}:{self.origin.line})" if self.origin else ""
                yield f"{self.path.rstrip('.')}: {told}{where}"

    def _exclusive(self, names: list[str], values: Mapping[str, Any]) -> str | None:
        given = [name for name in names if name in values]
        return f"{_both(given)} exclude one another" if len(given) > 1 else None

    def _together(self, names: list[str], values: Mapping[str, Any]) -> str | None:
        missing = [name for name in names if name not in values]
        if not missing or len(missing) == len(names):
            return None
        return f"{_both(names)} go together; {_both(missing)} is missing"

    def _one_of(self, names: list[str], values: Mapping[str, Any]) -> str | None:
        if any(name in values for name in names):
            return None
        return f"one of {_both(names)} is required"

    def _if(self, term: list[Any], values: Mapping[str, Any]) -> str | None:
        name, value, needed, *rest = [*term, None, None][: max(len(term), 3)]
        if name not in values or values[name] != value or not isinstance(needed, (list, tuple)):
            return None
        missing = [one for one in needed if one not in values]
        any_one = bool(rest and rest[0])
        if not missing or (any_one and len(missing) < len(needed)):
            return None
        what = f"one of {_both(needed)}" if any_one else _both(missing)
        so = "has its value" if self._is_hidden(name) else f"is {_shown(value)}"
        return f"{what} is required where `{name}` {so}"

    def _needed_by(self, values: Mapping[str, Any]) -> Iterator[str]:
        rules = self.rules.get("required_by")
        for name, needed in (rules if isinstance(rules, Mapping) else EMPTY).items():
            needs = [needed] if isinstance(needed, str) else needed or []
            missing = [one for one in needs if values.get(one) is None]
            if values.get(name) is not None and missing:
                yield self._told(name, f"needs {_both(missing)} beside it")


def _origin_in(written: Any) -> Origin | None:
    """Where the first text of what is said of an option stands: keys do not know their place."""
    if isinstance(written, Source):
        return written.origin
    if not isinstance(written, (Mapping, list, tuple)):
        return None
    inside = written.values() if isinstance(written, Mapping) else written
    return next(filter(None, map(_origin_in, inside)), None)


def _shown(value: Any) -> str:
    """A value, cut where it is long: a collection only between its members, since half a
    secret is one that no mask knows."""
    text = repr(value)
    if len(text) <= _LONGEST:
        return text
    if isinstance(value, str):
        return f"{text[:_LONGEST]}…"
    return f"{text[:_LONGEST].rpartition(', ')[0] or type(value).__name__} …"


def _wanted(kind: str) -> str:
    return KINDS[kind].wanted


def _near(kind: str) -> str:
    close = nearest(kind, KINDS)
    return f": did you mean `{close}`?" if close else f": there are {', '.join(KINDS)}"


def _both(names: list[str] | tuple[str, ...]) -> str:
    *first, last = [f"`{name}`" for name in names]
    return f"{', '.join(first)} and {last}" if first else last


def _is_among(value: Any, choices: Sequence[Any]) -> bool:
    """YAML makes a flag of `yes`, and text makes `True` of that: it is the choice that means so."""
    if value in choices:
        return True
    words = FLAGS.get(value, frozenset()) if isinstance(value, str) else frozenset()
    return len({one for one in choices if isinstance(one, (str, int)) and one in words}) == 1
