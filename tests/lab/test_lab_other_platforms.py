"""What is particular to the other platforms: VRP, FRR, RouterOS, Linux."""

from __future__ import annotations

from typing_at import make, type_bytes, type_lines


def test_vrp_undoes() -> None:
    device = make("huawei_vrp")
    screen = type_lines(device, "system-view", "int g0/0/1", "shutdown", "undo desc", "sysname r2")
    assert "[r1-GigabitEthernet0/0/1]shutdown\n" in screen
    assert screen.endswith("[r2]")
    assert (
        "#\ninterface GigabitEthernet0/0/1\n ip address 192.0.2.1 255.255.255.0\n shutdown\n#"
        in (device.store.text())
    )


def test_vrp_asks_before_it_saves() -> None:
    screen = type_lines("huawei_vrp", "save", "y", "save", "n")
    assert screen.count("Are you sure to continue? (y/n)[n]:") == 2
    assert screen.count("Save the configuration successfully.") == 1


def test_frr_nests_its_sections() -> None:
    device = make("frr")
    type_lines(
        device, "conf t", "router bgp 64500", "address-family ipv4 unicast", "network 192.0.2.0/25"
    )
    assert "  network 192.0.2.0/25\n exit-address-family\nexit\n!\n" in device.store.text()


def test_routeros_walks_menus_and_changes_items() -> None:
    device = make("mikrotik_routeros")
    screen = type_lines(
        device,
        "/ip address",
        "add address=203.0.113.9/24 interface=ether2",
        "print where interface=ether2",
        "remove [find interface=ether1]",
        "/system identity set name=r2",
        "/ip/address/print",
        "add",
    )
    assert "[playrun@r1] /ip/address> add" in screen
    assert "203.0.113.9/24" in screen.rpartition("/ip/address/print\n")[2]
    assert "192.0.2.1/24" not in device.store.text()
    assert "missing value" in screen
    assert screen.endswith("[playrun@r2] /ip/address> ")


def test_linux_becomes_root_with_the_users_password() -> None:
    screen = type_lines("linux", "whoami", "sudo -i", "wrong", "playrun-lab", "whoami", "exit")
    assert "Sorry, try again." in screen
    assert "root@r1:~# whoami\nroot\n" in screen
    assert screen.endswith("playrun@r1:~$ ")


def test_linux_logs_out_at_the_end_of_input() -> None:
    assert type_bytes(make("linux"), b"\x04").endswith(b":~$ ")
