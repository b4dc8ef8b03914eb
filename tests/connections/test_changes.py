"""Changes that go wrong: what was typed is thrown away, or nobody goes on from there."""

from __future__ import annotations

import pytest
from scripted import Bench, Script, any_slicing

from runner.errors import CommandFailed, ConnectionLost
from runner.platforms import load

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


@any_slicing()
def test_an_error_in_the_middle_of_a_long_answer_is_found(bench: Bench) -> None:
    notes = "".join(f"note {number}\n" for number in range(20))
    script = ios(bench).run("vlan 9", notes + INVALID + notes, "R1(config)#").run("end")
    session = bench.open(script)
    with pytest.raises(CommandFailed, match="refused `vlan 9`: % Invalid input"):
        session.configure(["vlan 9", "shutdown"])
    assert "shutdown" not in bench.typed


@pytest.mark.parametrize("line", ["description why?", 'description "why?"', "banner motd ^who?^"])
def test_a_change_with_the_help_key_in_it_is_not_begun(line: str) -> None:
    bench = Bench("ssh")
    session = bench.open(bench.script.login())
    typed = bench.typed
    with pytest.raises(CommandFailed, match=r"`\?`, which calls for help"):
        session.configure(["interface Lo0", line])
    assert bench.typed == typed


@pytest.mark.parametrize("end", ["^", "EOF"])
def test_the_text_of_a_banner_may_hold_the_help_key(end: str) -> None:
    bench = Bench("ssh")
    first = "banner motd ^" if end == "^" else "banner login"
    how = "End with the character '^'." if end == "^" else "Type 'EOF' on its own line to end."
    script = ios(bench).hear(first).say(f"{first}\r\nEnter TEXT message. {how}\r\n")
    script.hear("Who are you?").hear(end).say(f"Who are you?\r\n{end}\r\nR1(config)#").run("end")
    session = bench.open(script)
    assert len(session.configure([first, "Who are you?", end])) == 3
    with pytest.raises(CommandFailed, match="calls for help"):
        session.configure([first, "Who are you?", end, "description x?"])
    with pytest.raises(CommandFailed, match="calls for help"):
        session.configure([first, "Who are you?"])


def test_a_command_with_the_help_key_in_it_is_not_sent() -> None:
    bench = Bench("ssh")
    session = bench.open(bench.script.login().run("show clock", "12:00\n"))
    with pytest.raises(CommandFailed, match="calls for help"):
        session.command("show ?")
    assert session.command("show clock").text == "12:00\n"


def test_where_no_key_calls_for_help_it_is_a_character_like_others() -> None:
    bench = Bench("ssh")
    platform = load("linux")._replace(setup=())
    script = bench.script.say("$ ").hear("").say("\r\n$ ").hear("ls ?").say("ls ?\r\na\r\n$ ")
    assert bench.open(script, bench.target(platform)).command("ls ?").text == "a\n"
