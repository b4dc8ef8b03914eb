"""Filters that take what a device prints apart by a file of rules: `parse_cli`, `parse_xml`.

The form of the file is that of Ansible's network filters (ansible.netcommon): `keys` say what to
find and how, `vars` how a thing that was found is told. Its templates see `item`, which is data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import pass_context

from runner import yaml
from runner.errors import PlayrunError
from runner.templating.failures import TemplateFault
from runner.templating.files import read_text
from runner.values import Source, at_home

if TYPE_CHECKING:
    from xml.etree import ElementTree

Spec = Mapping[str, Any]


@pass_context
def parse_cli(context: Any, value: Any, tmpl: str) -> dict[str, Any]:
    """What the rules of the file find in a command's output, by their names."""
    return _parsed(context, value, tmpl, _in_text)


@pass_context
def parse_xml(context: Any, value: Any, tmpl: str) -> dict[str, Any]:
    """What the rules of the file find in XML, by their names. Paths are ElementTree's."""
    return _parsed(context, value, tmpl, _in_xml)


Finder = Callable[[str, Spec, str], Iterator[Any]]


def _parsed(context: Any, value: Any, tmpl: str, found_in: Finder) -> dict[str, Any]:
    if not isinstance(value, str):
        raise TemplateFault("parse_cli and parse_xml want the text that a command printed")
    spec = _spec(at_home(str(tmpl)))
    teller = _Teller(context.parent.variables.with_layer(spec.get("vars") or {}))
    return {
        name: teller.told(rule, partial(found_in, value, rule, str(tmpl)))
        for name, rule in spec["keys"].items()
    }


def _spec(path: Path) -> Spec:
    try:
        data = yaml.parse(read_text(path).encode(), str(path), all_sources=True).data
    except PlayrunError as error:
        raise TemplateFault(f"the rules cannot be read: {error}") from error
    if not isinstance(data, dict) or not isinstance(data.get("keys"), dict):
        raise TemplateFault(f"{path} has no `keys`: a mapping of names to rules")
    return data


class _Teller:
    """Makes of each thing that was found what its rule says of it."""

    def __init__(self, variables: Any) -> None:
        self._variables = variables

    def told(self, rule: Any, find: Callable[[], Iterator[Any]]) -> Any:
        """A list of things; by their keys, where the rule has `key` and `values`."""
        if not isinstance(rule, Mapping) or "value" not in rule:
            raise TemplateFault("each of `keys` is a mapping with `value`")
        shape = self._shape(rule["value"])
        if "items" not in rule:
            return self._render(rule["value"], None)
        if not isinstance(shape, Mapping):
            return self._render(shape, next(find(), None))
        entries = [self._entry(shape, item) for item in find()]
        kept = [entry for entry in entries if self._holds(rule.get("when"), entry)]
        if "key" not in shape:
            return kept
        return {entry["key"]: entry["values"] for entry in kept}

    def _shape(self, value: Any) -> Any:
        """`{{ vlan }}` stands for what `vars` say of `vlan`, not yet rendered."""
        lone = re.fullmatch(r"\{\{\s*(\w+)\s*\}\}", str(value).strip())
        if lone is None:
            return value
        try:
            return self._variables.raw(lone[1])
        except KeyError:
            return value

    def _entry(self, shape: Mapping[str, Any], item: Any) -> dict[str, Any]:
        if "key" in shape:
            inner = shape.get("values") or {}
            return {
                "key": self._render(shape["key"], item),
                "values": {name: self._render(text, item) for name, text in inner.items()},
            }
        return {name: self._render(text, item) for name, text in shape.items()}

    def _render(self, text: Any, item: Any) -> Any:
        """None for what cannot be told of this item."""
        try:
            return self._variables.child(item=item).render(text)
        except PlayrunError:
            return None

    def _holds(self, when: Any, entry: Any) -> bool:
        if when is None:
            return True
        condition = when if isinstance(when, (bool, Source)) else Source(str(when))
        return bool(self._variables.child(item=entry).test(condition))


def _in_text(text: str, rule: Spec, _file: str) -> Iterator[Any]:
    if "start_block" not in rule or "end_block" not in rule:
        pattern = _compiled(rule["items"])
        yield from (match.groupdict() or list(match.groups()) for match in pattern.finditer(text))
        return
    patterns = [_compiled(each) for each in rule["items"]]
    for block in _blocks(text, _compiled(rule["start_block"]), _compiled(rule["end_block"])):
        yield [_matched(pattern.search(block)) for pattern in patterns]


def _compiled(pattern: Any) -> re.Pattern[str]:
    try:
        return re.compile(str(pattern), re.MULTILINE)
    except re.error as error:
        raise TemplateFault(f"`{pattern}` is no regular expression: {error}") from error


def _matched(match: re.Match[str] | None) -> dict[str, Any] | None:
    return None if match is None else {**match.groupdict(), "match": list(match.groups())}


def _blocks(text: str, start: re.Pattern[str], end: re.Pattern[str]) -> Iterator[str]:
    """The pieces of a text from a line that starts one to the line that ends it, or the next."""
    lines: list[str] = []
    for line in text.split("\n"):
        if start.match(line):
            if lines:
                yield "\n".join(lines)
            lines = [line]
        elif lines:
            lines.append(line)
            if end.match(line):
                yield "\n".join(lines)
                lines = []
    if lines:
        yield "\n".join(lines)


def _in_xml(text: str, rule: Spec, file: str) -> Iterator[Any]:
    from xml.etree import ElementTree  # few playbooks need it

    try:
        root = ElementTree.fromstring(_without_entities(text))  # noqa: S314 - no entities in it
        for element in root.findall(str(rule.get("top", "."))):
            yield {name: _of_element(element, str(path)) for name, path in rule["items"].items()}
    except (ElementTree.ParseError, SyntaxError, KeyError, AttributeError) as error:
        raise TemplateFault(f"{file} does not fit the XML: {error}") from error


def _without_entities(text: str) -> str:
    """A device has no use for a document type, whose entities can grow without bound."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise TemplateFault("parse_xml takes no XML with a document type")
    return text


def _of_element(element: ElementTree.Element, path: str) -> Any:
    """The text at a path; its attributes where there is none; a list where there are several."""
    found = element.findall(path)
    told = [(each.text or "").strip() or dict(each.attrib) or None for each in found]
    if len(told) > 1:
        return told
    return told[0] if told else ({} if "[@" in path else None)


FILTERS: Mapping[str, Callable[..., Any]] = {"parse_cli": parse_cli, "parse_xml": parse_xml}
