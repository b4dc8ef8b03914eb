"""`assemble`: one file from the pieces in a folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from runner.actions.api import Base, Call, Effect, Effects, Outcome, Parameter
from runner.actions.arguments.reading import Arguments
from runner.actions.filesystem.attributes import (
    BACKUP,
    DECRYPT,
    FILE_PARAMETERS,
    VALIDATE,
    Wanted,
    described,
    settle,
    wanted,
)
from runner.actions.filesystem.places import (
    destination,
    find_folder,
    location,
    own,
    reads_and_writes,
)
from runner.actions.filesystem.writing import (
    New,
    Read,
    Refused,
    alone,
    difference,
    md5,
    put,
    read_source,
    sha1,
    why,
)
from runner.errors import ActionFailed
from runner.platforms.model import Platform


class Assemble(Base):
    """Joins the files in the folder `src`, sorted by name, into `dest`."""

    parameters: Mapping[str, Parameter] = {
        "src": Parameter("text", required=True, says="The folder with the pieces."),
        "dest": Parameter("text", required=True, says="The file they become."),
        "remote_src": Parameter(
            "flag", default=True, says="False: `src` is looked for as `copy` does, in `files/`."
        ),
        "delimiter": Parameter("text", says="A text between two pieces."),
        "regexp": Parameter("text", says="Only pieces whose names this matches somewhere."),
        "ignore_hidden": Parameter("flag", default=False, says="No names that begin with a dot."),
        "decrypt": DECRYPT,
        "backup": BACKUP,
        "validate": VALIDATE,
        **FILE_PARAMETERS,
    }

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """A shared file, unless its path names the host; the pieces too."""
        return reads_and_writes(args, writes="dest") | {Effect.LOOK_AROUND}

    def run(self, call: Call) -> Outcome:
        """Changed when the file was not there or differed."""
        args = Arguments(call, self.parameters)
        folder = _folder(call, args)
        target = destination(call, "dest")
        delimiter = _unescaped(args.text("delimiter"))
        pieces = list(_pieces(call, folder, args))
        secret = any(piece.secret for piece in pieces)
        whole = Read(_joined([piece.data for piece in pieces], delimiter), secret)
        want = wanted(args)
        try:
            with alone(call, target):
                return _placed(call, args, target, whole, want)
        except Refused as error:
            return Outcome(values={**error.values, "msg": error.message}, failure=error)
        except OSError as error:
            raise ActionFailed(f"cannot write {target}: {why(error)}") from error


def _folder(call: Call, args: Arguments) -> Path:
    name = args.text("src")
    if not args.flag("remote_src"):
        return find_folder(call.paths, name, "files")
    folder = location(call, "src")
    if not folder.is_dir():
        what = "is no folder" if folder.exists() else "does not exist"
        raise ActionFailed(f"`src` {what}: {folder}")
    return folder


def _pieces(call: Call, folder: Path, args: Arguments) -> Iterator[Read]:
    pattern = args.text("regexp")
    try:
        fits = re.compile(pattern)
    except re.error as error:
        raise ActionFailed(f"`regexp` is no pattern: {pattern}: {error}") from error
    decrypt = args.flag("decrypt") and not args.flag("remote_src")
    for name in sorted(os.listdir(folder)):  # noqa: PTH208  names, not paths
        hidden = name.startswith(".") and args.flag("ignore_hidden")
        if fits.search(name) and not hidden and (folder / name).is_file():
            yield read_source(call, folder / name, decrypt=decrypt)


def _unescaped(delimiter: str) -> bytes:
    r"""`\n` in a delimiter is a line break, however it was quoted."""
    return delimiter.encode("utf-8", "surrogateescape").replace(b"\\n", b"\n")


def _joined(pieces: list[bytes], delimiter: bytes) -> bytes:
    """Each piece but the last ends with a line break, and so does each delimiter."""
    joined = bytearray()
    for number, piece in enumerate(pieces):
        if number:
            if not joined.endswith(b"\n"):
                joined += b"\n"
            if delimiter:
                joined += delimiter if delimiter.endswith(b"\n") else delimiter + b"\n"
        joined += piece
    return bytes(joined)


def _placed(call: Call, args: Arguments, target: Path, whole: Read, want: Wanted) -> Outcome:
    data = whole.data
    here = args.flag("remote_src")
    values: dict[str, Any] = {"dest": own(target), "checksum": sha1(data)}
    if here:
        values |= {"src": args.text("src"), "msg": "OK"}
    differs = not target.exists() or target.read_bytes() != data
    if call.diff and not here and differs:
        values["diff"] = difference(target, whole, args.text("src"))
    if differs and not call.check:
        new = New(data, want, args.flag("backup"), args.text("validate"))
        kept = put(call, target, new).backup
        if kept is not None:
            values["backup_file"] = own(Path(kept))
    changed = differs
    if target.exists() and not differs:
        changed = settle(target, want, check=call.check).changed
    if not (differs and call.check):
        values |= {"md5sum": md5(data), **described(target, follow=True)}
    return Outcome(changed=changed, values=values)
