"""`cli_parse` on texts; the parser libraries where they are installed."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import ntc_templates
import pytest
from calling import a_call

from runner import platforms
from runner.actions.cli_parse import CliParse
from runner.actions.commandline.parsers import NTC
from runner.errors import ActionFailed

TEMPLATE = """Value NAME (\\S+)
Value STATE (up|down)

Start
  ^${NAME} is ${STATE} -> Record
"""
STATES = ((0, "up"), (1, "down"))
TEXT = "Gi0/0 is up\nGi0/1 is down\n"
PLATFORMS = [path.stem for path in Path(platforms.__file__).parent.glob("*.yaml")]


def parsed(tmp_path: Path, text: str, **parser: Any) -> Any:
    call = a_call(tmp_path, "cli_parse", text=text, parser=parser, set_fact="found")
    call.platform = lambda: platforms.load("cisco_ios")
    done = CliParse().run(call)
    assert done.gathered == {"found": done.values["parsed"]}
    return done.values["parsed"]


def test_ttp(tmp_path: Path) -> None:
    (tmp_path / "x.ttp").write_text(
        '<group name="ports*">\n{{ name }} is {{ state }}\n{{ site | set("site") }}\n</group>\n'
    )
    found = parsed(
        tmp_path,
        TEXT,
        name="ansible.utils.ttp",
        template_path="x.ttp",
        vars={"ttp_vars": {"site": "north"}, "ttp_results": {"structure": "flat_list"}},
    )
    ports = [{"name": f"Gi0/{n}", "state": state, "site": "north"} for n, state in STATES]
    assert found == [{"ports": ports}]
    with pytest.raises(ActionFailed, match="cannot be used by ttp"):
        parsed(tmp_path, TEXT, name="ttp", template_path="x.ttp", vars={"ttp_init": {"odd": 1}})
    with pytest.raises(ActionFailed, match="`ttp_vars` is a mapping"):
        parsed(tmp_path, TEXT, name="ttp", template_path="x.ttp", vars={"ttp_vars": [1]})


@pytest.mark.parametrize("said", ["{here}/secret", "{here}", "secret", "ttp://x"])
def test_ttp_opens_no_file_that_a_device_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    (tmp_path / "secret").write_text("word is 1\n")
    (tmp_path / "x.ttp").write_text("word is {{ found }}\n")
    monkeypatch.chdir(tmp_path)
    text = said.format(here=tmp_path)
    assert "found" not in str(parsed(tmp_path, text, name="ttp", template_path="x.ttp"))


def test_a_template_is_found_by_system_and_command(tmp_path: Path) -> None:
    (tmp_path / "ios_show_ports.textfsm").write_text(TEMPLATE)
    (tmp_path / "old_show_ports.ttp").write_text("{{ name }} is {{ state }}\n")
    found = parsed(tmp_path, TEXT, name="ansible.utils.textfsm", command="show ports")
    assert [item["NAME"] for item in found] == ["Gi0/0", "Gi0/1"]
    found = parsed(tmp_path, TEXT, name="ansible.utils.ttp", command="show ports", os="old")
    assert found == [[[{"name": f"Gi0/{n}", "state": state} for n, state in STATES]]]
    with pytest.raises(ActionFailed, match=r"no file `ios_show_x\.ttp`"):
        parsed(tmp_path, TEXT, name="ttp", command="show x")


@pytest.mark.parametrize("name", PLATFORMS)
def test_ntc_templates_knows_the_platforms(name: str) -> None:
    known = {
        path.name for path in Path(ntc_templates.__file__ or "").parent.glob("templates/*.textfsm")
    }
    system = NTC.get(name, name)
    unknown_to_it = ("frr", "generic")
    assert name in unknown_to_it or any(path.startswith(f"{system}_") for path in known)


def test_ntc_templates(tmp_path: Path) -> None:
    text = "Hostname: e1\nFQDN:     e1.lab.example\n"
    found = parsed(
        tmp_path,
        text,
        name="ansible.netcommon.ntc_templates",
        os="arista_eos",
        command="show hostname",
    )
    assert found == [{"hostname": "e1", "fqdn": "e1.lab.example"}]
    with pytest.raises(ActionFailed, match="no template reads `show nothing` of cisco_ios"):
        parsed(tmp_path, text, name="ntc_templates", command="show nothing")
    with pytest.raises(ActionFailed, match="needs the `command`"):
        parsed(tmp_path, text, name="ntc_templates")


def test_xml(tmp_path: Path) -> None:
    text = "<a b='1'><c>2</c><c>3</c></a>\n]]>]]>"
    assert parsed(tmp_path, text, name="ansible.utils.xml") == {"a": {"@b": "1", "c": ["2", "3"]}}
    with pytest.raises(ActionFailed, match="no XML"):
        parsed(tmp_path, "no", name="xml")


def test_json(tmp_path: Path) -> None:
    assert parsed(tmp_path, '{"a": [1]}', name="ansible.utils.json") == {"a": [1]}
    with pytest.raises(ActionFailed, match="no JSON"):
        parsed(tmp_path, "no", name="json")


def test_textfsm(tmp_path: Path) -> None:
    (tmp_path / "x.textfsm").write_text(TEMPLATE)
    found = parsed(tmp_path, TEXT, name="ansible.utils.textfsm", template_path="x.textfsm")
    assert found == [{"NAME": "Gi0/0", "STATE": "up"}, {"NAME": "Gi0/1", "STATE": "down"}]


@pytest.mark.parametrize("name", ["textfsm", "ttp", "ntc_templates", "xmltodict"])
def test_a_library_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def absent(wanted: str, package: str | None = None) -> Any:
        raise ImportError(wanted)

    (tmp_path / "x").write_text(TEMPLATE)
    monkeypatch.setattr(importlib, "import_module", absent)
    parser = "xml" if name == "xmltodict" else name
    with pytest.raises(ActionFailed, match=f"needs the library {name}") as told:
        parsed(tmp_path, TEXT, name=parser, command="show x", template_path="x")
    assert told.value.hint == "pip install 'playrun[parse]'"


def test_no_such_parser(tmp_path: Path) -> None:
    with pytest.raises(ActionFailed, match="no parser `ansible"):
        parsed(tmp_path, TEXT, name="ansible.utils.textfsn")
    with pytest.raises(ActionFailed, match="needs a `name`"):
        parsed(tmp_path, TEXT, template_path="x")
