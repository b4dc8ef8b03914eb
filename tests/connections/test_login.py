"""Hard cases 7 to 11, 24 and 25: what devices ask and say before they let one in."""

from __future__ import annotations

from typing import Literal

import pytest
from logging_in import ask, telnet, works
from scripted import Bench, any_slicing

from runner.connections.api import Timeouts
from runner.errors import (
    AuthenticationFailed,
    ConnectionLost,
    PromptTimeout,
    Unreachable,
)
from runner.values import Secret


@any_slicing()
def test_hc07_a_console_that_shows_nothing_until_enter(bench: Bench) -> None:
    bench.name = "telnet"
    script = bench.script.hear("").wait(0.3).say("\r\n\r\nR1 con0 is now available\r\n\r\n")
    works(bench, ask(script).say("R1#"))


@any_slicing()
def test_hc07_press_return_to_get_started(bench: Bench) -> None:
    bench.name = "telnet"
    script = bench.script.say("\r\nPress RETURN to get started.\r\n\r\n\r\n").hear("")
    works(bench, ask(script.say("\r\n")).say("R1#"))


@any_slicing()
def test_hc08_a_banner_that_wants_a_key(bench: Bench) -> None:
    script = bench.script
    if bench.name == "telnet":
        ask(script)
    script.say("Authorised use only\r\nPress any key to continue").hear(" ", newline=False)
    script.say("\r\n")
    works(bench, script.say("R1#"))


@any_slicing()
def test_hc08_a_question_nobody_declared_stops_the_login(bench: Bench) -> None:
    script = bench.script
    if bench.name == "telnet":
        ask(script)
    script.say("Do you accept the terms? (yes/no): ")
    with pytest.raises(PromptTimeout, match=r"Do you accept the terms\? \(yes/no\):"):
        bench.open(script)
    assert bench.finished
    assert bench.transport is not None
    assert bench.transport.closed


CHANGES = [
    "WARNING: Your password has expired.\r\nYou must change your password now and login again!"
    "\r\nChanging password for admin.\r\nCurrent password: ",
    "You are required to change your password immediately (administrator enforced).\r\n"
    "Changing password for admin.\r\nCurrent password: ",
    "Your password has expired\r\nOld Password: ",
    "(current) UNIX password: ",
    "\r\nNew password: ",
]


@pytest.mark.parametrize("slices", [[], [1], [7]])
@pytest.mark.parametrize("name", ["ssh", "telnet"])
@pytest.mark.parametrize("dialogue", CHANGES)
def test_hc09_a_password_that_has_to_be_changed_is_not_given_away(
    dialogue: str, name: Literal["ssh", "telnet"], slices: list[int]
) -> None:
    bench = Bench(name, slices=slices)
    script = bench.script
    if name == "telnet":
        ask(script)
    script.say(dialogue)
    with pytest.raises(AuthenticationFailed, match="wants the password") as told:
        bench.open(script)
    assert told.value.hint == "log in by hand once and set a new one"
    assert bench.finished


@any_slicing()
def test_hc09_a_word_about_passwords_is_no_such_dialogue(bench: Bench) -> None:
    script = bench.script.say("Users must change their password every 90 days.\r\n")
    if bench.name == "telnet":
        ask(script)
    works(bench, script.say("Warning: your password will expire in 5 days.\r\nR1#"))


@any_slicing()
def test_hc09_change_password_now_is_answered_as_the_platform_says(bench: Bench) -> None:
    script = bench.script
    if bench.name == "telnet":
        ask(script)
    script.say("Warning: The password is old. Change now? [Y/N]:").hear("N").say("N\r\n<HW>")
    script.run("screen-length 0 temporary", prompt="<HW>").run("display clock", "12:00\n", "<HW>")
    session = bench.open(script, bench.target("huawei_vrp"))
    assert session.command("display clock").text == "12:00\n"


@any_slicing()
def test_hc09_the_first_boot_dialog_is_declined(bench: Bench) -> None:
    bench.name = "telnet"
    script = bench.script.say("\r\n         --- System Configuration Dialog ---\r\n\r\n")
    script.say("Would you like to enter the initial configuration dialog? [yes/no]: ").hear("no")
    script.say("no\r\n\r\n\r\nPress RETURN to get started!\r\n\r\n").hear("").say("\r\nRouter>")
    script.run("terminal length 0", prompt="Router>").run("terminal width 511", prompt="Router>")
    session = bench.open(script)
    assert (session.prompt, session.mode) == ("Router>", "exec")


@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("Username:", "Password:"),
        ("user name: ", "password: "),
        ("Login: ", "Password: "),
        ("r1 login: ", "Password: "),
        ("User:", "Password:"),
        ("sername: ", "assword: "),
        ("ogin: ", "Password: "),
        ("User Name:", "Password for admin:"),
    ],
)
def test_hc10_login_questions_in_many_words(user: str, password: str) -> None:
    bench = telnet([4])
    works(bench, ask(bench.script.say("Welcome\r\n"), user, password).say("R1#"))


@any_slicing()
def test_hc10_password_only(bench: Bench) -> None:
    bench.name = "telnet"
    script = bench.script.say("\r\nUser Access Verification\r\n\r\nPassword: ").hear("s3cret!")
    works(bench, script.say("\r\nR1#"))


@any_slicing()
def test_hc10_a_terminal_server_asks_first(bench: Bench) -> None:
    bench.name = "telnet"
    script = bench.script.say("ts1 login: ").hear("ops").say("ops\r\nPassword: ").hear("0ps!")
    script.say("\r\nEscape character is '^]'.\r\n")
    changes = {"console_user": "ops", "console_password": Secret("0ps!")}
    works(bench, ask(script).say("R1#"), **changes)


@any_slicing()
def test_hc10_a_silent_console_behind_a_terminal_server(bench: Bench) -> None:
    bench.name = "telnet"
    script = bench.script.say("login: ").hear("ops").say("ops\r\nPassword: ").hear("0ps!")
    script.say("\r\n").hear("").say("\r\nUser Access Verification\r\n\r\n")
    changes = {"console_user": "ops", "console_password": Secret("0ps!")}
    works(bench, ask(script).say("R1#"), **changes)


@any_slicing()
def test_hc10_a_terminal_server_and_a_device_with_passwords_only(bench: Bench) -> None:
    bench.name = "telnet"
    script = bench.script.say("Password: ").hear("0ps!").say("\r\nPassword: ").hear("s3cret!")
    works(bench, script.say("\r\nR1#"), console_password=Secret("0ps!"))


@any_slicing()
def test_hc10_a_second_login_behind_ssh(bench: Bench) -> None:
    bench.name = "ssh"
    works(bench, ask(bench.script.say("(wlc1)\r\n"), "User: ", "Password:").say("R1#"))


@any_slicing()
def test_hc10_last_login_is_no_login_question(bench: Bench) -> None:
    script = bench.script
    if bench.name == "telnet":
        ask(script)
    script.say("Last login:").wait(0.1).say(" Mon Jan  1 from 192.0.2.7\r\nR1#")
    works(bench, script)


@any_slicing()
def test_hc11_aaa_that_takes_forty_seconds(bench: Bench) -> None:
    bench.name = "telnet"
    script = bench.script.say("Username: ").hear("admin").say("admin\r\n").wait(20)
    script.say("Password: ").hear("s3cret!").say("\r\n").wait(40).say("R1#")
    works(bench, script, timeouts=Timeouts(login=90))


@any_slicing()
def test_hc11_aaa_slower_than_allowed_says_so(bench: Bench) -> None:
    bench.name = "telnet"
    script = ask(bench.script).wait(40).say("R1#")
    with pytest.raises(PromptTimeout, match="no prompt within 30 s after the password"):
        bench.open(script)
    assert bench.typed == "admin\rs3cret!\r"


def test_hc11_a_port_that_accepts_and_stays_silent() -> None:
    bench = telnet()
    with pytest.raises(Unreachable, match="says nothing for 30 s"):
        bench.open(bench.script.wait(10_000))
    assert bench.clock.now() == pytest.approx(1030)


def test_hc11_a_return_sent_too_early_does_not_eat_the_user_name() -> None:
    bench = telnet()
    script = bench.script.wait(3.1).say("\r\nUsername: ").hear("").wait(0.1)
    script.say("\r\n% Username: timeout\r\nUsername: ")
    works(bench, ask(script, "").say("R1#"))


@any_slicing()
def test_hc24_a_refused_line_is_not_a_wrong_password(bench: Bench) -> None:
    bench.name = "telnet"
    script = bench.script.say("% Connection refused by remote host\r\n").close()
    with pytest.raises(Unreachable, match="Connection refused by remote host"):
        bench.open(script)


@any_slicing()
def test_hc25_all_lines_are_busy(bench: Bench) -> None:
    script = bench.script.say("All VTYs are busy. Please try again later.\r\n").close()
    with pytest.raises(Unreachable, match="All VTYs are busy"):
        bench.open(script)


@any_slicing()
def test_a_connection_that_breaks_at_login(bench: Bench) -> None:
    with pytest.raises(ConnectionLost):
        bench.open(bench.script.say("Wel").broken())
    assert bench.transport is not None
    assert bench.transport.closed


@any_slicing()
def test_hc10_a_terminal_server_that_asks_in_the_device_s_words(bench: Bench) -> None:
    bench.name = "telnet"
    script = bench.script.say("Username: ").hear("ops").say("ops\r\nPassword: ").hear("0ps!")
    script.say("\r\nUser Access Verification\r\n\r\n")
    changes = {"console_user": "ops", "console_password": Secret("0ps!")}
    works(bench, ask(script).say("R1#"), **changes)
