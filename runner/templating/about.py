"""What a template may know of itself: `template_path`, `ansible_managed` and their kin."""

from __future__ import annotations

import pwd
import socket
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runner.templating.variables import Variables

_MANAGED = "ansible_managed"

_NAMES = (
    "template_destpath",
    "template_fullpath",
    "template_host",
    "template_mtime",
    "template_path",
    "template_run_date",
    "template_uid",
)


def knowing_itself(variables: Variables, source: Path, target: Path) -> Variables:
    """The variables for the template `source`, which is to become `target`.

    `ansible_managed` is the user's own where there is a variable of that name.
    """
    return variables.with_data(_About(source, target, managed=_MANAGED not in variables))


class _About(Mapping[str, Any]):
    """Worked out only when a template asks: few do."""

    def __init__(self, source: Path, target: Path, *, managed: bool) -> None:
        self._source = source
        self._target = target
        self._names = (_MANAGED, *_NAMES) if managed else _NAMES

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        if name == _MANAGED:
            return "Ansible managed"
        if name in ("template_path", "template_fullpath"):
            return str(self._source)
        if name == "template_destpath":
            return str(self._target)
        if name == "template_host":
            return socket.gethostname()
        if name == "template_run_date":
            return datetime.fromtimestamp(time.time())
        about = self._source.stat()
        if name == "template_uid":
            return _user(about.st_uid)
        return datetime.fromtimestamp(about.st_mtime)


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
