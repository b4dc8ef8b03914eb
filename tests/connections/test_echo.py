"""Echo: what is surely the echo goes, and nothing else, ever."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.connections.echo import Echo

COMMAND = "show ip route vrf RED"


def is_prompt(line: str) -> bool:
    return line in ("R1#", "R2#")


def passed_on(
    text: str,
    sizes: list[int],
    shown: str = "R1#",
    typed: str = COMMAND,
    device_echoes: bool | None = None,
) -> str:
    """What comes through when `text` (whole lines) arrives a few lines at a time."""
    echo = Echo(typed, shown, is_prompt, device_echoes)
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


@settings(max_examples=300)
@given(TEXT, SIZES)
def test_with_an_echo_all_the_rest_comes_through(text: str, sizes: list[int]) -> None:
    assert passed_on(f"R1#{COMMAND}\n{text}", sizes) == text


@settings(max_examples=300)
@given(TEXT, SIZES)
def test_without_an_echo_everything_comes_through(text: str, sizes: list[int]) -> None:
    """A device that ends the prompt's line, then prints."""
    assert passed_on("R1#\n" + text, sizes) == text


@settings(max_examples=300)
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


@pytest.mark.parametrize("known", [None, True])
@pytest.mark.parametrize("above", ["R1#\nold\noutput\nR1#\n", "\nR1#\n", "R1#\n%LINK-3: up\nR1#\n"])
def test_what_ends_with_a_prompt_above_the_echo_is_nobody_s(above: str, known: bool | None) -> None:
    for sizes in ([1], [9]):
        text = f"{above}R1#show ip route vrf RED\none\n"
        if known or above.count("\n") < 4:
            assert passed_on(text, sizes, device_echoes=known) == "one\n"


def test_output_that_goes_on_behind_the_prompt_is_the_last_command_s() -> None:
    text = "R1#wr mem by admin\nmore\nR1#show ip route vrf RED\none\n"
    assert passed_on(text, [1], device_echoes=True) == "one\n"


@pytest.mark.parametrize("doubled", ["R1#R1#", "R1# R1#R1#"])
def test_an_echo_behind_a_doubled_prompt(doubled: str) -> None:
    assert passed_on(f"{doubled}show ip route vrf RED\none\n", [1]) == "one\n"


def test_an_echo_that_is_known_to_come_is_looked_for_further_down() -> None:
    text = "R1#\n" + "debug\n" * 20 + "R1#\nR1#show ip route vrf RED\none\n"
    assert passed_on(text, [1], device_echoes=True) == "one\n"


@pytest.mark.parametrize("line", ["show ip route vrf RED", "R1#show ip route vrf RED"])
def test_without_an_echo_output_that_repeats_the_line_is_kept(line: str) -> None:
    text = f"x\n{line}\ny\n"
    assert passed_on("R1#\n" + text, [1], device_echoes=False) == text


@settings(max_examples=300)
@given(TEXT, SIZES, st.sampled_from([None, True, False]))
def test_what_was_learned_before_loses_nothing(
    text: str, sizes: list[int], known: bool | None
) -> None:
    assert passed_on(f"R1#{COMMAND}\n{text}", sizes, device_echoes=known) == text
    assert passed_on("R1#\n" + text, sizes, device_echoes=known) == text


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
