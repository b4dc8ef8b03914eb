"""The far end of a line: editing, echo, and everything that is no character."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_at import Buffer

from runner.lab.telnet import Options
from runner.lab.terminal import Line, Terminal


def read(
    *pieces: bytes, echo: bool = True, lines: int = 1, help_key: str = "?"
) -> tuple[list[Line], bytes]:
    """The lines read from pieces that arrive one after another, and what was echoed."""
    wire = Buffer()

    async def run() -> list[Line]:
        terminal = Terminal(wire)

        async def feed() -> None:
            for piece in pieces:
                terminal.feed(piece)
                await asyncio.sleep(0)
            terminal.feed_eof()

        feeding = asyncio.create_task(feed())
        found = [await terminal.read_line(echo=echo, help_key=help_key) for _ in range(lines)]
        await feeding
        await terminal.flush()
        return found

    return asyncio.run(run()), wire.data


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\r\x00"])
def test_every_habit_of_ending_a_line(end: bytes) -> None:
    lines, echo = read(b"show version" + end + b"exit" + end, lines=2)
    assert lines == [Line("show version"), Line("exit")]
    assert echo == b"show version\r\nexit\r\n"


def test_a_line_end_may_be_cut_in_two() -> None:
    lines, _ = read(b"one\r", b"\ntwo\r", b"\x00", b"three\r", lines=3)
    assert [line.text for line in lines] == ["one", "two", "three"]


def test_two_returns_are_two_lines() -> None:
    lines, _ = read(b"\r\r", lines=2)
    assert lines == [Line(""), Line("")]


def test_typing_mistakes_are_corrected() -> None:
    lines, echo = read(b"shop\x08w\x7fw\r")
    assert lines == [Line("show")]
    assert echo == b"shop\x08 \x08w\x08 \x08w\r\n"


def test_a_line_can_be_thrown_away() -> None:
    assert read(b"wrong\x15right\r")[0] == [Line("right")]


def test_a_password_is_not_echoed() -> None:
    lines, echo = read(b"secret?\r", echo=False, help_key="")
    assert lines == [Line("secret?")]
    assert echo == b"\r\n"


@pytest.mark.parametrize(
    ("key", "end"), [(b"\x03", "interrupt"), (b"\x1a", "end"), (b"\x04", "logout"), (b"?", "help")]
)
def test_keys_that_end_a_line(key: bytes, end: str) -> None:
    assert read(b"sh" + key)[0] == [Line("sh", end)]  # type: ignore[arg-type]


def test_cursor_keys_are_no_text() -> None:
    assert read(b"sh\x1b[A\x1b[1;5Cow\x1bOP\r")[0] == [Line("show")]


def test_a_client_that_goes_leaves_half_a_line() -> None:
    assert read(b"sho")[0] == [Line("sho", "eof")]


def test_bytes_that_are_no_text_come_back_as_they_were() -> None:
    _, echo = read(b"caf\xe9\xff\r")
    assert echo == b"caf\xe9\xff\r\n"


@given(st.lists(st.binary(max_size=20), max_size=20))
def test_any_bytes_are_read_to_the_end(pieces: list[bytes]) -> None:
    count = sum(len(piece) for piece in pieces) + 1
    lines, _ = read(*pieces, lines=count)
    assert lines[-1].end == "eof"


@given(st.binary(max_size=200), st.lists(st.integers(0, 200)))
def test_slicing_changes_nothing(data: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted({cut for cut in cuts if cut < len(data)}), len(data)]
    pieces = [data[start:end] for start, end in itertools.pairwise(edges)]
    if b"\x1b" in data:
        return  # a cut escape sequence is typed text, as on a slow line
    assert read(*pieces, lines=5)[0] == read(data, lines=5)[0]


def test_telnet_commands_are_taken_out_and_answered() -> None:
    options = Options()
    assert options.read(b"a\xff\xfb\x18b\xff\xfa\x18\x00vt100\xff\xf0c\xff\xffd") == b"abc\xffd"
    assert options.reply == b""  # a terminal type was asked for: nothing to say


def test_telnet_refuses_what_it_does_not_do() -> None:
    options = Options()
    options.read(b"\xff\xfd\x05\xff\xfb\x27")
    assert bytes(options.reply) == b"\xff\xfc\x05\xff\xfe\x27"


def test_telnet_agrees_without_a_storm() -> None:
    options = Options()
    options.read(b"\xff\xfd\x01\xff\xfd\x03" * 50)
    assert options.reply == b""


def test_telnet_echo_can_be_refused() -> None:
    options = Options()
    options.read(b"\xff\xfe\x01")
    assert not options.echo
    assert bytes(options.reply) == b"\xff\xfc\x01"


@given(st.binary(), st.integers(1, 7))
def test_telnet_options_do_not_care_where_packets_end(data: bytes, size: int) -> None:
    whole, sliced = Options(), Options()
    expected = whole.read(data)
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert b"".join(sliced.read(piece) for piece in pieces) == expected
    assert sliced.reply == whole.reply
