"""`slurp` and `fetch`: a file's content as a value, and a copy of it under the host's name."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.actions.api import Base, Call, Effects, Outcome, Parameter
from runner.actions.arguments.reading import Arguments
from runner.actions.filesystem.places import (
    destination,
    location,
    own,
    reads_and_writes,
    refuse_planted_links,
)
from runner.actions.filesystem.writing import New, alone, md5, put, read_bytes, sha1
from runner.errors import ActionFailed
from runner.platforms.model import Platform

_MISSING = "the remote file does not exist, not transferring, ignored"


class Slurp(Base):
    """Gives the content of the file `src`, in base64."""

    parameters: Mapping[str, Parameter] = {
        "src": Parameter("text", required=True, aliases=("path",), says="The file."),
    }

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """It reads what hosts share, unless the path names the host."""
        return reads_and_writes(args, reads="src")

    def run(self, call: Call) -> Outcome:
        """Fails for what is no file that can be read, or would not fit into a register."""
        Arguments(call, self.parameters).text("src")
        path = location(call, "src")
        if path.is_dir():
            raise ActionFailed(f"`src` is a folder and must be a file: {path}")
        data = read_bytes(path)
        if len(data) > call.max_register:
            raise ActionFailed(
                f"{path} has {len(data)} bytes, more than `max_register` ({call.max_register})"
            )
        content = base64.b64encode(data).decode()
        values = {"content": content, "source": str(path), "encoding": "base64"}
        return Outcome(values=values)


class Fetch(Base):
    """Copies the file `src` to `dest/<host>/<its path>`, or with `flat` to `dest` itself."""

    parameters: Mapping[str, Parameter] = {
        "src": Parameter("text", required=True, says="The file."),
        "dest": Parameter("text", required=True, says="The folder that gets it."),
        "flat": Parameter("flag", default=False, says="No folders of the host and the path."),
        "fail_on_missing": Parameter("flag", default=True, says="Fail when there is no file."),
        "validate_checksum": Parameter("flag", default=True, says="Accepted; always done."),
    }

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """A shared file, unless its path names the host."""
        if str(args.get("flat", False)).lower() in ("false", "no"):
            return reads_and_writes(args, reads="src")
        return reads_and_writes(args, reads="src", writes="dest")

    def run(self, call: Call) -> Outcome:
        """Changed when the copy was not there or differed."""
        args = Arguments(call, self.parameters)
        args.text("src"), args.text("dest")
        source = location(call, "src")
        if call.check:
            return Outcome(skipped="check mode not (yet) supported for this module")
        if not source.exists():
            return _missing(source, fail=args.flag("fail_on_missing"))
        if source.is_dir():
            raise ActionFailed(f"`src` is a folder, and only files are fetched: {source}")
        target = _target(call, source, flat=args.flag("flat"))
        return _fetched(call, source, target)


def _missing(source: Path, *, fail: bool) -> Outcome:
    if fail:
        return Outcome(values={"msg": _MISSING}, failure=ActionFailed(_MISSING))
    return Outcome(values={"file": str(source), "msg": _MISSING})


def _target(call: Call, source: Path, *, flat: bool) -> Path:
    path = destination(call, "dest")
    if not flat:
        return path / call.host / str(source).lstrip("/")
    if str(call.args["dest"]).endswith("/"):
        return path / source.name
    if path.is_dir():
        raise ActionFailed(f"`dest` is a folder: {path}", hint="end it with a `/`, or name a file")
    return path


def _fetched(call: Call, source: Path, target: Path) -> Outcome:
    refuse_planted_links(target)
    data = read_bytes(source)
    with alone(call, target):
        if target.exists() and target.read_bytes() == data:
            same = {"file": str(source), "dest": own(target), "checksum": sha1(data)}
            return Outcome(values={**same, "md5sum": md5(data)})
        put(call, target, New(data, anywhere=True))
    values = {
        "md5sum": md5(data),
        "dest": own(target),
        "remote_md5sum": None,
        "checksum": sha1(data),
        "remote_checksum": sha1(data),
    }
    return Outcome(changed=True, values=values)
