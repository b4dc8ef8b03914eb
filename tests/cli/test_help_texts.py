"""What `--help` says of options."""

from __future__ import annotations

import click
import pytest
from playrunning import Playrun

from runner.cli.commands import cli
from runner.settings import Settings

COMMANDS = sorted(cli.list_commands(click.Context(cli)))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained(name: str) -> None:
    context = click.Context(cli)
    command = cli.get_command(context, name)
    assert command is not None
    commands = [command]
    if isinstance(command, click.Group):
        commands += [command.commands[word] for word in sorted(command.commands)]
    for each in commands:
        assert each.help
        for option in each.params:
            if isinstance(option, click.Option):
                assert option.help, option.opts
                assert option.help.endswith("."), option.opts


def test_defaults_are_those_of_the_settings(playrun: Playrun) -> None:
    said = " ".join(playrun("run", "--help").out.split())
    assert f"setting is workers, by default {Settings().workers}." in said
    assert f"setting is connect_timeout, by default {Settings().connect_timeout:g}." in said
    assert f"Where host files go; by default `{Settings().output}`." in said
    assert Settings().color == "auto"
