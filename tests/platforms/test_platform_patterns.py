"""What holds for every pattern of every platform, whatever a device prints."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner import platforms
from runner.values import MASK

SIGNS = ("a", "-", "(", "[", "<", ">", "#", "$", "?", " ", "\n", "\t", '"', "%", ".", "|", "^", "1")
PIECES = ("a ", "a@", "a:", "-a ", "/ ", "| a", "x=", "a\n", " \n", "$1$", "% [a] ", "%^%#", "[y/")
WORDS = ("(y/", "% ", "ip ", "ip/", "key ", "password ", "neighbor ", "username a ", "snmp-server ")
STARTS = ("error: ", "lines 1-1", "show ", "{master", "[edit ", "secret 5 ", "community ")
UNITS = (*SIGNS, *PIECES, *WORDS, *STARTS)
PLATFORMS = [platforms.load(name) for name in platforms.names()]
SHORT, LONG = 2_000, 16_000
SUSPICIOUS = 0.005
"""In seconds of CPU. What LONG characters take less for is not worth a second look."""


def patterns(value: Any, path: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every pattern in `value`, with where it stands."""
    if isinstance(value, re.Pattern):
        yield path, value
    elif hasattr(value, "_asdict"):
        yield from patterns(value._asdict(), path)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from patterns(inner, f"{path}.{key}")
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from patterns(inner, f"{path}.{index}")


def cost(pattern: re.Pattern[str], unit: str, size: int) -> float:
    text = unit * (size // len(unit)) + "!"
    started = time.process_time()
    if pattern.flags & re.MULTILINE:
        pattern.search(text)
    elif "\n" not in text:
        pattern.fullmatch(text)
    return time.process_time() - started


def grows_too_fast(pattern: re.Pattern[str], unit: str) -> bool:
    """Whether eight times the text takes more than thirty times as long, three times over."""
    if cost(pattern, unit, LONG) < SUSPICIOUS:
        return False
    short = min(cost(pattern, unit, SHORT) for _ in range(3))
    long = min(cost(pattern, unit, LONG) for _ in range(3))
    return long > SUSPICIOUS and long > 30 * short


def test_no_pattern_grows_faster_than_the_text() -> None:
    unique = {
        (pattern.pattern, pattern.flags): (where, pattern)
        for platform in PLATFORMS
        for where, pattern in patterns(platform, platform.name)
    }
    slow = [
        (where, unit)
        for where, pattern in unique.values()
        for unit in UNITS
        if grows_too_fast(pattern, unit)
    ]
    assert slow == []


def test_a_pattern_that_grows_too_fast_is_noticed() -> None:
    assert grows_too_fast(re.compile(r"^\s*x", re.MULTILINE), "\n")


def test_no_unlimited_wildcard_crosses_lines() -> None:
    """`.` stops at a line's end everywhere: DOTALL would let one line's secret eat the next."""
    flagged = [
        where
        for platform in PLATFORMS
        for where, pattern in patterns(platform, platform.name)
        if pattern.flags & re.DOTALL
    ]
    assert flagged == []


MODES = [(platform.name, mode) for platform in PLATFORMS for mode in platform.modes]


@pytest.mark.parametrize(("name", "mode"), MODES)
@given(data=st.data())
@settings(max_examples=40)
def test_modes_exclude_each_other(name: str, mode: str, data: st.DataObject) -> None:
    modes = platforms.load(name).modes
    ascii_only = st.characters(min_codepoint=32, max_codepoint=126)
    prompt = data.draw(st.from_regex(modes[mode].prompt, fullmatch=True, alphabet=ascii_only))
    assert [m.name for m in modes.values() if m.prompt.fullmatch(prompt)] == [mode]


COMMANDS = ("show version", "display version", "/export", "ls")
NAMES = st.sampled_from(platforms.names())
TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
PIPES = ("redirect", "append", "tee", "save", "file", "sed", "awk", "request", "r", "app", "bash")


@given(NAMES, st.sampled_from(COMMANDS), TEXT, st.sampled_from([">", ";", "`", "\n", "$("]), TEXT)
def test_a_sign_that_redirects_or_chains_is_never_a_read(
    name: str, command: str, before: str, sign: str, after: str
) -> None:
    assert not platforms.is_read_only(platforms.load(name), f"{command} {before}{sign}{after}")


@given(NAMES, st.sampled_from(COMMANDS), st.sampled_from(PIPES), TEXT)
def test_a_pipe_that_writes_is_never_a_read(
    name: str, command: str, pipe: str, argument: str
) -> None:
    assert not platforms.is_read_only(platforms.load(name), f"{command} | {pipe} {argument}")


@given(NAMES, st.text())
def test_any_text_is_judged_without_a_failure(name: str, text: str) -> None:
    platform = platforms.load(name)
    platforms.mode_of(platform, text)
    platforms.is_read_only(platform, text)
    error = platforms.error_in(platform, text)
    assert error is None or error in text
    assert platforms.redact(platform, text).count("\n") == text.count("\n")
    kept = platforms.without_volatile(platform, text).split("\n")
    remaining = iter(text.split("\n"))
    assert kept == [""] or all(line in remaining for line in kept)


@given(NAMES, st.text(max_size=200))
def test_what_is_redacted_stays_so(name: str, text: str) -> None:
    platform = platforms.load(name)
    once = platforms.redact(platform, f"enable secret 5 {text}\npassword {text}\n")
    assert platforms.redact(platform, once).count(MASK) >= once.count(MASK)
