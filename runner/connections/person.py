"""Who runs playrun, also where the user has no entry in the machine's passwd (containers)."""

from __future__ import annotations

import getpass
import os
from pathlib import Path


def user_name() -> str:
    """The login name, or the user id as text when there is no name for it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def home_folder() -> Path:
    """The home folder, or the root folder for a user who has none."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/")
