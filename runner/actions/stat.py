"""`stat`: what is known of a file."""

from __future__ import annotations

import grp
import hashlib
import os
import pwd
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.actions.api import Base, Call, Effects, Outcome, Parameter
from runner.actions.arguments.reading import Arguments
from runner.actions.filesystem.places import location, marked, reads_and_writes
from runner.errors import ActionFailed
from runner.platforms.model import Platform

CHECKSUMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
"""The kinds of checksum that tasks may ask for."""


class Stat(Base):
    """Says whether a path is there and, under `stat`, all about it."""

    parameters: Mapping[str, Parameter] = {
        "path": Parameter("text", required=True, aliases=("dest", "name"), says="What to look at."),
        "follow": Parameter("flag", default=False, says="Look at what a link leads to."),
        "get_checksum": Parameter("flag", default=True, says="Read the file for `checksum`."),
        "checksum_algorithm": Parameter(
            "text",
            default="sha1",
            choices=CHECKSUMS,
            aliases=("checksum", "checksum_algo"),
            says="How `checksum` is computed.",
        ),
        "get_mime": Parameter(
            "flag",
            default=True,
            aliases=("mime", "mime_type", "mime-type"),
            says="Accepted; the kind of content is not guessed.",
        ),
        "get_attributes": Parameter(
            "flag", default=True, aliases=("attr", "attributes"), says="Accepted; not read."
        ),
        "get_selinux_context": Parameter("flag", default=False, says="Accepted; not read."),
    }

    def effects(self, args: Mapping[str, Any], platforms: tuple[Platform, ...]) -> Effects:
        """It reads what hosts share, unless the path names the host."""
        return reads_and_writes(args, reads="path")

    def run(self, call: Call) -> Outcome:
        """Never changes anything, and does not fail for what is not there."""
        args = Arguments(call, self.parameters)
        path = location(call, "path")
        follow = args.flag("follow")
        try:
            about = path.stat() if follow else path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return Outcome(values={"stat": {"exists": False}})
        except OSError as error:
            raise ActionFailed(f"cannot look at {path}: {error.strerror}") from error
        values = {
            "exists": True,
            "path": marked(str(path), call, "path"),
            **facts_of(about),
            "blocks": about.st_blocks,
            "block_size": about.st_blksize,
            "device_type": about.st_rdev,
            **_names(about),
            **_access(path),
        }
        if stat.S_ISLNK(about.st_mode):
            values |= _leads(path)
        if args.flag("get_checksum") and stat.S_ISREG(about.st_mode) and values["readable"]:
            values["checksum"] = checksum(path, args.text("checksum_algorithm"))
        return Outcome(values={"stat": values})


def facts_of(about: os.stat_result) -> dict[str, Any]:
    """What the system knows of a file, as results name it."""
    mode = about.st_mode
    return {
        "mode": f"{stat.S_IMODE(mode):04o}",
        "isdir": stat.S_ISDIR(mode),
        "ischr": stat.S_ISCHR(mode),
        "isblk": stat.S_ISBLK(mode),
        "isreg": stat.S_ISREG(mode),
        "isfifo": stat.S_ISFIFO(mode),
        "islnk": stat.S_ISLNK(mode),
        "issock": stat.S_ISSOCK(mode),
        "uid": about.st_uid,
        "gid": about.st_gid,
        "size": about.st_size,
        "inode": about.st_ino,
        "dev": about.st_dev,
        "nlink": about.st_nlink,
        "atime": about.st_atime,
        "mtime": about.st_mtime,
        "ctime": about.st_ctime,
        **_permissions(mode),
        "isuid": bool(mode & stat.S_ISUID),
        "isgid": bool(mode & stat.S_ISGID),
    }


def _permissions(mode: int) -> dict[str, bool]:
    classes = (("usr", 6), ("grp", 3), ("oth", 0))
    return {
        f"{letter}{name}": bool(mode >> shift & bit)
        for name, shift in classes
        for letter, bit in (("w", 2), ("r", 4), ("x", 1))
    }


def _names(about: os.stat_result) -> dict[str, str]:
    """Names of owner and group, where they have any."""
    names = {}
    try:
        names["pw_name"] = pwd.getpwuid(about.st_uid).pw_name
        names["gr_name"] = grp.getgrgid(about.st_gid).gr_name
    except KeyError:
        pass
    return names


def _access(path: Path) -> dict[str, bool]:
    return {
        "readable": os.access(path, os.R_OK),
        "writeable": os.access(path, os.W_OK),
        "executable": os.access(path, os.X_OK),
    }


def _leads(path: Path) -> dict[str, str]:
    return {"lnk_source": os.path.realpath(path), "lnk_target": str(path.readlink())}


def checksum(path: Path, algorithm: str) -> str:
    """The checksum of a file, read piece by piece. Raises ActionFailed."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(
                file, lambda: hashlib.new(algorithm, usedforsecurity=False)
            ).hexdigest()
    except OSError as error:
        raise ActionFailed(f"cannot read {path}: {error.strerror}") from error
