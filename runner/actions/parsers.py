"""Texts of devices made into structures, by libraries that are there or not.

None of them is needed by playrun itself: `pip install playrun[parse]` brings them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from runner.errors import ActionFailed
from runner.platforms.model import Platform
from runner.templating.failures import TemplateFault
from runner.templating.library.parsing import library, textfsm_records


class Wanted(NamedTuple):
    """A text to parse, and with what."""

    text: str
    command: str
    """The command that printed it; "" if that is not known."""
    platform: Platform
    template: Path | None = None
    """The parser's template; None: the parser has its own."""
    variables: Mapping[str, Any] | None = None


def by_textfsm(wanted: Wanted) -> Any:
    """A list of mappings, one a record."""
    try:
        return textfsm_records(wanted.text, _template(wanted), str(wanted.template))
    except TemplateFault as fault:
        raise ActionFailed(fault.message, hint=fault.hint) from None


def by_ttp(wanted: Wanted) -> Any:
    """What the template makes of it."""
    ttp = _library("ttp")
    parser = ttp.ttp(
        data=wanted.text, template=_template(wanted), vars=dict(wanted.variables or {})
    )
    parser.parse(one=True)
    return parser.result()


def by_ntc_templates(wanted: Wanted) -> Any:
    """A list of mappings; the template is chosen by platform and command."""
    library = _library("ntc_templates.parse")
    if not wanted.command:
        raise ActionFailed("ntc_templates needs the `command` that printed the text")
    name = next(iter(wanted.platform.names.get("netmiko", ())), wanted.platform.name)
    try:
        return library.parse_output(platform=name, command=wanted.command, data=wanted.text)
    except Exception as error:  # noqa: BLE001  the library raises plain Exception
        raise ActionFailed(f"no template reads `{wanted.command}` of {name}: {error}") from None


def by_json(wanted: Wanted) -> Any:
    """The structure in it."""
    try:
        return json.loads(wanted.text)
    except ValueError as error:
        raise ActionFailed(f"the text is no JSON: {error}") from None


PARSERS: Mapping[str, Callable[[Wanted], Any]] = {
    "textfsm": by_textfsm,
    "ttp": by_ttp,
    "ntc_templates": by_ntc_templates,
    "json": by_json,
}
"""By the last part of the name that `cli_parse` gives them."""


def _library(name: str) -> Any:
    try:
        return library(name)
    except TemplateFault as fault:
        raise ActionFailed(fault.message, hint=fault.hint) from None


def _template(wanted: Wanted) -> str:
    if wanted.template is None:
        raise ActionFailed("the parser needs a `template_path`")
    try:
        return wanted.template.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ActionFailed(f"cannot read {wanted.template}: {error}") from None
