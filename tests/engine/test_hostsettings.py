"""Which variables say where a host is and how it is reached, and which only look like it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from single import Single, single

from runner.connections.api import Target
from runner.errors import PlanError

INVENTORY = """
all:
  vars: {where: 192.0.2.7, login: netops}
  hosts:
    h1: {platform: cisco_ios, host: "{{ where }}", user: "{{ login }}", port: 2022}
"""
PLAY = """
- hosts: h1
  gather_facts: false
  vars: %s
  tasks: [{cli: show version, vars: %s}]
"""


def one(tmp_path: Path, play_vars: str = "{}", task_vars: str = "{}") -> Single:
    file = tmp_path / "hosts.yml"
    file.write_text(INVENTORY)
    return single(tmp_path, PLAY % (play_vars, task_vars), str(file))


def target(found: Single, **data: Any) -> Target:
    (task,) = found.tasks
    execution = found.execution(0)
    variables = found.host.variables(task, execution._on.position, execution._frame)
    return found.host.target(task, variables.with_data(data), same=False)


def reached(found: Single, **data: Any) -> tuple[str, str | None, int | None]:
    at = target(found, **data)
    return at.address, at.user, at.port


def test_plain_names_in_the_inventory_are_templates_as_well(tmp_path: Path) -> None:
    assert reached(one(tmp_path)) == ("192.0.2.7", "netops", 2022)


@pytest.mark.parametrize("where", ["play", "task", "data"])
def test_plain_names_mean_something_else_anywhere_else(tmp_path: Path, where: str) -> None:
    words = "{host: web, user: 7, port: Gi0/1, password: x, transport: carrier pigeon}"
    data = {"host": "web", "user": {"stdout": "x"}, "port": "Gi0/1"} if where == "data" else {}
    found = one(tmp_path, words if where == "play" else "{}", words if where == "task" else "{}")
    assert reached(found, **data) == ("192.0.2.7", "netops", 2022)
    assert target(found, **data).transport == "ssh"
    assert target(found, **data).password is None


def test_plain_names_count_in_extra_variables(tmp_path: Path) -> None:
    found = one(tmp_path)
    found.host.world.extra_vars = {"user": "root", "port": 23}
    assert reached(found) == ("192.0.2.7", "root", 23)


@pytest.mark.parametrize("where", ["play", "task", "data"])
def test_the_names_of_ansible_count_wherever_they_are_set(tmp_path: Path, where: str) -> None:
    words = "{ansible_host: 192.0.2.9, ansible_user: root}"
    data = {"ansible_host": "192.0.2.9", "ansible_user": "root"} if where == "data" else {}
    found = one(tmp_path, words if where == "play" else "{}", words if where == "task" else "{}")
    assert reached(found, **data) == ("192.0.2.9", "root", 2022)


def test_what_a_device_says_does_not_decide_where_the_next_task_connects(tmp_path: Path) -> None:
    found = one(tmp_path)
    found.host.gather({"ansible_host": "198.51.100.1", "ansible_user": "evil", "net_x": 1}, (0,))
    assert reached(found) == ("192.0.2.7", "netops", 2022)
    assert found.host.gathered["ansible_facts"] == {
        "host": "198.51.100.1",
        "user": "evil",
        "net_x": 1,
    }


def test_a_registered_result_is_no_connection_value(tmp_path: Path) -> None:
    found = one(tmp_path)
    found.host.remember("ansible_user", {"stdout": "root", "failed": False}, (0,))
    assert reached(found)[1] == "netops"
    found.host.remember("ansible_user", "root", (0,))
    assert reached(found)[1] == "root"


def test_the_address_is_seen_by_templates_too(tmp_path: Path) -> None:
    found = one(tmp_path, "{host: web}")
    variables = found.host.variables(found.tasks[0], (0,), found.execution(0)._frame)
    assert variables["ansible_host"] == "192.0.2.7"


def test_a_platform_that_does_not_count_is_told_how_to(tmp_path: Path) -> None:
    file = tmp_path / "hosts.yml"
    file.write_text("all: {hosts: {h1: {}}}\n")
    with pytest.raises(PlanError, match="not in the inventory") as told:
        single(tmp_path, PLAY % ("{platform: cisco_ios}", "{}"), str(file))
    assert "ansible_network_os" in str(told.value.hint)
