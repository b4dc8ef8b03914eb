"""Hard cases 1 to 6: prompts."""

from __future__ import annotations

import pytest
from scripted import Bench, any_slicing

from runner.errors import PromptTimeout
from runner.platforms import load

CONFIG_WITH_PROMPTS = """Building configuration...

hostname R1
banner motd ^C
R1#
R1# is what this prompt looks like
############
^C
interface GigabitEthernet0/1
 description Uplink r9# to core> (primary)
 description R1#
B>* 10.0.0.0/8 [110/20] via 192.0.2.1
*> 10.1.0.0/16
end
"""


@any_slicing()
def test_hc01_output_full_of_prompts(bench: Bench) -> None:
    session = bench.open(bench.script.login().run("show running-config", CONFIG_WITH_PROMPTS))
    assert session.command("show running-config").text == CONFIG_WITH_PROMPTS
    assert bench.finished


@any_slicing()
def test_hc01_output_that_fits_a_prompt_and_then_pauses(bench: Bench) -> None:
    script = bench.script.login().hear("show x").say("show x\r\nneighbour>").wait(1)
    script.say("rest\r\nR2#").wait(2).say(" is next\r\nR1#")
    session = bench.open(script)
    assert session.command("show x").text == "neighbour>rest\nR2# is next\n"


@any_slicing()
def test_hc01_version_in_brackets_is_no_vrp_prompt(bench: Bench) -> None:
    script = bench.script
    if bench.name == "telnet":
        script.say("Username:").hear("admin").say("admin\r\nPassword:").hear("s3cret!").say("\r\n")
    script.say("<HUAWEI>").run("screen-length 0 temporary", prompt="<HUAWEI>")
    text = "[V200R009C00SPC500]\n#\n sysname HUAWEI\n#\nreturn\n"
    script.run("display current-configuration", text, "<HUAWEI>")
    session = bench.open(script, bench.target("huawei_vrp"))
    assert session.command("display current-configuration").text == text


@any_slicing()
def test_hc01_flags_line_is_no_junos_prompt(bench: Bench) -> None:
    text = "BGP group\n  Flags: <Sync RSync>\n  Last State: Idle\n"
    script = junos_login(bench).hear("show bgp").say("show bgp \r\n")
    script.say(text[:32].replace("\n", "\r\n")).wait(0.1).say(text[32:].replace("\n", "\r\n"))
    script.say("\r\nadmin@r1> ")
    session = bench.open(script, bench.target("juniper_junos"))
    assert session.command("show bgp").text == text + "\n"


def junos_login(bench: Bench, prompt: str = "admin@r1> "):
    script = bench.script
    if bench.name == "telnet":
        script.say("login: ").hear("admin").say("admin\r\nPassword:").hear("s3cret!").say("\r\n")
    script.say("\r\n--- JUNOS 21.4R1 built\r\n" + prompt)
    for line in load("juniper_junos").setup:
        script.hear(line).say(line + " \r\nScreen set\r\n\r\n" + prompt)
    return script


@any_slicing()
def test_hc01_a_banner_drawn_with_prompt_signs(bench: Bench) -> None:
    script = bench.script
    script.say("\r\n##########\r\n# R1# >> #\r\n##########\r\nR1#\r\n")
    session = bench.open(script_after_banner(bench, script).run("show clock", "12:00\n"))
    assert session.command("show clock").text == "12:00\n"
    assert session.prompt == "R1#"


def script_after_banner(bench: Bench, script):
    if bench.name == "telnet":
        script.say("Username: ").hear("admin").say("admin\r\nPassword: ").hear("s3cret!")
        script.say("\r\n")
    return script.say("R1#").set_up()


@any_slicing()
def test_hc02_hostname_cut_in_config_mode(bench: Bench) -> None:
    name = "a-very-long-hostname-of-a-router"
    script = bench.script.login(f"{name}#")
    script.run("configure terminal", "Enter configuration commands\n", f"{name[:20]}(config)#")
    script.run("interface Lo0", "", f"{name[:20]}(config-if)#")
    script.run("end", "", f"{name}#")
    session = bench.open(script)
    session.configure(["interface Lo0"])
    assert (session.prompt, session.mode) == (f"{name}#", "privileged")
    assert bench.finished


@any_slicing()
def test_hc02_prompt_is_not_the_hostname(bench: Bench) -> None:
    session = bench.open(bench.script.login("R1-STP#").run("show clock", "12:00\n", "R1-STP#"))
    assert session.command("show clock").text == "12:00\n"


@any_slicing()
def test_hc03_our_own_line_changes_the_hostname(bench: Bench) -> None:
    script = bench.script.login()
    script.run("configure terminal", "", "R1(config)#").run("hostname R2", "", "R2(config)#")
    script.run("end", "", "R2#").run("show clock", "12:00\n", "R2#")
    session = bench.open(script)
    session.configure(["hostname R2"])
    assert session.prompt == "R2#"
    assert session.command("show clock").text == "12:00\n"


@any_slicing()
def test_hc03_hostname_changes_at_commit(bench: Bench) -> None:
    script = junos_login(bench)
    script.hear("configure private")
    script.say("configure private \r\nEntering configuration mode\r\n\r\n[edit]\r\nadmin@r1# ")
    script.hear("set system host-name r2")
    script.say("set system host-name r2 \r\n\r\n[edit]\r\nadmin@r1# ")
    script.hear("commit").say("commit \r\n").wait(240)
    script.say("commit complete\r\n\r\n[edit]\r\nadmin@r2# ")
    script.hear("exit configuration-mode").say("exit configuration-mode \r\n\r\nadmin@r2> ")
    session = bench.open(script, bench.target("juniper_junos"))
    replies = session.configure(["set system host-name r2"])
    assert [reply.command for reply in replies] == ["set system host-name r2", "commit"]
    assert replies[0].text == "\n"
    assert (session.prompt, session.mode) == ("admin@r2>", "exec")
    assert bench.finished


@any_slicing()
def test_hc04_a_line_above_the_prompt_belongs_to_it(bench: Bench) -> None:
    script = junos_login(bench, "{master:0}\r\nadmin@r1> ")
    script.hear("show chassis").say("show chassis \r\n{master:0} is text here\r\nok\r\n")
    script.say("\r\n{master:0}\r\nadmin@r1> ")
    session = bench.open(script, bench.target("juniper_junos"))
    assert session.command("show chassis").text == "{master:0} is text here\nok\n\n"


@pytest.mark.parametrize(
    "prompt",
    ["*A:pe1#", "FG (Primary) (global) #", "RBM_P<core-1>", "--{ + running }--[  ]--\r\nA:leaf1#"],
)
@pytest.mark.parametrize("transport", ["ssh", "telnet"])
def test_hc04_decorated_prompts_on_the_generic_platform(transport: str, prompt: str) -> None:
    bench = Bench(transport, slices=[3])
    script = bench.script
    if transport == "telnet":
        script.say("login: ").hear("admin").say("\r\nPassword: ").hear("s3cret!").say("\r\n")
    script.say(f"Welcome\r\n{prompt} ").hear("").say(f"\r\n{prompt} ")
    script.hear("show x").say(f"show x\r\none\r\ntwo\r\n{prompt} ")
    session = bench.open(script, bench.target("generic"))
    text = session.command("show x").text
    assert text is not None
    assert text.startswith("one\ntwo\n")
    assert session.prompt == prompt.rpartition("\n")[2]


@any_slicing()
def test_hc05_a_command_that_changes_the_prompt_by_design(bench: Bench) -> None:
    script = bench.script.login("asa/pri#").run("changeto context C1", "", "asa/pri/C1#")
    script.run("show clock", "12:00\n", "asa/pri/C1#")
    session = bench.open(script)
    session.command("changeto context C1")
    assert session.prompt == "asa/pri/C1#"
    assert session.command("show clock").text == "12:00\n"


@any_slicing()
def test_hc05_a_shell_from_the_command_line(bench: Bench) -> None:
    script = bench.script.login().run("bash", "", "bash-4.2$")
    script.run("uname", "Linux\n", "bash-4.2$").run("exit", "exit\n", "R1#")
    script.run("show clock", "12:00\n")
    session = bench.open(script)
    session.command("bash")
    assert session.mode == "shell"
    assert session.command("uname").text == "Linux\n"
    before = bench.clock.now()
    session.command("exit")
    assert bench.clock.now() - before < 0.5, "a prompt seen before is not doubted"
    assert (session.mode, session.command("show clock").text) == ("privileged", "12:00\n")


@any_slicing()
def test_hc05_a_prompt_of_no_known_mode_is_a_timeout_that_shows_it(bench: Bench) -> None:
    session = bench.open(bench.script.login().hear("debug sh").say("debug sh\r\ngdb|| "))
    with pytest.raises(PromptTimeout, match=r"debug sh.*gdb\|\|"):
        session.command("debug sh")
    assert session.dirty


@any_slicing()
def test_hc06_blanks_and_nuls_after_the_prompt(bench: Bench) -> None:
    script = bench.script.login("R1# \0\0 ").hear("show clock")
    script.say(b"show clock\r\n12:00\r\n\0\0R1#  \0")
    session = bench.open(script)
    assert session.command("show clock").text == "12:00\n"
    assert session.prompt == "R1#"


@any_slicing()
def test_hc06_prompt_glued_to_the_greeting(bench: Bench) -> None:
    script = bench.script
    if bench.name == "telnet":
        script.say("Username: ").hear("admin").say("\r\nPassword: ").hear("s3cret!").say("\r\n")
    script.say("Welcome to the lab. Be nice. R1#").hear("").say("\r\nR1#").set_up()
    session = bench.open(script.run("show clock", "12:00\n"))
    assert session.command("show clock").text == "12:00\n"


@any_slicing()
def test_hc06_prompt_glued_to_the_output(bench: Bench) -> None:
    script = bench.script.login().hear("more x").say("more x\r\none\r\ntwoR1#")
    session = bench.open(script)
    assert session.command("more x").text == "one\ntwo"
    assert session.prompt == "R1#"


@any_slicing()
def test_hc06_prompt_glued_to_one_output_after_another(bench: Bench) -> None:
    script = bench.script.login()
    for text in ('{"a": 1}', '{"b": 2}', "plain\r\n", '{"c": 3}'):
        script.hear("show x").say(f"show x\r\n{text}R1#")
    session = bench.open(script)
    printed = [session.command("show x").text for _ in range(4)]
    assert printed == ['{"a": 1}', '{"b": 2}', "plain\n", '{"c": 3}']


@pytest.mark.parametrize("prompt", ["%", "$", "-bash-4.2$", "user@host:~$"])
@pytest.mark.parametrize("transport", ["ssh", "telnet"])
def test_hc06_bare_shell_prompts(transport: str, prompt: str) -> None:
    bench = Bench(transport, slices=[2, 7])
    platform = load("linux")._replace(setup=())
    script = bench.script
    if transport == "telnet":
        script.say("h login: ").hear("admin").say("admin\r\nPassword: ").hear("s3cret!").say("\r\n")
    script.say(f"\x1b[?2004h{prompt} ").hear("").say(f"\r\n\x1b[?2004l\r\x1b[?2004h{prompt} ")
    script.hear("df").say(f"df\r\n\x1b[?2004l\r/ 99%\r\n\x1b[?2004h{prompt} ")
    session = bench.open(script, bench.target(platform))
    assert session.command("df").text == "/ 99%\n"
    assert bench.finished


@any_slicing()
def test_hc01_a_prompt_that_was_there_before_the_line_was_read(bench: Bench) -> None:
    for stale in ("R1#", "\r\nR1#", "old\r\nR1#"):
        script = bench.script.login().run("show a", "A\n").hear("show b")
        script.say(stale).wait(2).say("show b\r\nB\r\nR1#").run("show c", "C\n")
        session = bench.open(script)
        assert [session.command(f"show {name}").text for name in "abc"] == ["A\n", "B\n", "C\n"]
        assert bench.finished


@any_slicing()
def test_hc01_a_line_cut_right_behind_the_prompt_s_own_words(bench: Bench) -> None:
    """The rest comes too late; still the next command gets its own output and no more."""
    script = bench.script.login().hear("show log").say("show log\r\nbuffer:\r\nR1#").wait(0.5)
    script.say("wr mem by admin\r\nmore\r\nR1#").run("show clock", "12:00\n")
    session = bench.open(script)
    session.command("show log")
    assert session.command("show clock").text == "12:00\n"


@pytest.mark.parametrize("transport", ["ssh", "telnet"])
@pytest.mark.parametrize(
    "parts", [["x" * 300 + "\r\nR1#"], ["one\r\n", "two\r\nR1#"]], ids=["long", "in pieces"]
)
def test_hc01_a_line_cut_by_the_network_is_waited_for(transport: str, parts: list[str]) -> None:
    bench = Bench(transport)
    script = bench.script.login().hear("show log").say("show log\r\n")
    for part in parts:
        script.wait(0.005).say(part)
    script.wait(0.015).say("is no prompt\r\nR1#").run("show clock", "12:00\n")
    session = bench.open(script)
    text = session.command("show log").text
    assert text == "".join(parts).replace("\r", "") + "is no prompt\n"
    assert session.command("show clock").text == "12:00\n"


@pytest.mark.parametrize("transport", ["ssh", "telnet"])
def test_hc01_a_small_answer_is_not_waited_for(transport: str) -> None:
    bench = Bench(transport)
    script = bench.script.login().hear("show clock").say("show clo").wait(0.001)
    script.say("ck\r\n").wait(0.001).say("12:00\r\nR1#")
    session = bench.open(script)
    before = bench.clock.now()
    assert session.command("show clock").text == "12:00\n"
    assert bench.clock.now() - before < 0.01


@any_slicing()
def test_hc15_without_an_echo_output_that_repeats_the_command_is_kept(bench: Bench) -> None:
    script = bench.script
    if bench.name == "telnet":
        script.say("Username: ").hear("admin").say("\r\nPassword: ").hear("s3cret!").say("\r\n")
    script.say("R1#").hear("terminal length 0").say("\r\nR1#")
    script.hear("terminal width 511").say("\r\nR1#")
    script.hear("show history").say("\r\n  show version\r\n  show history\r\n  show x\r\nR1#")
    session = bench.open(script)
    text = session.command("show history").text
    assert text == "  show version\n  show history\n  show x\n"
