"""Filters that make structures of what devices print, with libraries that are there or not."""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable, Mapping
from typing import Any

from runner.templating.failures import TemplateFault
from runner.values import at_home


def parse_cli_textfsm(value: Any, template: str) -> list[dict[str, Any]]:
    """The records that a TextFSM template finds, as dictionaries. Needs the extra `parse`."""
    if not isinstance(value, str):
        raise TemplateFault("parse_cli_textfsm wants the text that a command printed")
    try:
        pattern = at_home(template).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise TemplateFault(f"parse_cli_textfsm: cannot read {template}: {reason}") from error
    return textfsm_records(value, pattern, str(template))


def textfsm_records(text: str, pattern: str, name: str) -> list[dict[str, Any]]:
    """What a TextFSM template, `pattern` (called `name`), finds. Raises TemplateFault."""
    textfsm = library("textfsm")
    try:
        machine = textfsm.TextFSM(io.StringIO(pattern))
    except textfsm.TextFSMError as error:
        raise TemplateFault(f"{name} is no template of TextFSM: {error}") from error
    try:
        rows = machine.ParseText(text)
    except textfsm.TextFSMError as error:
        raise TemplateFault(f"{name} does not fit the text: {error}") from error
    return [dict(zip(machine.header, row, strict=True)) for row in rows]


def library(name: str) -> Any:
    """A parser library. Raises TemplateFault that says how to get it."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise TemplateFault(
            f"this needs the library {name.partition('.')[0]}, which is not installed",
            hint="pip install 'playrun[parse]'",
        ) from error


FILTERS: Mapping[str, Callable[..., Any]] = {"parse_cli_textfsm": parse_cli_textfsm}
