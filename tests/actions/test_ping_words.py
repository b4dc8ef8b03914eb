"""What may stand in a ping that is typed at a device."""

from __future__ import annotations

import pytest

from runner.actions.ping_device import ping_command
from runner.errors import ActionFailed
from runner.platforms import load


@pytest.mark.parametrize(
    "word",
    ["10.0.0.1;reboot", "10.0.0.1|sh", "$(reboot)", "`reboot`", "a&b", "a>b", "-f", "a b", "a\nb"],
)
@pytest.mark.parametrize("name", ["dest", "source"])
def test_nothing_that_a_shell_acts_on(name: str, word: str) -> None:
    args = {"dest": "10.0.0.1", name: word}
    with pytest.raises(ActionFailed, match=f"`{name}` of a ping is one word"):
        ping_command(args, load("linux"))


@pytest.mark.parametrize(
    "word", ["10.0.0.1", "2001:db8::1", "::1", "fe80::1%eth0", "Gi0/0/1.100", "ge-0/0/0.0", "r1"]
)
def test_addresses_and_names(word: str) -> None:
    assert ping_command({"dest": word}, load("linux"))[0] == f"ping -c 5 {word}"


@pytest.mark.parametrize("count", ["many", "1.5", [1]])
def test_a_count_is_a_number(count: object) -> None:
    with pytest.raises(ActionFailed, match=r"`count` of a ping|is one word"):
        ping_command({"dest": "10.0.0.1", "count": count}, load("linux"))
