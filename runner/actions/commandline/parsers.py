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

NTC: Mapping[str, str] = {
    "cisco_iosxr": "cisco_xr",
    "huawei_vrp8": "huawei_vrp",
    "vyos": "vyatta_vyos",
}
"""What ntc_templates calls a platform, where it is another name."""


class Wanted(NamedTuple):
    """A text to parse, and with what."""

    text: str
    command: str
    """The command that printed it; "" if that is not known."""
    platform: Platform
    template: Path | None = None
    """The parser's template; None: the parser has its own."""
    variables: Mapping[str, Any] | None = None
    system: str | None = None
    """What the parser is to call the platform; None: what it does call it."""


def by_textfsm(wanted: Wanted) -> Any:
    """A list of mappings, one a record."""
    try:
        return textfsm_records(wanted.text, _template(wanted), str(wanted.template))
    except TemplateFault as fault:
        raise ActionFailed(fault.message, hint=fault.hint) from None


def by_ttp(wanted: Wanted) -> Any:
    """What the template makes of it. `vars` may hold `ttp_vars`, `ttp_init`, `ttp_results`."""
    ttp = _library("ttp")
    template, given = _template(wanted), wanted.variables or {}
    # The library opens whatever file its data is the name of: what a device printed is made
    # something that is no name.
    text = f"\n{wanted.text}\n"
    try:
        parser = ttp.ttp(
            data=text, template=template, vars=_part(given, "ttp_vars"), **_part(given, "ttp_init")
        )
        parser.parse(one=True)
        return parser.result(**_part(given, "ttp_results"))
    except Exception as error:  # noqa: BLE001  the library raises whatever it meets
        raise ActionFailed(f"{wanted.template} cannot be used by ttp: {error}") from None


def _part(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = given.get(name) or {}
    if not isinstance(part, Mapping):
        raise ActionFailed(f"`{name}` is a mapping, not {part!r}")
    return {str(key): value for key, value in part.items()}


def by_ntc_templates(wanted: Wanted) -> Any:
    """A list of mappings; the template is chosen by platform and command."""
    library = _library("ntc_templates.parse")
    if not wanted.command:
        raise ActionFailed("ntc_templates needs the `command` that printed the text")
    name = wanted.system or NTC.get(wanted.platform.name, wanted.platform.name)
    try:
        return library.parse_output(platform=name, command=wanted.command, data=wanted.text)
    except Exception as error:  # noqa: BLE001  the library raises plain Exception
        raise ActionFailed(f"no template reads `{wanted.command}` of {name}: {error}") from None


def by_xml(wanted: Wanted) -> Any:
    """A mapping: elements by name, attributes as `@name`, text as `#text`."""
    xmltodict = _library("xmltodict")
    try:
        # NX-OS ends what it prints with the mark that ends a message of NETCONF.
        return xmltodict.parse(wanted.text.strip().removesuffix("]]>]]>"))
    except Exception as error:  # noqa: BLE001  expat's error has no class worth naming
        raise ActionFailed(f"the text is no XML: {error}") from None


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
    "xml": by_xml,
}
"""By the last part of the name that `cli_parse` gives them."""

ENDINGS: Mapping[str, str] = {"textfsm": "textfsm", "ttp": "ttp"}
"""Of the templates of parsers that look for one by themselves: `ios_show_version.textfsm`."""


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
