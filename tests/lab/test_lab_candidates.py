"""Platforms whose changes take effect when they are committed."""

from __future__ import annotations

from typing_at import make, type_bytes, type_lines

from runner.lab.topology import Misbehaviour


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
