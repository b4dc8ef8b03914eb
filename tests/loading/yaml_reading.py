"""Plain values from YAML text, read as the loaders read it."""

from __future__ import annotations

from typing import Any

from runner import yaml


def plain(text: str) -> Any:
    """The document's data with nothing but dicts, lists and atoms in it."""
    return _plain(yaml.parse(text.encode(), "text.yml").data)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value
