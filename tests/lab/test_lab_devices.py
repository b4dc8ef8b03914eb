"""What each simulated platform does with what is typed at it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_at import answers, make, type_bytes, type_lines

from runner import yaml
from runner.lab.names import PLATFORMS
from runner.lab.topology import Credentials, Interface, Misbehaviour
from runner.lab.verbs import VERBS

FOLDER = Path(__file__).parents[2] / "runner/lab/devices"
ENABLE = ("enable", "playrun-enable")

SHOW = {
    "cisco_ios": (*ENABLE, "show running-config"),
    "cisco_iosxr": ("show running-config",),
    "cisco_nxos": ("show running-config",),
    "arista_eos": (*ENABLE, "show running-config"),
    "juniper_junos": ("show configuration",),
    "huawei_vrp": ("display current-configuration",),
    "mikrotik_routeros": ("/export",),
    "frr": ("show running-config",),
    "linux": ("cat /etc/lab.conf",),
    "vyos": ("show configuration",),
}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_verb_of_a_device_file_exists(platform: str) -> None:
    data = yaml.parse((FOLDER / f"{platform}.yaml").read_bytes(), platform).data
    named = re.findall(r"\bdo: (\w+)", (FOLDER / f"{platform}.yaml").read_text())
    named += [mode.get("fallback") for mode in data["modes"].values() if mode.get("fallback")]
    assert set(named) <= set(VERBS)
    assert set(data.get("lines", {})) <= set(data["modes"])


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_printed_fact_is_known(platform: str) -> None:
    device = make(platform)
    arguments = {"ADDRESS", "NUMBER", "REST", "INTERFACE", "NAME"}
    for section in yaml.parse((FOLDER / f"{platform}.yaml").read_bytes(), platform).data[
        "commands"
    ]:
        for pattern, behaviour in section["are"].items():
            text = behaviour if isinstance(behaviour, str) else (behaviour or {}).get("text", "")
            left = set(re.findall(r"\{(\w+)\}", device.say(text)))
            assert left <= arguments | {"privilege"}, pattern


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_configuration_names_the_device(platform: str) -> None:
    last = type_lines(platform, *SHOW[platform])
    assert "r1" in last
    assert "Invalid" not in last


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_configuration_has_the_length_that_was_asked_for(platform: str) -> None:
    screen = type_lines(make(platform, config_lines=400), *SHOW[platform])
    assert 380 <= len(screen.splitlines()) <= 480


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_command_nobody_knows(platform: str) -> None:
    (answer,) = answers(platform, "blub 17")
    errors = ("Invalid", "Unrecognized", "syntax error", "Unknown", "bad command", "not found")
    assert any(error in answer for error in errors)


@settings(max_examples=60)
@given(st.sampled_from(PLATFORMS), st.binary(max_size=400))
def test_any_bytes_are_survived(platform: str, data: bytes) -> None:
    type_bytes(make(platform), data)


vocabulary = st.sampled_from(
    """show run set delete edit up top commit rollback confirmed exit end quit configure private
    terminal interface g0/0/0 no undo description hostname system host-name | include ( * + [ ]
    " { } ^C banner motd # do run sudo -i find print add remove address= 0 999999 / .. ? \t \x1a
    \x03 \x04 load display compare reload reboot save copy session abort clear root enable""".split(
        " "
    )
)


@settings(max_examples=150)
@given(st.sampled_from(PLATFORMS), st.lists(st.lists(vocabulary, max_size=6), max_size=12))
def test_any_words_are_survived(platform: str, lines: list[list[str]]) -> None:
    device = make(platform, privileged=True)
    type_bytes(device, "".join(" ".join(line) + "\r" for line in lines).encode())
    assert device.store.text()


# IOS


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


def test_pages_end_with_a_question() -> None:
    device = make("cisco_ios", privileged=True, paging=10)
    screen = type_lines(device, "show running-config")
    assert screen.endswith(" --More-- ")
    assert len(screen.splitlines()) == 11
    whole = type_bytes(device, b"show running-config\r" + b" " * 20)
    assert b"\r\nend\r\n" in whole
    left = type_bytes(device, b"show running-config\rqshow clock\r").decode()
    assert "UTC" in left.rpartition("show clock")[2]
    assert "\r\nend\r\n" not in left


def test_paging_goes_off_unless_it_cannot() -> None:
    lines = ("terminal length 0", "show running-config")
    assert "--More--" not in type_lines(make("cisco_ios", privileged=True, paging=10), *lines)
    forced = Misbehaviour(paging_forced=True)
    device = make("cisco_ios", privileged=True, paging=10, misbehaviour=forced)
    assert "--More--" in type_lines(device, *lines)


@pytest.mark.parametrize(
    ("command", "kept"),
    [
        ("show run | include ntp", ["ntp server 198.51.100.10"]),
        ("show run | i ^hostname|^end", ["hostname r1", "end"]),
        ("show run | begin ^ntp", ["ntp server 198.51.100.10", "!", "end"]),
        ("show run | count description", ["Number of lines which match regexp = 4"]),
        ("show run | nonsense", ["% Invalid filter: nonsense"]),
        ("show run | include (a*)*b", ["% Failed to compile regular expression"]),
        ("show run | include a*a*a*a*a*b", ["% Failed to compile regular expression"]),
        ("show run | include [", ["% Failed to compile regular expression"]),
    ],
)
def test_output_is_filtered(command: str, kept: list[str]) -> None:
    (answer,) = answers(make("cisco_ios", privileged=True), command)
    assert answer.rstrip().splitlines() == kept


def test_interfaces_of_the_topology() -> None:
    ports = (Interface("Vlan7", "192.0.2.77/25", "users", shutdown=True),)
    text = make("cisco_ios", interfaces=ports).store.text()
    assert (
        "interface Vlan7\n description users\n ip address 192.0.2.77 255.255.255.128\n shutdown\n"
        in text
    )
    assert "GigabitEthernet" not in text


# What the topology says is wrong


def test_false_prompts_and_log_messages() -> None:
    wrong = Misbehaviour(false_prompts=True, syslog=5)
    screen = type_lines(make("cisco_ios", misbehaviour=wrong), "show version")
    assert "\nr1>\n" in screen
    assert "Router#\n" in screen
    assert screen.count("%LINEPROTO-5-UPDOWN") >= 4


def test_a_question_comes_first() -> None:
    wrong = Misbehaviour(questions={"show clock": "Are you sure? "})
    screen = type_lines(make("cisco_ios", misbehaviour=wrong), "show clock", "yes")
    assert "Are you sure? yes\n" in screen
    assert screen.count("UTC") == 1


def test_a_command_that_is_not_known_here() -> None:
    wrong = Misbehaviour(unknown=("terminal length",))
    screen = type_lines(make("cisco_ios", misbehaviour=wrong), "terminal length 0")
    assert "Invalid input" in screen


def test_output_of_any_size() -> None:
    wrong = Misbehaviour(outputs={"show logging": 300_000})
    screen = type_bytes(make("cisco_ios", misbehaviour=wrong), b"show logging\r")
    assert 300_000 <= len(screen) <= 303_000


# Candidates


def test_iosxr_takes_effect_at_commit() -> None:
    device = make("cisco_iosxr")
    screen = type_lines(device, "conf t", "hostname r2", "show configuration", "do show clock")
    assert "hostname r2\nend\n" in screen
    assert device.hostname == "r1"
    screen = type_lines(device, "conf t", "hostname r2", "commit", "end")
    assert screen.endswith("RP/0/RP0/CPU0:r2#")
    assert "hostname r2" in device.store.text()


def test_iosxr_asks_before_it_forgets() -> None:
    device = make("cisco_iosxr")
    question = "Uncommitted changes found, commit them before exiting(yes/no/cancel)? [cancel]:"
    screen = type_lines(device, "conf t", "hostname r2", "end", "cancel", "end", "no")
    assert screen.count(question) == 2
    assert screen.endswith("RP/0/RP0/CPU0:r1#")
    assert type_lines(device, "conf t", "hostname r2", "exit", "yes").endswith("CPU0:r2#")


def test_iosxr_goes_back() -> None:
    device = make("cisco_iosxr")
    before = device.store.text()
    type_lines(device, "conf t", "interface g0/0/0/0", "shutdown", "commit", "end")
    assert device.store.text() != before
    screen = type_lines(device, "rollback configuration last 1", "rollback configuration last 99")
    assert "successfully rolled back 1 commits" in screen
    assert "Invalid rollback point" in screen
    assert device.store.text() == before


def test_iosxr_aborts() -> None:
    device = make("cisco_iosxr")
    type_lines(device, "conf t", "hostname r2", "abort", "conf t", "commit")
    assert device.hostname == "r1"


def test_iosxr_moves_a_line_into_its_section() -> None:
    device = make("cisco_iosxr")
    type_lines(device, "conf t", "ntp server 198.51.100.11", "commit")
    assert "ntp\n server 198.51.100.10\n server 198.51.100.11\n!\n" in device.store.text()


def test_a_commit_can_fail() -> None:
    wrong = Misbehaviour(fail_commit=True)
    device = make("cisco_iosxr", misbehaviour=wrong)
    screen = type_lines(device, "conf t", "hostname r2", "commit", "abort")
    assert "% Failed to commit" in screen
    assert device.hostname == "r1"
    device = make("juniper_junos", misbehaviour=wrong)
    screen = type_lines(device, "configure", "set system host-name r2", "commit", "rollback 0")
    assert "error: configuration check-out failed" in screen
    assert device.hostname == "r1"


def test_eos_sessions_and_plain_configuration() -> None:
    device = make("arista_eos", privileged=True)
    type_lines(device, "configure", "hostname plain")
    assert device.hostname == "plain"
    screen = type_lines(
        device, "configure session x", "hostname later", "show session-config diffs", "abort"
    )
    assert "-hostname plain\n+hostname later\n" in screen
    assert device.hostname == "plain"
    type_lines(device, "configure session x", "hostname later", "commit")
    assert device.hostname == "later"


def test_junos_takes_effect_at_commit() -> None:
    device = make("juniper_junos")
    screen = type_lines(
        device,
        "configure private",
        "set system host-name r2",
        "delete system services telnet",
        "show | compare",
        "commit",
        "exit",
    )
    expected = (
        "[edit system]\n-  host-name r1;\n+  host-name r2;\n[edit system services]\n-  telnet;"
    )
    assert expected in screen
    assert "\n[edit]\nplayrun@r1# commit\ncommit complete\n\n[edit]\nplayrun@r2# " in screen
    assert screen.endswith("playrun@r2> ")
    assert "telnet;" not in device.store.text()


def test_junos_goes_back() -> None:
    device = make("juniper_junos")
    type_lines(device, "configure", "set system host-name r2", "commit and-quit")
    screen = type_lines(device, "configure", "rollback 1", "commit", "rollback 9")
    assert device.hostname == "r1"
    assert "error: configuration database does not exist" in screen


def test_junos_walks_the_hierarchy() -> None:
    screen = type_lines(
        "juniper_junos",
        "edit",
        "edit system ntp",
        "set server 198.51.100.11",
        "show",
        "show | display set",
        "top",
        "show system ntp",
    )
    assert "\n[edit system ntp]\nplayrun@r1# set" in screen
    assert screen.count("server 198.51.100.10;\nserver 198.51.100.11;\n") == 2
    assert "set system ntp server 198.51.100.11\n" in screen


def test_junos_refuses_what_is_not_in_the_hierarchy() -> None:
    device = make("juniper_junos")
    screen = type_lines(device, "configure", "set sytem host-name x", "set system " + "a " * 60)
    assert screen.count("syntax error") == 2
    assert "host-name r1;" in device.store.text()


def test_junos_keeps_an_unfinished_change_for_the_next_editor() -> None:
    device = make("juniper_junos")
    first = type_lines(device, "configure", "set system host-name r2", "exit", "yes")
    assert "Exit with uncommitted changes? [yes,no] (yes) yes" in first
    second = type_lines(device, "configure", "commit")
    assert "The configuration has been changed but not committed" in second
    assert device.hostname == "r2"


def test_junos_reads_a_whole_configuration() -> None:
    device = make("juniper_junos")
    typed = b"configure\rload set terminal\rset system host-name r2\r\x04commit\r"
    assert b"load complete" in type_bytes(device, typed)
    assert device.hostname == "r2"


# The others


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


def test_nxos_counts_lines() -> None:
    assert answers("cisco_nxos", "show run | include ntp | count") == ["1\n"]


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


# VyOS


def test_vyos_commits_and_saves_apart() -> None:
    device = make("vyos")
    screen = type_lines(
        device,
        "configure",
        "set system host-name 'r9'",
        "set system nonsense 1",
        "exit",
        "compare",
        "commit",
        "run show host name",
        "exit",
        "show configuration commands | match host-name",
    )
    assert "Configuration path: system nonsense [1] is not valid\n  Set failed" in screen
    assert "Cannot exit: configuration modified." in screen
    assert "-  host-name r1\n+  host-name r9\n" in screen
    assert screen.endswith("set system host-name 'r9'\nplayrun@r9:~$ ")
    assert "host-name r1\n" in device.store.saved()
    type_lines(device, "configure", "save")
    assert "host-name r9\n" in device.store.saved()
    device.restart()
    assert device.hostname == "r9"


def test_vyos_configuration_reads_its_own_commands() -> None:
    device = make("vyos")
    text = device.store.text()
    device.store.save()
    device.restart()
    assert device.store.text() == text
    assert 'description "upstream > (primary)"' in text


def test_pings_of_all_makers_count_what_came_back() -> None:
    for platform, count in (("cisco_ios", "repeat"), ("vyos", "count"), ("juniper_junos", "count")):
        assert " 3 " in type_lines(platform, f"ping 192.0.2.9 {count} 3").replace("(3/3)", " 3 ")
        assert "100%" in type_lines(platform, f"ping 240.0.2.9 {count} 3").replace(
            "is 0 percent (0/3)", "100%"
        )
