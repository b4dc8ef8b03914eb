"""Changes that go wrong: what was typed is thrown away, or nobody goes on from there."""

from __future__ import annotations

import pytest
from scripted import Bench, Script, any_slicing

from runner.errors import CommandFailed, ConnectionLost

HOME, CONFIG = "RP/0/0/CPU0:r1#", "RP/0/0/CPU0:r1(config)#"
INVALID = "% Invalid input detected at '^' marker.\n"


def xr(bench: Bench) -> Script:
    script = bench.script
    if bench.name == "telnet":
        script.say("Username: ").hear("admin").say("\r\nPassword: ").hear("s3cret!").say("\r\n")
    script.say(HOME)
    for line in bench.target("cisco_iosxr").platform.setup:
        script.run(line, "", HOME)
    return script.run("configure terminal", "", CONFIG)


def ios(bench: Bench) -> Script:
    return bench.script.login().run("configure terminal", "", "R1(config)#")


@any_slicing()
def test_a_candidate_that_could_not_be_aborted_is_never_committed_by_the_next_change(
    bench: Bench,
) -> None:
    script = xr(bench).run("no router bgp 1", "", CONFIG).run("bogus", INVALID, CONFIG)
    script.hear("abort").say("abort\r\nAbort the session? [no]: ").hear("\x03", newline=False)
    script.say("\r\n" + CONFIG).run("end", "", HOME).run("hostname Y", "", CONFIG)
    session = bench.open(script, bench.target("cisco_iosxr"))
    with pytest.raises(CommandFailed, match=r"bogus.*may still stand in the candidate"):
        session.configure(["no router bgp 1", "bogus"])
    assert session.dirty
    with pytest.raises(ConnectionLost, match="not sent"):
        session.configure(["hostname Y"])
    assert "commit" not in bench.typed


@any_slicing()
def test_an_abort_that_the_device_refuses_counts_as_none(bench: Bench) -> None:
    script = xr(bench).run("bogus", INVALID, CONFIG).run("abort", INVALID, CONFIG)
    script.run("end", "", HOME)
    session = bench.open(script, bench.target("cisco_iosxr"))
    with pytest.raises(CommandFailed, match="may still stand in the candidate"):
        session.configure(["bogus"])
    assert (session.mode, session.dirty) == ("exec", True)
    assert bench.finished


@any_slicing()
def test_an_announcement_that_fails_costs_the_session(bench: Bench) -> None:
    session = bench.open(xr(bench).run("hostname a", "", CONFIG), bench.target("cisco_iosxr"))

    def announce(line: str) -> None:
        if line == "hostname b":
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space") as caught:
        session.configure(["hostname a", "hostname b"], on_line=announce)
    assert session.dirty
    assert caught.value.__notes__ == ["1 lines were sent, 1 of them answered"]
    assert "hostname b" not in bench.typed


@any_slicing()
def test_a_mode_that_cannot_be_left_costs_the_session(bench: Bench) -> None:
    script = ios(bench).run("hostname R1", "", "R1(config)#")
    session = bench.open(script.run("end", INVALID, "R1(config)#"))
    with pytest.raises(CommandFailed, match="did not change the mode"):
        session.configure(["hostname R1"])
    assert session.dirty


@any_slicing()
def test_a_refused_first_line_says_that_nothing_came_before_it(bench: Bench) -> None:
    session = bench.open(ios(bench).run("bogus", INVALID, "R1(config)#").run("end"))
    with pytest.raises(CommandFailed, match=r"line 1.*\(nothing before it was sent\)"):
        session.configure(["bogus"])
    assert not session.dirty
