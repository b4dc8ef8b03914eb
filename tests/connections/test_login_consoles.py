"""Hard case 31 and others: in what state a login finds the device."""

from __future__ import annotations

import pytest
from logging_in import ask, works
from scripted import Bench, any_slicing

from runner.errors import (
    ConnectionFailed,
    ConnectionLost,
)


@any_slicing()
def test_hc31_a_console_left_logged_in(bench: Bench) -> None:
    bench.name = "telnet"
    works(bench, bench.script.hear("").say("\r\nR1#"))


@any_slicing()
def test_hc31_a_console_left_in_config_mode(bench: Bench) -> None:
    bench.name = "telnet"
    script = bench.script.hear("").say("\r\nR1(config-if)#").run("end")
    works(bench, script)


@any_slicing()
def test_hc31_a_console_left_in_a_pager(bench: Bench) -> None:
    bench.name = "telnet"
    script = bench.script.say("interface Lo0\r\n --More-- ")
    for _ in range(3):
        script.hear(" ", newline=False)
        script.say("\b" * 10 + " " * 10 + "\b" * 10 + "interface Lo1\r\n --More-- ")
    script.hear("q", newline=False).say("\b" * 10 + " " * 10 + "\b" * 10 + "\r\nR1#")
    works(bench, script)


@any_slicing()
def test_hc31_half_a_line_typed_by_somebody_else_is_never_run(bench: Bench) -> None:
    bench.name = "telnet"
    script = bench.script.say("R1#reload in 5").hear("\x03", newline=False).say("^C\r\nR1#")
    works(bench, script)


@any_slicing()
def test_a_greeting_through_a_pager(bench: Bench) -> None:
    script = bench.script
    if bench.name == "telnet":
        ask(script)
    script.say("Welcome\r\n--More--").hear(" ", newline=False)
    script.say("\b" * 8 + " " * 8 + "\b" * 8 + "Be nice\r\nR1#")
    works(bench, script)


@any_slicing()
def test_a_pager_in_the_greeting_that_is_written_over(bench: Bench) -> None:
    script = bench.script
    if bench.name == "telnet":
        ask(script)
    script.say("Welcome\r\n--More--").hear(" ", newline=False).say("\rR1#")
    works(bench, script)


def test_set_up_lines_that_a_device_refuses_do_not_matter() -> None:
    bench = Bench("ssh")
    script = bench.script.say("R1#")
    script.run("terminal length 0", "% Invalid input detected at '^' marker.\n")
    script.run("terminal width 511", "Command authorization failed.\n")
    session = bench.open(script.run("show clock", "12:00\n"))
    assert session.command("show clock").text == "12:00\n"


@any_slicing()
def test_a_login_that_ends_in_the_boot_loader(bench: Bench) -> None:
    bench.name = "telnet"
    script = bench.script.hear("").say("\r\nrommon 1 >")
    with pytest.raises(ConnectionFailed, match="the device is in mode rommon, prompt 'rommon 1 >'"):
        bench.open(script)
    assert bench.typed == "\r"


def test_a_server_that_closes_after_authentication() -> None:
    bench = Bench("ssh")
    with pytest.raises(ConnectionLost, match="before any prompt, saying 'no shell for you'"):
        bench.open(bench.script.say("no shell for you\r\n").close())
