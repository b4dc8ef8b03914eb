"""Filters between values and JSON or YAML."""

from __future__ import annotations

import json
from typing import Any

from runner import yaml
from runner.errors import LoadError, nearest
from runner.templating.failures import TemplateFault
from runner.templating.library.text import text_in
from runner.templating.results import finished


def to_json(value: Any, indent: int | str | None = None, sort_keys: bool = False, **kw: Any) -> str:
    """`value` as JSON on one line, unless an indent is given."""
    return _json(value, indent=indent, sort_keys=sort_keys, **kw)


def to_nice_json(value: Any, indent: int | str = 4, sort_keys: bool = True, **kw: Any) -> str:
    """`value` as JSON for people: indented, keys sorted."""
    return _json(value, indent=indent, sort_keys=sort_keys, **kw)


_JSON_OPTIONS = frozenset({"ensure_ascii", "separators", "indent", "sort_keys", "skipkeys"})
_WITHOUT_MEANING = frozenset({"allow_nan", "check_circular", "preprocess_unsafe", "vault_to_text"})
"""Options of Ansible's that change nothing here."""


def _json(value: Any, **options: Any) -> str:
    for name in options.keys() - _JSON_OPTIONS - _WITHOUT_MEANING:
        close = nearest(name, _JSON_OPTIONS)
        raise TemplateFault(
            f"to_json has no option '{name}'", hint=f"did you mean '{close}'?" if close else None
        )
    given = {name: option for name, option in options.items() if name in _JSON_OPTIONS}
    try:
        return json.dumps(_text_keys(finished(value)), default=_text, **given)
    except (TypeError, ValueError) as error:
        raise TemplateFault(f"to_json: {error}") from error


def _text_keys(value: Any) -> Any:
    """JSON's keys are texts: made before they are sorted, so that `10` stands before `9`."""
    if isinstance(value, dict):
        return {_text_key(key): _text_keys(item) for key, item in value.items()}
    return [_text_keys(item) for item in value] if isinstance(value, list) else value


def _text_key(key: Any) -> Any:
    return json.dumps(key) if key is None or isinstance(key, (int, float)) else key


def _text(value: Any) -> str:
    """A date and the like, as JSON has no word for it."""
    if isinstance(value, bytes):
        raise TypeError("bytes are no text: decode them")
    return str(value)


def from_json(value: Any, **_kw: Any) -> Any:
    """The value that JSON text stands for."""
    try:
        return json.loads(text_in(value, "from_json"))
    except (ValueError, RecursionError) as error:
        raise TemplateFault(f"from_json: this is not JSON: {error}") from error


def from_yaml(value: Any) -> Any:
    """The value that YAML text stands for; nothing in it is ever a template."""
    if not isinstance(value, str):
        return value
    try:
        return yaml.parse(str(value), "<from_yaml>", trust=False).data
    except LoadError as error:
        line = f" (line {error.origin.line})" if error.origin else ""
        raise TemplateFault(f"from_yaml: this is not YAML: {error.message}{line}") from error


def from_yaml_all(value: Any) -> Any:
    """The values of several YAML documents."""
    if not isinstance(value, str):
        return [] if value is None else value
    texts: list[list[str]] = [[]]
    for line in value.splitlines(keepends=True):
        if line.rstrip() == "---" or line.startswith("--- "):
            texts.append([])
            line = line[3:]
        texts[-1].append(line)
    documents = ["".join(lines) for lines in texts]
    return [from_yaml(text) for at, text in enumerate(documents) if at or text.strip()]


def to_yaml(value: Any, *, default_flow_style: bool | None = None, **options: Any) -> str:
    """`value` as YAML; containers that hold no containers stand on one line."""
    try:
        return yaml.emit(finished(value), default_flow_style=default_flow_style, **options)
    except ValueError as error:
        raise TemplateFault(f"to_yaml: {error}") from error


def to_nice_yaml(value: Any, indent: int = 4, **options: Any) -> str:
    """`value` as YAML for people: every element on a line of its own."""
    return to_yaml(value, indent=indent, **{"default_flow_style": False, **options})


FILTERS: dict[str, Any] = {
    "to_json": to_json,
    "to_nice_json": to_nice_json,
    "from_json": from_json,
    "to_yaml": to_yaml,
    "to_nice_yaml": to_nice_yaml,
    "from_yaml": from_yaml,
    "from_yaml_all": from_yaml_all,
}
