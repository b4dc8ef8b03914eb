"""Hard case 29: becoming privileged."""

from __future__ import annotations

import pytest
from scripted import Bench, Script, any_slicing

from runner.errors import (
    AuthenticationFailed,
    ConnectionFailed,
)
from runner.values import Secret


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
    with pytest.raises(AuthenticationFailed, match=r"privileged.*% Access denied") as failure:
        enabled(bench, script)
    assert "`ansible_become_password`" in str(failure.value.hint)


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
