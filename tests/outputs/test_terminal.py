from __future__ import annotations

import io
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.outputs.terminal import Colour, encodable, one_line, printable, shown_path, wants_colour


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 交换机\tx\ny", "plain é 交换机\tx\ny"),
        ("\x1b[2J\x07\r\x00\x7f", "\\x1b[2J\\x07\\x0d\\x00\\x7f"),
        ("\x9b2J", "\\x9b2J"),
        ("a\u202eb\u2066c\u200d", "a\\u202eb\\u2066c\\u200d"),
        (b"caf\xe9".decode("utf-8", "surrogateescape"), "caf\\xe9"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("\u2028\u0085", "\\u2028\\x85"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(st.characters(exclude_categories=[])))
def test_nothing_that_moves_hides_or_reorders_comes_through(text: str) -> None:
    shown = printable(text)
    left = {unicodedata.category(character) for character in shown if character not in "\n\t"}
    assert not left & {"Cc", "Cs", "Zl", "Zp"}
    assert all(
        unicodedata.bidirectional(character)
        not in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        for character in shown
    )
    assert printable(shown) == shown
    shown.encode("utf-8")


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


@given(st.text(), st.sampled_from(["ascii", "latin-1", "utf-8", "UTF-8", None]))
def test_what_is_encodable_can_be_encoded(text: str, encoding: str | None) -> None:
    encodable(printable(text), encoding).encode(encoding or "utf-8")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("choice", "terminal", "environ", "wanted"),
    [
        ("auto", True, {}, True),
        ("auto", False, {}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"NO_COLOR": ""}, True),
        ("auto", True, {"TERM": "dumb"}, False),
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {}, False),
    ],
)
def test_colour(choice: Colour, terminal: bool, environ: dict[str, str], wanted: bool) -> None:
    stream = Terminal() if terminal else io.StringIO()
    assert wants_colour(stream, choice, environ) is wanted


def test_paths_below_here_are_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown_path(tmp_path / "output" / "r\u202e1") == "output/r\\u202e1"
    assert shown_path("/elsewhere/x") == "/elsewhere/x"
