"""Asking the person at the terminal for a secret."""

from __future__ import annotations

import sys

from runner.errors import LoadError


def ask_secret(prompt: str) -> str:
    """Reads a line without echo. Raises LoadError at once when there is no terminal."""
    if not sys.stdin.isatty():
        raise LoadError(
            f"cannot ask for `{prompt.strip().rstrip(':')}`: there is no terminal",
            hint="use PLAYRUN_PASSWORD, PLAYRUN_BECOME_PASSWORD or a password file",
        )
    import getpass

    return getpass.getpass(prompt)
