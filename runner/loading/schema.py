"""JSON Schemas of playbooks and inventories, made from the tables the loader itself reads by.

Draft 7, the one that editors know best. Where the language takes a value or a template, so
does the schema. It completes words and finds misspelt ones; the loader knows more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from runner import platforms
from runner.actions import ACTIONS
from runner.actions.api import Action, Parameter
from runner.actions.flow import IMPORTS
from runner.actions.names import resolve, words
from runner.engine.targets.target import NAMES
from runner.loading.keywords import BLOCK, IMPORT_PLAYBOOK, LOOP_CONTROL, PLAY, TASK, Keyword

Schema = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"
_TEMPLATE: Schema = {"type": "string", "pattern": r"\{\{|\{%"}
_TEXT: Schema = {"type": ["string", "number", "boolean", "null"]}
_LIST_OR_ONE: Schema = {"type": ["string", "array", "number", "boolean", "null"]}
_FLAG: Schema = {
    "anyOf": [
        {"type": ["boolean", "null"]},
        {"enum": ["yes", "no", "true", "false", "on", "off", "True", "False", 0, 1]},
        _TEMPLATE,
    ]
}
_NUMBER: Schema = {"anyOf": [{"type": ["number", "null"]}, {"type": "string"}]}
_MAPPING: Schema = {"anyOf": [{"type": ["object", "null"]}, _TEMPLATE]}
_TASKS: Schema = {"type": ["array", "null"], "items": {"$ref": "#/definitions/task"}}
_ANY: Schema = {}

_KEYWORDS: Mapping[str, Schema] = {
    "text": _TEXT,
    "word": _TEXT,
    "flag": _FLAG,
    "number": _NUMBER,
    "mapping": _MAPPING,
    "conditions": {"type": ["string", "boolean", "number", "array", "null"]},
    "names": _LIST_OR_ONE,
    "tasks": _TASKS,
}
"""By what a keyword holds; anything else may hold anything."""

_PARAMETERS: Mapping[str, Schema] = {
    "text": _TEXT,
    "flag": _FLAG,
    "number": _NUMBER,
    "list": _LIST_OR_ONE,
    "mapping": _MAPPING,
    "conditions": _KEYWORDS["conditions"],
}


def playbook_schema() -> Schema:
    """A playbook: a list of plays and of playbooks to import."""
    return {
        "$schema": DRAFT,
        "title": "playrun playbook",
        "type": "array",
        "items": {
            "type": "object",
            "if": {"required": ["import_playbook"]},
            "then": {"$ref": "#/definitions/import"},
            "else": {"$ref": "#/definitions/play"},
        },
        "definitions": _definitions(),
    }


def tasks_schema() -> Schema:
    """A file of tasks or handlers, as a role or an include has them."""
    return {
        "$schema": DRAFT,
        "title": "playrun tasks",
        "type": ["array", "null"],
        "items": {"$ref": "#/definitions/task"},
        "definitions": _definitions(),
    }


def inventory_schema() -> Schema:
    """An inventory in YAML: groups by name, with hosts, variables and groups below them."""
    return {
        "$schema": DRAFT,
        "title": "playrun inventory",
        "type": "object",
        "properties": {"plugin": {"type": "string"}},
        "if": {"required": ["plugin"]},
        "else": {"additionalProperties": {"$ref": "#/definitions/group"}},
        "definitions": {"group": _group(), "variables": _variables()},
    }


SCHEMAS = {"playbook": playbook_schema, "tasks": tasks_schema, "inventory": inventory_schema}


def _definitions() -> Schema:
    importing = _properties(IMPORT_PLAYBOOK, IMPORT_PLAYBOOK)
    return {
        **{
            f"action-{name}": _arguments_of(action)
            for name, action in {**ACTIONS, **IMPORTS}.items()
        },
        "play": {
            "type": "object",
            "required": ["hosts"],
            "properties": {**_properties(PLAY, PLAY), "roles": _roles()},
            "additionalProperties": False,
        },
        "import": {
            "type": "object",
            "required": ["import_playbook"],
            "properties": importing,
            "additionalProperties": False,
        },
        "task": _task(),
    }


def _properties(table: Mapping[str, Keyword], names: Iterable[str]) -> Schema:
    return {name: _of_keyword(table[name]) for name in names if name in table}


def _of_keyword(keyword: Keyword) -> Schema:
    found: Schema = {"description": keyword.doc}
    if keyword.choices:
        return {**found, "enum": list(keyword.choices)}
    return {**found, **_KEYWORDS.get(keyword.holds, _ANY)}


def _task() -> Schema:
    """A task or a block. Actions of collections may be written with their full names."""
    known = {**{word: resolve(word) for word in words()}, **{word: word for word in IMPORTS}}
    actions = {word: {"$ref": f"#/definitions/action-{name}"} for word, name in known.items()}
    return {
        "type": "object",
        "properties": {
            **actions,
            **_properties(BLOCK, BLOCK),
            **_properties(TASK, TASK),
            "loop_control": _closed(LOOP_CONTROL, TASK["loop_control"]),
        },
        "patternProperties": {
            r"^with_[a-z_]+$": {"description": "Run once for each item that this lookup finds."},
            r"^[A-Za-z_]\w*\.[A-Za-z_]\w*\.[A-Za-z_]\w*$": {
                "description": "An action by its full name."
            },
        },
        "additionalProperties": False,
    }


def _roles() -> Schema:
    """Names, or mappings with a name and whatever the role is to be given."""
    words = ("role", "name", "src")
    named: Schema = {"type": "object", "anyOf": [{"required": [word]} for word in words]}
    return {
        "description": PLAY["roles"].doc,
        "type": ["array", "null"],
        "items": {"anyOf": [_TEXT, named]},
    }


def _closed(words: Mapping[str, Keyword], keyword: Keyword) -> Schema:
    """A mapping with no other words."""
    return {
        "description": keyword.doc,
        "type": ["object", "null"],
        "properties": _properties(words, words),
        "additionalProperties": False,
    }


def _arguments_of(action: Action) -> Schema:
    """Arguments as a mapping; as one text where that means something; or none at all."""
    doc = (type(action).__doc__ or "").partition("\n\n")[0]
    mapping: Schema = {"type": "object", "properties": _arguments(action)}
    if "*" not in action.parameters:
        mapping["additionalProperties"] = False
    text: Schema = {"type": ["string", "null", "array", "number", "boolean"]}
    return {"description": " ".join(doc.split()), "anyOf": [mapping, text]}


def _arguments(action: Action) -> Schema:
    found: Schema = {}
    for name, parameter in action.parameters.items():
        if name == "*":
            continue
        for word in (name, *parameter.aliases):
            found[word] = _of_parameter(parameter)
    return found


def _of_parameter(parameter: Parameter) -> Schema:
    if parameter.choices:
        return {"anyOf": [{"enum": list(parameter.choices)}, _TEMPLATE]}
    return _PARAMETERS.get(parameter.kind, _ANY)


def _group() -> Schema:
    groups: Schema = {
        "type": ["object", "null"],
        "additionalProperties": {"$ref": "#/definitions/group"},
    }
    variables: Schema = {"$ref": "#/definitions/variables"}
    return {
        "type": ["object", "null"],
        "properties": {
            "hosts": {"type": ["object", "null"], "additionalProperties": variables},
            "vars": variables,
            "children": groups,
        },
        "additionalProperties": False,
    }


def _variables() -> Schema:
    """Any variables; those that say how to reach a device have their meaning told."""
    known: Schema = {
        name: {"description": f"Connection: {meaning.replace('_', ' ')}."}
        for meaning, names in NAMES.items()
        for name in names
    }
    for name in NAMES["platform"]:
        known[name]["examples"] = platforms.names()
    return {"type": ["object", "null"], "properties": known}
