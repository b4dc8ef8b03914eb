"""Filters between values and JSON or YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from runner import yaml
from runner.errors import LoadError
from runner.templating.failures import TemplateFault
from runner.templating.results import finished


def to_json(value: Any, indent: int | str | None = None, sort_keys: bool = False, **kw: Any) -> str:
    """`value` as JSON on one line, unless an indent is given."""
    return _json(value, indent=indent, sort_keys=sort_keys, **kw)


def to_nice_json(value: Any, indent: int | str = 4, sort_keys: bool = True, **kw: Any) -> str:
    """`value` as JSON for people: indented, keys sorted."""
    return _json(value, indent=indent, sort_keys=sort_keys, **kw)


_JSON_OPTIONS = frozenset({"ensure_ascii", "separators", "indent", "sort_keys", "skipkeys"})


def _json(value: Any, **options: Any) -> str:
    given = {name: option for name, option in options.items() if name in _JSON_OPTIONS}
    try:
        return json.dumps(finished(value), default=str, **given)
    except (TypeError, ValueError) as error:
        raise TemplateFault(f"to_json: {error}") from error


def from_json(value: Any, **_kw: Any) -> Any:
    """The value that JSON text stands for."""
    try:
        return json.loads(str(value))
    except (ValueError, RecursionError) as error:
        raise TemplateFault(f"from_json: this is not JSON: {error}") from error


def from_yaml(value: Any) -> Any:
    """The value that YAML text stands for; nothing in it is ever a template."""
    if value is None:
        return None
    try:
        return yaml.parse(str(value), "<from_yaml>", trust=False).data
    except LoadError as error:
        line = f" (line {error.origin.line})" if error.origin else ""
        raise TemplateFault(f"from_yaml: this is not YAML: {error.message}{line}") from error


def from_yaml_all(value: Any) -> list[Any]:
    """The values of several YAML documents."""
    texts: list[list[str]] = [[]]
    for line in str(value).splitlines(keepends=True):
        if line.rstrip() == "---" or line.startswith("--- "):
            texts.append([])
            line = line[3:]
        texts[-1].append(line)
    documents = ["".join(lines) for lines in texts]
    return [from_yaml(text) for at, text in enumerate(documents) if at or text.strip()]


def to_yaml(value: Any, default_flow_style: bool | None = None, **options: Any) -> str:
    """`value` as YAML; containers that hold no containers stand on one line."""
    return _yaml(value, flow=default_flow_style is not False, indent=2, **options)


def to_nice_yaml(value: Any, indent: int = 4, **options: Any) -> str:
    """`value` as YAML for people: every element on a line of its own."""
    return _yaml(
        value, flow=bool(options.pop("default_flow_style", False)), indent=indent, **options
    )


def _yaml(
    value: Any,
    *,
    flow: bool,
    indent: int,
    sort_keys: bool = True,
    explicit_start: bool = False,
    **_kw: Any,
) -> str:
    writer = _Writer(flow, max(2, int(indent)), sort_keys)
    start = "---\n" if explicit_start else ""
    return start + "\n".join(writer.lines(finished(value))) + "\n"


class _Writer:
    """Writes block style with any indent; `flow` puts innermost containers on one line."""

    def __init__(self, flow: bool, indent: int, sort_keys: bool) -> None:
        self._flow = flow
        self._indent = " " * indent
        self._sort_keys = sort_keys

    def lines(self, value: Any) -> Iterator[str]:
        if not self._is_block(value):
            yield from self._one(value)
        elif isinstance(value, Mapping):
            for key, item in self._pairs(value):
                yield from self._entry(f"{_inline(key)}:", item)
        else:
            for item in value:
                yield from self._item(item)

    def _is_block(self, value: Any) -> bool:
        if not isinstance(value, (Mapping, list)) or not value:
            return False
        inner = value.values() if isinstance(value, Mapping) else value
        return not self._flow or any(isinstance(item, (Mapping, list)) for item in inner)

    def _pairs(self, value: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
        pairs = list(value.items())
        if self._sort_keys:
            pairs.sort(key=lambda pair: (not isinstance(pair[0], str), str(pair[0])))
        return pairs

    def _one(self, value: Any) -> list[str]:
        if isinstance(value, Mapping) and value:
            inside = (f"{_inline(key)}: {_inline(item)}" for key, item in self._pairs(value))
            return [f"{{{', '.join(inside)}}}"]
        if isinstance(value, list) and value:
            return [f"[{', '.join(map(_inline, value))}]"]
        return _scalar(value)

    def _entry(self, lead: str, item: Any) -> Iterator[str]:
        lines = self.lines(item)
        first = next(lines)
        if not self._is_block(item):
            yield f"{lead} {first}"
            shift = self._indent
        else:
            # A list under a key is not indented, a dictionary is.
            shift = "" if isinstance(item, list) else self._indent
            yield lead
            yield shift + first
        for line in lines:
            yield shift + line if line else line

    def _item(self, item: Any) -> Iterator[str]:
        lines = self.lines(item)
        lead = f"-{self._indent[1:]}" if self._is_block(item) else "- "
        yield lead + next(lines)
        for line in lines:
            yield self._indent + line if line else line


def _scalar(value: Any) -> list[str]:
    return yaml.dump(value).removesuffix("\n").split("\n")


_FLOW_SPECIAL = frozenset(",[]{}\n")
_UNPRINTABLE = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff]")


def _inline(value: Any) -> str:
    """A scalar on one line, in a form that also stands inside brackets."""
    if not isinstance(value, str) or not (set(value) & _FLOW_SPECIAL):
        return _scalar(value)[0]
    quoted = json.dumps(value, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


FILTERS: dict[str, Any] = {
    "to_json": to_json,
    "to_nice_json": to_nice_json,
    "from_json": from_json,
    "to_yaml": to_yaml,
    "to_nice_yaml": to_nice_yaml,
    "from_yaml": from_yaml,
    "from_yaml_all": from_yaml_all,
}
