"""A file's mode and owner: what a task wants, what is, and what results say of it."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from runner.actions.api import Parameter
from runner.actions.arguments.reading import Arguments
from runner.actions.filesystem.modes import mode_bits
from runner.errors import ActionFailed

FILE_PARAMETERS: Mapping[str, Parameter] = {
    "mode": Parameter("any", says="Permissions: octal digits in quotes, or `u=rw,go=r`."),
    "owner": Parameter("text", says="The user who is to own it: a name or a number."),
    "group": Parameter("text", says="The group that is to own it: a name or a number."),
    "unsafe_writes": Parameter(
        "flag", default=False, says="Accepted; files are always written whole."
    ),
}

BACKUP = Parameter("flag", default=False, says="Whether to keep what was there, with a time stamp.")
DECRYPT = Parameter("flag", default=True, says="Whether to decrypt what is vaulted.")
VALIDATE = Parameter(
    "text", says="A program that must accept the new content before it counts; `%s` is its file."
)


class Wanted(NamedTuple):
    """The mode and owner that a file is to have; None: as it is."""

    mode: Any = None
    owner: int | None = None
    group: int | None = None


class Settled(NamedTuple):
    """What differed in mode and owner: the two sides of a diff."""

    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def changed(self) -> bool:
        """Whether anything did."""
        return bool(self.after)


def wanted(args: Arguments) -> Wanted:
    """What a task's arguments ask for. Raises ActionFailed for an unknown user or group."""
    return Wanted(
        args.get("mode"),
        _number(args.get("owner"), "user", lambda name: pwd.getpwnam(name).pw_uid),
        _number(args.get("group"), "group", lambda name: grp.getgrnam(name).gr_gid),
    )


def _number(value: Any, what: str, look_up: Any) -> int | None:
    if value is None or value == "":
        return None
    text = str(value)
    if text.isdecimal():
        return int(text)
    try:
        found: int = look_up(text)
    except KeyError:
        raise ActionFailed(f"there is no {what} `{text}` on the controller") from None
    return found


def settle(path: Path, want: Wanted, *, check: bool, follow: bool = True) -> Settled:
    """Gives an existing file the mode and owner that are wanted, but not in check mode."""
    if want == Wanted():
        return Settled({}, {})
    about = path.stat() if follow else path.lstat()
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for key, number, now in (
        ("owner", want.owner, about.st_uid),
        ("group", want.group, about.st_gid),
    ):
        if number is not None and number != now:
            before[key], after[key] = now, number
    if after and not check:
        owner, group = after.get("owner", -1), after.get("group", -1)
        os.chown(path, owner, group, follow_symlinks=follow)
    if want.mode is not None and not stat.S_ISLNK(about.st_mode):
        bits, now = mode_bits(want.mode, about.st_mode), stat.S_IMODE(about.st_mode)
        if bits != now:
            before["mode"], after["mode"] = f"0{now:03o}", f"0{bits:03o}"
            if not check:
                path.chmod(bits)
    return Settled(before, after)


def described(path: Path, *, follow: bool = False) -> dict[str, Any]:
    """What results say of a file: owner, mode, kind, size. Empty when it is not there."""
    try:
        about = path.stat() if follow else path.lstat()
    except OSError:
        return {}
    return told(about)


def told(about: os.stat_result) -> dict[str, Any]:
    """What results say of a file, given what the system says."""
    return {
        "uid": about.st_uid,
        "gid": about.st_gid,
        "owner": user_name(about.st_uid),
        "group": group_name(about.st_gid),
        "mode": f"0{stat.S_IMODE(about.st_mode):03o}",
        "state": kind(about),
        "size": about.st_size,
    }


def kind(about: os.stat_result) -> str:
    """`file`, `directory`, `link`, or `hard` for a file with several names."""
    if stat.S_ISLNK(about.st_mode):
        return "link"
    if stat.S_ISDIR(about.st_mode):
        return "directory"
    return "hard" if about.st_nlink > 1 else "file"


def user_name(number: int) -> str:
    """A user's name; the number where it has none."""
    try:
        return _user(number)
    except KeyError:
        return str(number)


def group_name(number: int) -> str:
    """A group's name; the number where it has none."""
    try:
        return _group(number)
    except KeyError:
        return str(number)


# A name that was found stays; who has none is looked for again, since a task may add users.


@cache
def _user(number: int) -> str:
    return pwd.getpwuid(number).pw_name


@cache
def _group(number: int) -> str:
    return grp.getgrgid(number).gr_name
