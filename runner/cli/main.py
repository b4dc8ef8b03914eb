"""`playrun`: a first word that is a subcommand is one; everything else is a playbook."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

    from runner.errors import PlayrunError

INTERRUPTED = 130
_COLLECT_EVERY = 100_000
"""New objects between two searches for cycles: importing alone makes 45,000 that stay."""
_UNWRITABLE = frozenset({errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point. Exits; never returns."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if arguments is not None:
        raise SystemExit(_written(words))
    _open_streams()
    gc.set_threshold(_COLLECT_EVERY)
    code = _written(words)
    _leave_errors()
    # The interpreter would search everything there is for cycles, three times, on its way
    # out: that takes as long as importing paramiko.
    gc.freeze()
    raise SystemExit(code)


def _open_streams() -> None:
    """Standard streams that were closed lead nowhere, not into the next file that is opened."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(nowhere, True)
            setattr(sys, name, os.fdopen(nowhere, mode))


def _written(words: list[str]) -> int:
    """The exit code, once all is written: 1 where that cannot be, after a line that says why.

    Whoever reads our output may go when they like (`| head`): that is no mistake.
    """
    code = 0
    try:
        code = _version() if words == ["--version"] else _guarded(words)
        sys.stdout.flush()
    except OSError as error:
        if error.filename is not None or error.errno not in _UNWRITABLE:
            raise
        # The interpreter must not try it once more, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno == errno.EPIPE or code:
            return code  # What failed has been told already: a run tells of its screen itself.
        sys.stderr.write(f"playrun: cannot write to standard output: {error.strerror}\n")
        return 1
    return code


def _leave_errors() -> None:
    """A terminal that has gone takes no errors either; the exit code is to be the run's."""
    try:
        sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def _version() -> int:
    """Answered before anything is imported: scripts ask this often."""
    from runner import __version__

    sys.stdout.write(f"playrun {__version__}\n")
    return 0


def _guarded(words: list[str]) -> int:
    from runner.cli.failing import explain
    from runner.errors import PlayrunError

    try:
        _look_where_we_are()
        return _dispatch(words)
    except PlayrunError as error:
        sys.stderr.write(explain(error))
        return 1
    except OSError as error:
        if error.filename is None:
            raise
        sys.stderr.write(explain(_unusable(error)))
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("playrun: interrupted\n")
        return INTERRUPTED


def _look_where_we_are() -> None:
    from runner.errors import LoadError

    try:
        os.getcwd()  # noqa: PTH109 - asked at every start
    except OSError as error:
        message = f"the current folder cannot be used: {error.strerror}"
        raise LoadError(message, hint="go to another folder; it may have been removed") from None


def _unusable(error: OSError) -> PlayrunError:
    """What to say of a file or folder that nothing nearer to it has said anything of."""
    from runner.errors import LoadError
    from runner.values import near

    reason = (error.strerror or str(error)).lower()
    return LoadError(f"cannot use {near(os.fsdecode(error.filename))}: {reason}")


def _dispatch(words: list[str]) -> int:
    """Runs the subcommand in click's manual mode: its usage errors are ours to report."""
    import click

    from runner.cli.commands import cli

    try:
        result = cli.main(words or ["--help"], "playrun", standalone_mode=False, obj=words)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.Abort:
        sys.stderr.write("playrun: interrupted\n")
        return INTERRUPTED
    except SystemExit:
        return 0  # What click makes of a reader that has gone.
    except click.ClickException as error:
        sys.stderr.write(_misused(error))
        return 1
    return result if isinstance(result, int) else 0


def _misused(error: click.ClickException) -> str:
    """What was wrong with the words, and what to do."""
    import click

    from runner.errors import nearest

    if isinstance(error, click.NoSuchOption):
        close = nearest(error.option_name, error.possibilities or ())
        hint = f"did you mean `{close}`?" if close else _help_of(error)
        return f"playrun: there is no option `{error.option_name}`\n  → {hint}\n"
    said = error.format_message()
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return f"{said}\n"
    if isinstance(error, click.MissingParameter):
        said = _missing(error)
    elif isinstance(error, click.BadParameter):
        said = _bad_value(error)
    return f"playrun: {said}\n  → {_help_of(error)}\n"


def _missing(error: click.MissingParameter) -> str:
    """What is not there, and where it would stand."""
    name = error.param.human_readable_name if error.param is not None else "an argument"
    usage = error.ctx.get_usage().removeprefix("Usage: ") if error.ctx is not None else ""
    return f"{name} is missing: {' '.join(usage.split())}"


def _bad_value(error: click.BadParameter) -> str:
    """What a value must be, where click names the class that did not take it."""
    import re

    found = re.fullmatch(r"(.*) is not a valid (integer|float)( range)?\.", error.message)
    option = max(getattr(error.param, "opts", ()), key=len, default=None)
    if found is None or option is None:
        return error.format_message()
    kind = "a whole number" if found[2] == "integer" else "a number"
    return f"{option} must be {kind}, not {found[1]}"


def _help_of(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"see `{context.command_path} --help`" if context else "see `playrun --help`"
