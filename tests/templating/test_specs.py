"""`parse_cli` and `parse_xml`: what devices print, taken apart by a file of rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runner.errors import RenderError
from runner.templating import Templar
from runner.values import Source

VLANS = """VLAN Name      Status
1    default   active
20   guests    suspended
30   voice     active
"""

LIST = r"""
vars:
  vlan:
    id: "{{ item.id }}"
    name: "{{ item.name }}"
    up: "{{ item.state == 'active' }}"
keys:
  vlans:
    value: "{{ vlan }}"
    items: '^(?P<id>\d+)\s+(?P<name>\w+)\s+(?P<state>active|suspended)'
  kind:
    value: present
"""

BY_KEY = r"""
vars:
  vlan:
    key: "{{ item.id }}"
    values: {name: "{{ item.name }}"}
keys:
  vlans:
    value: "{{ vlan }}"
    items: '^(?P<id>\d+)\s+(?P<name>\w+)\s+(?P<state>\w+)'
    when: item.key != '20'
"""

INTERFACES = """Ethernet1/1 is up
  admin state is up, x
  Port mode is trunk

Ethernet1/2 is down
  admin state is down, x

"""

BLOCKS = r"""
vars:
  interface:
    name: "{{ item[0].match[0] }}"
    state: "{{ item[1].state }}"
    mode: "{{ item[2].match[0] }}"
keys:
  interfaces:
    value: "{{ interface }}"
    start_block: "^Ethernet.*$"
    end_block: "^$"
    items:
      - "^(Ethernet\\d/\\d)"
      - "admin state is (?P<state>\\w+),"
      - "Port mode is (.+)"
"""

XML = """<rpc-reply><configuration><vlans>
<vlan inactive="inactive"><name>one</name><vlan-id>200</vlan-id></vlan>
<vlan><name>two</name><vlan-id>300</vlan-id></vlan>
</vlans></configuration></rpc-reply>"""

OF_XML = """
vars:
  vlan:
    id: "{{ item.id }}"
    name: "{{ item.name }}"
    enabled: "{{ item.state.get('inactive') != 'inactive' }}"
keys:
  vlans:
    value: "{{ vlan }}"
    top: configuration/vlans/vlan
    items: {id: vlan-id, name: name, state: ".[@inactive='inactive']"}
"""


def parsed(tmp_path: Path, filter_: str, text: str, rules: str) -> Any:
    (tmp_path / "rules.yml").write_text(rules)
    templar = Templar()
    variables = templar.variables().with_data({"text": text, "rules": str(tmp_path / "rules.yml")})
    return templar.render(Source(f"{{{{ text | {filter_}(rules) }}}}"), variables)


def test_lines_become_a_list(tmp_path: Path) -> None:
    assert parsed(tmp_path, "parse_cli", VLANS, LIST) == {
        "vlans": [
            {"id": "1", "name": "default", "up": True},
            {"id": "20", "name": "guests", "up": False},
            {"id": "30", "name": "voice", "up": True},
        ],
        "kind": "present",
    }


def test_lines_become_a_mapping_of_those_that_hold(tmp_path: Path) -> None:
    assert parsed(tmp_path, "ansible.netcommon.parse_cli", VLANS, BY_KEY) == {
        "vlans": {"1": {"name": "default"}, "30": {"name": "voice"}}
    }


def test_blocks_are_told_one_by_one(tmp_path: Path) -> None:
    assert parsed(tmp_path, "parse_cli", INTERFACES, BLOCKS) == {
        "interfaces": [
            {"name": "Ethernet1/1", "state": "up", "mode": "trunk"},
            {"name": "Ethernet1/2", "state": "down", "mode": None},
        ]
    }


def test_xml(tmp_path: Path) -> None:
    assert parsed(tmp_path, "parse_xml", XML, OF_XML) == {
        "vlans": [
            {"id": "200", "name": "one", "enabled": False},
            {"id": "300", "name": "two", "enabled": True},
        ]
    }


def test_what_a_device_prints_is_never_a_template(tmp_path: Path) -> None:
    text = VLANS.replace("default", "{{7*7}}")
    rules = LIST.replace(r"\w+", r"\S+")
    found = parsed(tmp_path, "parse_cli", text, rules)
    assert found["vlans"][0]["name"] == "{{7*7}}"


@pytest.mark.parametrize(
    ("filter_", "text", "rules", "message"),
    [
        ("parse_cli", "x", "a: 1\n", "has no `keys`"),
        ("parse_cli", "x", "keys: {a: {items: x}}\n", "mapping with `value`"),
        ("parse_cli", "x", "keys: {a: {value: {b: c}, items: '('}}\n", "no regular expression"),
        ("parse_xml", "<a>", OF_XML, "does not fit the XML"),
        ("parse_xml", '<!DOCTYPE a [<!ENTITY b "c">]><a/>', OF_XML, "no XML with a document type"),
    ],
)
def test_mistakes(tmp_path: Path, filter_: str, text: str, rules: str, message: str) -> None:
    with pytest.raises(RenderError, match=message):
        parsed(tmp_path, filter_, text, rules)
