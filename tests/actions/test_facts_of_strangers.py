"""Facts of devices that print what no device should: parsers give facts, and give them soon."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.actions.facts import SYSTEMS, gathered_by
from runner.actions.facts.parsing import tame

RECORDED = json.loads((Path(__file__).parent / "recorded_devices.json").read_text())


def texts_in(value: object) -> list[str]:
    """What devices printed, and bits of it."""
    if isinstance(value, str):
        return [value] if "\n" in value else []
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in inner for text in texts_in(part)]


TEXTS = texts_in(RECORDED)
RUNS = [
    " " * 400_000,
    "9" * 400_000,
    "\n" * 400_000,
    " \n" * 200_000,
    "a," * 200_000,
    "1." * 200_000,
    "x: y" * 100_000,
    "[" * 400_000,
    '{"a": ' * 100_000,
    "Interface eth0 is up, line protocol is up " * 10_000,
    "²³½９\x00\x1b[2J\u2028 \r" * 40_000,
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@st.composite
def garbled(draw: st.DrawFn) -> str:
    """What a device printed, with pieces missing, doubled and put elsewhere."""
    random_ = random.Random(draw(st.integers(0, 2**32)))
    text = random_.choice(TEXTS)
    for _ in range(random_.randint(0, 12)):
        at, length = random_.randrange(len(text) + 1), random_.randint(0, 80)
        middle = random_.choice(["", text[at : at + length] * 2, "\n", "9" * 30, "²", ":", "  "])
        text = text[:at] + middle + text[at + length :]
    return text


@pytest.mark.parametrize("name", SYSTEMS)
@settings(max_examples=40)
@given(answers=st.lists(garbled() | JSON.map(json.dumps) | st.text(), min_size=1, max_size=4))
def test_garbled_answers_give_facts(name: str, answers: list[str]) -> None:
    system = SYSTEMS[name]
    facts = gathered_by(system, list(system.subsets), lambda c: answers[len(c) % len(answers)])
    json.dumps(facts)


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("text", RUNS, ids=[repr(text[:8]) for text in RUNS])
def test_long_runs_are_read_in_time(name: str, text: str) -> None:
    system = SYSTEMS[name]
    gathered_by(system, list(system.subsets), lambda _command: text)


def test_what_a_device_should_print_is_left_as_it_is() -> None:
    text = "Cisco IOS Software, Version 15.2\n\nrouter uptime is 1 day\n  indented\n"
    assert tame(text) == text
    assert tame('{"a": "' + "x" * 1000 + '"}') == '{"a": "' + "x" * 1000 + '"}'
    assert tame("a  \n\n\n \nb" + "c" * 1000) == "a\n\nb" + "c" * 399
