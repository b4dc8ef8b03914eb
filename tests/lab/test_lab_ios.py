"""What a simulated IOS does with what is typed at it."""

from __future__ import annotations

from typing_at import answers, make, type_bytes, type_lines

from runner.lab.topology import Credentials

ENABLE = ("enable", "playrun-enable")


def test_ios_login_lands_below_enable() -> None:
    screen = type_lines("cisco_ios", "show running-config", *ENABLE, "show running-config")
    below, _, above = screen.partition("enable\n")
    assert "Invalid input" in below
    assert above.startswith("Password: \nr1#")
    assert "hostname r1\n" in above


def test_ios_refuses_a_wrong_enable_password() -> None:
    screen = type_lines("cisco_ios", "enable", "wrong", "wrong", "wrong")
    assert screen.count("Password: ") == 3
    assert screen.endswith("% Bad secrets\n\nr1>")


def test_ios_enables_without_a_password_when_there_is_none() -> None:
    device = make("cisco_ios", credentials=Credentials(enable=""))
    assert type_lines(device, "enable").endswith("r1#")


def test_ios_can_land_privileged() -> None:
    assert type_lines(make("cisco_ios", privileged=True), "").endswith("r1#")


def test_ios_configuration_really_changes() -> None:
    device = make("cisco_ios", privileged=True)
    screen = type_lines(
        device,
        "conf t",
        "int gi0/0/0",
        "desc to the other side",
        "shut",
        "int loop0",
        "no desc",
        "ntp server 198.51.100.11",
        "hostname router-with-a-very-long-name",
        "end",
        "show ip interface brief",
        "show run",
    )
    assert "r1(config-if)#desc to the other side\n" in screen
    assert "router-with-a-very-l(config)#end\n" in screen
    assert screen.endswith("router-with-a-very-long-name#")
    assert "GigabitEthernet0/0/0   192.0.2.1       YES NVRAM  administratively down down" in screen
    shown = screen.rpartition("show run\n")[2]
    assert "hostname router-with-a-very-long-name\n" in shown
    assert "interface GigabitEthernet0/0/0\n description to the other side\n" in shown
    assert "to nowhere" not in shown
    assert "ntp server 198.51.100.10\nntp server 198.51.100.11\n" in shown
    assert shown.rstrip().endswith("end\n\nrouter-with-a-very-long-name#")


def test_ios_errors_point_at_the_word() -> None:
    privileged = make("cisco_ios", privileged=True)
    wrong, short, double = answers(privileged, "show running-confug", "show", "co")
    assert wrong == "        ^\n% Invalid input detected at '^' marker.\n\n"
    assert short == "% Incomplete command.\n\n"
    assert double == '% Ambiguous command:  "co"\n'


def test_ios_writes_its_configuration() -> None:
    device = make("cisco_ios", privileged=True)
    type_lines(device, "conf t", "hostname changed", "end", "copy run start", "")
    device.restart()
    assert device.hostname == "changed"
    type_lines(device, "conf t", "hostname forgotten", "end")
    device.restart()
    assert device.hostname == "changed"


def test_ios_asks_before_it_restarts() -> None:
    device = make("cisco_ios", privileged=True)
    assert type_lines(device, "reload", "n", "show clock").count("UTC") == 1
    assert type_lines(device, "reload", "y").endswith("[confirm]y\n")


def test_ios_banner_takes_many_lines() -> None:
    device = make("cisco_ios", privileged=True)
    type_lines(device, "conf t", "banner motd ^C", "Keep out", "R1# is mine", "^C", "end")
    assert "banner motd ^C\nKeep out\nR1# is mine\n^C\n" in device.store.text()


def test_ios_helps() -> None:
    screen = type_bytes(make("cisco_ios"), b"show ip ?").decode()
    assert "interface" in screen
    assert screen.endswith("r1>show ip ")
