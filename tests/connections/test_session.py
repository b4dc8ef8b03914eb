"""Commands, modes, configuration, and what waiting costs."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from scripted import Bench, Hear, Script, any_slicing

from runner.connections.api import Timeouts
from runner.connections.sight import rules_for
from runner.errors import CommandFailed, ConnectionFailed, ConnectionLost, PromptTimeout
from runner.platforms import load
from runner.values import Secret

VERSION = "Cisco IOS Software, Version 15.9\nR1 uptime is 1 day\n"


def test_a_command_gives_what_was_printed_and_nothing_else(bench: Bench) -> None:
    session = bench.open(bench.script.login().run("show version", VERSION))
    reply = session.command("show version")
    assert reply.text == VERSION
    assert (reply.prompt, reply.command, reply.error) == ("R1#", "show version", None)
    assert (session.prompt, session.mode, session.dirty) == ("R1#", "privileged", False)
    assert bench.finished


def test_pieces_go_to_the_sink_in_order(bench: Bench) -> None:
    bench.slices = [50]
    text = "".join(f"line {number}\n" for number in range(100))
    session = bench.open(bench.script.login().run("show log", text))
    pieces: list[str] = []
    assert session.command("show log", sink=pieces.append).text is None
    assert "".join(pieces) == text
    assert len(pieces) > 10


def test_only_the_login_waits(bench: Bench) -> None:
    """A learned prompt counts at once, and so does one that a mode change leads to."""
    script = bench.script.login("R1>").hear("enable").say("enable\r\nPassword: ").hear("en4ble")
    script.say("\r\nR1#").run("show version", VERSION).run("configure terminal", "", "R1(config)#")
    script.run("interface Lo0", "", "R1(config-if)#").run("shutdown", "", "R1(config-if)#")
    script.run("end").hear("").say("\r\nR1#")
    target = bench.target(become=True, become_password=Secret("en4ble"))
    session = bench.open(script, target)
    assert bench.clock.now() - 1000 < 0.05
    before = bench.clock.now()
    session.command("show version")
    session.configure(["interface Lo0", "shutdown"])
    session.ping()
    assert bench.clock.now() == before
    assert bench.finished


def test_a_prompt_at_the_end_of_a_long_read_is_looked_at_twice(bench: Bench) -> None:
    lines = "x" * 2000 + "\r\nR1#"
    script = bench.script
    for step in bench.script.login().hear("show run").say("show run\r\n" + lines).steps:
        script.steps.append(step)
        if isinstance(step, Hear):
            script.wait(0.01)
    script.wait(0.02).say(" is a comment\r\nR1#")
    text = bench.open(script).command("show run").text
    assert text == "x" * 2000 + "\nR1# is a comment\n"


def test_a_prompt_that_fits_too_late_is_a_timeout(bench: Bench) -> None:
    script = bench.script.login().hear("bash").wait(9.9).say("bash\r\nbash-4.2$")
    session = bench.open(script, bench.target(timeouts=Timeouts(command=10)))
    with pytest.raises(PromptTimeout):
        session.command("bash")


def test_a_device_that_never_pauses_is_stopped_at_the_total(bench: Bench) -> None:
    session = bench.open(bench.script.login().hear("show x"))
    assert bench.transport is not None

    def read(timeout: float) -> bytes:
        if timeout == 0.0 and "show x" not in bench.typed:
            raise TimeoutError
        bench.clock.time += 1
        assert bench.clock.time < 5000, "nobody stops it"
        return b"more\r\nR1#"

    bench.transport.read = read  # type: ignore[method-assign]
    with pytest.raises(PromptTimeout, match="not finished in the time allowed"):
        session.command("show x")


def test_an_answer_is_given_once_however_slow_the_device(bench: Bench) -> None:
    from runner.connections.api import Answer

    script = bench.script.login().hear("clear log").say("clear log\r\nSure? [confirm]")
    script.hear("y").wait(20).say("y\r\nR1#")
    session = bench.open(script)
    session.command("clear log", answers=[Answer("confirm", "y")])
    assert bench.typed.count("y") == 1


def test_the_last_prompt_counts_even_if_the_device_closes_behind_it(bench: Bench) -> None:
    session = bench.open(bench.script.login().run("show x", "one\n").close())
    assert session.command("show x").text == "one\n"
    with pytest.raises(ConnectionLost):
        session.command("show y")


def test_a_fitting_line_before_the_end_of_the_connection_is_no_prompt(bench: Bench) -> None:
    session = bench.open(bench.script.login().hear("show x").say("show x\r\nneighbour>").close())
    with pytest.raises(ConnectionLost):
        session.command("show x")


def test_ping_takes_as_long_as_the_device(bench: Bench) -> None:
    session = bench.open(bench.script.login().hear("").wait(1.5).say("\r\nR1#"))
    assert session.ping() == pytest.approx(1.5)


def test_close_logs_out_when_at_home(bench: Bench) -> None:
    session = bench.open(bench.script.login().hear("exit").close())
    session.close()
    session.close()
    assert bench.transport is not None
    assert bench.transport.closed
    assert bench.typed.endswith("exit" + bench.script.newline.decode())
    with pytest.raises(ConnectionLost):
        session.command("show x")


def test_close_types_nothing_when_dirty_or_in_config_mode(bench: Bench) -> None:
    session = bench.open(bench.script.login().run("configure terminal", "", "R1(config)#"))
    session.enter("config")
    session.close()
    assert "exit" not in bench.typed


def test_close_after_the_connection_broke(bench: Bench) -> None:
    session = bench.open(bench.script.login())
    assert bench.transport is not None
    bench.transport.closed = True
    session.close()


def test_enter_goes_through_the_modes_between(bench: Bench) -> None:
    script = bench.script.login("R1>").run("enable").run("configure terminal", "", "R1(config)#")
    script.run("end").run("disable", "", "R1>")
    session = bench.open(script)
    session.enter("config")
    assert session.mode == "config"
    session.enter("exec")
    assert session.mode == "exec"
    assert bench.finished


def test_enter_says_when_there_is_no_way(bench: Bench) -> None:
    session = bench.open(bench.script.login())
    with pytest.raises(CommandFailed, match=r"mode privileged.*no known way from there to rommon"):
        session.enter("rommon")


@pytest.mark.parametrize(
    ("name", "prompt", "mode"),
    [
        ("cisco_ios", "rommon 1 >", "rommon"),
        ("cisco_nxos", "loader>", "loader"),
        ("arista_eos", "Aboot#", "aboot"),
    ],
)
def test_a_boot_loader_is_named_and_nothing_is_typed_there(
    name: str, prompt: str, mode: str
) -> None:
    bench = Bench("ssh")
    target = bench.target(name)
    script = bench.script.say("R1#")
    for line in target.platform.setup:
        script.run(line)
    session = bench.open(script.run("reload", "booting\n", prompt), target)
    session.command("reload")
    assert session.mode == mode
    typed = bench.typed
    for work in (lambda: session.configure(["hostname x"]), lambda: session.enter("exec")):
        with pytest.raises(CommandFailed, match=f"the device is in mode {mode}"):
            work()
    session.close()
    assert bench.typed == typed
    with pytest.raises(ConnectionFailed, match=f"the device is in mode {mode}"):
        bench.open(bench.script.say(prompt), target)
    assert bench.typed == ""


def test_enter_says_what_the_device_said(bench: Bench) -> None:
    refused = "% Configuration mode is locked by process 'x'\n"
    session = bench.open(bench.script.login().run("configure terminal", refused))
    with pytest.raises(CommandFailed, match=r"did not change the mode.*locked by process"):
        session.configure(["hostname R2"])
    assert not session.dirty
    assert "hostname" not in bench.typed


def config(bench: Bench) -> Script:
    return bench.script.login().run("configure terminal", "", "R1(config)#")


def test_configure_stops_at_the_first_refused_line(bench: Bench) -> None:
    script = config(bench).run("interface Lo0", "", "R1(config-if)#")
    script.run("ip adress x", "     ^\n% Invalid input detected at '^' marker.\n", "R1(config-if)#")
    session = bench.open(script.run("end"))
    told: list[str] = []
    with pytest.raises(CommandFailed) as caught:
        session.configure(["interface Lo0", "ip adress x", "shutdown"], on_line=told.append)
    assert "line 2: the device refused `ip adress x`: % Invalid input" in str(caught.value)
    assert "the line before it is active" in str(caught.value)
    assert told == ["interface Lo0", "ip adress x"]
    assert session.mode == "privileged"
    assert bench.finished


def test_configure_tells_each_line_before_it_is_sent(bench: Bench) -> None:
    session = bench.open(config(bench).run("hostname R1", "", "R1(config)#").run("end"))

    def tell(line: str) -> None:
        assert line not in bench.typed

    session.configure(["hostname R1"], on_line=tell)


def test_a_line_that_leaves_config_mode_by_itself(bench: Bench) -> None:
    session = bench.open(config(bench).run("hostname R1", "", "R1(config)#").run("end"))
    session.configure(["hostname R1", "end"])
    assert session.mode == "privileged"
    assert bench.finished


def test_configure_on_a_platform_without_such_a_mode(bench: Bench) -> None:
    platform = load("cisco_ios")._replace(config=None)
    session = bench.open(bench.script.login(), bench.target(platform))
    with pytest.raises(CommandFailed, match="cisco_ios has no configuration mode"):
        session.configure(["hostname R2"])


def test_the_save_command_gets_the_platform_s_answers(bench: Bench) -> None:
    script = bench.script
    if bench.name == "telnet":
        script.say("Username:").hear("admin").say("\r\nPassword:").hear("s3cret!").say("\r\n")
    script.say("<R1>").run("screen-length 0 temporary", prompt="<R1>").hear("save")
    script.say("save\r\nThe current configuration will be written to the device.\r\n")
    script.say("Are you sure to continue?[Y/N]").hear("Y").say("Y\r\nSaved.\r\n<R1>")
    session = bench.open(script, bench.target("huawei_vrp"))
    assert "Saved." in str(session.command("save").text)
    assert bench.finished


def test_a_login_that_lands_in_a_shell_goes_home(bench: Bench) -> None:
    script = bench.script
    if bench.name == "telnet":
        script.say("login: ").hear("admin").say("\r\nPassword:").hear("s3cret!").say("\r\n")
    script.say("root@r1:~ # ").hear("cli").say("cli\r\nroot@r1> ")
    target = bench.target("juniper_junos")
    for line in target.platform.setup:
        script.run(line, "", "root@r1> ")
    session = bench.open(script, target)
    assert session.mode == "exec"
    assert bench.finished


def test_privileged_set_up_lines_are_typed_when_privileged(bench: Bench) -> None:
    platform = load("cisco_ios")._replace(setup_privileged=("terminal monitor",))
    script = bench.script.login("R1>").run("enable").run("terminal monitor")
    session = bench.open(script, bench.target(platform, become=True))
    assert session.mode == "privileged"
    assert bench.finished


def test_become_on_a_platform_without_such_a_mode_is_nothing() -> None:
    bench = Bench("ssh")
    script = bench.script.say("sw1# ").hear("").say("\r\nsw1# ")
    session = bench.open(script, bench.target("generic", become=True))
    assert session.prompt == "sw1#"


def test_a_question_at_a_set_up_line_that_does_not_go_away_ends_the_login(bench: Bench) -> None:
    bench.name = "ssh"
    script = bench.script.say("R1#").hear("terminal length 0").say("x\r\nReally? [confirm]")
    with pytest.raises(ConnectionFailed, match="Really"):
        bench.open(script)
    assert bench.transport is not None
    assert bench.transport.closed


def test_set_up_must_fit_into_the_login_timeout(bench: Bench) -> None:
    bench.name = "ssh"
    with pytest.raises(PromptTimeout):
        bench.open(bench.script.say("R1#").hear("terminal length 0").wait(29).say("."))
    assert bench.clock.now() == pytest.approx(1030, abs=1)


def test_stray_prompts_never_shift_the_answers(bench: Bench) -> None:
    """Two prompts too many arrive late: each command still gets its own output."""
    script = bench.script.login().hear("show x").say("\r\nR1#\r\nR1#show x\r\none\r\nR1#")
    session = bench.open(script.run("show y", "two\n"))
    assert session.command("show x").text == "one\n"
    assert session.command("show y").text == "two\n"


@any_slicing()
def test_rules_are_made_once_for_a_platform(bench: Bench) -> None:
    platform = load("cisco_ios")
    assert rules_for(platform) is rules_for(platform)
    other = platform._replace(asks=(re.compile("x"),))
    assert rules_for(other) is not rules_for(platform)


def test_an_unknown_encoding_is_said_plainly(bench: Bench) -> None:
    with pytest.raises(ConnectionFailed, match="unknown encoding 'klingon'"):
        bench.open(bench.script, bench.target(encoding="klingon"))
    assert bench.transport is not None
    assert bench.transport.closed


def test_only_the_stream_knows_pexpect() -> None:
    code = (
        "import sys, runner.connections.api, runner.connections.exchange,"
        " runner.connections.reader as r; print('paramiko' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_another_device_s_prompt_in_config_mode_is_output(bench: Bench) -> None:
    script = config(bench).hear("do show log").say("do show log\r\nother(config)#").wait(0.1)
    script.say("shutdown\r\nR1(config)#").run("end")
    session = bench.open(script)
    assert session.configure(["do show log"])[0].text == "other(config)#shutdown\n"
