"""Inventory files that name a plugin. `constructed` is compared with recorded answers of
ansible-inventory (ansible-core 2.19)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runner.errors import LoadError
from runner.loading.inventory.inventory import Inventory, load_inventory

HOSTS = """[a]
r1 os=ios y="[4]" tags="['t 1','t-2','']" d="{'k': 'v', 'z': ''}" empty=""
[b]
r2 x=5 site=X os=nxos empty=None
w1
[a:vars]
av=1
"""
CONSTRUCTED = """plugin: constructed
strict: false
compose:
  dbl: y[0] * 2
  bad: nosuch + 1
  ansible_host: inventory_hostname ~ '.net'
  fixed: 5
groups:
  isx: x is defined
  named: inventory_hostname.startswith('r')
  never: false
  odd-name: "'a' in group_names and av == 1"
keyed_groups:
  - {key: os, prefix: os, separator: "-"}
  - {key: tags, prefix: tag}
  - {key: d, prefix: dd, parent_group: par}
  - {key: os, parent_group: "{{ os }}_par", separator: ""}
  - {key: site, default_value: nowhere, prefix: s}
  - {key: empty, prefix: e}
  - {key: d, prefix: e2, trailing_separator: false}
  - {key: empty, prefix: e3, default_value: dv}
  - {key: os}
"""


def folder(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / name.replace("__", ".")).write_text(text)
    return tmp_path


def load(tmp_path: Path, **files: str) -> Inventory:
    return load_inventory([str(folder(tmp_path, **files))])


def own_groups(inventory: Inventory) -> dict[str, Any]:
    return {
        name: inventory.groups[name]
        for name in inventory.group_names
        if name not in ("all", "ungrouped", "a", "b")
    }


def test_groups_and_variables_are_constructed_as_ansible_does(tmp_path: Path) -> None:
    inventory = load(tmp_path, **{"1__ini": HOSTS, "2__yml": CONSTRUCTED})
    assert own_groups(inventory) == {
        "named": ("r1", "r2"),
        "odd_name": ("r1",),
        "os_ios": ("r1",),
        "tag_t_1": ("r1",),
        "tag_t_2": ("r1",),
        "tag_": ("r1",),
        "dd_k_v": ("r1",),
        "dd_z_": ("r1",),
        "par": ("r1",),
        "ios": ("r1",),
        "ios_par": ("r1",),
        "e2_k_v": ("r1",),
        "e2_z": ("r1",),
        "e3_dv": ("r1", "r2"),
        "_ios": ("r1",),
        "isx": ("r2",),
        "os_nxos": ("r2",),
        "nxos": ("r2",),
        "nxos_par": ("r2",),
        "s_X": ("r2",),
        "_nxos": ("r2",),
    }
    values = inventory.vars_of("r1")
    assert (values["dbl"], values["ansible_host"], values["fixed"]) == (8, "r1.net", 5)
    assert "bad" not in values
    assert "dbl" not in inventory.vars_of("r2")
    assert inventory.children_of("par") == ("dd_k_v", "dd_z_")


def test_only_hosts_of_the_sources_before_are_seen(tmp_path: Path) -> None:
    plugin = "plugin: ansible.builtin.constructed\ngroups: {everyone: true}\n"
    inventory = load(tmp_path, **{"1": "r1\n", "2__yml": plugin, "3": "r2\n"})
    assert inventory.groups["everyone"] == ("r1",)


def test_variables_of_nearer_groups_win_while_constructing(tmp_path: Path) -> None:
    hosts = "[low]\nr1\n[top:children]\nlow\n[top:vars]\nv=top\n[low:vars]\nv=low\n"
    plugin = "plugin: constructed\nkeyed_groups: [{key: v, prefix: v}]\n"
    inventory = load(tmp_path, **{"1": hosts, "2__yml": plugin})
    assert "v_low" in inventory.group_names
    assert "v_top" not in inventory.group_names


def test_files_of_variables_of_constructed_groups_count(tmp_path: Path) -> None:
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars/isx.yml").write_text("from_file: yes\n")
    inventory = load(tmp_path, **{"1": HOSTS, "2__yml": CONSTRUCTED})
    assert inventory.vars_of("r2")["from_file"] is True


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("plugin: constructd\n", 1, "constructd is not supported.*did you mean constructed"),
        ("plugin: amazon.aws.aws_ec2\n", 1, "not supported.*known are constructed"),
        ("plugin: [a]\n", 1, "not supported"),
        ("plugin: constructed\ncompose: [a]\n", 2, "compose must be a mapping"),
        ("plugin: constructed\nkeyed_groups: {a: b}\n", 2, "keyed_groups must be a list"),
        ("plugin: constructed\nkeyed_groups:\n  - prefix: x\n", 3, "a mapping with a `key`"),
        (
            "plugin: constructed\nkeyed_groups:\n"
            "  - {key: x, default_value: a, trailing_separator: false}\n",
            3,
            "exclude each other",
        ),
        ("plugin: constructed\nkeyed_groups:\n  - key: 5\n", 3, "must give a text, a list or a"),
        (
            "plugin: constructed\nstrict: true\ncompose:\n  x: nosuch + 1\n",
            4,
            "for the host r1: .*nosuch",
        ),
        ("plugin: constructed\nstrict: true\ngroups:\n  x: nosuch\n", 4, "for the host r1: "),
        (
            "plugin: constructed\nstrict: true\nkeyed_groups:\n  - key: \"''\"\n",
            4,
            "the key is empty for the host r1",
        ),
        ("plugin: csv\n", 1, "`path` must name the table"),
        ("plugin: generator\n", 1, "a generator needs `layers`"),
    ],
)
def test_mistakes_have_their_place(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(LoadError, match=words) as caught:
        load(tmp_path, **{"1": "r1\n", "2__yml": text})
    assert caught.value.origin is not None
    assert (caught.value.origin.file, caught.value.origin.line) == (str(tmp_path / "2.yml"), line)


def test_an_unknown_option_is_a_warning(tmp_path: Path) -> None:
    inventory = load(tmp_path, **{"1": "r1\n", "2__yml": "plugin: constructed\nkeyd_groups: []\n"})
    (warning,) = inventory.warnings
    assert warning.endswith(
        "2.yml:2:1: the option keyd_groups is ignored; did you mean keyed_groups?"
    )


def test_what_a_host_says_is_no_expression(tmp_path: Path) -> None:
    hosts = 'r1 evil="{{ 1 + 1 }}"\n'
    program = tmp_path / "0.sh"
    program.write_text(
        '#!/bin/sh\necho \'{"g": ["r1"], "_meta": {"hostvars": {"r1": {"v": "{{ 7 * 7 }}"}}}}\'\n'
    )
    program.chmod(0o755)
    plugin = "plugin: constructed\ncompose: {w: v, e: evil}\n"
    values = load(tmp_path, **{"1": hosts, "2__yml": plugin}).vars_of("r1")
    assert (values["w"], values["e"]) == ("{{ 7 * 7 }}", 2)


# --- tables -------------------------------------------------------------------------------


def test_a_table_is_an_inventory(tmp_path: Path) -> None:
    table = (
        "\ufeffsite,Name,ansible_host,groups,vlan,note\r\n"
        'dc1,r1,192.0.2.1,"core, ios",0100,"a, b"\r\n'
        "dc2,r2,192.0.2.2,edge,,\r\n"
        "\r\n"
        "dc2,r3,,,,\r\n"
    )
    inventory = load(tmp_path, hosts__csv=table)
    assert inventory.hosts == ("r1", "r2", "r3")
    assert own_groups(inventory) == {"core": ("r1",), "ios": ("r1",), "edge": ("r2",)}
    assert inventory.groups["ungrouped"] == ("r3",)
    values = dict(inventory.vars_of("r1"))
    assert {name: values[name] for name in ("site", "ansible_host", "vlan", "note")} == {
        "site": "dc1", "ansible_host": "192.0.2.1", "vlan": "0100", "note": "a, b",
    }  # fmt: skip
    assert "vlan" not in inventory.vars_of("r2")
    assert inventory.text("r1", "vlan") == "0100"
    origin = inventory.origin("r2", "site")
    assert origin is not None
    assert (origin.file, origin.line) == (str(tmp_path / "hosts.csv"), 3)


def test_a_plugin_says_what_the_columns_mean(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/fleet.txt").write_text("device;role;os\nr1;core;ios\n")
    plugin = (
        "plugin: playrun.csv\npath: data/fleet.txt\ndelimiter: ;\nhost_column: device\n"
        "group_columns: [role]\nkeyed_groups: [{key: os, prefix: os}]\n"
    )
    folder(tmp_path, fleet__yml=plugin)
    inventory = load_inventory([str(tmp_path / "fleet.yml")])
    assert own_groups(inventory) == {"core": ("r1",), "os_ios": ("r1",)}


@pytest.mark.parametrize(
    ("table", "line", "words"),
    [
        ("", 1, "the table is empty"),
        ("a,b\n1,2\n", 1, "no column says what the hosts are called"),
        ("host,b\nr1,2\n,3\n", 3, "the column host is empty"),
        ("host,b\nr1,2,3\n", 2, "3 cells, and 2 columns"),
        ('host,b\nr1,"2\n', 2, "not a table"),
        ("host\n../x\n", 2, "no name for a host"),
    ],
)
def test_mistakes_in_a_table(tmp_path: Path, table: str, line: int, words: str) -> None:
    with pytest.raises(LoadError, match=words) as caught:
        load(tmp_path, hosts__csv=table)
    assert caught.value.origin is not None
    assert caught.value.origin.line == line


# --- other kinds --------------------------------------------------------------------------


def test_toml(tmp_path: Path) -> None:
    text = """
[all.vars]
t = "{{ x }}"
[web]
children = ["apache"]
[web.hosts]
r1 = {}
r2 = { x = 5 }
[apache.hosts.r3]
"""
    inventory = load(tmp_path, hosts__toml=text)
    assert own_groups(inventory) == {"web": ("r1", "r2", "r3"), "apache": ("r3",)}
    assert inventory.vars_of("r2")["x"] == 5
    assert inventory.vars_of("r2")["t"].origin.file == str(tmp_path / "hosts.toml")
    with pytest.raises(LoadError, match="not valid TOML"):
        load(tmp_path, hosts__toml="[a\n")


def test_a_generator_makes_hosts_of_layers(tmp_path: Path) -> None:
    text = """
plugin: generator
hosts:
  name: "{{ kind }}-{{ site }}"
  parents:
    - name: "{{ kind }}s"
      vars: {is: "{{ kind }}"}
      parents: [{name: all_kinds}]
layers:
  kind: [core, edge]
  site: [a, b]
"""
    inventory = load(tmp_path, gen__yml=text)
    assert inventory.hosts == ("core-a", "core-b", "edge-a", "edge-b")
    assert inventory.groups["cores"] == ("core-a", "core-b")
    assert inventory.groups["all_kinds"] == inventory.hosts
    assert inventory.vars_of("edge-a")["is"] == "edge"
