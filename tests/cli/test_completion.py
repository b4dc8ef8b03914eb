"""What the shell is told when somebody presses TAB."""

from __future__ import annotations

import pytest
from click.shell_completion import ShellComplete

from runner.cli.commands import cli


def offered(words: list[str], begun: str) -> list[tuple[str, str]]:
    found = ShellComplete(cli, {}, "playrun", "_PLAYRUN_COMPLETE").get_completions(words, begun)
    return [(item.type, item.value) for item in found]


@pytest.mark.parametrize(
    ("words", "begun", "value"),
    [
        ([], "inv", ("plain", "inventory")),
        ([], "--list-h", ("plain", "--list-hosts")),
        (["site.yml"], "--list-h", ("plain", "--list-hosts")),
        (["-i", "hosts", "--lab"], "--list-h", ("plain", "--list-hosts")),
        ([], "si", ("file", "si")),
        (["--lab"], "inv", ("file", "inv")),
        (["exec", "all"], "--transc", ("plain", "--transcript")),
        (["-i"], "ho", ("file", "ho")),
    ],
)
def test_one_thing_is_offered(words: list[str], begun: str, value: tuple[str, str]) -> None:
    assert offered(words, begun) == [value]


def test_nothing_is_offered_twice() -> None:
    flags = offered([], "--")
    assert ("plain", "--version") in flags
    assert len(flags) == len(set(flags))
