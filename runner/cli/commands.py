"""The subcommands, each in a file of its own that is imported when it is called."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

_HOMES: Mapping[str, tuple[str, str]] = {
    "run": ("runner.cli.run", "Run playbooks (what `playrun PLAYBOOK` does)."),
    "exec": ("runner.cli.exec", "Type commands at hosts, and show what they answer."),
    "ping": ("runner.cli.ping", "Log in to hosts, and say whether it worked."),
    "init": ("runner.cli.init", "Make a small working project."),
    "inventory": ("runner.cli.inventory", "Show hosts, groups and variables."),
    "vault": ("runner.cli.vault", "Encrypt and decrypt with Ansible Vault."),
    "lab": ("runner.cli.lab", "Start simulated devices."),
    "lint": ("runner.cli.lint", "Say what of an Ansible project would run here."),
    "schema": ("runner.cli.schema", "Print JSON Schemas, for editors."),
}


class Commands(click.Group):
    """A group whose commands are imported when they are needed: start-up is measured."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_HOMES)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        if name not in _HOMES:
            return None
        command: click.Command = importlib.import_module(_HOMES[name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, doc) for name, (_, doc) in _HOMES.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(
    None, "--version", package_name="playrun", prog_name="playrun", message="%(prog)s %(version)s"
)
def cli(**_options: Any) -> None:
    """Run Ansible-style playbooks against network devices.

    \b
    playrun site.yml                      run a playbook (short for `playrun run site.yml`)
    playrun --lab site.yml                the same, on simulated devices
    playrun exec routers 'show version'   one command on many devices
    playrun ping routers                  who lets us in?
    playrun lint --ansible my-project     would an Ansible project run here?

    `playrun run --help` lists the options of a run.
    """
