"""Paths in arguments: where they lie, and which of them a value from elsewhere may choose."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from runner.actions.api import NOTHING, Call, Effect, Effects, Paths
from runner.errors import ActionFailed, NotBegun
from runner.values import OwnPath, at_home

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LONGEST = 4096
"""Characters of a path; a longer text is none."""
_UP = re.compile(r"(?:^|/)\.\.(?:/|$)")


def reads_and_writes(args: Mapping[str, Any], reads: str = "", writes: str = "") -> Effects:
    """The effects of a task on the files in two of its arguments.

    A file whose path names the host is nobody else's, until somebody looks around.
    """
    found = set()
    if reads in args and not _is_own(args[reads]):
        found.add(Effect.SHARED_READ)
    if writes in args:
        found.add(Effect.OWN_WRITE if _is_own(args[writes]) else Effect.SHARED_WRITE)
    return frozenset(found) or NOTHING


def _is_own(value: Any) -> bool:
    return "inventory_hostname" in str(value)


def find_source(paths: Paths, name: str, folder: str) -> Path:
    """The file a task names: beside its role, its own file or the playbook, in `folder` first.

    Raises ActionFailed when there is none.
    """
    return _found(paths, name, folder, stat.S_ISREG, "file")


def find_folder(paths: Paths, name: str, folder: str) -> Path:
    """The folder a task names, looked for as `find_source` does for files."""
    return _found(paths, name, folder, stat.S_ISDIR, "folder")


def find_either(paths: Paths, name: str, folder: str) -> Path:
    """The file or folder a task names, looked for as `find_source` does for files."""
    return _found(paths, name, folder, bool, "file or folder")


def _found(paths: Paths, name: str, folder: str, fits: Callable[[int], bool], what: str) -> Path:
    candidates = candidates_for(paths, name, folder)
    if "\x00" not in name:
        for candidate in candidates:
            if fits(_mode(candidate)):
                return candidate
    tried = ", ".join(dict.fromkeys(str(candidate) for candidate in candidates))
    raise NotBegun(f"there is no {what} `{name}`", hint=f"looked for {tried}")


def _mode(path: Path) -> int:
    """What a path leads to, as `stat` says it; 0 for nothing."""
    try:
        return os.stat(path).st_mode  # noqa: PTH116 - every file asks this often
    except (OSError, ValueError):  # A name that no file can have is a ValueError.
        return 0


@lru_cache(maxsize=1024)
def candidates_for(paths: Paths, name: str, folder: str) -> tuple[Path, ...]:
    """Where a relative source may be, the first choice first."""
    wanted = at_home(name)
    bases = (*paths.search, paths.playbook, paths.project)
    return tuple(place for base in bases for place in (base / folder / wanted, base / wanted))


def location(call: Call, name: str) -> Path:
    """A path that is only read. Raises ActionFailed for what is no path."""
    text = _path_text(call, name)
    return call.paths.project / _expanded(text)


class Spot(NamedTuple):
    """A path that may be written, and what is there now: a link itself, or nothing."""

    path: Path
    about: os.stat_result | None

    @property
    def is_folder(self) -> bool:
        """Whether a folder is there, or a link leads to one."""
        if self.about is None:
            return False
        return stat.S_ISDIR(self.about.st_mode) or (self.is_link and self.path.is_dir())

    @property
    def is_link(self) -> bool:
        """Whether a link is there, wherever it leads."""
        return self.about is not None and stat.S_ISLNK(self.about.st_mode)


def spot(call: Call, name: str) -> Spot:
    """A path that may be written.

    A value from a device or a program may name a file, and may not lead out of the folder it
    is for; nor may a link that somebody else has laid in a folder where everybody writes.
    Raises ActionFailed.
    """
    text = _path_text(call, name)
    if not _begins_as_written(text, call, name):
        raise _led_astray(name, text, "is absolute", "begins so")
    if not _rises_as_written(text, call, name):
        raise _led_astray(name, text, "has a `..` in it", "has one")
    path = call.paths.project / _expanded(text)
    return Spot(path, refuse_planted_links(path))


def destination(call: Call, name: str) -> Path:
    """The path of a `spot`. Raises ActionFailed."""
    return spot(call, name).path


def _begins_as_written(path: str, call: Call, name: str) -> bool:
    if not path.startswith(("/", "~")):
        return True
    return any(_begins(written, path) for written in call.written(name))


def _rises_as_written(path: str, call: Call, name: str) -> bool:
    return not _UP.search(path) or any(_UP.search(written) for written in call.written(name))


def is_own(path: str, call: Call, name: str) -> bool:
    """Whether what the user wrote for an argument leads to the path."""
    return _begins_as_written(path, call, name) and _rises_as_written(path, call, name)


def own(path: Path) -> OwnPath:
    """A path that was found to be the user's, for a result: later tasks may write there."""
    return OwnPath(path)


def marked(value: Any, call: Call, name: str) -> Any:
    """`value`, its absolute paths marked where what the user wrote for an argument leads there."""
    if isinstance(value, str):
        absolute = value.startswith("/") and len(value) < _LONGEST
        return OwnPath(value) if absolute and is_own(value, call, name) else value
    if isinstance(value, dict):
        return {key: marked(inner, call, name) for key, inner in value.items()}
    return [marked(inner, call, name) for inner in value] if isinstance(value, list) else value


def _path_text(call: Call, name: str) -> str:
    text = str(call.args[name])
    if not text or _CONTROL.search(text):
        why = "it is empty" if not text else "it holds a control character"
        raise ActionFailed(
            f"`{name}` is no path: {text!r}: {why}", hint="look at the value it comes from"
        )
    return text


def _expanded(text: str) -> str:
    return os.path.expanduser(text) if text.startswith("~") else text  # noqa: PTH111


def _begins(written: str, path: str) -> bool:
    """Whether the part of a text before its first template is where `path` begins.

    A folder above a path that is written out counts too: templates take `dirname` of one.
    """
    head = re.split(r"\{[{%#]", written, maxsplit=1)[0]
    if not head.startswith(("/", "~")):
        return False
    return path.startswith(head) or (head == written and head.startswith(f"{path.rstrip('/')}/"))


def _led_astray(name: str, path: str, what: str, said: str) -> ActionFailed:
    return ActionFailed(
        f"`{name}` {what}: {path!r}, and nothing that the playbook or its variables say {said}",
        hint="what a device or a program gave may not choose the folder: write that in the "
        "task or in a variable",
    )


def refuse_planted_links(path: str | os.PathLike[str]) -> os.stat_result | None:
    """Raises ActionFailed for a link of somebody else's in a folder that everybody writes to.

    Returns what is at `path`: a link itself, not what it leads to.
    """
    text = os.fspath(path)
    above = os.path.dirname(text)  # noqa: PTH120 - every file asks this often
    if above == text:
        return None
    try:
        folder = os.stat(above or ".")  # noqa: PTH116
    except OSError:
        refuse_planted_links(above)
        return None
    _refuse_on_the_way(above, folder.st_dev, folder.st_ino)
    try:
        about = os.lstat(text)
    except OSError:
        return None
    if stat.S_ISLNK(about.st_mode):
        _refuse_if_planted(text, about, folder)
    return about


@lru_cache(maxsize=1024)
def _refuse_on_the_way(above: str, _device: int, _number: int) -> None:
    """Asked once as long as a path leads to the same folder: links to it change nothing then."""
    refuse_planted_links(above)


def _refuse_if_planted(path: str, link: os.stat_result, folder: os.stat_result) -> None:
    if folder.st_mode & stat.S_IWOTH and link.st_uid not in (os.geteuid(), folder.st_uid):
        raise ActionFailed(
            f"{path} is a link that another user has laid in a folder everybody writes to",
            hint="write somewhere else, or take the link away",
        )
