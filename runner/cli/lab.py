"""`playrun lab`: simulated devices in the foreground, until Ctrl-C."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from runner.cli.options import HELP, settings_for


@click.command("lab", context_settings=HELP)
@click.argument("topology", required=False, type=click.Path(path_type=Path))
@click.option(
    "--inventory",
    "inventory",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write an inventory of the devices to this file.",
)
def command(topology: Path | None, inventory: Path | None, **_given: Any) -> int:
    """Start the devices of TOPOLOGY (or the built-in ones) and say how to reach them."""
    from runner.lab import serve_forever

    settings = settings_for(Path(), {})
    chosen = topology or (Path(settings.lab) if settings.lab else None)
    serve_forever(chosen, settings.root / ".playrun" / "lab", click.echo, inventory=inventory)
    return 0
