"""Echo: what is surely the echo goes, and nothing else, ever."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.connections.echo import Echo

COMMAND = "show ip route vrf RED"


def is_prompt(line: str) -> bool:
    return line in ("R1#", "R2#")


def passed_on(text: str, sizes: list[int], shown: str = "R1#", typed: str = COMMAND) -> str:
    """What comes through when `text` (whole lines) arrives a few lines at a time."""
    echo = Echo(typed, shown, is_prompt)
    lines = text.splitlines(keepends=True)
    out, turn = "", 0
    while lines:
        count = sizes[turn % len(sizes)]
        out += echo.feed("".join(lines[:count]))
        del lines[:count]
        turn += 1
    return out + echo.flush()


TEXT = st.lists(
    st.text(st.sampled_from("abcR1#> $showiprt"), max_size=12).filter(
        lambda line: COMMAND.replace(" ", "") not in line.replace(" ", "")
    ),
    max_size=8,
).map(lambda lines: "".join(line + "\n" for line in lines))
SIZES = st.lists(st.integers(1, 4), min_size=1, max_size=4)


@settings(max_examples=300, deadline=None)
@given(TEXT, SIZES)
def test_with_an_echo_all_the_rest_comes_through(text: str, sizes: list[int]) -> None:
    assert passed_on(f"R1#{COMMAND}\n{text}", sizes) == text


@settings(max_examples=300, deadline=None)
@given(TEXT, SIZES)
def test_without_an_echo_everything_comes_through(text: str, sizes: list[int]) -> None:
    """A device that ends the prompt's line, then prints."""
    assert passed_on("R1#\n" + text, sizes) == text


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("xyz 12"), min_size=1, max_size=9).filter(str.strip), TEXT, SIZES)
def test_without_an_echo_a_first_line_behind_the_prompt_comes_through(
    first: str, text: str, sizes: list[int]
) -> None:
    assert passed_on(f"R1#{first}\n{text}", sizes) == f"{first}\n{text}"


@pytest.mark.parametrize(
    "echo",
    [
        "R1#show ip route vrf RED",
        "R1#show ip route  vrf RED  ",
        "R1# show ip route vrf RED",
        "R2#show ip route vrf RED",
        "show ip route vrf RED",
        "R1#show ip rou\nte vrf RED",
        "R1#\nshow ip route vrf RED",
        "R1#$ route vrf RED",
        "R1#show ip route$",
        "R1#show ip route-table vrf REDUNDANT",
        "R1#\nR1#\nR1#show ip route vrf RED",
    ],
)
def test_what_is_an_echo(echo: str) -> None:
    for sizes in ([1], [9]):
        assert passed_on(f"{echo}\none\ntwo\n", sizes) == "one\ntwo\n"


@pytest.mark.parametrize(
    "line",
    [
        "R3#show ip route vrf RED",
        "see also: show ip route vrf RED",
        "R1#show ip",
        "show",
        "R1#$",
        "show ip route vrf BLUE",
    ],
)
def test_what_is_none(line: str) -> None:
    kept = line.removeprefix("R1#")
    assert passed_on(f"{line}\none\n", [1]) == f"{kept}\none\n"


def test_a_log_message_before_the_echo_is_kept() -> None:
    assert passed_on("R1#\n%LINK-3: up\nR1#show ip route vrf RED\none\n", [1]) == (
        "%LINK-3: up\none\n"
    )


def test_an_echo_further_down_is_output() -> None:
    text = "a\nb\nc\nd\nR1#show ip route vrf RED\n"
    assert passed_on("R1#\n" + text, [1]) == text


def test_enter_alone() -> None:
    assert passed_on("R1#\n", [1], typed="") == ""
    assert passed_on("R1#x\n", [1], typed="") == "x\n"


def test_little_is_held_back() -> None:
    echo = Echo(COMMAND, "R1#", is_prompt)
    assert echo.feed("R1#\n") == ""
    assert echo.feed("x" * 100_000 + "\n") != ""
    assert echo.done
