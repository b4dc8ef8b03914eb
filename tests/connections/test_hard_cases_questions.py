"""Hard cases 16 to 19: questions are answered when somebody declared it, and never by accident."""

from __future__ import annotations

import pytest
from scripted import Bench, Script, any_slicing

from runner.connections.api import Answer
from runner.errors import CommandFailed, ConnectionLost, QuestionAsked
from runner.values import Secret

INTERRUPT = "\x03"


@any_slicing()
def test_hc16_a_declared_answer(bench: Bench) -> None:
    script = bench.script.login().hear("copy run start")
    script.say("copy run start\r\nDestination filename [startup-config]? ").hear("")
    script.say("\r\nBuilding configuration...\r\n[OK]\r\nR1#")
    session = bench.open(script)
    reply = session.command("copy run start", answers=[Answer("Destination filename", "")])
    assert reply.text == (
        "Destination filename [startup-config]? \nBuilding configuration...\n[OK]\n"
    )


@any_slicing()
def test_hc16_the_echo_of_an_answer_is_output_unless_it_is_secret(bench: Bench) -> None:
    script = bench.script.login()
    for _ in range(2):
        script.hear("clear log")
        script.say("clear log\r\nClear logging buffer [confirm]").hear("y").say("y\r\nR1#")
    session = bench.open(script)
    reply = session.command("clear log", answers=[Answer(r"\[confirm\]", "y")])
    assert reply.text == "Clear logging buffer [confirm]y\n"
    reply = session.command("clear log", answers=[Answer(r"\[confirm\]", Secret("y"))])
    assert reply.text == "Clear logging buffer [confirm]\n"


@any_slicing()
def test_hc16_what_never_ends_is_interrupted(bench: Bench) -> None:
    script = bench.script.login().hear("ping 192.0.2.9")
    script.say("ping 192.0.2.9\r\n64 bytes from 192.0.2.9\r\n").hear(INTERRUPT, newline=False)
    script.say("^C\r\n1 packets transmitted\r\nR1#").hear("show clock")
    session = bench.open(script.say("show clock\r\n12:00\r\nR1#"))
    reply = session.command("ping 192.0.2.9", interrupt_after=0.6)
    assert reply.text == "64 bytes from 192.0.2.9\n^C\n1 packets transmitted\n"
    # What ends by itself is not interrupted.
    assert session.command("show clock", interrupt_after=0.6).text == "12:00\n"
    assert bench.finished


@any_slicing()
def test_hc16_an_answer_without_enter(bench: Bench) -> None:
    script = bench.script.login().hear("clear log")
    script.say("clear log\r\nClear logging buffer [confirm]").hear("y", newline=False)
    session = bench.open(script.say("y\r\nR1#"))
    session.command("clear log", answers=[Answer(r"\[confirm\]", "y", newline=False)])
    assert bench.finished


@any_slicing()
def test_hc16_several_questions_in_a_row(bench: Bench) -> None:
    script = bench.script.login().hear("copy tftp: flash:").say("copy tftp: flash:\r\n")
    script.say("Address or name of remote host []? ").hear("192.0.2.9").say("192.0.2.9\r\n")
    script.say("Source filename []? ").hear("a.bin").say("a.bin\r\n")
    script.say("Destination filename [a.bin]? ").hear("").say("\r\n!!!!!\r\n[OK]\r\nR1#")
    session = bench.open(script)
    answers = [
        Answer("Destination filename", "\r"),
        Answer("Source filename", "a.bin"),
        Answer("remote host", "192.0.2.9"),
    ]
    text = session.command("copy tftp: flash:", answers=answers).text
    assert text is not None
    assert text.endswith("!!!!!\n[OK]\n")
    assert bench.finished


def interrupted(script: Script, question: str) -> Script:
    """The session must get out of `question` before it types anything else."""
    script.say(question).hear(INTERRUPT, newline=False).say("^C\r\nR1#")
    return script.run("show clock", "12:00\n")


@pytest.mark.parametrize(
    "question",
    [
        "Proceed with reload? [confirm]",
        "Delete flash:/a.bin? [y/n]: ",
        "Are you sure (yes/no) ? ",
        "Continue? (yes/no/cancel)[cancel]: ",
        "Destination filename [startup-config]? ",
        "Really do it?",
        "Password: ",
        "Enter new passphrase: ",
    ],
)
@pytest.mark.parametrize("transport", ["ssh", "telnet"])
def test_hc16_an_undeclared_question_fails_and_is_left(transport: str, question: str) -> None:
    for slices in ([], [1], [6]):
        bench = Bench(transport, slices=slices)
        script = bench.script.login().hear("do it").say("do it\r\n")
        session = bench.open(interrupted(script, question))
        with pytest.raises(QuestionAsked) as caught:
            session.command("do it")
        assert question.strip() in str(caught.value)
        assert not session.dirty
        assert session.command("show clock").text == "12:00\n"
        assert bench.finished


@any_slicing()
def test_hc16_an_answer_is_not_given_to_another_question(bench: Bench) -> None:
    script = bench.script.login().hear("do it").say("do it\r\n")
    session = bench.open(interrupted(script, "Erase everything? [confirm]"))
    with pytest.raises(CommandFailed, match="Erase everything"):
        session.command("do it", answers=[Answer("Reload.*confirm", "y")])
    assert "y" not in bench.typed.partition("do it")[2].partition("show")[0]


@any_slicing()
def test_hc16_a_prompt_that_does_not_come_back_costs_the_session(bench: Bench) -> None:
    script = bench.script.login().hear("do it").say("do it\r\nSure? [confirm]")
    session = bench.open(script.hear(INTERRUPT, newline=False).say("^C\r\nSure? [confirm]"))
    with pytest.raises(CommandFailed, match="Sure"):
        session.command("do it")
    assert session.dirty
    with pytest.raises(ConnectionLost, match="not sent"):
        session.command("show clock")
    assert "show clock" not in bench.typed


def config(bench: Bench) -> Script:
    script = bench.script.login()
    return script.run("configure terminal", "Enter configuration commands.\n", "R1(config)#")


@any_slicing()
def test_hc16_a_question_in_config_mode_stops_before_the_next_line(bench: Bench) -> None:
    script = config(bench).hear("no username joe")
    script.say(
        "no username joe\r\nThis operation will remove all. Do you want to continue? [confirm]"
    )
    script.hear(INTERRUPT, newline=False).say("\r\nR1(config)#").run("end")
    session = bench.open(script)
    with pytest.raises(QuestionAsked, match=r"line 1.*Do you want to continue"):
        session.configure(["no username joe", "y"])
    assert (session.mode, session.dirty) == ("privileged", False)
    assert bench.finished


BANNER = ["banner motd ^", "This is R1#", "", "Go away ^", "interface Lo0"]


@any_slicing()
def test_hc17_a_banner_with_a_delimiter(bench: Bench) -> None:
    script = config(bench).hear(BANNER[0])
    script.say(BANNER[0] + "\r\nEnter TEXT message.  End with the character '^'.\r\n")
    for line in BANNER[1:4]:
        script.hear(line).say(line + "\r\n")
    script.say("R1(config)#").run("interface Lo0", "", "R1(config-if)#").run("end")
    session = bench.open(script)
    told: list[str] = []
    replies = session.configure(BANNER, on_line=told.append)
    assert told == BANNER
    assert [reply.command for reply in replies] == BANNER
    assert bench.finished


@any_slicing()
def test_hc17_a_banner_that_ends_with_a_word(bench: Bench) -> None:
    lines = ["banner login", "Keep out", "EOF"]
    script = config(bench).hear(lines[0])
    script.say("banner login\r\nEnter TEXT message. Type 'EOF' on its own line to end.\r\n")
    script.hear("Keep out").hear("EOF").say("Keep out\r\nEOF\r\nR1(config)#").run("end")
    session = bench.open(script)
    assert len(session.configure(lines)) == 3
    assert bench.finished


@any_slicing()
def test_hc17_a_banner_without_its_end_never_swallows_what_follows(bench: Bench) -> None:
    script = config(bench).hear(BANNER[0])
    script.say(BANNER[0] + "\r\nEnter TEXT message.  End with the character '^'.\r\n")
    script.hear(INTERRUPT, newline=False).say("\r\nR1(config)#").run("end")
    session = bench.open(script)
    with pytest.raises(CommandFailed, match="Enter TEXT message"):
        session.configure([BANNER[0], "This is R1#", "interface Lo0"])
    assert "interface" not in bench.typed


@any_slicing()
def test_hc17_a_refused_banner_line_keeps_its_text_unsent(bench: Bench) -> None:
    script = config(bench)
    script.run(BANNER[0], "      ^\n% Invalid input detected at '^' marker.\n\n", "R1(config)#")
    session = bench.open(script.run("end"))
    with pytest.raises(CommandFailed, match=r"line 1.*% Invalid input"):
        session.configure(BANNER)
    assert "Go away" not in bench.typed


def xr(bench: Bench) -> Script:
    script, prompt = bench.script, "RP/0/RP0/CPU0:r1#"
    if bench.name == "telnet":
        script.say("Username: ").hear("admin").say("\r\nPassword: ").hear("s3cret!").say("\r\n")
    script.say("\r\n" + prompt)
    for line in bench.target("cisco_iosxr").platform.setup:
        script.run(line, "Mon Jan  1 00:00:00.000 UTC\n", prompt)
    return script.run("configure terminal", "", "RP/0/RP0/CPU0:r1(config)#")


@any_slicing()
def test_hc18_uncommitted_changes_are_thrown_away_after_an_error(bench: Bench) -> None:
    config, home = "RP/0/RP0/CPU0:r1(config)#", "RP/0/RP0/CPU0:r1#"
    script = xr(bench).run("hostname r9", "", config)
    script.run("nonsense", "           ^\n% Invalid input detected at '^' marker.\n", config)
    script.hear("abort").say("abort\r\nUncommitted changes found, commit them before exiting")
    script.say("(yes/no/cancel)? [cancel]: ").hear("no").say("no\r\n" + home)
    session = bench.open(script, bench.target("cisco_iosxr"))
    with pytest.raises(CommandFailed, match=r"line 2.*nonsense.*Invalid.*nothing was committed"):
        session.configure(["hostname r9", "nonsense", "hostname r10"])
    assert (session.prompt, session.dirty) == (home, False)
    assert "commit" not in bench.typed
    assert bench.finished


@any_slicing()
def test_hc18_a_commit_is_typed_and_awaited(bench: Bench) -> None:
    home = "RP/0/RP0/CPU0:r1#"
    script = xr(bench).run("hostname r9", "", "RP/0/RP0/CPU0:r1(config)#").hear("commit")
    script.say("commit\r\nMon Jan  1 00:00:00.000 UTC\r\n").wait(240)
    script.say("RP/0/RP0/CPU0:r9(config)#").run("end", "", "RP/0/RP0/CPU0:r9#")
    session = bench.open(script, bench.target("cisco_iosxr"))
    told: list[str] = []
    session.configure(["hostname r9"], on_line=told.append)
    assert told == ["hostname r9", "commit"]
    assert session.prompt != home
    assert bench.finished


@any_slicing()
def test_hc18_a_refused_commit_is_aborted(bench: Bench) -> None:
    config, home = "RP/0/RP0/CPU0:r1(config)#", "RP/0/RP0/CPU0:r1#"
    script = xr(bench).run("hostname r9", "", config)
    failed = (
        "% Failed to commit one or more configuration items during a pseudo-atomic operation.\n"
    )
    script.run("commit", failed, config).run("abort", "", home)
    session = bench.open(script, bench.target("cisco_iosxr"))
    with pytest.raises(CommandFailed, match="Failed to commit"):
        session.configure(["hostname r9"])
    assert session.mode == "exec"
    assert bench.finished


@any_slicing()
def test_hc19_a_password_question_in_the_middle_is_never_answered(bench: Bench) -> None:
    script = bench.script.login().hear("show x").say("show x\r\n")
    session = bench.open(
        interrupted(script, "Password: "),
        bench.target(become=True, become_password=Secret("en4ble")),
    )
    with pytest.raises(CommandFailed, match="Password:"):
        session.command("show x")
    after = bench.typed.partition("show x")[2]
    assert "s3cret" not in after
    assert "en4ble" not in after


@any_slicing()
def test_hc19_an_answer_meant_for_the_login_is_not_given_later(bench: Bench) -> None:
    script = bench.script
    if bench.name == "telnet":
        script.say("Username:").hear("admin").say("admin\r\nPassword:").hear("s3cret!").say("\r\n")
    script.say("<HW>").run("screen-length 0 temporary", prompt="<HW>").hear("display x")
    script.say("display x\r\nWarning: The password is old. Change now? [Y/N]:")
    script.hear(INTERRUPT, newline=False).say("\r\n<HW>")
    session = bench.open(script, bench.target("huawei_vrp"))
    with pytest.raises(QuestionAsked, match="Change now"):
        session.command("display x")
    assert bench.typed.endswith(INTERRUPT)


@any_slicing()
def test_a_question_with_an_unusual_end_is_named_by_the_timeout(bench: Bench) -> None:
    script = bench.script.login().hear("do it").say("do it\r\nType the magic word:")
    script.hear(INTERRUPT, newline=False).say("\r\nR1#")
    session = bench.open(script)
    with pytest.raises(CommandFailed, match="Type the magic word:"):
        session.command("do it")


@pytest.mark.parametrize(
    "line", ["a\rb", "a\nb", "a\x03", "a\tb", "a\x1bb", "a\x7f", "a\x85b", "a\u2028b"]
)
def test_a_line_with_a_control_character_is_not_sent(line: str) -> None:
    bench = Bench("telnet")
    session = bench.open(bench.script.login().run("show clock", "12:00\n"))
    with pytest.raises(CommandFailed, match="control character"):
        session.command(line)
    with pytest.raises(CommandFailed, match="control character"):
        session.configure(["hostname R2", line])
    assert session.command("show clock").text == "12:00\n"
    assert bench.finished


def test_an_answer_with_a_control_character_is_not_sent() -> None:
    bench = Bench("ssh")
    session = bench.open(bench.script.login())
    with pytest.raises(CommandFailed, match="control character"):
        session.command("show x", answers=[Answer("ok", "y\rreload\r")])
    assert "show x" not in bench.typed


def test_an_expected_question_that_is_no_pattern() -> None:
    bench = Bench("ssh")
    session = bench.open(bench.script.login())
    with pytest.raises(CommandFailed, match=r"'\[confirm' is not a regular expression"):
        session.command("show x", answers=[Answer("[confirm", "y")])
    assert not session.dirty


@any_slicing()
def test_an_answer_that_never_helps_is_not_given_for_ever(bench: Bench) -> None:
    script = bench.script.login().hear("do it").say("do it\r\n")
    for _ in range(100):
        script.say("Number? ").hear("x").say("x\r\n")
    script.say("Number? ").hear(INTERRUPT, newline=False).say("\r\nR1#")
    session = bench.open(script)
    with pytest.raises(CommandFailed, match="Number"):
        session.command("do it", answers=[Answer("Number", "x")])
    assert bench.finished


def test_a_secret_answer_is_masked_in_the_transcript() -> None:
    sent: list[tuple[str, bool]] = []

    class Notes:
        def close(self) -> None:
            return

        def received(self, text: str) -> None:
            pass

        def sent(self, text: str, masked: bool = False) -> None:
            sent.append((text, masked))

    bench = Bench("ssh")
    script = bench.script.login().hear("copy x").say("copy x\r\nPassphrase: ").hear("hush")
    session = bench.open(script.say("\r\nR1#"), transcript=Notes())
    session.command("copy x", answers=[Answer("Passphrase", Secret("hush"))])
    assert [pair for pair in sent if "hush" in pair[0]] == [("hush\n", True)]
