"""`playrun lint`: would this project run here?"""

from __future__ import annotations

import json
from pathlib import Path

import click

from runner.cli.options import HELP, settings_for
from runner.outputs.terminal import one_line


@click.command("lint", context_settings=HELP)
@click.argument(
    "paths", nargs=-1, required=True, metavar="PLAYBOOK|DIR…", type=click.Path(path_type=Path)
)
@click.option("--ansible", is_flag=True, help="Accepted: it is an Ansible project, as all are.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.option(
    "--vault-password-file", multiple=True, metavar="FILE", help="Opens vaulted files to look in."
)
def command(
    paths: tuple[Path, ...],
    ansible: bool,  # noqa: ARG001
    as_json: bool,
    vault_password_file: tuple[str, ...],
) -> int:
    """Say what of playbooks would run here and what not: actions, keywords, filters, lines.

    Connects to nothing and needs no inventory. Exit code 0 only if all would run.
    """
    from runner.run.lint import Linter, vault_from

    missing = next((path for path in paths if not path.exists()), None)
    if missing is not None:
        raise click.UsageError(f"there is no file or folder `{missing}`")
    settings = settings_for(paths[0] if paths[0].is_dir() else paths[0].parent, {})
    roles = tuple(Path(folder) for folder in settings.roles_path)
    report = Linter(roles, vault_from(vault_password_file)).look(paths)
    if as_json:
        click.echo(json.dumps(report.data(), indent=2))
    else:
        for line in report.lines():
            click.echo(one_line(line))
    return 0 if report.well else 2
