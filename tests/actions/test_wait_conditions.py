"""The language of `wait_for`. Meanings: Ansible's modules, run side by side, but where noted."""

from __future__ import annotations

from typing import Any

import pytest

from runner.actions.commandline.conditions import read_condition
from runner.errors import ActionFailed

TEXT = "Version 17.9.4a\nuptime is 3 days\n"
DATA: dict[str, Any] = {
    "peers": [{"state": "Established", "routes": 12, "up": True}],
    "a.b": "dotted",
    "memory": 62.5,
    "count": "7",
}
RESULTS = [TEXT, DATA, "5"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("result[0] contains Version", True),
        ("result[0] contains nothing", False),
        ("result[0] not contains nothing", True),
        ("result[0] not contains Version", False),
        ('result[0] contains "uptime is 3"', True),
        ("result[0] matches ^uptime", True),
        ("result[0] matches '\\d+ days$'", True),
        ("result[0] matches ^days", False),
        ("result[1].peers[0].state eq Established", True),
        ("result[1]['peers'][0]['state'] == Established", True),
        ("result[1].peers[0].state neq Established", False),
        ("result[1].peers[0].state != Idle", True),
        ("result[1].peers[0].routes eq 12", True),
        ("result[1].peers[0].routes gt 11", True),
        ("result[1].peers[0].routes >= 12", True),
        ("result[1].peers[0].routes lt 12", False),
        ("result[1].peers[0].routes <= 12", True),
        ("result[1].peers[0].up eq true", True),
        ("result[1].peers[0].up eq no", False),
        ("result[1]['a.b'] eq dotted", True),
        ("result[1].memory gt 62.4", True),
        ("result[1].count gt 6", True),
        ("result[1] contains peers", True),
        ("result[2] eq 5", True),
        ("result[2] ge 6", False),
        # Where the way there does not exist, neither it nor its opposite holds.
        ("result[1].peers[3].state eq x", False),
        ("result[1].none not contains x", False),
        ("result[9] contains x", False),
        ("result[0] gt 4", False),
        # Ansible looks for the word "True" here.
        ("result[2] contains 5", True),
        ("result[0] contains 1", True),
        # Of several words without quotes, Ansible takes the last.
        ("result[0] contains is 3 days", True),
    ],
)
def test_conditions(text: str, expected: bool) -> None:
    assert read_condition(text).holds(RESULTS) is expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("result[0]", "no path, operator and value"),
        ("result[0] contains", "no path, operator and value"),
        ("result[0] contain x", "no operator `contain`"),
        ("result contains x", "must begin with"),
        ("output[0] contains x", "must begin with"),
        ("result[0] contains 'x", "cannot be read"),
        ("result[0] matches '('", "regular expression"),
    ],
)
def test_what_is_no_condition(text: str, message: str) -> None:
    with pytest.raises(ActionFailed, match=message):
        read_condition(text)
