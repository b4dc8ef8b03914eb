"""Hard cases 20 to 26 and 30: time, size, loss, errors and bytes."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import Bench, Script, any_slicing

from runner.connections.api import Timeouts
from runner.errors import CommandFailed, ConnectionLost, PromptTimeout


@any_slicing()
def test_hc20_show_tech_of_twenty_minutes_with_dots(bench: Bench) -> None:
    script = bench.script.login().hear("show tech").say("show tech\r\n")
    for _ in range(60):
        script.wait(20).say(".")
    script.say("\r\ndone\r\nR1#")
    session = bench.open(script, bench.target(timeouts=Timeouts(command=1500)))
    reply = session.command("show tech")
    assert reply.text == "." * 60 + "\ndone\n"
    assert reply.seconds == pytest.approx(1200, abs=1)


@any_slicing()
def test_hc20_silence_longer_than_idle_is_a_timeout(bench: Bench) -> None:
    script = bench.script.login().hear("show x").say("show x\r\npart").wait(31).say("late\r\nR1#")
    session = bench.open(script)
    with pytest.raises(PromptTimeout, match=r"r1 \(.*`show x`, silent for 30 s.*'part'"):
        session.command("show x")
    assert session.dirty


@any_slicing()
def test_hc20_endless_activity_ends_at_the_total(bench: Bench) -> None:
    script = bench.script.login().hear("ping x").say("ping x\r\n")
    for _ in range(700):
        script.wait(1).say("!")
    session = bench.open(script)
    began = bench.clock.now()
    with pytest.raises(PromptTimeout, match="not finished in the time allowed"):
        session.command("ping x")
    assert bench.clock.now() - began == pytest.approx(600, abs=2)


@any_slicing()
def test_hc20_a_command_that_was_allowed_more_may_be_silent(bench: Bench) -> None:
    script = bench.script.login().hear("copy x").say("copy x\r\n").wait(240).say("done\r\nR1#")
    session = bench.open(script)
    assert session.command("copy x", timeout=900).text == "done\n"


def big(bench: Bench, size: int, line_end: bytes) -> Script:
    line = b"0123456789 abcdefghij R1# neighbour>" + line_end
    script = bench.script.login().hear("show big").say("show big\r\n")
    return script.say(line * (size // len(line))).say("\r\nR1#")


@pytest.mark.parametrize("line_end", [b"\r\n", b""], ids=["lines", "one line"])
def test_hc21_a_hundred_megabytes_in_bounded_memory(line_end: bytes) -> None:
    bench = Bench("ssh")
    piece = b"0123456789 abcdefghij R1# neighbour>" + line_end
    chunk = piece * (60_000 // len(piece))
    times = 100_000_000 // len(chunk)
    script = bench.script.login().hear("show big").say("show big\r\n")
    session = bench.open(script)
    transport = bench.transport
    assert transport is not None
    reads = iter([b"show big\r\n", *([chunk] * times), b"\r\nR1#"])

    def read(timeout: float) -> bytes:
        data = next(reads, None) if timeout else None
        if data is None:
            raise TimeoutError
        return data

    transport.read = read  # type: ignore[method-assign]
    size = 0

    def sink(text: str) -> None:
        nonlocal size
        size += len(text)

    tracemalloc.start()
    try:
        reply = session.command("show big", sink=sink)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert reply.text is None
    assert size == len(chunk.replace(b"\r\n", b"\n")) * times + 1
    assert peak < 3_000_000


def steps(bench: Bench, text: bytes) -> int:
    """How many Python functions it takes to read `text` as output."""
    import sys

    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    session = bench.open(bench.script.login().hear("x").say(b"x\r\n" + text + b"\r\nR1#"))
    sys.setprofile(count)
    try:
        session.command("x")
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("text", [b"plain line\r\n", b"a\rb\x08c", b"x\x1b[Ky\x1b[2D", b"ab"])
def test_hc21_work_grows_with_the_output_and_no_faster(text: bytes) -> None:
    small = steps(Bench("ssh", slices=[500]), text * 2_000)
    large = steps(Bench("ssh", slices=[500]), text * 8_000)
    assert large < 4.4 * small


@any_slicing()
def test_hc22_late_output_never_becomes_the_next_command_s(bench: Bench) -> None:
    script = bench.script.login().hear("show old").say("show old\r\n").wait(31)
    script.say("old output\r\nR1#")
    session = bench.open(script)
    with pytest.raises(PromptTimeout):
        session.command("show old")
    with pytest.raises(ConnectionLost, match="lost before"):
        session.command("show new")
    with pytest.raises(ConnectionLost):
        session.ping()
    assert "show new" not in bench.typed


@any_slicing()
def test_hc22_a_sink_that_fails_costs_the_session(bench: Bench) -> None:
    def full(text: str) -> None:
        raise OSError(28, "No space left on device")

    session = bench.open(bench.script.login().run("show x", "one\ntwo\n"))
    with pytest.raises(OSError, match="No space"):
        session.command("show x", sink=full)
    assert session.dirty


LOG = "*Mar  1 00:00:01.123: %SYS-5-CONFIG_I: Configured from console by admin\r\n"


@any_slicing()
def test_hc23_a_log_message_in_the_middle_of_output(bench: Bench) -> None:
    script = bench.script.login().hear("show x").say("show x\r\none\r\n" + LOG + "two\r\nR1#")
    session = bench.open(script)
    assert session.command("show x").text == "one\n" + LOG.replace("\r", "") + "two\n"


@any_slicing()
def test_hc23_a_log_message_over_the_prompt(bench: Bench) -> None:
    script = bench.script.login().hear("show x").say("show x\r\none\r\nR1#\r\n" + LOG)
    script.hear("").say("\r\nR1#").run("show clock", "12:00\n")
    session = bench.open(script)
    text = session.command("show x").text
    assert text is not None
    assert text.startswith("one\n")
    assert session.command("show clock").text == "12:00\n"
    assert bench.finished


@any_slicing()
def test_hc23_a_log_message_after_leaving_config_mode(bench: Bench) -> None:
    script = bench.script.login().run("configure terminal", "", "R1(config)#")
    script.run("hostname R1", "", "R1(config)#").hear("end").say("end\r\nR1#\r\n" + LOG)
    script.hear("").say("\r\nR1#").run("show clock", "12:00\n")
    session = bench.open(script)
    session.configure(["hostname R1"])
    assert session.mode == "privileged"
    assert session.command("show clock").text == "12:00\n"
    assert bench.finished


@any_slicing()
def test_hc23_a_log_message_while_nothing_runs(bench: Bench) -> None:
    script = bench.script.login().run("show x", "one\n").wait(5).say("\r\n" + LOG)
    script.hear("show clock").say("show clock\r\n12:00\r\nR1#")
    session = bench.open(script)
    session.command("show x")
    bench.clock.time += 10
    assert session.command("show clock").text == "12:00\n"


@any_slicing()
def test_hc23_a_log_message_in_the_middle_of_the_echo(bench: Bench) -> None:
    script = bench.script.login().hear("show clock")
    script.say("sho\r\n" + LOG + "R1#show clock\r\n12:00\r\nR1#")
    session = bench.open(script)
    text = session.command("show clock").text
    assert text is not None
    assert text.endswith("12:00\n")
    assert "R1#" not in text


@any_slicing()
def test_hc23_logging_synchronous_prints_the_prompt_again(bench: Bench) -> None:
    script = bench.script.login().hear("show x").say("show x\r\none\r\nR1#\r\n" + LOG + "R1#")
    session = bench.open(script.run("show clock", "12:00\n"))
    text = session.command("show x").text
    assert text is not None
    assert text.startswith("one\n")
    assert session.command("show clock").text == "12:00\n"


@pytest.mark.parametrize(
    ("platform", "answer", "error"),
    [
        ("cisco_ios", "        ^\n% Invalid input detected at '^' marker.\n\n", "% Invalid input"),
        ("cisco_ios", "% Incomplete command.\n\n", "% Incomplete command."),
        ("cisco_ios", "Command authorization failed.\n\n", "Command authorization failed."),
        ("cisco_ios", '% Ambiguous command:  "sh x"\n', "% Ambiguous command"),
        ("frr", "% Unknown command: show x\n", "% Unknown command: show x"),
        (
            "huawei_vrp",
            "      ^\nError: Unrecognized command found at '^' position.\n",
            "Error: Unr",
        ),
        ("juniper_junos", "        ^\nsyntax error, expecting <command>.\n", "syntax error"),
        ("cisco_iosxr", "        ^\n% Invalid input detected at '^' marker.\n", "% Invalid input"),
    ],
)
def test_hc24_errors_that_look_like_success(platform: str, answer: str, error: str) -> None:
    prompts = {"huawei_vrp": "<R1>", "juniper_junos": "admin@r1>"}
    prompt = prompts.get(platform, "R1#")
    bench = Bench("ssh")
    target = bench.target(platform)
    script = bench.script.say(prompt)
    for line in target.platform.setup:
        script.run(line, prompt=prompt)
    session = bench.open(script.run("show x", answer, prompt).run("show x", answer, prompt), target)
    reply = session.command("show x")
    assert reply.error is not None
    assert reply.error.startswith(error)
    assert reply.text == answer
    assert session.command("show x", check=False).error is None


@any_slicing()
def test_hc24_an_error_message_that_is_erased_is_one(bench: Bench) -> None:
    script = bench.script.login()
    for answer in ("% Invalid inp\x1b[2Jut detected\n", "% Invalid input detected\x1b[2K\n"):
        script.run("show x", answer)
    session = bench.open(script)
    for _ in range(2):
        assert session.command("show x").error == "% Invalid input detected"


def test_hc24_an_error_message_in_the_middle_of_a_long_output_is_output() -> None:
    bench = Bench("ssh")
    log = "line\n" * 40 + "% Invalid input detected at '^' marker.\n" + "line\n" * 40
    session = bench.open(bench.script.login().run("show logging", log))
    assert session.command("show logging").error is None


@any_slicing()
def test_hc25_the_device_closes_in_the_middle(bench: Bench) -> None:
    script = bench.script.login().hear("reload").say("reload\r\nShutting down").close()
    session = bench.open(script)
    with pytest.raises(ConnectionLost, match=r"closed the connection while `reload` was running"):
        session.command("reload")
    assert session.dirty


@any_slicing()
def test_hc25_the_connection_breaks_in_the_middle(bench: Bench) -> None:
    session = bench.open(bench.script.login().hear("show x").say("show x\r\none\r\n").broken())
    with pytest.raises(ConnectionLost, match=r"r1 \(.*broke, while `show x` was running"):
        session.command("show x")
    assert session.dirty


@any_slicing()
def test_hc25_a_half_open_peer_is_a_timeout(bench: Bench) -> None:
    session = bench.open(bench.script.login().hear("show x").wait(10_000))
    with pytest.raises(PromptTimeout):
        session.command("show x")


@any_slicing()
def test_hc25_closed_while_nothing_ran(bench: Bench) -> None:
    session = bench.open(bench.script.login().run("show x", "one\n").wait(5).close())
    session.command("show x")
    bench.clock.time += 10
    with pytest.raises(ConnectionLost, match="before `show y` was sent: the device closed it"):
        session.command("show y")
    assert "show y" not in bench.typed


@any_slicing()
def test_hc25_a_change_that_is_cut_off_says_how_far_it_came(bench: Bench) -> None:
    script = bench.script.login().run("configure terminal", "", "R1(config)#")
    script.run("interface Lo0", "", "R1(config-if)#").hear("shutdown").say("shut").broken()
    session = bench.open(script)
    with pytest.raises(ConnectionLost) as caught:
        session.configure(["interface Lo0", "shutdown", "description x"])
    assert (caught.value.sent, caught.value.seen) == (2, 1)


@any_slicing()
def test_hc25_a_change_that_goes_silent_says_how_far_it_came(bench: Bench) -> None:
    script = bench.script.login().run("configure terminal", "", "R1(config)#").hear("shutdown")
    session = bench.open(script.wait(1000))
    with pytest.raises(PromptTimeout) as caught:
        session.configure(["shutdown"])
    assert (caught.value.sent, caught.value.seen) == (1, 0)


@any_slicing()
def test_hc26_bytes_that_are_no_utf8_survive(bench: Bench) -> None:
    data = b"caf\xe9 \xff\xfe\x80 \xc3"
    script = bench.script.login().hear("show x").say(b"show x\r\n" + data + b"\r\n\xc3\xa9\r\nR1#")
    text = bench.open(script).command("show x").text
    assert text is not None
    assert text.encode("utf-8", "surrogateescape") == data + b"\n\xc3\xa9\n"


@any_slicing()
def test_hc26_gb2312(bench: Bench) -> None:
    text = "描述 到北京\n"
    script = bench.script.login().hear("show x")
    script.say(b"show x\r\n" + text.replace("\n", "\r\n").encode("gb2312") + b"R1#")
    session = bench.open(script, bench.target(encoding="gb2312"))
    assert session.command("show x").text == text


@any_slicing()
def test_hc26_line_ends_in_every_spelling(bench: Bench) -> None:
    script = bench.script.login().hear("show x")
    script.say(b"show x\r\r\none\r\0\r\ntwo\n\rthree\r\r\n\0fo\0ur\nfive\r\r\r\n\r\nR1#")
    session = bench.open(script)
    assert session.command("show x").text == "one\ntwo\nthree\nfour\nfive\n\n"


def test_hc26_a_line_that_the_encoding_cannot_write_is_not_sent() -> None:
    bench = Bench("ssh")
    session = bench.open(bench.script.login(), bench.target(encoding="latin-1"))
    with pytest.raises(CommandFailed, match="cannot be written in latin-1"):
        session.command("description 北京")
    assert not session.dirty


@any_slicing()
def test_hc26_a_lone_return_overwrites_as_on_a_terminal(bench: Bench) -> None:
    script = bench.script.login().hear("copy x")
    script.say("copy x\r\n  1%\r 50%\r100% done\r\nR1#")
    assert bench.open(script).command("copy x").text == "100% done\n"


@any_slicing()
def test_hc30_a_device_that_answers_before_it_is_read(bench: Bench) -> None:
    session = bench.open(bench.script.login().run("show x", "one\n").run("show y", "two\n"))
    assert [session.command(f"show {name}").text for name in "xy"] == ["one\n", "two\n"]


@pytest.mark.parametrize("transport", ["ssh", "telnet"])
def test_hc30_a_byte_a_second(transport: str) -> None:
    bench = Bench(transport)
    slow = bench.script
    for step in bench.script.login().run("show x", "R1#1\ntwo\n").steps:
        if hasattr(step, "data") and type(step).__name__ == "Say":
            for byte in step.data:
                slow.wait(1).say(bytes([byte]))
        else:
            slow.steps.append(step)
    session = bench.open(slow, bench.target(timeouts=Timeouts(login=400)))
    assert session.command("show x").text == "R1#1\ntwo\n"


LINES = st.lists(
    st.text(
        alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]),
        max_size=30,
    ).map(lambda line: line.replace("R1#", "")),
    max_size=8,
)


@settings(max_examples=150)
@given(LINES, st.lists(st.integers(1, 40), min_size=1, max_size=5))
def test_any_text_arrives_whole_however_it_is_cut(lines: list[str], slices: list[int]) -> None:
    text = "".join(line + "\n" for line in lines)
    bench = Bench("ssh", slices=slices)
    script = bench.script.login().run("show x", text.replace("\n", "\n")).run("show y", "y\n")
    session = bench.open(script)
    assert session.command("show x").text == text
    assert session.command("show y").text == "y\n"
