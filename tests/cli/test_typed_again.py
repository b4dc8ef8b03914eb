"""The words of a command line that a recap says to type again."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from runner.cli.options import typed
from runner.cli.run import command


@pytest.mark.parametrize(
    ("words", "again"),
    [
        ([], []),
        (["-i", "a b", "-l", "r1", "-t", "x", "--tags", "y"], ["-i", "a b", "-t", "x", "-t", "y"]),
        (["-vv", "-C", "--output", "there"], ["-v", "-v", "-C", "--output", "there"]),
        (["-e", "key=hidden", "-e", "@vars.yml"], ["-e", "…", "-e", "@vars.yml"]),
        (["-k", "--vault-id", "prod@prompt"], ["-k", "--vault-id", "prod@prompt"]),
    ],
)
def test_flags_are_typed_again_but_for_hosts_and_secrets(
    words: list[str], again: list[str]
) -> None:
    context = click.Context(command, info_name="run")
    command.parse_args(context, ["site.yml", *words])
    assert sorted(_pairs(typed(context))) == sorted(_pairs(again))
    assert context.params["playbooks"] == (Path("site.yml"),)


@pytest.mark.parametrize(
    ("words", "again"),
    [
        (["--workers", "3"], ["--workers", "3"]),
        (["--forks=3"], ["--forks", "3"]),
        (["-f3"], ["-f", "3"]),
        (
            ["--inventory-file", "x", "--key-file", "y"],
            ["--inventory-file", "x", "--key-file", "y"],
        ),
    ],
)
def test_a_flag_is_typed_again_by_the_name_it_was_given(words: list[str], again: list[str]) -> None:
    context = click.Context(command, info_name="run", obj=words)
    command.parse_args(context, ["site.yml", *words])
    assert sorted(_pairs(typed(context))) == sorted(_pairs(again))


def _pairs(words: list[str] | tuple[str, ...]) -> list[tuple[str, ...]]:
    """Flags with their values: the order of different flags means nothing."""
    found: list[list[str]] = []
    for word in words:
        if word.startswith("-") or not found:
            found.append([])
        found[-1].append(word)
    return [tuple(pair) for pair in found]
