"""Runs a page's commands as a person would type them, in scratch copies of the examples."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

_SECONDS = 90.0
_REPOSITORY = ("playbooks", "inventory", "templates", "playrun.toml")
_HESITATION = 0.5
"""Seconds from the sight of a text to the key: the next host has begun by then."""
_PLACE = "/home/you"
"""What the scratch folder is called in what is shown."""


class CommandBroke(Exception):
    """A command did not end as its page says."""


class Scratch:
    """One page's scratch folder: a copy of each example it uses, made at first use."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self._folder = folder

    def run(self, command: str, project: str, code: int, interrupt: str | None) -> str:
        """What `command` prints. Raises CommandBroke when it does not end with `code`."""
        folder = self._project(project)
        process = subprocess.Popen(
            ["bash", "-c", command],
            cwd=folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            printed = _read(process, interrupt)
            ended = process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise CommandBroke(f"`{command}` did not end within {_SECONDS:g} s") from None
        text = printed.decode("utf-8", "replace").replace(str(self._folder), _PLACE)
        if ended != code:
            raise CommandBroke(f"`{command}` ended with {ended} instead of {code}:\n{text}")
        return text.strip("\n")

    def _project(self, name: str) -> Path:
        folder = self._folder / name
        if folder.exists():
            return folder
        if name != "repository":
            shutil.copytree(self.root / "docs" / "examples" / name, folder)
            return folder
        folder.mkdir()
        for part in _REPOSITORY:
            source = self.root / part
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, folder / part)
        return folder

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PLAYRUN")}
        return {
            **kept,
            "PATH": f"{Path(sys.executable).parent}:{kept['PATH']}",
            "HOME": str(self._folder),
            "COLUMNS": "80",
            "TERM": "dumb",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
        }


def _read(process: subprocess.Popen[bytes], interrupt: str | None) -> bytes:
    """All output; Ctrl-C goes to the command, as from a terminal, once `interrupt` has come."""
    if interrupt is None:
        return process.communicate(timeout=_SECONDS)[0]
    assert process.stdout is not None
    printed = b""
    with process.stdout as stream:
        for line in stream:
            printed += line
            if interrupt and interrupt.encode() in line:
                time.sleep(_HESITATION)
                os.killpg(process.pid, signal.SIGINT)
                interrupt = ""
    return printed
