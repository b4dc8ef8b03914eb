"""`playrun schema`: JSON Schemas, for editors that complete and check while one types."""

from __future__ import annotations

import json

import click

from runner.cli.options import HELP

_KINDS = ("playbook", "tasks", "inventory")


@click.command("schema", context_settings=HELP)
@click.argument("kind", type=click.Choice(_KINDS), default="playbook")
def command(kind: str) -> int:
    """Print the JSON Schema of a playbook, a file of tasks, or an inventory."""
    from runner.loading.schema import SCHEMAS

    click.echo(json.dumps(SCHEMAS[kind](), indent=2))
    return 0
