"""NetBox as an inventory, against a small server with recorded answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from netbox_server import TOKEN, NetBox, netbox

from runner.errors import LoadError
from runner.loading.inventory.cache import Keeping
from runner.loading.inventory.inventory import Inventory, load_inventory
from runner.loading.vault import Vault
from runner.values import Masks

NOT_KEPT = Keeping(timeout=20)


@pytest.fixture
def server() -> Iterator[NetBox]:
    with netbox() as state:
        yield state


def load(
    tmp_path: Path,
    server: NetBox,
    more: str = "",
    token: str | None = TOKEN,
    keeping: Keeping = NOT_KEPT,
    masks: Masks | None = None,
) -> Inventory:
    path = tmp_path / "netbox.yml"
    said = "" if token is None else f"token: {token!r}\n"
    path.write_text(f"plugin: netbox.netbox.nb_inventory\napi_endpoint: {server.url}\n{said}{more}")
    return load_inventory([str(path)], vault=Vault(masks=masks), keeping=keeping)


def test_devices_and_machines_become_hosts(tmp_path: Path, server: NetBox) -> None:
    inventory = load(tmp_path, server)
    assert inventory.hosts == ("core1", "acc1", "netbox-3", "vm1")
    values = dict(inventory.vars_of("core1"))
    del values["inventory_file"], values["inventory_dir"]
    assert values == {
        "ansible_host": "192.0.2.1",
        "primary_ip4": "192.0.2.1",
        "asset_tag": None,
        "custom_fields": {"os": "ios", "motd": "{{ 7 * 7 }}"},
        "device_roles": ["core"],
        "device_types": ["c9300"],
        "is_virtual": False,
        "manufacturers": ["cisco"],
        "platforms": ["ios-xe"],
        "racks": ["R9"],
        "serial": "FOC1",
        "sites": ["dc-1"],
        "status": {"value": "active", "label": "Active"},
        "tags": ["prod"],
        "tenants": ["noc"],
    }
    assert type(values["custom_fields"]["motd"]) is str
    assert inventory.vars_of("vm1")["is_virtual"] is True
    assert inventory.vars_of("vm1")["cluster"] == "esx"
    assert inventory.vars_of("netbox-3")["ansible_host"] == "2001:db8::3"
    assert "ansible_host" not in inventory.vars_of("acc1")


def test_grouping(tmp_path: Path, server: NetBox) -> None:
    by = "group_by: [sites, device_roles, platforms, tags, status, is_virtual, manufacturers]\n"
    inventory = load(tmp_path, server, by)
    groups = {name: hosts for name, hosts in inventory.groups.items() if name != "all"}
    assert groups == {
        "ungrouped": (),
        "sites_dc_1": ("core1", "acc1", "vm1"),
        "sites_dc_2": ("netbox-3",),
        "device_roles_core": ("core1", "vm1"),
        "device_roles_access": ("acc1",),
        "device_roles_power": ("netbox-3",),
        "platforms_ios_xe": ("core1",),
        "platforms_eos": ("acc1",),
        "tags_prod": ("core1", "vm1"),
        "status_active": ("core1", "netbox-3", "vm1"),
        "status_planned": ("acc1",),
        "is_virtual": ("vm1",),
        "manufacturers_cisco": ("core1",),
        "manufacturers_arista": ("acc1",),
    }


def test_names_in_the_singular_and_without_their_kind(tmp_path: Path, server: NetBox) -> None:
    inventory = load(
        tmp_path, server, "plurals: false\ngroup_by: [device_role]\ngroup_names_raw: true\n"
    )
    assert inventory.vars_of("core1")["device_role"] == "core"
    assert inventory.groups["core"] == ("core1", "vm1")


def test_variables_and_groups_are_constructed(tmp_path: Path, server: NetBox) -> None:
    more = (
        "compose:\n  ansible_network_os: platforms[0] | replace('-xe', '')\n"
        "  m: custom_fields.motd\n"
        "keyed_groups: [{key: custom_fields.os, prefix: os}]\n"
        "groups: {reachable: ansible_host is defined}\n"
    )
    inventory = load(tmp_path, server, more)
    assert inventory.vars_of("core1")["ansible_network_os"] == "ios"
    assert inventory.vars_of("core1")["m"] == "{{ 7 * 7 }}"
    assert inventory.groups["os_ios"] == ("core1",)
    assert inventory.groups["reachable"] == ("core1", "netbox-3", "vm1")


def test_filters_are_asked_for(tmp_path: Path, server: NetBox) -> None:
    more = (
        "query_filters: [{role: [core, power]}]\n"
        "device_query_filters: [{has_primary_ip: true}, {status: active}]\n"
    )
    inventory = load(tmp_path, server, more)
    assert inventory.hosts == ("core1", "netbox-3", "vm1")
    (devices, first), (machines, second) = server.asked
    assert devices == "/api/dcim/devices/"
    assert first["has_primary_ip"] == ["true"]
    assert first["role"] == ["core", "power"]
    assert first["exclude"] == ["config_context"]
    assert machines == "/api/virtualization/virtual-machines/"
    assert "has_primary_ip" not in second


def test_config_contexts_come_when_asked_for(tmp_path: Path, server: NetBox) -> None:
    values = load(tmp_path, server, "config_context: true\n").vars_of("core1")
    assert values["config_context"] == [{"ntp": ["10.0.0.1"]}]
    assert "exclude" not in server.asked[0][1]


def test_all_pages_are_read(tmp_path: Path, server: NetBox) -> None:
    server.page_size = 1
    assert len(load(tmp_path, server).hosts) == 4
    assert len(server.asked) == 4


def test_the_token_goes_only_where_it_belongs(tmp_path: Path, server: NetBox) -> None:
    with netbox() as other:
        server.page_size, server.next_at = 1, other.url
        assert len(load(tmp_path, server).hosts) == 4
        server.answer, server.location = (302, b""), f"{other.url}/api/dcim/devices/"
        with pytest.raises(LoadError, match=r"sends us elsewhere; name that place \(302\)"):
            load(tmp_path, server)
        assert other.asked == []


def test_the_token_is_a_secret(
    tmp_path: Path, server: NetBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    masks = Masks()
    load(tmp_path, server, masks=masks)
    assert masks.mask(f"x {TOKEN} y") == "x ******** y"
    monkeypatch.setenv("NETBOX_TOKEN", TOKEN)
    assert load(tmp_path, server, token=None).has_host("core1")
    monkeypatch.setenv("MY_TOKEN", TOKEN)
    assert load(tmp_path, server, token="{{ lookup('env', 'MY_TOKEN') }}").has_host("core1")
    assert set(server.tokens) == {f"Token {TOKEN}"}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((401, b""), r"does not know the token \(401\)"),
        ((403, b""), r"the token is missing, wrong or may not read devices \(403\)"),
        ((404, b""), r"no such page \(404\): is this NetBox"),
        ((500, b""), r"it refuses \(500\)"),
        ((200, b"<html>"), "the answer is no JSON"),
        ((200, b"[]"), "the answer is no list of devices"),
        ((200, b'{"results": 5}'), "the answer is no list of devices"),
    ],
)
def test_what_goes_wrong_is_said(
    tmp_path: Path, server: NetBox, answer: tuple[int, bytes], words: str
) -> None:
    server.answer = answer
    with pytest.raises(LoadError, match=words) as caught:
        load(tmp_path, server)
    assert TOKEN not in str(caught.value)
    assert caught.value.origin is not None
    assert caught.value.origin.file == str(tmp_path / "netbox.yml")


def test_nobody_there(tmp_path: Path) -> None:
    state = NetBox()
    state.url = "http://127.0.0.1:1"
    with pytest.raises(LoadError, match=r"no answer: .*refused"):
        load(tmp_path, state)
    state.url = "file:///etc"
    with pytest.raises(LoadError, match="api_endpoint must be the address"):
        load(tmp_path, state)


def test_answers_are_kept_without_the_token(tmp_path: Path, server: NetBox) -> None:
    keeping = Keeping(folder=tmp_path / ".playrun/cache", seconds=600)
    first = load(tmp_path, server, "group_by: [sites]\n", keeping=keeping)
    asked = len(server.asked)
    again = load(tmp_path, server, "group_by: [sites]\n", keeping=keeping)
    assert len(server.asked) == asked
    assert again.groups == first.groups
    assert list(again.ages) == [str(tmp_path / "netbox.yml")]
    assert type(again.vars_of("core1")["custom_fields"]["motd"]) is str
    (kept,) = (tmp_path / ".playrun/cache").iterdir()
    assert TOKEN not in kept.read_text()
    again.refresh()
    assert len(server.asked) == 2 * asked
