"""The subcommands, each in a file of its own that is imported when it is called."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

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

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """A first word that is no subcommand is a playbook or a flag of a run."""
        if args and args[0] not in (*_HOMES, "--help", "-h", "--version"):
            args = ["run", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Subcommands; flags of a run; where no subcommand begins so, playbooks."""
        found = {item.value: item for item in super().shell_complete(ctx, incomplete)}
        run = self.get_command(ctx, "run")
        if run is None or (found and not incomplete.startswith("-")):
            return list(found.values())
        with click.Context(run, parent=ctx, resilient_parsing=True) as inner:
            files = [one for one in run.params if isinstance(one, click.Argument)]
            more = run if incomplete.startswith("-") else files[0]
            found |= {item.value: item for item in more.shell_complete(inner, incomplete)}
        return list(found.values())

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
