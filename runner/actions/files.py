"""`template` and `copy`: write files on the controller."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.actions.api import (
    ANY,
    NOTHING,
    Call,
    Effect,
    Effects,
    OneOf,
    Outcome,
    Parameter,
    Paths,
    Place,
)
from runner.errors import ActionFailed
from runner.platforms.model import Platform

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_UP = re.compile(r"(?:^|/)\.\.(?:/|$)")


class Template:
    """Renders the template `src` into `dest`.

    What a device or a program gave may be part of a name in `dest`; which folder it is, only
    the playbook and its variables say.
    """

    parameters: Mapping[str, Parameter] = {
        "src": Parameter("text", required=True),
        "dest": Parameter("text", required=True),
        "mode": Parameter("any"),
    }
    one_of: OneOf = ANY
    free_form: str | None = None
    place: Place = "controller"
    raw: frozenset[str] = frozenset()

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """A shared file, unless its path names the host."""
        return _effects(args)

    def writes(self, call: Call) -> bool:
        """Never: a file on the controller is no device."""
        return False

    def run(self, call: Call) -> Outcome:
        """Changed only when the file's content differs."""
        path = find_source(call.paths, str(call.args["src"]), "templates")
        text = call.templar.file(path, call.variables)
        return _put(call, text, path.name)


class Copy:
    """Writes `content`, or the file `src` as it is, to `dest`.

    What a device or a program gave may be part of a name in `dest`; which folder it is, only
    the playbook and its variables say.
    """

    parameters: Mapping[str, Parameter] = {
        "content": Parameter("any"),
        "src": Parameter("text"),
        "dest": Parameter("text", required=True),
        "mode": Parameter("any"),
    }
    one_of: OneOf = OneOf(("content", "src"))
    free_form: str | None = None
    place: Place = "controller"
    raw: frozenset[str] = frozenset()

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """A shared file, unless its path names the host."""
        return _effects(args)

    def writes(self, call: Call) -> bool:
        """Never: a file on the controller is no device."""
        return False

    def run(self, call: Call) -> Outcome:
        """Changed only when the file's content differs."""
        if "src" in call.args:
            path = find_source(call.paths, str(call.args["src"]), "files")
            return _put(call, _read(path), path.name)
        content = call.args["content"]
        return _put(call, content if isinstance(content, str) else _as_json(content), None)


def find_source(paths: Paths, name: str, folder: str) -> Path:
    """The file a task names: beside the playbook or in its `folder`, then in the project's.

    Raises ActionFailed when there is none.
    """
    roots = [paths.playbook, paths.project]
    candidates = [base / part for base in roots for part in (f"{folder}/{name}", name)]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    tried = ", ".join(dict.fromkeys(str(candidate) for candidate in candidates))
    raise ActionFailed(f"there is no file `{name}`", hint=f"looked for {tried}")


def _effects(args: Mapping[str, Any]) -> Effects:
    if "inventory_hostname" in str(args.get("dest", "")):
        return NOTHING
    return frozenset({Effect.SHARED_WRITE})


def _as_json(content: Any) -> str:
    import json

    return json.dumps(content)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ActionFailed(f"cannot read {path}: {error.strerror}") from error


def _put(call: Call, content: str | bytes, source_name: str | None) -> Outcome:
    data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    target = _target(call, source_name)
    mode = _mode(call.args.get("mode"))
    try:
        changed = _differs(target, data, mode)
        if changed and not call.check:
            _replace(target, data, mode)
    except OSError as error:
        raise ActionFailed(f"cannot write {target}: {_why(error)}") from error
    values = {
        "dest": str(target),
        "size": len(data),
        "checksum": hashlib.sha1(data, usedforsecurity=False).hexdigest(),
    }
    return Outcome(changed=changed, values=values)


def _target(call: Call, source_name: str | None) -> Path:
    dest = str(call.args["dest"])
    _refuse_strange(call, dest)
    target = call.paths.project / dest
    if not target.is_dir() and not dest.endswith("/"):
        return target
    if source_name is None:
        raise ActionFailed(f"`dest` is a folder: {target}", hint="name a file in it")
    return target / source_name.removesuffix(".j2")


def _refuse_strange(call: Call, dest: str) -> None:
    """A value from elsewhere may name a file, and may not lead out of the folder it is for."""
    if not dest or _CONTROL.search(dest):
        why = "it is empty" if not dest else "it holds a control character"
        raise ActionFailed(
            f"`dest` is no path: {dest!r}: {why}", hint="look at the value it comes from"
        )
    if dest.startswith("/") and not any(_begins(text, dest) for text in call.written("dest")):
        raise _led_astray(dest, "is absolute", "begins so")
    if _UP.search(dest) and not any(_UP.search(text) for text in call.written("dest")):
        raise _led_astray(dest, "has a `..` in it", "has one")


def _begins(written: str, dest: str) -> bool:
    """Whether the part of a text before its first template is where `dest` begins."""
    head = re.split(r"\{[{%#]", written, maxsplit=1)[0]
    return head.startswith("/") and dest.startswith(head)


def _led_astray(dest: str, what: str, said: str) -> ActionFailed:
    return ActionFailed(
        f"`dest` {what}: {dest!r}, and nothing that the playbook or its variables say {said}",
        hint="what a device or a program gave may not choose the folder: write that in the "
        "task or in a variable",
    )


def _differs(target: Path, data: bytes, mode: int | None) -> bool:
    if not target.exists() or target.read_bytes() != data:
        return True
    return mode is not None and stat.S_IMODE(target.stat().st_mode) != mode


def _why(error: OSError) -> str:
    """A folder of the path that is a file is told as such, not as `File exists`."""
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return f"{error.filename} is a file, not a folder"
    return error.strerror or str(error)


def _mode(value: Any) -> int | None:
    """YAML makes 0644 the number 420, and '0644' a text: both mean the same bits."""
    if value is None or value == "preserve":
        return None
    try:
        mode = value if isinstance(value, int) else int(str(value), 8)
    except ValueError:
        mode = -1
    if not 0 <= mode <= 0o7777:
        raise ActionFailed(f"`mode` must be octal digits like '0644', not {value!r}")
    return mode


def _replace(target: Path, data: bytes, mode: int | None) -> None:
    """Whole or not at all: a reader never sees half a file. Without `mode` a file keeps its own."""
    if mode is None:
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o644
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
