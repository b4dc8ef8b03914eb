"""Hard cases 13 to 15: echo, repainting, pagers, and devices without any echo."""

from __future__ import annotations

import pytest
from scripted import Bench, any_slicing

LONG = (
    "show ip bgp vpnv4 vrf CUSTOMER-ALPHA neighbors 192.0.2.1 advertised-routes | include 10.0.0.0"
)
ROUTES = "10.0.0.0/8\n10.0.0.0/16 via 192.0.2.1\n"
OUTPUT = ROUTES.replace("\n", "\r\n")


def typed(bench: Bench, line: str, echo: str, output: str = OUTPUT) -> str | None:
    """What a command gives whose echo is `echo`; another command after it works as well."""
    script = bench.script.login().hear(line).say(echo).say(output + "R1#")
    script.run("show clock", "12:00\n")
    session = bench.open(script)
    reply = session.command(line)
    assert session.command("show clock").text == "12:00\n"
    assert bench.finished
    return reply.text


@any_slicing()
def test_hc13_echo_scrolled_sideways(bench: Bench) -> None:
    echo = LONG[:76] + "\b" * 79 + "R1#$" + LONG[20:] + " " * 4 + "\b" * 4 + "\r\n"
    assert typed(bench, LONG, echo) == ROUTES


@any_slicing()
def test_hc13_echo_cut_on_the_left(bench: Bench) -> None:
    assert typed(bench, LONG, "\rR1#$" + LONG[30:] + "\r\n") == ROUTES


@any_slicing()
def test_hc13_echo_cut_on_the_right(bench: Bench) -> None:
    assert typed(bench, LONG, LONG[:74] + "$\r\n") == ROUTES


@pytest.mark.parametrize("wrap", ["\r\n", "\r\r\n", "\n\r", " \r", "\r\0\r\n", " \r\n"])
@pytest.mark.parametrize("transport", ["ssh", "telnet"])
def test_hc13_echo_wrapped(transport: str, wrap: str) -> None:
    for slices in ([], [1], [7]):
        bench = Bench(transport, slices=slices)
        assert typed(bench, LONG, LONG[:77] + wrap + LONG[77:] + "\r\n") == ROUTES


@any_slicing()
def test_hc13_echo_wrapped_by_a_narrow_terminal(bench: Bench) -> None:
    line = "show ip bgp summary"
    assert typed(bench, line, "show ip bgp summa\rary\r\n") == ROUTES


@any_slicing()
def test_hc13_echo_with_words_completed(bench: Bench) -> None:
    assert typed(bench, "sh ip ro", "show ip route\r\n") == ROUTES


@any_slicing()
def test_hc13_prompt_reprinted_for_every_character(bench: Bench) -> None:
    line = "show ip route"
    painted = "".join(
        f"\r\x1b[K\rR1#{line[:end]}\x1b[{end + 4}G" for end in range(1, len(line) + 1)
    )
    assert typed(bench, line, painted + "\r\n") == ROUTES


@any_slicing()
def test_hc13_prompt_reprinted_for_every_word_with_moves(bench: Bench) -> None:
    echo = "show\x1b[4D\x1b[3DR1#show ip\x1b[10D\x1b[KR1#show ip route\r\n"
    assert typed(bench, "show ip route", echo) == ROUTES


@any_slicing()
def test_hc13_echo_rewritten_with_backspaces(bench: Bench) -> None:
    echo = "sx\b \bhow ip roux\b \bte\r\n"
    assert typed(bench, "show ip route", echo) == ROUTES


@any_slicing()
def test_hc13_colours_and_titles(bench: Bench) -> None:
    echo = "\x1b[1;32mshow ip route\x1b[0m\r\n\x1b]0;R1\x07\x1b[?2004l\r"
    assert typed(bench, "show ip route", echo) == ROUTES


@any_slicing()
def test_hc13_a_prompt_placed_by_row_and_column(bench: Bench) -> None:
    echo = "\x1b[24;1H\x1b[2K\x1b[24;1HR1#show ip route\x1b[24;17H\x1bE"
    assert typed(bench, "show ip route", echo) == ROUTES


@any_slicing()
def test_hc13_output_that_repeats_the_command_is_kept(bench: Bench) -> None:
    output = "show history\nR1#show history\n  show history\n"
    text = typed(bench, "show history", "show history\r\n", output.replace("\n", "\r\n"))
    assert text == output


@any_slicing()
def test_hc13_an_empty_first_line_is_kept(bench: Bench) -> None:
    assert typed(bench, "show x", "show x\r\n", "\r\n\r\none\r\n\r\n") == "\n\none\n\n"


@any_slicing()
def test_hc15_no_echo_at_all(bench: Bench) -> None:
    script = bench.script
    if bench.name == "telnet":
        script.say("Username: ").hear("admin").say("\r\nPassword: ").hear("s3cret!").say("\r\n")
    script.say("R1#").hear("terminal length 0").say("\r\nR1#")
    script.hear("terminal width 511").say("\r\nR1#")
    script.hear("show x").say("\r\nfirst\r\nshow\r\nlast\r\nR1#")
    script.hear("show y").say("first\r\nlast\r\nR1#")
    script.hear("show z").say("\r\nR1#")
    script.hear("show v").say("\r\none\r\n").wait(0.15).say("two\r\nthree\r\nfour\r\nfive\r\nR1#")
    session = bench.open(script)
    assert session.command("show x").text == "first\nshow\nlast\n"
    assert session.command("show y").text == "first\nlast\n"
    assert session.command("show z").text == ""
    assert session.command("show v").text == "one\ntwo\nthree\nfour\nfive\n"
    assert bench.finished


PAGES = "".join(f"interface Lo{number}\r\n ip address 10.0.0.{number}\r\n" for number in range(6))
PLAIN = PAGES.replace("\r\n", "\n")
BACK = "\b" * 10 + " " * 10 + "\b" * 10


@pytest.mark.parametrize(
    ("pager", "erase"),
    [
        (" --More-- ", BACK),
        ("--More--", "\b" * 8 + " " * 8 + "\b" * 8),
        ("--More--", "\r" + " " * 40 + "\r"),
        ("--More--", "\r\x1b[K"),
        ("\x1b[7m--More--\x1b[m", "\r\x1b[K"),
        (" --More-- ", "\b \b" * 10),
        ("  ---- More ----", "\x1b[16D" + " " * 16 + "\x1b[16D"),
        ("---(more 45%)---", "\r" + " " * 40 + "\r"),
        ("-- MORE --, next page: Space, next line: Enter, quit: Control-C", "\r\x1b[2K\r"),
        ("lines 1-24", "\r\x1b[K"),
        ("<--- More --->", "\r" + " " * 14 + "\r"),
        ("--More--", "\r\n"),
        ("--More--", "\r"),
        ("--More--", ""),
    ],
)
@pytest.mark.parametrize("transport", ["ssh", "telnet"])
def test_hc14_pagers(transport: str, pager: str, erase: str) -> None:
    for slices in ([], [1], [5], [9, 2]):
        bench = Bench(transport, slices=slices)
        script = bench.script.login().hear("show run").say("show run\r\n")
        pages = PAGES.splitlines(keepends=True)
        for start in range(0, len(pages), 4):
            script.say("".join(pages[start : start + 4]))
            if start + 4 < len(pages):
                script.say(pager).hear(" ", newline=False).say(erase)
        script.say("R1#").run("show clock", "12:00\n")
        session = bench.open(script)
        assert session.command("show run").text == PLAIN
        assert session.command("show clock").text == "12:00\n"
        assert bench.finished


@any_slicing()
def test_hc14_a_pager_on_the_very_last_line(bench: Bench) -> None:
    script = bench.script.login().hear("show run").say("show run\r\n" + PAGES + " --More-- ")
    script.hear(" ", newline=False).say(BACK + "R1#")
    session = bench.open(script)
    assert session.command("show run").text == PLAIN
    assert session.prompt == "R1#"


@any_slicing()
def test_hc14_blank_and_indented_lines_after_a_pager_are_kept(bench: Bench) -> None:
    script = bench.script.login().hear("show run").say("show run\r\none\r\n --More-- ")
    script.hear(" ", newline=False).say(BACK + "\r\n   two\r\n --More-- ")
    script.hear(" ", newline=False).say(BACK + "   three\r\nR1#")
    session = bench.open(script)
    assert session.command("show run").text == "one\n\n   two\n   three\n"


@any_slicing()
def test_hc14_the_words_of_a_pager_in_the_output_get_no_key(bench: Bench) -> None:
    text = "banner motd press --More-- \n--More-- is what pagers say\n"
    session = bench.open(bench.script.login().run("show banner", text))
    assert session.command("show banner").text == text
    assert bench.finished


@any_slicing()
def test_hc14_a_known_pager_is_answered_without_waiting(bench: Bench) -> None:
    script = bench.script.login().hear("show run").say("show run\r\n")
    for number in range(50):
        script.say(f"line {number}\r\n --More-- ").hear(" ", newline=False).say(BACK)
    session = bench.open(script.say("R1#"))
    before = bench.clock.now()
    session.command("show run")
    assert bench.clock.now() - before < 0.5
