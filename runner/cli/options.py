"""The flags that several subcommands share, under ansible-playbook's names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from runner.connections.transports import CONNECTIONS
from runner.outputs.terminal import one_line
from runner.run.options import Options
from runner.settings import Settings, load_settings

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

HELP = {"help_option_names": ["-h", "--help"]}

VAULT_OPTIONS: tuple[Decorator, ...] = (
    click.option(
        "-J",
        "--ask-vault-password",
        "--ask-vault-pass",
        is_flag=True,
        help="Ask for the vault password.",
    ),
    click.option(
        "--vault-password-file",
        "--vault-pass-file",
        type=click.Path(),
        multiple=True,
        metavar="FILE",
        help="A file (or program) with the vault password.",
    ),
    click.option(
        "--vault-id",
        multiple=True,
        metavar="ID@SOURCE",
        help="A vault password by its id; SOURCE is a file, a program or `prompt`.",
    ),
)
"""Where vault passwords come from."""

_CONNECTION: tuple[Decorator, ...] = (
    click.option(
        "-i",
        "--inventory",
        "--inventory-file",
        multiple=True,
        type=click.Path(),
        metavar="PATH|HOSTS",
        help="Inventory file, folder or comma list; may be given several times.",
    ),
    click.option(
        "--refresh-inventory",
        "--flush-cache",
        is_flag=True,
        help="Ask inventory programs and services again, whatever is kept.",
    ),
    click.option(
        "-l",
        "--limit",
        metavar="PATTERN",
        help="Only these hosts; @failed: those that did not end well last time.",
    ),
    click.option(
        "-e",
        "--extra-vars",
        multiple=True,
        metavar="K=V|JSON|@FILE",
        help="Variables that win over all others.",
    ),
    click.option(
        "-u", "--user", metavar="NAME", help="The user to log in as, where hosts do not say."
    ),
    click.option("-k", "--ask-pass", is_flag=True, help="Ask for the login password."),
    click.option("-K", "--ask-become-pass", is_flag=True, help="Ask for the enable password."),
    click.option(
        "--connection-password-file",
        "--conn-pass-file",
        type=click.Path(),
        metavar="FILE",
        help="A file whose first line is the login password.",
    ),
    click.option(
        "--become-password-file",
        "--become-pass-file",
        type=click.Path(),
        metavar="FILE",
        help="A file whose first line is the enable password.",
    ),
    *VAULT_OPTIONS,
    click.option("-b", "--become", is_flag=True, help="Become privileged (enable)."),
    click.option("--become-method", metavar="NAME", help="Accepted; on devices it is `enable`."),
    click.option(
        "-c",
        "--connection",
        metavar="NAME",
        help=f"{', '.join(CONNECTIONS[:-1])} or {CONNECTIONS[-1]}, where hosts do not say.",
    ),
    click.option(
        "-T",
        "--timeout",
        type=click.FloatRange(min=0.1),
        metavar="SECONDS",
        help="How long connecting may take; the setting is connect_timeout, by default 10.",
    ),
    click.option(
        "--private-key",
        "--key-file",
        type=click.Path(),
        metavar="FILE",
        help="The key to log in with.",
    ),
    click.option(
        "--ssh-common-args",
        metavar="ARGS",
        default="",
        help="Options as for ssh: -J, -o ProxyJump=…, -o Port=….",
    ),
    click.option("--lab", is_flag=True, help="Use simulated devices in the hosts' places."),
    click.option(
        "--topology", type=click.Path(path_type=Path), metavar="FILE", help="The lab's topology."
    ),
    click.option(
        "-f",
        "--forks",
        "--workers",
        type=click.IntRange(min=1),
        metavar="N",
        help="Hosts that are worked on at a time; the setting is workers, by default 32.",
    ),
    click.option(
        "-v",
        "--verbose",
        count=True,
        help="Show what tasks return and devices print; -vvv keeps transcripts too.",
    ),
    click.option("--transcript", is_flag=True, help="Keep a transcript of every session."),
    click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong."),
    click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON."),
    click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        metavar="WHEN",
        help="auto (the default: on a terminal), always or never.",
    ),
)


def connection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The flags that say which hosts, how to reach them, and how much to show."""
    return with_options(_CONNECTION, command)


def with_options(options: Sequence[Decorator], command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with several options, which its help lists in this order."""
    for option in reversed(options):
        command = option(command)
    return command


def settings_for(start: Path, given: dict[str, Any]) -> Settings:
    """The settings for a project found from `start`, with the flags on top."""
    flags = {
        "workers": given.get("forks"),
        "processes": given.get("processes"),
        "output": given.get("output"),
        "user": given.get("user"),
        "connect_timeout": given.get("timeout"),
        "private_key_file": given.get("private_key"),
        "color": given.get("color"),
    }
    settings = load_settings(start, flags, os.environ)
    for text in settings.warnings:
        click.echo(f"[WARNING]: {one_line(text)}", err=True)
    return settings


_FLAGS = {
    "flush_cache": "refresh_inventory",
    "ask_password": "ask_pass",
    "ask_become_password": "ask_become_pass",
    "password_file": "connection_password_file",
    "vault_password_files": "vault_password_file",
    "vault_ids": "vault_id",
    "lab_topology": "topology",
    "verbosity": "verbose",
    "json": "as_json",
}
"""Options whose flags have another name."""


def typed(context: click.Context) -> tuple[str, ...]:
    """The flags of a command line as words that do the same again, whatever hosts are meant.

    A flag of several names has the one that was written, where the context knows what was
    (`obj`). What `-e` says may be a secret: only its files are named, the rest stands as `…`.
    """
    written = {word.partition("=")[0] for word in context.obj or ()}
    words: list[str] = []
    for option in context.command.params:
        name = str(option.name)
        given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if isinstance(option, click.Option) and given and name != "limit":
            flag = next((name for name in option.opts if name in written), option.opts[0])
            words += _words(option, flag, context.params[name])
    return tuple(words)


def _words(option: click.Option, flag: str, value: Any) -> Iterator[str]:
    if option.is_flag or option.count:
        yield from [flag] * int(value)
        return
    for one in value if option.multiple else (value,):
        hidden = option.name == "extra_vars" and not str(one).startswith("@")
        yield from (flag, "…" if hidden else str(one))


def options_from(given: dict[str, Any]) -> Options:
    """What a run is asked to do, from click's parameters; not every command has every flag."""
    flags = {name: _FLAGS.get(name, name) for name in Options._fields}
    return Options(**{name: given[flag] for name, flag in flags.items() if flag in given})
