"""What `lineinfile`, `blockinfile` and `replace` share: a file read, changed and written back."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from runner.actions.api import Base, Call, Effects, Outcome, Parameter
from runner.actions.arguments.reading import Arguments
from runner.actions.filesystem.attributes import (
    BACKUP,
    FILE_PARAMETERS,
    VALIDATE,
    Settled,
    settle,
    wanted,
)
from runner.actions.filesystem.places import destination, reads_and_writes
from runner.actions.filesystem.writing import New, Refused, alone, put, read_bytes, readable, why
from runner.errors import ActionFailed
from runner.platforms.model import Platform
from runner.values import EMPTY

EDIT_PARAMETERS: Mapping[str, Parameter] = {
    "path": Parameter(
        "text",
        required=True,
        aliases=("dest", "destfile", "name"),
        says="The file.",
    ),
    "backup": BACKUP,
    "validate": VALIDATE,
    **FILE_PARAMETERS,
}
_NO_FILE, _A_FOLDER = 257, 256
"""What `rc` says when there is no file to edit."""


class Edited(NamedTuple):
    """A file's new content, and what is said when it differs from the old."""

    data: bytes
    message: str
    values: Mapping[str, Any] = EMPTY
    created: str | None = None
    """What is said instead when there was no file."""


class Absent(ActionFailed):
    """There is no file to edit; `code` is the `rc` of the result."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class Editor(Base):
    """An action that changes a part of a file. It says how: see `edit`."""

    parameters: Mapping[str, Parameter] = EDIT_PARAMETERS
    apart = True
    """Whether the diff has a part of its own for mode and owner."""

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """It changes what hosts share, unless the path names the host."""
        return reads_and_writes(args, writes="path")

    def edit(self, args: Arguments, old: bytes) -> Edited:
        """The content that is to be. Raises ActionFailed."""
        raise NotImplementedError

    def run(self, call: Call) -> Outcome:
        """Changed when the content, the mode or the owner was not as it is to be."""
        args = Arguments(call, self.parameters)
        args.text("path")
        path = Path(os.path.realpath(destination(call, "path")))
        try:
            with alone(call, path):
                return self._edited(call, args, path)
        except Absent as error:
            return Outcome(values={"rc": error.code, "msg": error.message}, failure=error)
        except Refused as error:
            return Outcome(values={"msg": error.message}, failure=error)
        except OSError as error:
            raise ActionFailed(f"cannot change {path}: {why(error)}") from error

    def _edited(self, call: Call, args: Arguments, path: Path) -> Outcome:
        if path.is_dir():
            raise Absent(f"{path} is a folder", _A_FOLDER)
        old = read_bytes(path) if path.exists() else None
        if old is None and _removes(args):
            return Outcome(values={"msg": "file not present"})
        if old is None and not (args.knows("create") and args.flag("create")):
            raise Absent(f"there is no file {path}", _NO_FILE)
        edited = self.edit(args, old or b"")
        want, changed, kept = wanted(args), edited.data != old, None
        if changed and not call.check:
            backup, validate = args.flag("backup"), args.text("validate")
            new = New(edited.data, want, backup, validate, anywhere=True)
            kept = put(call, path, new).backup
        sides = settle(path, want, check=call.check) if path.exists() else Settled({}, {})
        message = edited.message if changed else ""
        if old is None and edited.created is not None:
            message = edited.created
        return self._told(call, args, _Done(old, edited, message, kept, sides))

    def _told(self, call: Call, args: Arguments, done: _Done) -> Outcome:
        message = done.message
        if done.sides.changed:
            extra = "ownership, perms or SE linux context changed"
            message = f"{message} and {extra}" if message else extra
        values = {"msg": message, **done.edited.values, **self.kept(done.kept)}
        shown = self._shown(call, args, done)
        if shown is not None:
            values["diff"] = shown
        return Outcome(changed=bool(done.message) or done.sides.changed, values=values)

    def kept(self, backup: str | None) -> dict[str, Any]:
        """How the result names the backup."""
        return {} if backup is None else {"backup_file": backup}

    def _shown(self, call: Call, args: Arguments, done: _Done) -> Any:
        path = args.text("path")
        shown = {"before": "", "after": ""}
        if call.diff:
            shown = {"before": readable(done.old or b""), "after": readable(done.edited.data)}
        if not self.apart:
            named = {"before_header": path, "after_header": path, **shown}
            return named if call.diff and done.message else None
        header = f"{path} (content)"
        content = {**shown, "before_header": header, "after_header": header}
        if call.check and done.old is None:
            return content
        about = f"{path} (file attributes)"
        return [content, {"before_header": about, "after_header": about, **_sides(done.sides)}]


def _removes(args: Arguments) -> bool:
    return args.knows("state") and args.text("state") == "absent"


class _Done(NamedTuple):
    old: bytes | None
    edited: Edited
    message: str
    kept: str | None
    sides: Settled


def _sides(sides: Settled) -> dict[str, Any]:
    return {"before": sides.before, "after": sides.after} if sides.changed else {}


def pattern(name: str, text: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[bytes]:
    """A pattern for the bytes of a file. Raises ActionFailed."""
    try:
        return re.compile(text.encode("utf-8", "surrogateescape"), flags)
    except re.error as error:
        raise ActionFailed(f"`{name}` is no pattern: {text}: {error}") from error


def ended(lines: list[bytes]) -> None:
    """Gives the last line a line break, if it has none."""
    if lines and not lines[-1].endswith((b"\n", b"\r")):
        lines[-1] += b"\n"
