"""The screen against a terminal that is written for clearness: one cell at a time."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runner.connections.screen import Screen

PIECES = st.sampled_from(
    [
        "a", "word", "  indented", "R1# ", " ", "     ", "\r\n", "\n", "\r", "\n\r", "\r\r\n", "\0",
        "\x08", "\x08\x08\x08", "\x08 \x08", "\x1b[K", "\x1b[2K", "\x1b[1K", "\x1b[3D", "\x1b[2C",
        "\x1b[5G", "\x1b[0m", "\x1b[1;32m", "\x1b[?2004h", "\x1b]0;title\x07", "\x1b(B", "\x1b=",
        "\x07", "\x1b[2P", "\x1b[3@", "\x1b[2X", "\x1bE", "é", "\udce9", "\x1b[J", "\x1b[24;1H",
        "\x1bPq;\x1b\\", "\x1b[", "\x1b", "12", "\t",
    ]
)  # fmt: skip


def shown(*chunks: str) -> tuple[str, str, str]:
    screen = Screen()
    screen.mark()
    for chunk in chunks:
        screen.feed(chunk)
    return screen.take(), screen.line, screen.repainted


@settings(max_examples=400)
@example(pieces=["aaa", "\n", "a", "\x1b[2K", "a", "\r\n"], sizes=[3])
@given(st.lists(PIECES, max_size=25), st.lists(st.integers(1, 6), min_size=1, max_size=6))
def test_any_slicing_shows_the_same(pieces: list[str], sizes: list[int]) -> None:
    text = "".join(pieces)
    chunks, at, turn = [], 0, 0
    while at < len(text):
        chunks.append(text[at : at + sizes[turn % len(sizes)]])
        at, turn = at + len(chunks[-1]), turn + 1
    assert shown(*chunks) == shown(text)


def cells(text: str) -> list[str]:
    """A terminal of one endless line at a time, for CR, LF, BS, CSI K and CSI n D only."""
    lines, line, cursor = [], [], 0
    rest = text
    while rest:
        if rest.startswith("\x1b[K"):
            rest, line = rest[3:], line[:cursor]
            continue
        if rest.startswith("\x1b[3D"):
            rest, cursor = rest[4:], max(0, cursor - 3)
            continue
        character, rest = rest[0], rest[1:]
        if character == "\n":
            lines.append("".join(line))
            line, cursor = [], 0
        elif character == "\r":
            cursor = 0
        elif character == "\x08":
            cursor = max(0, cursor - 1)
        else:
            line[cursor : cursor + 1] = [character]
            cursor += 1
    return [*lines, "".join(line)]


@settings(max_examples=400)
@given(
    st.lists(
        st.sampled_from(["abc", "x", " ", "   ", "\r", "\n", "\r\n", "\x08", "\x1b[K", "\x1b[3D"]),
        max_size=30,
    )
)
def test_the_same_as_a_plain_terminal_but_for_blanks_at_the_end(pieces: list[str]) -> None:
    text = "".join(pieces)
    screen = Screen()
    screen.feed(text)
    got = [line.rstrip() for line in (screen.take() + screen.line).split("\n")]
    assert got == [line.rstrip() for line in cells(text)]


@settings(max_examples=200)
@given(
    st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cc", "Cs"]))),
    st.integers(1, 50),
)
def test_plain_text_passes_unchanged(lines: list[str], size: int) -> None:
    text = "".join(line + "\n" for line in lines)
    sent = text.replace("\n", "\r\n")
    assert shown(*[sent[at : at + size] for at in range(0, len(sent), size)]) == (text, "", "")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("abc\b\bX", "aXc"),
        ("abc\rX", "Xbc"),
        ("--More--\r        \rnext", "next"),
        ("abc  ", "abc  "),
        ("abcdef\x1b[3DXY", "abcXYf"),
        ("abcdef\x1b[2G\x1b[K", "a"),
        ("abc\x1b[10Gx", "abc      x"),
        ("abcdef\x1b[1G\x1b[2Pz", "zdef"),
        ("abc\x1b[1G\x1b[2@", "  abc"),
        ("abcdef\x1b[2G\x1b[2X", "a  def"),
        ("\x1b[31mred\x1b[0m\x07", "red"),
        ("\x1b]0;R1#\x07R1#", "R1#"),
        ("\x1b]0;R1#\x1b\\R1#", "R1#"),
        ("R1#\x1b[999999999C", "R1#"),
        ("R1#\x1b[;999999999H", "R1#"),
        ("a\tb", "a\tb"),
        ("\x1b[24;1HR1#\x1b[24;4H", "R1#"),
        ("\x1b[2Jmenu", "menu"),
        ("% Inv\x1b[2Jalid", "% Invalid"),
        ("% Inv\x1b[2Kal\x1b[1Kid", "% Invalid"),
        ("old words\x1b[2J\x1b[Hmenu", "menu"),
        ("old words\x1b[2K\rmenu", "menu"),
        ("old words\x1b[1K\x1b[1Gmenu", "menu"),
        ("old words\r\x1b[2Kmenu", "menu"),
        ("\x1b[1;1H\x1b[2Jold\x1b[2J\x1b[2;1Hnew", "new"),
    ],
)
def test_repainting(text: str, line: str) -> None:
    assert shown(text)[:2] == ("", line)
    assert shown(*text)[:2] == ("", line)


def test_another_row_is_another_line() -> None:
    assert shown("\x1b[1;1Hone\x1b[2;1Htwo")[:2] == ("one\n", "two")


@pytest.mark.parametrize("erase", ["\x1b[2J", "\x1b[3J", "\x1b[1J", "\x1b[2K", "\x1b[1K"])
def test_a_line_that_is_erased_as_it_ends_is_kept(erase: str) -> None:
    assert shown(f"% Invalid input{erase}\r\nR1#")[:2] == ("% Invalid input\n", "R1#")


def test_what_was_painted_over_is_remembered_for_the_first_line_only() -> None:
    assert shown("sh\b\bshow\r\nx\by\r\n") == ("show\ny\n", "", "shshow")
    assert shown("show\r\nx\by\r\n")[2] == ""


@pytest.mark.parametrize("size", [1, 1000, 65_536])
def test_an_endless_line_is_handed_on_in_bounded_pieces(size: int) -> None:
    screen, total = Screen(), 0
    text = "0123456789" * 30_000
    for at in range(0, len(text), size):
        screen.feed(text[at : at + size])
        total += len(screen.take())
        assert len(screen.line) <= 65_536
    assert screen.cut
    assert total + len(screen.line) == len(text)
    screen.feed("\r100%\r\nnext")
    assert screen.take().endswith("100%\n")
    assert (screen.line, screen.cut) == ("next", False)


def test_an_endless_progress_bar_is_not_remembered() -> None:
    screen = Screen()
    screen.mark()
    for number in range(100_000):
        screen.feed(f"\r{number}%")
    assert screen.line == "99999%"
    screen.feed("\r\n")
    assert screen.repainted == ""


@pytest.mark.parametrize(
    ("moved", "out", "line"),
    [
        ("\x08" * 8 + " " * 8 + "\x08" * 8 + "next", "", "next"),
        ("\r\nnext", "", "next"),
        ("next", "", "next"),
        ("\rnext", "", "next"),
        ("\r\x1b[K\r\nnext", "\n", "next"),
        ("\r   next", "", "   next"),
    ],
)
def test_a_pager_leaves_nothing_behind(moved: str, out: str, line: str) -> None:
    for chunks in ([moved], list(moved)):
        screen = Screen()
        screen.feed("one\r\n--More--")
        assert screen.take() == "one\n"
        screen.blank_from(0)
        for chunk in chunks:
            screen.feed(chunk)
        assert (screen.take(), screen.line) == (out, line)
