"""`playrun ping PATTERN`: who lets us in, and how fast."""

from __future__ import annotations

import sys
from typing import Any

import click

from runner.cli.adhoc import run_one_task
from runner.cli.options import HELP, connection_options
from runner.outputs.answers import Answers, login_of


@click.command("ping", context_settings=HELP)
@click.argument("pattern")
@connection_options
def command(pattern: str, **given: Any) -> int:
    """Log in to the hosts of PATTERN, and show platform, prompt and seconds."""
    return run_one_task(
        pattern, "reach", {}, given, lambda colour: Answers(sys.stdout, login_of, colour=colour)
    )
