"""`template` and `copy`: write files on the controller."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.actions.api import ANY, NOTHING, Call, Effect, Effects, OneOf, Outcome, Parameter, Place
from runner.errors import ActionFailed
from runner.platforms.model import Platform


class Template:
    """Renders the template `src` into `dest`."""

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
        path = find_source(call, str(call.args["src"]), "templates")
        text = call.templar.file(path, call.variables)
        return _put(call, text, path.name)


class Copy:
    """Writes `content`, or the file `src` as it is, to `dest`."""

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
        if ("content" in call.args) == ("src" in call.args):
            raise ActionFailed("copy needs either `content` or `src`")
        if "src" in call.args:
            path = find_source(call, str(call.args["src"]), "files")
            return _put(call, path.read_bytes(), path.name)
        content = call.args["content"]
        return _put(call, content if isinstance(content, str) else _as_json(content), None)


def find_source(call: Call, name: str, folder: str) -> Path:
    """The file a task names: beside the playbook or in its `folder`, then in the project's."""
    roots = [call.paths.playbook, call.paths.project]
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


def _put(call: Call, content: str | bytes, source_name: str | None) -> Outcome:
    data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    dest = str(call.args["dest"])
    target = call.paths.project / dest
    if target.is_dir() or dest.endswith("/"):
        if source_name is None:
            raise ActionFailed(f"`dest` is a folder: {target}", hint="name a file")
        target = target / source_name.removesuffix(".j2")
    try:
        before = target.read_bytes() if target.exists() else None
        changed = before != data
        if changed and not call.check:
            _replace(target, data, _mode(call.args.get("mode")))
    except OSError as error:
        raise ActionFailed(f"cannot write {target}: {error.strerror}") from error
    return Outcome(changed=changed, values={"dest": str(target), "size": len(data)})


def _mode(value: Any) -> int:
    """YAML makes 0644 the number 420, and '0644' a text: both mean the same bits."""
    if value is None:
        return 0o644
    try:
        return value if isinstance(value, int) else int(str(value), 8)
    except ValueError:
        raise ActionFailed(f"`mode` must be octal digits like '0644', not {value!r}") from None


def _replace(target: Path, data: bytes, mode: int) -> None:
    """Whole or not at all: a reader never sees half a file."""
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
