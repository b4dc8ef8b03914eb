"""Inventories as a whole: precedence, groups, sources, names. Expected data is Ansible's own.

`data/*/expected.json` was recorded from `ansible-inventory` and `ansible` (ansible-core 2.19)
over the files beside it. From the third level of groups on Ansible visits groups in no fixed
order; the record has the order of the files there.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from runner.errors import LoadError
from runner.loading.inventory.inventory import Inventory, load_inventory
from runner.loading.vault import Vault
from runner.model import Host
from runner.values import Origin, Source

DATA = Path(__file__).parent / "data"
FLEETS = ("precedence", "folder")


def fleet(name: str) -> tuple[Inventory, dict[str, Any]]:
    """A recorded inventory, loaded by us, and what Ansible made of it."""
    folder = DATA / name
    expected = json.loads((folder / "expected.json").read_text())
    sources = [source if "," in source else str(folder / source) for source in expected["sources"]]
    return load_inventory(sources, playbook_dirs=[folder / "playbooks"]), expected


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def load(folder: Path, text: str, name: str = "hosts.yml") -> Inventory:
    write(folder, {name: text})
    return load_inventory([str(folder / name)])


@pytest.mark.parametrize("name", FLEETS)
def test_variables_of_every_host_are_ansibles(name: str) -> None:
    inventory, expected = fleet(name)
    for host in inventory.hosts:
        mine = dict(inventory.vars_of(host))
        del mine["inventory_file"], mine["inventory_dir"]
        assert mine == expected["vars"].get(host, {}), host


@pytest.mark.parametrize("name", FLEETS)
def test_groups_are_ansibles(name: str) -> None:
    inventory, expected = fleet(name)
    assert {group: sorted(hosts) for group, hosts in inventory.groups.items()} == {
        group: sorted(hosts) for group, hosts in expected["groups"].items()
    }
    for host, names in expected["group_names"].items():
        assert list(inventory.groups_of(host)) == names
    assert list(inventory.groups["all"]) == expected["groups"]["all"]


def test_a_host_comes_with_groups_and_variables() -> None:
    inventory, _ = fleet("precedence")
    host = inventory.host("r01")
    assert isinstance(host, Host)
    assert host.groups == ("core", "routers", "switches")
    assert host.vars["vlan"] == 77
    assert host.vars["inventory_dir"] == str((DATA / "precedence").absolute())
    assert host.vars["inventory_file"] == str((DATA / "precedence" / "hosts").absolute())


def test_where_a_value_comes_from() -> None:
    inventory, _ = fleet("precedence")
    folder = DATA / "precedence"
    assert inventory.origin("r01", "vlan") == Origin(str(folder / "host_vars/r01"), 2, 7)
    assert inventory.origin("r02", "vlan") == Origin(str(folder / "more.yml"), 8, 25)
    assert inventory.origin("r03", "vlan") == Origin(str(folder / "hosts"), 4, 1)
    assert inventory.origin("r03", "nothing") is None
    assert inventory.origin("new2") == Origin(str(folder / "more.yml"), 9, 13)
    assert inventory.origin("s1") == Origin(str(folder / "hosts"), 11, 1)


def test_text_of_numbers_is_what_the_author_wrote(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.yml": "all:\n  hosts:\n    r1: {password: 123456, pin: 0123, word: NO}\n",
            "b.ini": "r1 secret=1.10 flag=True\n",
        },
    )
    inventory = load_inventory([str(tmp_path / "a.yml"), str(tmp_path / "b.ini")])
    assert inventory.text("r1", "password") == "123456"
    assert inventory.text("r1", "secret") == "1.10"
    with pytest.raises(LoadError, match=r"a.yml:3:33: pin must be text.*quote it") as caught:
        inventory.text("r1", "pin")
    assert "0123" not in f"{caught.value} {caught.value.excerpt}"
    with pytest.raises(LoadError, match=r"a.yml:3:45: word must be text.* a boolean"):
        inventory.text("r1", "word")
    with pytest.raises(LoadError, match=r"b.ini:1:1: flag must be text"):
        inventory.text("r1", "flag")
    with pytest.raises(LoadError, match="no variable nothing"):
        inventory.text("r1", "nothing")


def test_templates_in_an_inventory_are_sources(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "hosts": "r1 a={{b}} c=plain\n[all:vars]\nd={{ e }}\n",
            "group_vars/all.yml": "f: '{{ g }}'\n",
        },
    )
    values = load_inventory([str(tmp_path / "hosts")]).vars_of("r1")
    assert [type(values[name]) for name in "acdf"] == [Source, str, Source, Source]
    assert values["d"].origin == Origin(str(tmp_path / "hosts"), 3, 1)


@pytest.mark.parametrize("name", ["hosts.ini", "hosts.yml"])
def test_depth_then_priority_then_name_decides_between_groups(tmp_path: Path, name: str) -> None:
    sections = "[a]\nr1\n[z]\nr1\n[a:vars]\nansible_group_priority=2\nx=a\n[z:vars]\nx=z\ny=z\n"
    sections += "[b]\nr1\n[b:vars]\ny=b\n[deep]\nr1\n[b:children]\ndeep\n[deep:vars]\nw=deep\n"
    sections += "[a:vars]\nw=a\n"
    tree = (
        "a: {hosts: r1, vars: {ansible_group_priority: 2, x: a, w: a}}\n"
        "z: {hosts: r1, vars: {x: z, y: z}}\n"
        "b: {hosts: r1, vars: {y: b}, children: {deep: {hosts: r1, vars: {w: deep}}}}\n"
    )
    values = load(tmp_path, tree if name == "hosts.yml" else sections, name).vars_of("r1")
    assert (values["x"], values["y"], values["w"]) == ("a", "z", "deep")
    assert "ansible_group_priority" not in values


# --- group_vars and host_vars -----------------------------------------------------------


def test_only_the_first_of_several_spellings_counts(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "hosts": "r1\nr2\n",
            "host_vars/r1.yml": "from: yml",
            "host_vars/r1.json": '{"from": "json"}',
            "host_vars/r2/b": "from: b",
            "host_vars/r2/a.json": '{"from": "a", "a": 1}',
            "host_vars/r2/deep/c.yaml": "c: 1\n",
            "host_vars/r2/c.ini": "not: read",
            "host_vars/r2/.d.yml": "not: read",
            "host_vars/r2/e.yml~": "not: read",
            "host_vars/r2/e~": "not: read",
            "host_vars/r2.yml": "not: read",
        },
    )
    inventory = load_inventory([str(tmp_path / "hosts")])
    assert inventory.vars_of("r1")["from"] == "yml"
    values = inventory.vars_of("r2")
    assert (values["from"], values["a"], values["c"]) == ("b", 1, 1)
    assert "not" not in values


def test_files_of_hosts_that_nobody_asks_for_are_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"hosts": "r1\nr2\n", "host_vars/r2.yml": "a: [\n"})
    inventory = load_inventory([str(tmp_path / "hosts")])
    assert "a" not in inventory.vars_of("r1")
    with pytest.raises(LoadError, match=r"r2.yml:1:5: a value is missing"):
        inventory.vars_of("r2")


def test_a_group_name_leads_out_of_no_folder(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"inv/hosts": "[../../x]\nr1\n", "inv/group_vars/a": "", "x": "leaked: yes"},
    )
    assert "leaked" not in load_inventory([str(tmp_path / "inv/hosts")]).vars_of("r1")


def test_warnings_of_variable_files_show_up_once_they_are_read(tmp_path: Path) -> None:
    write(tmp_path, {"hosts": "r1\n", "group_vars/all": "a: 1\na: 2\n"})
    inventory = load_inventory([str(tmp_path / "hosts")])
    assert inventory.warnings == []
    inventory.vars_of("r1")
    assert [warning.partition(": ")[2] for warning in inventory.warnings] == [
        "the key a stands twice (first in line 1); the last one counts"
    ]


# --- localhost --------------------------------------------------------------------------


HERE = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}


def test_localhost_needs_no_inventory(tmp_path: Path) -> None:
    write(tmp_path, {"hosts": "r1\n", "group_vars/all": "g: 1", "host_vars/localhost": "h: 2"})
    inventory = load_inventory([str(tmp_path / "hosts")])
    host = inventory.host("localhost")
    assert dict(host.vars) == {**HERE, "g": 1, "h": 2}
    assert host.groups == ()
    assert inventory.hosts == ("r1",)
    assert load_inventory([]).host("127.0.0.1").vars == HERE


def test_a_localhost_in_the_inventory_is_an_ordinary_host(tmp_path: Path) -> None:
    inventory = load(tmp_path, "localhost x=1\n", "hosts")
    assert "ansible_connection" not in inventory.vars_of("localhost")


def test_an_unknown_host_is_an_error_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"no host core2 \(did you mean core1\?\)"):
        load(tmp_path, "core1\n", "hosts").host("core2")


# --- names ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("../etc", "path separator"),
        ("..", "begins with '.'"),
        (".hidden", "begins with '.'"),
        ("-rf", "begins with '-'"),
        ("a/b", "path separator"),
        ("a b", "a blank"),
        ("a\\nb", "control character"),
        ("a\\0b", "control character"),
        ("a\\u202eb", "direction-changing"),
        ("a\\u200bb", "invisible"),
    ],
)
def test_hostile_names_are_refused_where_they_stand(
    tmp_path: Path, name: str, problem: str
) -> None:
    with pytest.raises(LoadError, match=problem) as caught:
        load(tmp_path, f'all:\n  hosts:\n    "{name}":\n')
    assert caught.value.origin == Origin(str(tmp_path / "hosts.yml"), 3, 5)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(("one", "other"), [("R1", "r1"), ("ﬁ1", "fi1"), ("é", "e\u0301")])
def test_twins_are_refused_naming_both(tmp_path: Path, one: str, other: str) -> None:
    with pytest.raises(LoadError) as caught:
        load(tmp_path, f"{one}\nother\n{other}\n", "hosts")
    assert caught.value.message == f"the hosts {one} and {other} differ only in case or look"
    assert caught.value.origin == Origin(str(tmp_path / "hosts"), 3, 1)
    assert "hosts:1:1" in str(caught.value)


def test_a_host_may_be_named_twice(tmp_path: Path) -> None:
    assert load(tmp_path, "r1\n[g]\nr1\n", "hosts").hosts == ("r1",)


def test_a_name_for_both_a_host_and_a_group_warns(tmp_path: Path) -> None:
    assert load(tmp_path, "[x]\nx\n", "hosts").warnings == [
        "x is the name of a host and of a group"
    ]


# --- sources ----------------------------------------------------------------------------


def test_lists_of_names_take_ports_and_ranges() -> None:
    inventory = load_inventory(["r[1:2]:22,x,[2001:db8::1]:23,"])
    assert inventory.hosts == ("r1", "r2", "x", "2001:db8::1")
    assert inventory.vars_of("r2")["ansible_port"] == 22
    assert inventory.vars_of("2001:db8::1")["ansible_port"] == 23
    assert inventory.vars_of("x") == {"inventory_file": None, "inventory_dir": None}


def test_later_sources_win(tmp_path: Path) -> None:
    write(tmp_path, {"a.ini": "r1 x=1 y=1\n", "b.yml": "all: {hosts: {r1: {x: 2}}}\n"})
    one, two = str(tmp_path / "a.ini"), str(tmp_path / "b.yml")
    assert load_inventory([one, two]).vars_of("r1")["x"] == 2
    assert load_inventory([two, one]).vars_of("r1")["x"] == 1


def test_the_folder_of_the_last_source_wins(tmp_path: Path) -> None:
    write(tmp_path, {"a": "r1\n", "b": "r1\n", "sub/c": "r1\n"})
    write(tmp_path, {"host_vars/r1": "x: top", "sub/host_vars/r1": "x: sub"})
    a, b, c = (str(tmp_path / name) for name in ("a", "b", "sub/c"))
    assert load_inventory([a, c, b]).vars_of("r1")["x"] == "top"
    assert load_inventory([a, b, c]).vars_of("r1")["x"] == "sub"


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("all:\n  hosts:\n    r1:\n", ("r1",)),
        ("# c\n---\nall: {hosts: {r1: }}\n", ("r1",)),
        ('{"all": {"hosts": {"r1": {}}}}', ("r1",)),
        ('"all":\n  hosts: r1\n', ("r1",)),
        ("r1\n", ("r1",)),
        ("r1 a=b:c\n", ("r1",)),
        ("[all]\nr1\n", ("r1",)),
        ("; c\n[2001:db8::1]:22\n", ("2001:db8::1",)),
        ("2001:db8::1\n", ("2001:db8::1",)),
        ("r1:2222\n", ("r1",)),
        ("", ()),
    ],
)
def test_a_file_without_suffix_may_be_either(
    tmp_path: Path, text: str, hosts: tuple[str, ...]
) -> None:
    assert load(tmp_path, text, "hosts").hosts == hosts


def test_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"inventory .*nowhere does not exist"):
        load_inventory([str(tmp_path / "nowhere")])


def test_an_unreadable_file_is_an_error(tmp_path: Path) -> None:
    link = tmp_path / "loop"
    os.symlink(link, link)
    with pytest.raises(LoadError, match=r"cannot read inventory .*loop: too many levels"):
        load_inventory([str(link)])


# --- YAML inventories ---------------------------------------------------------------------

WRONG_YAML = [
    ("- r1\n", 1, 1, "must be a mapping of groups"),
    ("all: [r1]\n", 1, 6, "the group all must be a mapping"),
    ("all:\n  hosts: [r1]\n", 2, 10, "hosts must be a mapping.*`r1:`"),
    ("all:\n  hosts:\n    10:\n", 3, 5, "host's name must be text.*quote"),
    ("all:\n  hosts:\n    r1: 5\n", 3, 9, "variables of r1 must be a mapping"),
    ("all:\n  hosts:\n    r[1:\n", 3, 5, "brackets do not match"),
    ("all:\n  vars: 5\n", 2, 9, "vars must be a mapping"),
    ("all:\n  vars: {1: 2}\n", 2, 10, "variable's name must be text"),
    ("all:\n  vars:\n    ansible_group_priority: x\n", 3, 29, "priority must be a number"),
    ("1:\n  hosts:\n", 1, 1, "group's name must be text"),
    ("a:\n  children:\n    b:\n      children:\n        a:\n", 5, 9, "contain itself"),
    ("a:\n  children:\n    all:\n", 3, 5, "contain itself"),
]


@pytest.mark.parametrize(("text", "line", "column", "words"), WRONG_YAML)
def test_errors_in_yaml_inventories_are_located(
    tmp_path: Path, text: str, line: int, column: int, words: str
) -> None:
    with pytest.raises(LoadError, match=words) as caught:
        load(tmp_path, text)
    assert caught.value.origin == Origin(str(tmp_path / "hosts.yml"), line, column)


def test_a_misspelt_section_warns(tmp_path: Path) -> None:
    inventory = load(tmp_path, "all:\n  host:\n    r1:\n")
    assert inventory.hosts == ()
    (warning,) = inventory.warnings
    assert "hosts.yml:2:3: host under the group all is ignored (did you mean hosts?)" in warning


def test_vaulted_values_stay_closed_until_used(tmp_path: Path) -> None:
    write(tmp_path, {"hosts.yml": "all:\n  hosts:\n    r1: {password: !vault x}\n"})
    inventory = load_inventory([str(tmp_path / "hosts.yml")], vault=Vault())
    secret = inventory.vars_of("r1")["password"]
    with pytest.raises(LoadError, match=r"hosts.yml:3:20"):
        secret.reveal()


def test_listings_know_children_and_own_hosts() -> None:
    inventory, _ = fleet("precedence")
    assert inventory.children_of("core") == ("routers", "edge")
    assert inventory.own_hosts_of("core") == ()


def test_a_list_of_hosts_may_be_longer_than_a_file_name() -> None:
    source = ",".join(f"router{number}" for number in range(1000))
    assert len(load_inventory([source]).hosts) == 1000
