"""Commands as words: what a line means, and what is wrong with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.lab.grammar import Grammar, Habits, Match, Mismatch, interface_name

TYPES = ("GigabitEthernet", "Loopback", "Vlan")
GRAMMAR = Grammar(
    [
        ("show version", "version"),
        ("show ip interface [brief]", "interfaces"),
        ("show ip route", "route"),
        ("configure terminal", "configure"),
        ("copy running-config startup-config", "copy"),
        ("ping ADDRESS", "ping"),
        ("terminal length NUMBER", "length"),
        ("interface INTERFACE", "interface"),
        ("description REST", "description"),
    ],
    Habits(interfaces=TYPES),
)


@pytest.mark.parametrize(
    ("line", "value", "full"),
    [
        ("show version", "version", "show version"),
        ("sh ver", "version", "show version"),
        ("SHOW VER", "version", "show version"),
        ("  sh   ip  int  br ", "interfaces", "show ip interface brief"),
        ("sh ip int", "interfaces", "show ip interface"),
        ("term len 0", "length", "terminal length 0"),
        ("int g0/1", "interface", "interface GigabitEthernet0/1"),
        ("desc  two  blanks > kept ", "description", "description two  blanks > kept"),
        ("ping 192.0.2.1", "ping", "ping 192.0.2.1"),
    ],
)
def test_a_line_is_read(line: str, value: str, full: str) -> None:
    found = GRAMMAR.match(line)
    assert isinstance(found, Match)
    assert (found.value, found.line) == (value, full)


@pytest.mark.parametrize(
    ("line", "fault", "column"),
    [
        ("show nothing", "invalid", 5),
        ("show ip", "incomplete", 7),
        ("co", "ambiguous", 0),
        ("c t", "ambiguous", 0),
        ("terminal length many", "invalid", 16),
        ("ping nowhere", "invalid", 5),
        ("show version now", "invalid", 13),
        ("interface nonsense", "invalid", 10),
        ("description", "incomplete", 11),
    ],
)
def test_a_wrong_line_says_where(line: str, fault: str, column: int) -> None:
    found = GRAMMAR.match(line)
    assert isinstance(found, Mismatch)
    assert (found.fault, found.column) == (fault, column)


def test_an_exact_word_wins_over_longer_ones() -> None:
    grammar = Grammar([("show ip", "short"), ("show ipv6", "long")], Habits())
    found = grammar.match("show ip")
    assert isinstance(found, Match)
    assert found.value == "short"


def test_a_platform_may_refuse_abbreviations() -> None:
    grammar = Grammar([("uname -a", "all")], Habits(abbreviate=False))
    assert isinstance(grammar.match("unam -a"), Mismatch)
    assert isinstance(grammar.match("uname -a"), Match)


@pytest.mark.parametrize(
    ("word", "full"),
    [("gi0/0/1", "GigabitEthernet0/0/1"), ("Lo10", "Loopback10"), ("vl5", "Vlan5"), ("x1", None)],
)
def test_interface_names(word: str, full: str | None) -> None:
    assert interface_name(word, TYPES) == full


def test_help_lists_what_may_follow() -> None:
    assert GRAMMAR.completions("show ") == ["ip", "version"]
    assert GRAMMAR.completions("show v") == ["version"]
    assert GRAMMAR.completions("show ip interface ") == ["brief", "<cr>"]
    assert GRAMMAR.completions("nonsense ") == []


@given(st.text())
def test_any_text_is_read_or_refused(line: str) -> None:
    found = GRAMMAR.match(line)
    assert isinstance(found, (Match, Mismatch))
    if isinstance(found, Mismatch):
        assert 0 <= found.column <= len(line)


@given(st.sampled_from(["show version", "show ip interface brief", "terminal length 5"]))
def test_what_was_written_out_reads_the_same(line: str) -> None:
    found = GRAMMAR.match(line)
    assert isinstance(found, Match)
    again = GRAMMAR.match(found.line)
    assert again == found
