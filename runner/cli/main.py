"""`playrun`: a first word that is a subcommand is one; everything else is a playbook."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from runner.cli import COMMANDS

INTERRUPTED = 130
_COLLECT_EVERY = 100_000
"""New objects between two searches for cycles: importing alone makes 45,000 that stay."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point. Exits; never returns."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words == ["--version"]:
        # Answered before anything is imported: scripts ask this often.
        from runner import __version__

        sys.stdout.write(f"playrun {__version__}\n")
        raise SystemExit(0)
    if arguments is not None:
        raise SystemExit(_guarded(words))
    gc.set_threshold(_COLLECT_EVERY)
    code = _guarded(words)
    sys.stdout.flush()
    # The interpreter would search everything there is for cycles, three times, on its way
    # out: that takes as long as importing paramiko.
    gc.freeze()
    raise SystemExit(code)


def _guarded(words: list[str]) -> int:
    from runner.cli.failing import explain
    from runner.errors import PlayrunError

    try:
        return _dispatch(words)
    except PlayrunError as error:
        sys.stderr.write(explain(error))
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("playrun: interrupted\n")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; the interpreter must not complain about it too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _dispatch(words: list[str]) -> int:
    """Runs the subcommand in click's manual mode: its usage errors are ours to report."""
    import click

    from runner.cli.commands import cli

    if words and words[0] not in (*COMMANDS, "--help", "-h", "--version"):
        words = ["run", *words]
    try:
        result = cli.main(words or ["--help"], prog_name="playrun", standalone_mode=False)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        hint = f"see `{context.command_path} --help`" if context else "see `playrun --help`"
        sys.stderr.write(f"playrun: {error.format_message()} ({hint})\n")
        return 1
    return result if isinstance(result, int) else 0
