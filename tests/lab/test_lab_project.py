"""The repository's own project fits the built-in lab: a playbook runs with nothing configured."""

from __future__ import annotations

from pathlib import Path

from runner.lab.names import PLATFORMS, canonical
from runner.lab.profile import load_profile
from runner.lab.reading import load_topology
from runner.lab.startup import startup_text
from runner.loading.inventory.inventory import load_inventory

ROOT = Path(__file__).parents[2]


def test_the_inventory_and_the_built_in_lab_name_the_same_devices() -> None:
    inventory = load_inventory((str(ROOT / "inventory/hosts.yml"),))
    hosts = {name: inventory.host(name).vars for name in inventory.hosts}
    devices = {device.name: device for device in load_topology(None).devices}
    assert set(hosts) == set(devices)
    for name, variables in hosts.items():
        device = devices[name]
        assert canonical(str(variables["ansible_network_os"])) == device.platform
        telnet = variables.get("ansible_connection") == "telnet"
        assert device.transports[0] == ("telnet" if telnet else "ssh")


def test_the_built_in_lab_plays_every_platform_that_its_site_has() -> None:
    assert {device.platform for device in load_topology(None).devices} == {*PLATFORMS} - {"vyos"}


def test_the_example_topology_is_one() -> None:
    devices = load_topology(ROOT / "lab.yml").devices
    assert len(devices) == 62
    assert devices[49].delays.line == 0.02


def test_uplinks_of_the_project_exist_on_their_devices() -> None:
    inventory = load_inventory((str(ROOT / "inventory/hosts.yml"),))
    for index, device in enumerate(load_topology(None).devices):
        uplink = inventory.host(device.name).vars.get("uplink")
        if uplink is not None:
            profile = load_profile(device.platform)
            assert str(uplink) in startup_text(device, index, profile)
