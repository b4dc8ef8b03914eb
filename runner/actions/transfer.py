"""`net_get` and `net_put`: files from and to a device, over its SSH connection."""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, Literal

from runner.actions.api import (
    PROVIDER_ARGUMENTS,
    Base,
    Call,
    Effect,
    Effects,
    Outcome,
    Parameter,
    Place,
)
from runner.actions.filesystem.places import destination, find_source, reads_and_writes
from runner.connections.api import Files
from runner.errors import ActionFailed, ConnectionLost
from runner.platforms.model import Platform

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_PIECE = 1 << 16

_COMMON: Mapping[str, Parameter] = {
    "protocol": Parameter("text", choices=("scp", "sftp"), default="scp", says="What copies it."),
    "network_os": Parameter("text", old=True, says="The platform; the host's is taken."),
    **PROVIDER_ARGUMENTS,
}


class NetGet(Base):
    """Copies the file `src` of a device to `dest` here, if it is another one."""

    parameters: Mapping[str, Parameter] = {
        "src": Parameter("text", required=True, says="The file on the device."),
        "dest": Parameter("text", says="Where it goes here; default: its name."),
        **_COMMON,
    }
    place: Place = "device"

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """It reads the device and writes a file here."""
        return reads_and_writes(args, writes="dest") | {Effect.DEVICE_READ, *_default_file(args)}

    def run(self, call: Call) -> Outcome:
        """Values: destination. Raises TaskError, ConnectionFailed."""
        source = _device_path(call, "src")
        target = _local_target(call, source)
        if call.check:
            return Outcome(skipped="check mode: no file was copied")
        target.parent.mkdir(parents=True, exist_ok=True)
        with closing(call.session().files(_protocol(call))) as files:
            changed = _fetch(call, files, source, target)
        return Outcome(changed=changed, values={"destination": str(target)})


class NetPut(Base):
    """Copies the file `src` to `dest` on a device, if what is there is another one.

    With `mode: text` the file is a template, and what it renders to is copied.
    """

    parameters: Mapping[str, Parameter] = {
        "src": Parameter("text", required=True, says="The file here."),
        "dest": Parameter("text", says="Where it goes on the device; default: its name."),
        "mode": Parameter(
            "text", choices=("binary", "text"), default="binary", says="text: it is a template."
        ),
        **_COMMON,
    }
    place: Place = "device"

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """It changes the device."""
        return reads_and_writes(args, reads="src") | {Effect.DEVICE_WRITE}

    def writes(self, call: Call) -> bool:
        """Always, but in check mode."""
        return not call.check

    def run(self, call: Call) -> Outcome:
        """Values: destination. Raises TaskError, ConnectionFailed."""
        path = find_source(call.paths, str(call.args["src"]), "templates")
        name = "dest" if call.args.get("dest") else "src"
        target = _device_path(call, name)
        with _content(call, path) as source:
            size = source.seek(0, io.SEEK_END)
            if call.check:
                return Outcome(changed=True, skipped="check mode: no file was copied")
            with closing(call.session().files(_protocol(call))) as files:
                changed = _send(call, files, source, size, target)
        return Outcome(changed=changed, values={"destination": target})


def _default_file(args: Mapping[str, Any]) -> Effects:
    """Without a `dest`, hosts write a file of the same name."""
    return frozenset() if args.get("dest") else frozenset({Effect.SHARED_WRITE})


def _protocol(call: Call) -> Literal["scp", "sftp"]:
    return "sftp" if call.args.get("protocol") == "sftp" else "scp"


def _device_path(call: Call, name: str) -> str:
    path = str(call.args[name])
    if not path or path.startswith("-") or _CONTROL.search(path):
        raise ActionFailed(f"`{name}` is no path of a file on a device: {path!r}")
    return path


def _local_target(call: Call, source: str) -> Path:
    name = re.split(r"[/:\\]", source)[-1]
    if call.args.get("dest"):
        target = destination(call, "dest")
        if not target.is_dir() and not str(call.args["dest"]).endswith("/"):
            return target
        folder = target
    else:
        folder = call.paths.playbook
    if name in ("", ".", ".."):
        raise ActionFailed(f"`src` names no file: {source!r}", hint="give a `dest`")
    return folder / name


def _content(call: Call, path: Path) -> BinaryIO:
    if call.args.get("mode") == "text":
        return io.BytesIO(call.templar.file(path, call.variables).encode())
    try:
        return path.open("rb")
    except OSError as error:
        raise ActionFailed(f"cannot read {path}: {error.strerror}") from None


def _fetch(call: Call, files: Files, source: str, target: Path) -> bool:
    """Whether the file here is another one now. It is replaced in one step, or not at all."""
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.")
        fresh = Path(name)
        try:
            with os.fdopen(handle, "wb") as copy:
                files.get(source, _watching(call, copy.write))
            if target.is_file() and _digest_of(target) == _digest_of(fresh):
                return False
            fresh.rename(target)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        raise ActionFailed(f"cannot write {target}: {error.strerror or error}") from None
    return True


def _send(call: Call, files: Files, source: BinaryIO, size: int, target: str) -> bool:
    """Whether the device got the file; it does not when it has the same one already."""
    if files.size(target) == size and _is_same(call, files, source, target):
        return False
    source.seek(0)
    call.note({"sending": f"file {target}"})
    files.put(target, source, size)
    return True


def _is_same(call: Call, files: Files, source: BinaryIO, target: str) -> bool:
    theirs = hashlib.sha256()
    files.get(target, _watching(call, theirs.update))
    return _digest(source) == theirs.digest()


def _watching(call: Call, sink: Callable[[bytes], object]) -> Callable[[bytes], None]:
    """Stops a copy when the run is cut."""

    def take(piece: bytes) -> None:
        if call.cancelled():
            raise ConnectionLost("interrupted")
        sink(piece)

    return take


def _digest_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return _digest(file)


def _digest(file: BinaryIO) -> bytes:
    found = hashlib.sha256()
    file.seek(0)
    while piece := file.read(_PIECE):
        found.update(piece)
    return found.digest()
