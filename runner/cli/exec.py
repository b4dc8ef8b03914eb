"""`playrun exec PATTERN COMMAND…`: commands on devices, answers on screen."""

from __future__ import annotations

import sys
from typing import Any

import click

from runner.cli.adhoc import run_one_task
from runner.cli.options import HELP, connection_options
from runner.outputs.answers import Answers, outputs_of


@click.command("exec", context_settings=HELP)
@click.argument("pattern")
@click.argument("commands", nargs=-1, required=True)
@connection_options
@click.option("-C", "--check", is_flag=True, help="Send only commands that read.")
def command(pattern: str, commands: tuple[str, ...], **given: Any) -> int:
    """Type COMMANDS at the hosts of PATTERN, and show what they answer."""
    return run_one_task(
        pattern,
        "cli",
        {"commands": list(commands)},
        given,
        lambda colour: Answers(sys.stdout, outputs_of(commands), colour=colour),
    )
