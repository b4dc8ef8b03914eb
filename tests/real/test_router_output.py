"""What a session reads is what the router printed: whole, in order, and nothing else."""

from __future__ import annotations

import pytest
from realparts.slicing import relay
from realparts.steady import steady
from realparts.targets import enabled, over_ssh, over_telnet, over_vty

from runner.platforms import load

COMMANDS = [
    "show version",
    "show running-config",
    "show ip bgp",
    "show ip bgp json",
    "show ip bgp neighbors 10.99.0.1 routes",
    "show ip route",
    "show interface eth0",
    "show bgp summary",
    "show ip bgp 10.101.0.0/26",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_vtysh_over_ssh(connect, frr, sshd, command):
    target = over_ssh(sshd("password"), frr.r2.user, platform="frr")
    with connect(target) as session:
        reply = session.command(command)
    assert steady(reply.text) == steady(frr.r2.vtysh(command))
    assert (reply.prompt, reply.error) == ("r2#", None)


@pytest.mark.parametrize("command", COMMANDS)
def test_vtysh_over_telnet(connect, frr, frr_telnet, command):
    where = frr_telnet["r2"]
    with connect(over_telnet(where.address, where.port, frr.r2.user, platform="frr")) as session:
        reply = session.command(command)
    assert steady(reply.text) == steady(frr.r2.vtysh(command))


def test_table_in_pieces_of_any_size(connect, frr, sshd):
    """A table whose lines begin like prompts (`*> `) goes to a sink as it comes."""
    pieces = []
    target = over_ssh(sshd("password"), frr.r2.user, platform="frr")
    with connect(target) as session:
        for _ in range(5):
            assert session.command("show ip bgp", sink=pieces.append).text is None
    assert steady("".join(pieces)) == steady(
        "\n".join([frr.r2.vtysh("show ip bgp").strip("\n")] * 5)
    )


@pytest.mark.parametrize("seed", range(3))
def test_awkward_pieces_and_pauses(connect, frr, frr_telnet, seed):
    """Pauses right behind `*>`, `B>` and `r9#`, longer than a prompt takes to settle."""
    where = frr_telnet["r1"]
    with relay(where.address, where.port, seed) as (address, port):
        target = over_telnet(address, port, frr.r1.user, platform="frr")
        with connect(target) as session:
            for command in ("show ip bgp", "show running-config", "show ip route bgp"):
                text = session.command(command).text
                assert steady(text) == steady(frr.r1.vtysh(command)), command


def test_commands_follow_each_other_without_mixing(connect, frr, sshd):
    target = over_ssh(sshd("password"), frr.r1.user, platform="frr")
    expected = {command: steady(frr.r1.vtysh(command)) for command in COMMANDS}
    with connect(target) as session:
        for command in COMMANDS * 3:
            assert steady(session.command(command).text) == expected[command], command


@pytest.mark.parametrize("become", [False, True])
def test_vty_does_not_page(connect, frr, become):
    target = over_vty(frr.r1, "bgpd")
    with connect(enabled(target, None) if become else target) as session:
        text = session.command("show ip bgp").text
    assert "More" not in text
    assert steady(text) == steady(frr.r1.vtysh("show ip bgp"))


def test_pager_that_cannot_be_switched_off(connect, frr):
    """A daemon that was told of a small window: the pager's marks leave no trace."""
    platform = load("frr")._replace(terminal=(80, 24), setup=())
    with connect(over_vty(frr.r1, "bgpd", platform=platform)) as session:
        text = session.command("show ip bgp").text
        after = session.command("show version").text
    assert steady(text) == steady(frr.r1.vtysh("show ip bgp"))
    assert after.startswith("FRRouting")


def test_pager_behind_vtysh(connect, frr, sshd):
    """vtysh sends everything through `more`, if it is told to."""
    with connect(over_ssh(sshd("more"), frr.r1.user, platform="frr")) as session:
        text = session.command("show ip bgp").text
        after = session.command("show running-config").text
    assert steady(text) == steady(frr.r1.vtysh("show ip bgp"))
    assert steady(after) == steady(frr.r1.vtysh("show running-config"))


@pytest.mark.parametrize("command", ["show bogus", "show ip bgp neighbors 10.9.9.9", "frobnicate"])
def test_error_lines_are_found(connect, frr, sshd, command):
    with connect(over_ssh(sshd("password"), frr.r1.user, platform="frr")) as session:
        reply = session.command(command)
        assert reply.error, reply.text
        assert session.command("show version").error is None


def test_one_megabyte_and_odd_bytes_from_a_shell(connect, sshd, engineer):
    with connect(over_ssh(sshd("password"), engineer)) as session:
        text = session.command("seq 1 150000").text
        assert text.split() == [str(number) for number in range(1, 150001)]
        odd = session.command(r"printf 'a\351b\nc\303\251d\n'").text
        assert odd.strip("\n") == "a\udce9b\nc\xe9d"


@pytest.mark.parametrize("way", ["ssh", "telnet"])
def test_output_without_a_last_newline(connect, sshd, telnet_login, engineer, way):
    """The prompt follows the output on the same line; neither may eat the other."""
    if way == "ssh":
        target = over_ssh(sshd("password"), engineer)
    else:
        target = over_telnet(telnet_login.address, telnet_login.port, engineer, platform="linux")
    with connect(target) as session:
        prompt = session.prompt
        assert session.command("printf 'a\\tb\\nlast'").text == "a\tb\nlast"
        assert session.prompt == prompt
        assert session.command("echo next").text.strip() == "next"


def test_ping_is_quick_and_harmless(connect, frr, sshd):
    with connect(over_ssh(sshd("password"), frr.r1.user, platform="frr")) as session:
        assert session.ping() >= 0
        assert session.command("show version").text.startswith("FRRouting")
