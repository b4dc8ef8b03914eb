"""`cli_parse` on texts; the parser libraries where they are installed."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from calling import a_call

from runner import platforms
from runner.actions.cli_parse import CliParse
from runner.errors import ActionFailed

TEMPLATE = """Value NAME (\\S+)
Value STATE (up|down)

Start
  ^${NAME} is ${STATE} -> Record
"""
TEXT = "Gi0/0 is up\nGi0/1 is down\n"


def parsed(tmp_path: Path, text: str, **parser: Any) -> Any:
    call = a_call(tmp_path, "cli_parse", text=text, parser=parser, set_fact="found")
    call.platform = lambda: platforms.load("cisco_ios")
    done = CliParse().run(call)
    assert done.facts == {"found": done.values["parsed"]}
    return done.values["parsed"]


def test_json(tmp_path: Path) -> None:
    assert parsed(tmp_path, '{"a": [1]}', name="ansible.utils.json") == {"a": [1]}
    with pytest.raises(ActionFailed, match="no JSON"):
        parsed(tmp_path, "no", name="json")


def test_textfsm(tmp_path: Path) -> None:
    pytest.importorskip("textfsm")
    (tmp_path / "x.textfsm").write_text(TEMPLATE)
    found = parsed(tmp_path, TEXT, name="ansible.utils.textfsm", template_path="x.textfsm")
    assert found == [{"NAME": "Gi0/0", "STATE": "up"}, {"NAME": "Gi0/1", "STATE": "down"}]


@pytest.mark.parametrize("name", ["textfsm", "ttp", "ntc_templates"])
def test_a_library_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def absent(wanted: str, package: str | None = None) -> Any:
        raise ImportError(wanted)

    (tmp_path / "x").write_text(TEMPLATE)
    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(ActionFailed, match=f"needs the library {name}") as told:
        parsed(tmp_path, TEXT, name=name, command="show x", template_path="x")
    assert told.value.hint == "pip install 'playrun[parse]'"


def test_no_such_parser(tmp_path: Path) -> None:
    with pytest.raises(ActionFailed, match="no parser `ansible"):
        parsed(tmp_path, TEXT, name="ansible.utils.textfsn")
    with pytest.raises(ActionFailed, match="needs a `name`"):
        parsed(tmp_path, TEXT, template_path="x")
