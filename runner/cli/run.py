"""`playrun PLAYBOOK…`: run playbooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from runner.cli import COMMANDS
from runner.cli.asking import ask_secret, person
from runner.cli.options import HELP, connection_options, options_from, settings_for, typed
from runner.errors import LoadError, nearest
from runner.outputs.terminal import one_line


@click.command("run", context_settings=HELP)
@click.argument("playbooks", nargs=-1, required=True, type=click.Path(path_type=Path))
@connection_options
@click.option("-t", "--tags", multiple=True, metavar="TAGS", help="Only tasks with these tags.")
@click.option("--skip-tags", multiple=True, metavar="TAGS", help="No tasks with these tags.")
@click.option("-C", "--check", is_flag=True, help="Change nothing; -v shows what is not sent.")
@click.option("-D", "--diff", is_flag=True, help="Show what tasks change in files.")
@click.option(
    "--strategy",
    metavar="NAME",
    help="linear (the default), free, host_pinned, serial, threads or processes.",
)
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    metavar="N",
    help="Worker processes under the strategy `processes`; by default one for each core.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where host files go; by default `output`.",
)
@click.option("--force-handlers", is_flag=True, help="Run handlers of failed hosts too.")
@click.option(
    "--start-at-task", metavar="NAME", help="Begin with the first task of this name (or pattern)."
)
@click.option("--step", is_flag=True, help="Ask about every task before it runs.")
@click.option("--list-hosts", is_flag=True, help="Only list the hosts of each play.")
@click.option("--list-tasks", is_flag=True, help="Only list the tasks of each play.")
@click.option("--list-tags", is_flag=True, help="Only list the tags of each play.")
@click.option("--syntax-check", is_flag=True, help="Only look for mistakes.")
def command(playbooks: tuple[Path, ...], **given: Any) -> int:
    """Run playbooks against the inventory's hosts."""
    from runner.loading.playbook import home_of
    from runner.run.playbooks import Run

    _refuse_misspelt(playbooks[0])
    settings = settings_for(home_of(playbooks[0]), given)
    options = options_from(given | {"typed": typed(click.get_current_context())})
    run = Run(options, settings, ask_secret, person())
    what = frozenset(name for name in ("hosts", "tasks", "tags") if given[f"list_{name}"])
    if what or given["syntax_check"]:
        listed = run.listing(playbooks, what) if what else run.syntax_check(playbooks)
        lines = list(listed)
        for text in dict.fromkeys(run.warnings):
            click.echo(f"[WARNING]: {one_line(text)}", err=True)
        for text in run.notes:
            click.echo(one_line(text), err=True)
        for line in lines:
            click.echo(line)
        return 0
    return run.playbooks(playbooks)


def _refuse_misspelt(playbook: Path) -> None:
    """`playrun pign routers`: a word that is nearly a subcommand is taken for a playbook."""
    if str(playbook) in COMMANDS and not playbook.exists():
        raise LoadError(
            f"`{playbook}` is a subcommand and stands first; flags come after it",
            hint=f"write `playrun {playbook} …` and then the flags",
        )
    close = nearest(str(playbook), COMMANDS)
    if close is not None and not playbook.exists():
        raise LoadError(
            f"there is no playbook `{playbook}`", hint=f"did you mean `playrun {close}`?"
        )
