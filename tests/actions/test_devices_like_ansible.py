"""What device actions register, against what Ansible's own modules gave for the same devices.

`data/ansible_device_results.json` was recorded with ansible-core 2.19.14 and the collections
of ansible 12.3 against the same simulated devices.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.lab

RECORDED: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "ansible_device_results.json").read_text()
)
TOPOLOGY = """
devices:
  r1: {platform: cisco_ios}
  n1: {platform: cisco_nxos}
  e1: {platform: arista_eos}
  x1: {platform: cisco_iosxr}
  j1: {platform: juniper_junos}
"""
HOSTS = """
all:
  hosts:
    r1: {platform: cisco_ios, ansible_become: true}
    n1: {platform: cisco_nxos}
    e1: {platform: arista_eos, ansible_become: true}
    x1: {platform: cisco_iosxr}
    j1: {platform: juniper_junos}
"""
PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - {name: facts ios, cisco.ios.ios_facts: {gather_subset: all}, when: inventory_hostname == 'r1'}
    - name: facts nxos
      cisco.nxos.nxos_facts: {gather_subset: [default, config, features]}
      when: inventory_hostname == 'n1'
    - name: facts eos
      arista.eos.eos_facts: {gather_subset: all}
      when: inventory_hostname == 'e1'
    - {name: facts xr, iosxr_facts: {gather_subset: all}, when: inventory_hostname == 'x1'}
    - {name: command, ansible.netcommon.cli_command: {command: show version}}
    - {name: ping ios, ios_ping: {dest: 192.0.2.9, count: 3}, when: inventory_hostname == 'r1'}
    - name: ping ios lost
      ios_ping: {dest: 240.0.2.9, count: 3}
      when: inventory_hostname == 'r1'
      ignore_errors: true
    - {name: ping nxos, nxos_ping: {dest: 192.0.2.9}, when: inventory_hostname == 'n1'}
    - name: ping nxos lost
      net_ping: {dest: 240.0.2.9, state: absent}
      when: inventory_hostname == 'n1'
    - {name: ping junos, junos_ping: {dest: 192.0.2.9}, when: inventory_hostname == 'j1'}
    - {name: ping xr, iosxr_ping: {dest: 192.0.2.9}, when: inventory_hostname == 'x1'}
    - name: eos json
      eos_command:
        commands: [{command: show version, output: json}, show hostname | json, show clock]
      when: inventory_hostname == 'e1'
    - name: wait fails
      ios_command:
        commands: show version
        wait_for: ["result[0] contains IOS", "result[0] contains nowhere"]
        retries: 1
        interval: 0
      when: inventory_hostname == 'r1'
      ignore_errors: true
    - name: json key
      cli_command: {command: show hostname | json}
      when: inventory_hostname == 'e1'
"""
DIFFERENT = {
    "failed",  # Ansible adds it when it registers.
    "msg",
    "stdout_lines",  # Not in events.
    "ansible_net_python_version",
    "ansible_net_config",  # Holds the time.
    "ansible_net_gather_subset",  # Comes in any order from Ansible.
}
BETTER = {
    ("wait fails", "stdout"),  # It keeps what was collected.
    ("facts xr", "ansible_net_serialnum"),  # Ansible's pattern needs a second module.
    ("ping junos", "min"),  # Ansible drops the last digits.
    ("ping junos", "max"),
    ("eos json", "2"),  # The time of day.
}


UNCOMPARED = ("ios_command", "prompt", "refused")


def test_what_is_registered(here: Path, playrun: Any) -> None:
    for name, text in (("lab.yml", TOPOLOGY), ("hosts.yml", HOSTS), ("site.yml", PLAY)):
        (here / name).write_text(text)
    (here / "playrun.toml").write_text("")
    said = playrun("--lab", "--topology", "lab.yml", "-i", "hosts.yml", "site.yml")
    assert said.code == 0, said.out
    (record,) = here.glob(".playrun/runs/*/events.jsonl")
    events = map(json.loads, record.read_text().splitlines())
    ours = {
        (event["task"], event["host"]): event["values"]
        for event in events
        if event["event"] == "TaskFinished"
    }
    found = {
        (task, host): differences(theirs, ours[task, host], task)
        for task, hosts in RECORDED.items()
        if task not in UNCOMPARED
        for host, theirs in hosts.items()
    }
    assert len(found) > 12
    assert {key: texts for key, texts in found.items() if texts} == {}


def differences(theirs: Any, here: Any, task: str, name: str = "") -> list[str]:
    if name in DIFFERENT or (task, name) in BETTER:
        return []
    if isinstance(theirs, Mapping) and isinstance(here, Mapping):
        found: list[str] = []
        for key in {*theirs, *here}:
            if key in DIFFERENT or (task, key) in BETTER:
                continue
            if key not in theirs or key not in here:
                found.append(f"{key}: only {'theirs' if key in theirs else 'ours'}")
            else:
                found += differences(theirs[key], here[key], task, key)
        return found
    if isinstance(theirs, list) and isinstance(here, list) and len(theirs) == len(here):
        pairs = enumerate(zip(theirs, here, strict=True))
        return [text for n, (one, two) in pairs for text in differences(one, two, task, str(n))]
    same = theirs == here and isinstance(here, type(theirs))
    return [] if same else [f"{name}: {theirs!r:.200} there, {here!r:.200} here"]
