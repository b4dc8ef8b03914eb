"""Wrong passwords, and what a password is never typed at."""

from __future__ import annotations

import re

import pytest
from logging_in import ask, ready, telnet, works
from scripted import Bench, any_slicing

from runner.errors import (
    AuthenticationFailed,
    PromptTimeout,
)
from runner.values import Secret


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


@any_slicing()
def test_a_greeting_about_failed_logins_is_no_failure(bench: Bench) -> None:
    bench.name = "telnet"
    script = ask(bench.script).say("Login incorrect was said 3 times since Monday\r\n").wait(1)
    works(bench, script.say("R1#"))


@any_slicing()
def test_a_user_name_is_typed_once_at_a_question_that_repeats(bench: Bench) -> None:
    bench.name = "telnet"
    script = bench.script.say("login: ").hear("admin").say("admin\r\nNope.\r\nlogin: ")
    with pytest.raises(AuthenticationFailed, match="asks for the user name again"):
        bench.open(script)
    assert bench.typed == "admin\r"


@any_slicing()
def test_wrong_password_is_tried_once(bench: Bench) -> None:
    bench.name = "telnet"
    script = ask(bench.script).wait(3.6).say("% Login invalid\r\n\r\nUsername: ")
    with pytest.raises(AuthenticationFailed, match=r"'admin'.*% Login invalid") as caught:
        bench.open(script)
    assert "s3cret" not in str(caught.value)
    assert "`ansible_password`" in str(caught.value.hint)
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
