"""Hard cases 7 to 11, 24, 25, 29 and 31: logging in."""

from __future__ import annotations

import re

import pytest
from scripted import Bench, Script, any_slicing

from runner.connections.api import Timeouts
from runner.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    ConnectionLost,
    PromptTimeout,
    Unreachable,
)
from runner.values import Secret


def telnet(slices: list[int] | None = None) -> Bench:
    return Bench("telnet", slices=slices or [])


def ready(script: Script) -> Script:
    """The set-up lines and one command."""
    return script.set_up().run("show clock", "12:00\n")


def works(bench: Bench, script: Script, **changes: object) -> None:
    """The script leads to a session whose first command works."""
    session = bench.open(ready(script), bench.target(**changes))  # type: ignore[arg-type]
    assert session.command("show clock").text == "12:00\n"
    assert bench.finished


def ask(script: Script, user: str = "Username: ", password: str = "Password: ") -> Script:
    return script.say(user).hear("admin").say("admin\r\n" + password).hear("s3cret!").say("\r\n")


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
def test_wrong_password_is_tried_once(bench: Bench) -> None:
    bench.name = "telnet"
    script = ask(bench.script).wait(3.6).say("% Login invalid\r\n\r\nUsername: ")
    with pytest.raises(AuthenticationFailed, match=r"'admin'.*% Login invalid") as caught:
        bench.open(script)
    assert "s3cret" not in str(caught.value)
    assert bench.finished


@any_slicing()
def test_wrong_password_where_only_the_question_comes_back(bench: Bench) -> None:
    bench.name = "telnet"
    script = bench.script.say("Password: ").hear("s3cret!").say("\r\nPassword: ")
    with pytest.raises(AuthenticationFailed, match="asks again"):
        bench.open(script)
    assert bench.typed == "s3cret!\r"


@any_slicing()
def test_wrong_password_and_the_connection_ends(bench: Bench) -> None:
    bench.name = "telnet"
    script = ask(bench.script).say("% Bad passwords, too many failures!\r\n").close()
    with pytest.raises(AuthenticationFailed, match="% Bad passwords"):
        bench.open(script)


def test_wrong_password_and_silence() -> None:
    bench = telnet()
    script = ask(bench.script).say("% Authentication failed\r\n").wait(1000)
    with pytest.raises(AuthenticationFailed, match="% Authentication failed"):
        bench.open(script)


@any_slicing()
def test_a_greeting_about_failed_logins_is_no_failure(bench: Bench) -> None:
    bench.name = "telnet"
    script = ask(bench.script).say("Login incorrect was said 3 times since Monday\r\n").wait(1)
    works(bench, script.say("R1#"))


@pytest.mark.parametrize("missing", ["user", "password"])
def test_a_question_for_what_is_not_set(missing: str) -> None:
    bench = telnet()
    script = bench.script.say("Username: ").hear("admin").say("\r\nPassword: ")
    with pytest.raises(AuthenticationFailed, match="none is set"):
        bench.open(script, bench.target(**{missing: None}))


def test_a_credential_with_a_line_break_is_not_sent() -> None:
    bench = telnet()
    with pytest.raises(AuthenticationFailed, match="control character"):
        bench.open(bench.script.say("Username: "), bench.target(user="admin\rreload"))
    assert bench.typed == ""


@any_slicing()
def test_a_connection_that_breaks_at_login(bench: Bench) -> None:
    with pytest.raises(ConnectionLost):
        bench.open(bench.script.say("Wel").broken())
    assert bench.transport is not None
    assert bench.transport.closed


@any_slicing()
def test_a_user_name_is_typed_once_at_a_question_that_repeats(bench: Bench) -> None:
    bench.name = "telnet"
    script = bench.script.say("login: ").hear("admin").say("admin\r\nNope.\r\nlogin: ")
    with pytest.raises(AuthenticationFailed, match="asks for the user name again"):
        bench.open(script)
    assert bench.typed == "admin\r"


@pytest.mark.parametrize(
    "refusal",
    [
        "\r\nGo away.\r\nts1 login: ",
        "\r\nSorry, try again\r\nlogin: ",
        "\r\nWrong!\r\nPassword: ",
        "\r\n% Login invalid\r\n\r\nUsername: ",
    ],
)
def test_the_device_s_own_login_is_not_typed_at_a_terminal_server_that_refuses(
    refusal: str,
) -> None:
    for slices in ([], [1], [7]):
        bench = telnet(slices)
        script = bench.script.say("ts1 login: ").hear("ops").say("ops\r\nPassword: ").hear("0ps!")
        target = bench.target(console_user="ops", console_password=Secret("0ps!"))
        with pytest.raises(AuthenticationFailed, match="console user 'ops'"):
            bench.open(script.say(refusal), target)
        assert bench.typed == "ops\r0ps!\r"


def test_the_platform_s_words_for_a_refusal_count_at_a_terminal_server_too() -> None:
    bench = telnet()
    plain = bench.target(console_user="ops", console_password=Secret("0ps!"))
    dialogue = plain.platform.login._replace(failed=(re.compile("^Nein$", re.MULTILINE),))
    target = plain._replace(platform=plain.platform._replace(login=dialogue))
    script = bench.script.say("login: ").hear("ops").say("ops\r\nPassword: ").hear("0ps!")
    with pytest.raises(AuthenticationFailed, match="console user 'ops': Nein"):
        bench.open(script.say("\r\nNein\r\nlogin: "), target)
    assert bench.typed == "ops\r0ps!\r"


@any_slicing()
def test_hc10_a_terminal_server_that_asks_in_the_device_s_words(bench: Bench) -> None:
    bench.name = "telnet"
    script = bench.script.say("Username: ").hear("ops").say("ops\r\nPassword: ").hear("0ps!")
    script.say("\r\nUser Access Verification\r\n\r\n")
    changes = {"console_user": "ops", "console_password": Secret("0ps!")}
    works(bench, ask(script).say("R1#"), **changes)


@pytest.mark.parametrize("pause", [0.5, 1.9])
@pytest.mark.parametrize(
    "greeting",
    ["Never give anyone your password:", "Motd: to change your password:", "password:"],
)
def test_no_password_is_typed_into_a_greeting_behind_ssh(greeting: str, pause: float) -> None:
    for slices in ([], [1], [7]):
        bench = Bench("ssh", slices=slices)
        works(bench, bench.script.say(greeting).wait(pause).say(" see the rules\r\nR1#"))
        assert "s3cret" not in bench.typed


def test_a_sentence_that_ends_with_password_never_gets_it_behind_ssh() -> None:
    bench = Bench("ssh")
    with pytest.raises(PromptTimeout, match="never type your password:"):
        bench.open(bench.script.say("never type your password:").wait(100))
    assert bench.typed == ""


@pytest.mark.parametrize("before", [True, False])
def test_no_password_is_typed_into_a_greeting_over_telnet(before: bool) -> None:
    for slices in ([], [1], [7]):
        bench = telnet(slices)
        script = bench.script if before else ask(bench.script)
        script.say("\r\nPlease do change your password:").wait(1.9).say(" soon\r\n")
        works(bench, (ask(script) if before else script).say("R1#"))
        assert bench.typed.count("s3cret!") == 1


def test_a_long_password_question_is_answered_when_nothing_more_comes() -> None:
    bench = telnet()
    works(bench, ask(bench.script, password="Please enter the password: ").say("R1#"))


def test_a_woken_console_does_not_make_a_sentence_a_question() -> None:
    bench = telnet()
    script = bench.script.hear("").say("\r\nDo never tell your password:").wait(1.5)
    works(bench, ask(script.say(" to anyone\r\n")).say("R1#"))


def enabled(bench: Bench, script: Script, **changes: object):
    target = bench.target(become=True, become_password=Secret("en4ble"), **changes)  # type: ignore[arg-type]
    return bench.open(script, target)


@any_slicing()
def test_hc29_enable_with_a_password(bench: Bench) -> None:
    script = bench.script.login("R1>").hear("enable").say("enable\r\nPassword: ").hear("en4ble")
    session = enabled(bench, script.say("\r\nR1#").run("show clock", "12:00\n"))
    assert (session.prompt, session.mode) == ("R1#", "privileged")
    assert session.command("show clock").text == "12:00\n"
    assert bench.finished


@any_slicing()
def test_hc29_enable_without_a_password(bench: Bench) -> None:
    session = enabled(bench, bench.script.login("R1>").run("enable"))
    assert session.mode == "privileged"
    assert bench.finished


@any_slicing()
def test_hc29_already_privileged(bench: Bench) -> None:
    session = enabled(bench, bench.script.login())
    assert session.mode == "privileged"
    assert "enable" not in bench.typed


@any_slicing()
def test_hc29_enable_refused(bench: Bench) -> None:
    script = bench.script.login("R1>").hear("enable").say("enable\r\nPassword: ").hear("en4ble")
    script.say("\r\n% Access denied\r\n\r\nR1>")
    with pytest.raises(AuthenticationFailed, match=r"privileged.*% Access denied"):
        enabled(bench, script)


@any_slicing()
def test_hc29_enable_asks_three_times_and_gets_one_answer(bench: Bench) -> None:
    script = bench.script.login("R1>").hear("enable").say("enable\r\nPassword: ").hear("en4ble")
    script.say("\r\nPassword: ").hear("\x03", newline=False).say("\r\n% Bad secrets\r\n\r\nR1>")
    with pytest.raises(AuthenticationFailed, match="refused the password for mode privileged"):
        enabled(bench, script)
    assert bench.typed.count("en4ble") == 1


@any_slicing()
def test_hc29_enable_asks_and_nothing_is_set(bench: Bench) -> None:
    script = bench.script.login("R1>").hear("enable").say("enable\r\nPassword: ")
    script.hear("\x03", newline=False).say("\r\n% Password:  timeout expired!\r\nR1>")
    with pytest.raises(AuthenticationFailed, match="none is set"):
        bench.open(script, bench.target(become=True))
    assert bench.typed.endswith("enable" + bench.script.newline.decode() + "\x03")


@any_slicing()
def test_hc29_enable_asks_for_a_user_too(bench: Bench) -> None:
    script = bench.script.login("R1>").hear("enable").say("enable\r\nUsername: ").hear("root")
    script.say("root\r\nPassword: ").hear("en4ble").say("\r\nR1#")
    assert enabled(bench, script, become_user="root").mode == "privileged"


@any_slicing()
def test_hc29_enable_not_authorised(bench: Bench) -> None:
    script = bench.script.login("R1>").run("enable", "% Command authorization failed.\n", "R1>")
    with pytest.raises(ConnectionFailed, match="Command authorization failed"):
        enabled(bench, script)


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


def test_set_up_lines_that_a_device_refuses_do_not_matter() -> None:
    bench = Bench("ssh")
    script = bench.script.say("R1#")
    script.run("terminal length 0", "% Invalid input detected at '^' marker.\n")
    script.run("terminal width 511", "Command authorization failed.\n")
    session = bench.open(script.run("show clock", "12:00\n"))
    assert session.command("show clock").text == "12:00\n"


def test_nothing_of_a_password_is_in_the_transcript() -> None:
    class Notes:
        def __init__(self) -> None:
            self.lines: list[tuple[str, str, bool]] = []

        def close(self) -> None:
            return

        def received(self, text: str) -> None:
            self.lines.append(("<", text, False))

        def sent(self, text: str, masked: bool = False) -> None:
            self.lines.append((">", text, masked))

    bench, notes = telnet(), Notes()
    bench.open(ready(ask(bench.script).say("R1#")), transcript=notes)
    assert (">", "s3cret!\r", True) in notes.lines
    assert (">", "admin\r", False) in notes.lines
    assert "".join(text for way, text, _ in notes.lines if way == "<").startswith("Username: ")


def test_a_password_that_the_device_echoes_is_in_no_message() -> None:
    bench = telnet()
    script = bench.script.say("Password: ").hear("s3cret!").say("s3cret!\r\nwhat is s3cret!?")
    with pytest.raises(AuthenticationFailed) as caught:
        bench.open(script.close())
    assert "s3cret" not in str(caught.value)


def test_a_server_that_closes_after_authentication() -> None:
    bench = Bench("ssh")
    with pytest.raises(ConnectionLost, match="before any prompt, saying 'no shell for you'"):
        bench.open(bench.script.say("no shell for you\r\n").close())


@any_slicing()
def test_a_login_that_ends_in_the_boot_loader(bench: Bench) -> None:
    bench.name = "telnet"
    script = bench.script.hear("").say("\r\nrommon 1 >")
    with pytest.raises(ConnectionFailed, match="the device is in mode rommon, prompt 'rommon 1 >'"):
        bench.open(script)
    assert bench.typed == "\r"
