"""Telnet's options, whatever a device makes of them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.connections.telnet import TelnetFilter

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
ECHO, SGA, TTYPE, NAWS, BINARY, NEW_ENVIRON = 1, 3, 24, 31, 0, 39


def fresh() -> TelnetFilter:
    return TelnetFilter(511, 0, "vt100")


def talk(*codes: int) -> bytes:
    return bytes(codes)


telnet_bytes = st.lists(
    st.one_of(
        st.binary(max_size=8),
        st.sampled_from(
            [bytes((IAC,)), bytes((IAC, IAC)), bytes((IAC, SE)), b"\r\0", b"\r", b"\0"]
        ),
        st.tuples(st.sampled_from([WILL, WONT, DO, DONT]), st.integers(0, 255)).map(
            lambda pair: bytes((IAC, *pair))
        ),
        st.tuples(st.integers(0, 255), st.binary(max_size=6)).map(
            lambda pair: bytes((IAC, SB, pair[0])) + pair[1] + bytes((IAC, SE))
        ),
    ),
    max_size=12,
).map(b"".join)


@given(telnet_bytes, st.lists(st.integers(0, 200), max_size=8))
def test_any_slicing_gives_the_same(stream, cuts):
    whole = fresh().feed(stream)
    size = len(stream) + 1
    points = sorted({0, len(stream), *(cut % size for cut in cuts)})
    sliced = fresh()
    pieces = [sliced.feed(stream[a:b]) for a, b in itertools.pairwise(points)]
    assert (b"".join(d for d, _ in pieces), b"".join(r for _, r in pieces)) == whole


@given(telnet_bytes)
def test_byte_by_byte_gives_the_same(stream):
    sliced = fresh()
    pieces = [sliced.feed(bytes((byte,))) for byte in stream]
    assert (b"".join(d for d, _ in pieces), b"".join(r for _, r in pieces)) == fresh().feed(stream)


@given(st.binary(max_size=200))
def test_what_holds_no_command_passes_as_it_is(text):
    plain = text.replace(b"\xff", b"").replace(b"\0", b"")
    assert fresh().feed(plain) == (plain, b"")


@given(st.binary(max_size=100))
def test_every_byte_can_be_sent_doubled(text):
    doubled = text.replace(b"\0", b"").replace(b"\xff", b"\xff\xff")
    assert fresh().feed(doubled)[0] == text.replace(b"\0", b"")


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ((IAC, WILL, ECHO), (IAC, DO, ECHO)),
        ((IAC, WILL, SGA), (IAC, DO, SGA)),
        ((IAC, DO, SGA), (IAC, WILL, SGA)),
        ((IAC, DO, ECHO), (IAC, WONT, ECHO)),
        ((IAC, WILL, BINARY), (IAC, DONT, BINARY)),
        ((IAC, DO, BINARY), (IAC, WONT, BINARY)),
        ((IAC, DO, NEW_ENVIRON), (IAC, WONT, NEW_ENVIRON)),
        ((IAC, WILL, 37), (IAC, DONT, 37)),
        ((IAC, DO, TTYPE), (IAC, WILL, TTYPE)),
        (
            (IAC, DO, NAWS),
            (IAC, WILL, NAWS, IAC, SB, NAWS, 1, IAC, IAC, 0, 0, IAC, SE),
        ),
        ((IAC, WONT, ECHO), ()),
        ((IAC, DONT, 5), ()),
        ((IAC, 241), ()),
        ((IAC, 246), ()),
        ((IAC, SB, NEW_ENVIRON, 1, IAC, SE), ()),
    ],
)
def test_each_option_is_answered_once(said, answered):
    options = fresh()
    assert options.feed(talk(*said)) == (b"", talk(*answered))
    assert options.feed(talk(*said)) == (b"", b"")


def test_the_terminal_type_is_told_when_asked():
    options = fresh()
    question = talk(IAC, SB, TTYPE, 1, IAC, SE)
    assert options.feed(question) == (b"", b"")
    options.feed(talk(IAC, DO, TTYPE))
    assert options.feed(question) == (b"", talk(IAC, SB, TTYPE, 0) + b"vt100" + talk(IAC, SE))


def test_an_option_that_is_withdrawn_is_confirmed():
    options = fresh()
    options.feed(talk(IAC, WILL, ECHO, IAC, DO, NAWS))
    assert options.feed(talk(IAC, WONT, ECHO)) == (b"", talk(IAC, DONT, ECHO))
    assert options.feed(talk(IAC, DONT, NAWS)) == (b"", talk(IAC, WONT, NAWS))


def test_a_storm_of_changes_is_not_answered_for_ever():
    options = fresh()
    _, reply = options.feed(talk(IAC, WILL, ECHO, IAC, WONT, ECHO) * 10_000)
    assert len(reply) < 2_000
    _, reply = options.feed(b"".join(talk(IAC, DO, n) for n in range(256)) * 50)
    assert len(reply) <= 3 * 256


def test_a_subnegotiation_without_end_swallows_a_bounded_part():
    options = fresh()
    data, _ = options.feed(talk(IAC, SB, TTYPE) + b"x" * 100_000 + b"r1#")
    assert data.endswith(b"xr1#")
    assert len(data) > 90_000


def test_a_subnegotiation_broken_off_by_another_command():
    assert fresh().feed(talk(IAC, SB, TTYPE, 1, IAC, WILL, ECHO) + b"r1#") == (
        b"r1#",
        talk(IAC, DO, ECHO),
    )


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        (b"a\r\0b", b"a\rb"),
        (b"a\r\0\r\nb", b"a\r\r\nb"),
        (b"\0a\0", b"\0a\0"),
        (b"\r\0\0", b"\r\0"),
        (b"caf\xff\xff", b"caf\xff"),
        (b"caf\xffe", b"caf\xffe"),
    ],
)
def test_bytes_of_the_device(sent, seen):
    assert fresh().feed(sent)[0] == seen
