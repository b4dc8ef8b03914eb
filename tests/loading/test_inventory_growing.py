"""Hosts and groups that tasks add. What is expected was recorded from ansible-core 2.19."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from runner.actions.api import AddHost, AddToGroup
from runner.errors import LoadError
from runner.loading.inventory.inventory import Inventory, load_inventory
from runner.loading.inventory.patterns import select

FILES = {
    "hosts.ini": "r1 a=1\n[core]\nr2\n[core:vars]\ncv=inv\n",
    "group_vars/all.yml": "allv: fromall\nga: all\n",
    "group_vars/newgrp.yml": "newg: fromfile\nga: newgrp\n",
    "host_vars/n1.yml": "hv: hostfile\nover: hostfile\n",
}
OWN = ("inventory_dir", "inventory_file")


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return load_inventory([str(tmp_path / "hosts.ini")])


def shown(inventory: Inventory, host: str) -> Mapping[str, object]:
    return {name: value for name, value in inventory.vars_of(host).items() if name not in OWN}


def grow(inventory: Inventory) -> list[bool]:
    return [
        inventory.add(change)
        for change in (
            AddHost("n1", ("newgrp", "core"), {"over": "addhost", "x": 5, "y": [1, 2]}),
            AddHost("n1", ("core",), {"x": 6, "z": 1}),
            AddHost("n1", ("core",), {"x": 6, "z": 1}),
            AddHost("n2"),
            AddHost("n3", ("a", "b")),
            AddHost("r1", ("newgrp",), {"a": 2}),
            AddHost("localhost", ("lg",), {"foo": 1}),
        )
    ]


def test_hosts_join_groups_that_are_made_for_them(inventory: Inventory) -> None:
    assert grow(inventory) == [True, True, False, True, True, True, True]
    assert inventory.groups == {
        "all": ("n1", "n2", "n3", "localhost", "r2", "r1"),
        "ungrouped": ("n2",),
        "core": ("r2", "n1"),
        "newgrp": ("n1", "r1"),
        "a": ("n3",),
        "b": ("n3",),
        "lg": ("localhost",),
    }
    assert inventory.hosts == ("r1", "r2", "n1", "n2", "n3", "localhost")
    assert inventory.groups_of("n1") == ("core", "newgrp")
    assert inventory.groups_of("localhost") == ("lg",)


def test_variables_of_an_added_host_come_from_groups_and_files_too(inventory: Inventory) -> None:
    grow(inventory)
    assert shown(inventory, "n1") == {
        "cv": "inv",
        "allv": "fromall",
        "ga": "newgrp",
        "newg": "fromfile",
        "over": "hostfile",
        "x": 6,
        "y": [1, 2],
        "z": 1,
        "hv": "hostfile",
    }
    assert [inventory.vars_of("n1")[name] for name in OWN] == [None, None]
    assert shown(inventory, "r1") == {"allv": "fromall", "ga": "newgrp", "newg": "fromfile", "a": 2}
    # What a task named is a host like any other: nothing says that it is here.
    assert shown(inventory, "localhost") == {"allv": "fromall", "ga": "all", "foo": 1}


def test_values_that_were_read_before_are_read_again(inventory: Inventory) -> None:
    before = inventory.version
    assert inventory.vars_of("r1")["a"] == 1
    assert inventory.groups_of("r1") == ("ungrouped",)
    inventory.add(AddHost("r1", ("core",), {"a": "new"}))
    assert inventory.vars_of("r1")["a"] == "new"
    assert inventory.vars_of("r1")["cv"] == "inv"
    assert inventory.groups_of("r1") == ("core",)
    assert inventory.version == before + 1
    inventory.add(AddHost("r1", ("core",), {"a": "new"}))
    assert inventory.version == before + 1


def test_a_group_has_parents(inventory: Inventory) -> None:
    grow(inventory)
    change = AddToGroup("k_n1-z", "n1", ("p1", "p-2"))
    assert inventory.add(change)
    assert not inventory.add(change)
    assert inventory.groups_of("n1") == ("core", "k_n1-z", "newgrp", "p-2", "p1")
    assert inventory.groups["p1"] == ("n1",)
    assert inventory.groups["all"] == ("n1", "n2", "n3", "localhost", "r2", "r1")
    assert inventory.add(AddToGroup("k_r2", "r2"))
    assert inventory.children_of("all")[-1] == "k_r2"


def test_a_known_group_may_get_a_new_parent_whose_files_count(inventory: Inventory) -> None:
    assert shown(inventory, "r2")["ga"] == "all"
    assert inventory.add(AddToGroup("core", "r1", ("newgrp",)))
    assert shown(inventory, "r2")["ga"] == "newgrp"
    assert inventory.groups_of("r2") == ("core", "newgrp")


def test_depth_decides_among_groups_that_came_later(inventory: Inventory) -> None:
    inventory.add(AddToGroup("z_low", "r2", ("a_top",)))
    names = [group.name for group in inventory._tree.by_precedence(("z_low", "a_top", "core"))]
    assert names == ["a_top", "core", "z_low"]


def test_the_controller_may_join_a_group_without_being_in_the_inventory(
    inventory: Inventory,
) -> None:
    assert inventory.add(AddToGroup("here", "localhost"))
    assert inventory.groups_of("localhost") == ("here",)
    assert inventory.vars_of("localhost")["ansible_connection"] == "local"
    assert select(inventory, "here").hosts == ("localhost",)


def test_all_names_of_the_controller_mean_the_one_that_stands_there(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text("localhost x=1\n")
    assert load_inventory([str(tmp_path / "hosts")]).vars_of("127.0.0.1")["x"] == 1


def test_groups_that_would_loop_are_refused(inventory: Inventory) -> None:
    with pytest.raises(LoadError, match="core would contain itself"):
        inventory.add(AddToGroup("core", "r1", ("core",)))


@pytest.mark.parametrize("name", ["../x", "a b", "", ".hidden", "R1"])
def test_a_name_that_no_host_may_have_is_refused(inventory: Inventory, name: str) -> None:
    with pytest.raises(LoadError, match=r"no name for a host|differ only in case"):
        inventory.add(AddHost(name))
    assert inventory.hosts == ("r1", "r2")


def test_refreshing_reads_again_and_keeps_what_tasks_added(
    inventory: Inventory, tmp_path: Path
) -> None:
    grow(inventory)
    inventory.add(AddToGroup("gone", "r2"))
    (tmp_path / "hosts.ini").write_text("r1 a=7\nr9\n")
    (tmp_path / "group_vars/all.yml").write_text("allv: changed\n")
    inventory.refresh()
    assert inventory.hosts == ("r1", "r9", "n1", "n2", "n3", "localhost")
    assert inventory.vars_of("r1")["a"] == 2
    assert inventory.vars_of("r9")["allv"] == "changed"
    assert inventory.groups["core"] == ("n1",)
    assert "gone" not in inventory.groups


def test_refreshing_from_a_broken_file_leaves_everything_as_it_was(
    inventory: Inventory, tmp_path: Path
) -> None:
    grow(inventory)
    groups = dict(inventory.groups)
    (tmp_path / "hosts.ini").write_text("[core:\n")
    with pytest.raises(LoadError):
        inventory.refresh()
    assert inventory.groups == groups
