"""Paths in arguments: where they lie, and which of them a value from elsewhere may choose."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from runner.actions.api import NOTHING, Call, Effect, Effects, Paths
from runner.errors import ActionFailed
from runner.values import OwnPath

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
    return _found(paths, name, folder, Path.is_file, "file")


def find_folder(paths: Paths, name: str, folder: str) -> Path:
    """The folder a task names, looked for as `find_source` does for files."""
    return _found(paths, name, folder, Path.is_dir, "folder")


def find_either(paths: Paths, name: str, folder: str) -> Path:
    """The file or folder a task names, looked for as `find_source` does for files."""
    return _found(paths, name, folder, Path.exists, "file or folder")


def _found(paths: Paths, name: str, folder: str, fits: Any, what: str) -> Path:
    for candidate in candidates_for(paths, name, folder):
        if "\x00" not in name and fits(candidate):
            return candidate
    candidates = candidates_for(paths, name, folder)
    tried = ", ".join(dict.fromkeys(str(candidate) for candidate in candidates))
    raise ActionFailed(f"there is no {what} `{name}`", hint=f"looked for {tried}")


def candidates_for(paths: Paths, name: str, folder: str) -> Iterator[Path]:
    """Where a relative source may be, the first choice first."""
    wanted = Path(name).expanduser() if name.startswith("~") else Path(name)
    for base in (*paths.search, paths.playbook, paths.project):
        yield base / folder / wanted
        yield base / wanted


def location(call: Call, name: str) -> Path:
    """A path that is only read. Raises ActionFailed for what is no path."""
    text = _path_text(call, name)
    return call.paths.project / _expanded(text)


def destination(call: Call, name: str) -> Path:
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
    refuse_planted_links(path)
    return path


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


def refuse_planted_links(path: Path) -> None:
    """Raises ActionFailed for a link of somebody else's in a folder that everybody writes to."""
    above = str(path)
    part = ""
    while part != above:
        part, above = above, os.path.dirname(above)  # noqa: PTH120 - every file asks this often
        try:
            about = os.lstat(part)
            if not stat.S_ISLNK(about.st_mode):
                continue
            folder = os.stat(above)  # noqa: PTH116
        except OSError:
            continue
        if folder.st_mode & stat.S_IWOTH and about.st_uid not in (os.geteuid(), folder.st_uid):
            raise ActionFailed(
                f"{part} is a link that another user has laid in a folder everybody writes to",
                hint="write somewhere else, or take the link away",
            )
